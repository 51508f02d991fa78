"""The engines that can compute with tables larger than memory: DuckDB, and a Spark session.

Expressions are written once, with Narwhals, and name no engine. An engine only opens tables, keeps
an intermediate table, and returns or writes rows.
"""

from __future__ import annotations

import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dltheory_bib.errors import BibliographyError, MissingExtraError

if TYPE_CHECKING:
    from narwhals import LazyFrame

    Frame = LazyFrame[Any]

EMBEDDED = "duckdb"
"""The name of the engine that runs in this process."""
Schema = Mapping[str, Any]
"""The types of columns by name: `str`, `int`, `bool`, a mapping (a record) or a list of one."""
_MASTER = re.compile(r"local(?:\[[\d*]+(?:,\d+)?\])?|(?:spark|sc|k8s)://\S+|yarn")


class EngineError(BibliographyError):
    """An engine that is unknown, or could not do what was asked of it."""


class Engine(ABC):
    """What an engine can do with tables."""

    name: str

    @abstractmethod
    def parquet(self, folder: Path) -> Frame:
        """Open the Parquet files of a folder as one table."""

    @abstractmethod
    def json(self, files: Sequence[Path], schema: Schema) -> Frame:
        """Open files of JSON Lines, compressed with gzip or not; lines that are none are empty."""

    @abstractmethod
    def parquet_files(self, files: Sequence[Path]) -> Frame:
        """Open some Parquet files as one table."""

    @abstractmethod
    def table(self, schema: Schema, rows: Sequence[Sequence[Any]]) -> Frame:
        """Return a table of rows that are in memory."""

    @abstractmethod
    def kept(self, frame: Frame) -> Frame:
        """Compute a table that is used several times."""

    @abstractmethod
    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table, and return its rows; records in them are mappings."""

    @abstractmethod
    def write(self, frame: Frame, folder: Path) -> None:
        """Compute a table, and write it as Parquet files into a new folder."""

    @abstractmethod
    def close(self) -> None:
        """Delete what was kept, and free the memory."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_engine(
    name: object = EMBEDDED, *, memory: str | None = None, threads: int | None = None
) -> Engine:
    """Return the engine of a name: `duckdb`, or the master of a Spark cluster.

    `name` can also be a `SparkSession` that is open, or an `Engine`. `memory` (`400MB`) limits
    DuckDB, which then uses a temporary folder; `threads` is the number of its threads. Raises
    `EngineError`, and `MissingExtraError`.
    """
    if isinstance(name, Engine):
        return name
    if not isinstance(name, str):
        return SparkEngine(name)
    if name == EMBEDDED:
        return DuckDBEngine(memory, threads)
    if not _MASTER.fullmatch(name):
        raise EngineError(
            f"no engine {name!r}; write {EMBEDDED}, or the master of a Spark cluster, such as"
            " spark://host:7077 or local[2]"
        )
    return SparkEngine.of_master(name)


