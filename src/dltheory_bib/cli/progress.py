"""Progress on standard error while a collection is compiled, or a site built."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SOON = 0.7
"""Seconds before anything is shown; most collections are compiled by then."""


class CompileProgress:
    """A progress bar with the current task and its progress, shown only for long tasks."""

    def __init__(self, doing: str = "compiling", counted: str = "records") -> None:
        self.doing = doing
        self.counted = counted
        self.started = time.monotonic()
        self.progress: Progress | None = None
        self.task: TaskID | None = None

    def __enter__(self) -> CompileProgress:
        return self

    def __call__(self, file: str, records: int) -> None:
        """Show that this number of records of a file were read, or files built."""
        if time.monotonic() - self.started < _SOON:
            return
        if self.progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self.progress = Progress(
                TextColumn(f"{self.doing} {{task.description}}"),
                BarColumn(bar_width=20),
                TextColumn(f"{{task.completed:,}} {self.counted}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.progress.start()
            self.task = self.progress.add_task(file, total=None)
        if self.task is not None:
            self.progress.update(self.task, description=file, completed=records)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.progress is not None:
            self.progress.stop()
