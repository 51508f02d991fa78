"""The `dltheory` command: load, query and print; no other package prints or exits."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dltheory_bib.collector import collector_paused, freeze_modules

if TYPE_CHECKING:
    from dltheory_bib.errors import Problem

INTERRUPTED = 130
BROKEN_PIPE = 141
_LONGEST = 300


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (default: the process's) and return its exit code.

    0: success. 1: an unknown key, data with problems, a file that cannot be read or written. 2: an
    invalid command line or query. 130 and 141 after Ctrl-C and a closed pipe, as if the signal had
    ended the process.
    """
    # No plugin of pydantic has business with our records; to look for some, it reads what is said
    # of every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with collector_paused():
        code = _run(argv)
        if argv is None:
            freeze_modules()  # the process ends; running again, the collector would begin at once
    return code


def _run(argv: Sequence[str] | None) -> int:
    import click  # while the collector is paused

    from dltheory_bib.cli.app import DamagedCacheError, dltheory
    from dltheory_bib.errors import BibliographyError, DataError, QueryError

    _prepare_streams()
    streams = sys.stdout, sys.stderr
    try:
        try:
            code = dltheory.main(args=argv, prog_name="dltheory", standalone_mode=False)
        except DamagedCacheError as error:
            if error.written:
                raise
            code = dltheory.main(args=argv, prog_name="dltheory", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except SystemExit as error:  # click's, after a completion, and after a closed pipe
        if sys.stdout is not streams[0]:  # click wraps the streams only when the pipe is closed
            sys.stdout, sys.stderr = streams
            return _stop_writing(BROKEN_PIPE)
        return error.code if isinstance(error.code, int) else 1
    except click.NoSuchOption as error:
        asked = next((a for a in (argv or sys.argv[1:]) if re.match(r"-\w+:", a)), None)
        if asked:
            _say(f'{asked} looks like an option; write "not {asked[1:]}", or -- before the query')
        else:
            error.show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return _stop_writing(BROKEN_PIPE)
    except QueryError as error:
        pointer = (c if c.isprintable() or c == "\n" else " " for c in error.pointer())
        _say(error.message, "".join(pointer))
        return 2
    except DataError as error:
        _say(*map(str, error.problems), _advice(error.problems))
        return 1
    except (BibliographyError, DamagedCacheError) as error:
        _say(str(error))
        return 1
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        _say(f"cannot read or write{place}: {(error.strerror or str(error)).lower()}")
        return _stop_writing(1)
    except Exception as error:  # the last resort: a reader reports what is wrong with a file
        if "--debug" in (sys.argv[1:] if argv is None else argv):
            import traceback

            traceback.print_exc()
        _say(*_unexpected(error))
        return 1


def _unexpected(error: Exception) -> tuple[str, str]:
    """Return what to say of an error that no rule foresees, and what to do."""
    from dltheory_bib.input_files import last_read

    place = f"{last_read()}: " if last_read() else ""
    if isinstance(error, MemoryError):
        return f"{place}the memory is not enough [memory]", "split the file, or close programs"
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    text = what if len(what) <= _LONGEST else f"{what[:_LONGEST]}…"
    return (
        f"{place}unexpected error: {text} [unexpected]",
        "nothing was written; please report it, with the traceback that --debug prints",
    )


def _stop_writing(code: int) -> int:
    """Python flushes standard output once more at exit, although the pipe is closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _advice(problems: Sequence[Problem]) -> str:
    """Return advice on data with problems; a missing file, or one of another type, cannot be
    fixed.
    """
    from dltheory_bib.input_files import UNREADABLE

    rules = {problem.rule for problem in problems}
    if rules == {"settings"}:
        return "nothing was done; mend the settings first"
    return "" if rules <= UNREADABLE else "nothing was loaded; fix the data first"


def _say(*lines: str) -> None:
    from dltheory_bib.cli.app import visible

    for number, line in enumerate(filter(None, lines)):
        for part in line.splitlines():
            prefix = "dltheory: " if number == 0 else "  "
            sys.stderr.write(f"{prefix}{visible(part)}\n")


def _prepare_streams() -> None:
    """Let a stream that cannot encode an accented letter print a question mark.

    A stream that was closed before the start (`>&-`) is None; output to it is discarded.
    """
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
            # Programs read it, and expect UTF-8 and Unix line ends on every system.
            reconfigure(encoding="utf-8", newline="\n")
        elif (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")