class DuckDBEngine(Engine):
    """DuckDB, in this process: what does not fit into memory goes to a temporary folder."""

    name = EMBEDDED

    def __init__(self, memory: str | None = None, threads: int | None = None) -> None:
        from tempfile import TemporaryDirectory

        try:
            import duckdb
            import narwhals  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("discover", "discover") from error
        self._scratch = TemporaryDirectory(prefix="dltheory-", ignore_cleanup_errors=True)
        # The order of rows in files and tables is of no use here, and keeping it takes memory.
        options: dict[str, Any] = {
            "temp_directory": self._scratch.name,
            "preserve_insertion_order": False,
            "allow_community_extensions": False,
            "autoinstall_known_extensions": False,
        }
        if memory is not None:
            options["memory_limit"] = memory
        if threads is not None:
            options["threads"] = threads
        self._error, self._out_of_memory = duckdb.Error, duckdb.OutOfMemoryException
        try:
            # A database in a file can move tables that were kept out of memory.
            self._connection = duckdb.connect(f"{self._scratch.name}/kept.duckdb", config=options)
        except duckdb.Error as error:
            self._scratch.cleanup()
            raise EngineError(f"DuckDB cannot be started: {_first_line(error)}") from error
        self._count = 0

    def parquet(self, folder: Path) -> Frame:
        """Open the Parquet files of a folder as one table."""
        return self._query(f"SELECT * FROM read_parquet({_quoted(str(folder / '*.parquet'))})")

    def parquet_files(self, files: Sequence[Path]) -> Frame:
        """Open some Parquet files as one table."""
        names = ", ".join(_quoted(str(file)) for file in files)
        return self._query(f"SELECT * FROM read_parquet([{names}])")

    def json(self, files: Sequence[Path], schema: Schema) -> Frame:
        """Open files of JSON Lines, compressed with gzip or not; lines that are none are empty."""
        names = ", ".join(_quoted(str(file)) for file in files)
        columns = ", ".join(f"{key}: {_quoted(_duckdb_type(one))}" for key, one in schema.items())
        return self._query(
            f"SELECT * FROM read_json([{names}], format = 'newline_delimited', "
            f"ignore_errors = true, columns = {{{columns}}})"
        )

    def table(self, schema: Schema, rows: Sequence[Sequence[Any]]) -> Frame:
        """Return a table of rows that are in memory."""
        columns = ", ".join(
            f"unnest(?::{_duckdb_type(one)}[]) AS {name}" for name, one in schema.items()
        )
        values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
        name = self._name()
        self._execute(f"CREATE TABLE {name} AS SELECT {columns}", values)
        return self._query(f"SELECT * FROM {name}")

    def kept(self, frame: Frame) -> Frame:
        """Compute a table that is used several times."""
        name = self._name()
        self._execute(f"CREATE TABLE {name} AS {self._text(frame)}")
        return self._query(f"SELECT * FROM {name}")

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table, and return its rows; records in them are mappings."""
        found: list[tuple[Any, ...]] = self._execute(self._text(frame)).fetchall()
        return found

    def write(self, frame: Frame, folder: Path) -> None:
        """Compute a table, and write it as Parquet files into a new folder."""
        folder.mkdir(parents=True)
        target = _quoted(str(folder / "part-0.parquet"))
        self._execute(f"COPY ({self._text(frame)}) TO {target} (FORMAT parquet, COMPRESSION zstd)")

    def close(self) -> None:
        """Delete what was kept, and free the memory."""
        self._connection.close()
        self._scratch.cleanup()

    def _name(self) -> str:
        self._count += 1
        return f"kept_{self._count}"

    def _query(self, sql: str) -> Frame:
        import narwhals

        try:
            return narwhals.from_native(self._connection.sql(sql))
        except self._error as error:
            raise EngineError(f"DuckDB: {_first_line(error)}") from error

    @staticmethod
    def _text(frame: Frame) -> str:
        text: str = frame.to_native().sql_query()
        return text

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        try:
            try:
                return self._connection.execute(sql, values)
            except self._out_of_memory:
                # Each thread has tables of its own that cannot be moved out of memory.
                self._connection.execute("SET threads = 1")
                return self._connection.execute(sql, values)
        except self._out_of_memory as error:
            raise EngineError(
                f"DuckDB needs more memory; name a higher limit ({_first_line(error)})"
            ) from error
        except self._error as error:
            raise EngineError(f"DuckDB: {_first_line(error)}") from error


class SparkEngine(Engine):
    """A Spark session: on this machine, or on a cluster that sees the same files."""

    name = "spark"

    def __init__(self, session: Any, owned: bool = False) -> None:
        try:
            import narwhals  # noqa: F401
        except ImportError as error:
            raise MissingExtraError("discover", "discover") from error
        if not hasattr(session, "createDataFrame"):
            raise EngineError(f"{type(session).__name__} is neither an engine nor a SparkSession")
        self.session = session
        self._owned = owned
        self._cached: list[Any] = []

    @classmethod
    def of_master(cls, master: str) -> SparkEngine:
        """Start a session on a master (`local[2]`, `spark://…`) or a server (`sc://…`)."""
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise MissingExtraError(f"--engine {master}", "spark") from error
        # A worker has to run the same Python as the driver.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("dltheory discover")
        if master.startswith("sc://"):
            return cls(builder.remote(master).getOrCreate(), owned=True)
        if master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            builder = (
                builder.config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.driver.memory", "1g")
            )
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        try:
            session = builder.master(master).getOrCreate()
        except Exception as error:  # Java's exceptions have no common class before a session is
            raise EngineError(f"Spark cannot be started: {_first_line(error)}") from error
        session.sparkContext.setLogLevel("ERROR")
        return cls(session, owned=True)

    def parquet(self, folder: Path) -> Frame:
        """Open the Parquet files of a folder as one table."""
        return self._opened(lambda: self.session.read.parquet(str(folder)))

    def parquet_files(self, files: Sequence[Path]) -> Frame:
        """Open some Parquet files as one table."""
        return self._opened(lambda: self.session.read.parquet(*map(str, files)))

    def json(self, files: Sequence[Path], schema: Schema) -> Frame:
        """Open files of JSON Lines, compressed with gzip or not; lines that are none are empty."""
        columns = ", ".join(f"{name} {_spark_type(one)}" for name, one in schema.items())
        return self._opened(lambda: self.session.read.schema(columns).json([*map(str, files)]))

    def table(self, schema: Schema, rows: Sequence[Sequence[Any]]) -> Frame:
        """Return a table of rows that are in memory."""
        columns = ", ".join(f"{name} {_spark_type(one)}" for name, one in schema.items())
        return self._frame(self.session.createDataFrame([tuple(row) for row in rows], columns))

    def kept(self, frame: Frame) -> Frame:
        """Compute a table that is used several times."""
        native = frame.to_native().persist()
        self._cached.append(native)
        return self._frame(native)

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table, and return its rows; records in them are mappings."""
        return [tuple(map(_plain, row)) for row in frame.to_native().collect()]

    def write(self, frame: Frame, folder: Path) -> None:
        """Compute a table, and write it as Parquet files into a new folder."""
        frame.to_native().write.option("compression", "zstd").parquet(str(folder))

    def close(self) -> None:
        """Delete what was kept, and free the memory."""
        for one in self._cached:
            with suppress(Exception):  # a session that was lost has nothing left
                one.unpersist()
        self._cached.clear()
        if self._owned:
            self.session.stop()

    def _opened(self, read: Callable[[], Any]) -> Frame:
        from pyspark.errors import PySparkException

        try:
            return self._frame(read())
        except PySparkException as error:
            raise EngineError(f"Spark: {_first_line(error)}") from error

    @staticmethod
    def _frame(native: Any) -> Frame:
        import narwhals

        frame: Frame = narwhals.from_native(native)
        return frame


def _duckdb_type(schema: Any) -> str:
    if isinstance(schema, list):
        return f"{_duckdb_type(schema[0])}[]"
    if isinstance(schema, Mapping):
        fields = ", ".join(f"{name} {_duckdb_type(one)}" for name, one in schema.items())
        return f"STRUCT({fields})"
    return {str: "VARCHAR", int: "BIGINT", bool: "BOOLEAN"}[schema]


def _spark_type(schema: Any) -> str:
    if isinstance(schema, list):
        return f"ARRAY<{_spark_type(schema[0])}>"
    if isinstance(schema, Mapping):
        fields = ", ".join(f"{name}: {_spark_type(one)}" for name, one in schema.items())
        return f"STRUCT<{fields}>"
    return {str: "STRING", int: "BIGINT", bool: "BOOLEAN"}[schema]


def _plain(value: Any) -> Any:
    """Return a value of Spark with mappings in place of its rows."""
    if hasattr(value, "asDict"):
        return {name: _plain(one) for name, one in value.asDict().items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
