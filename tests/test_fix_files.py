"""The user's file under `fix --write`: whole whatever happens, in its own encoding."""

from __future__ import annotations

import ast
import errno
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dltheory_bib
from dltheory_bib import Bibliography, UnsafeChangeError
from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.bibfile.fix.fixer import fix, write_fixed
from dltheory_bib.cli.main import main
from dltheory_bib.files import replace_bytes
from helpers.programs import environment, run_program, started

KNOWN = (
    b"@misc{a, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}, year={2017}}\n"
)
PUBLISHED = b"Proceedings of the 34th International Conference on Machine Learning"

Write = Callable[..., tuple[int, str, str, bytes]]


@pytest.fixture
def refs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bib: Bibliography) -> Path:
    """The user's file, in the working directory."""
    assert len(bib)  # the snapshot is in the cache
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return Path("refs.bib")


@pytest.fixture
def write(refs: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Write:
    """`fix --write` on some bytes: the exit code, what was printed, and what the file holds."""

    def written(data: bytes, *options: str) -> tuple[int, str, str, bytes]:
        refs.write_bytes(data)
        code = main(("fix", str(refs), "--write", *options))
        out, err = (said.decode("utf-8", "replace") for said in capfdbinary.readouterr())
        return code, out, err, refs.read_bytes()

    return written


def beside() -> list[str]:
    """The names in the working directory, but for the file's own."""
    return sorted(path.name for path in Path().iterdir() if path.name != "refs.bib")


def test_what_is_shown_and_said(refs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A patch on standard output, the rest on standard error; nothing is written unasked."""
    data = KNOWN + b"@misc{b, title={Other}}\n"
    refs.write_bytes(data)
    assert main(("fix", "refs.bib")) == 0
    out, err = capfd.readouterr()
    assert out.startswith("--- refs.bib\n+++ refs.bib\n@@ -1,2 +1,2 @@\n-@misc{a")
    assert "refs.bib:1: a: arXiv → ICML 2017 (matched by eprint, 0.90)\n" in err
    assert "refs.bib: 2 entries, 1 matched, 1 to change: published 1\n" in err
    assert err.endswith("nothing was written; use --write to apply the changes\n")
    assert refs.read_bytes() == data
    assert beside() == []


def test_what_is_shown_at_a_terminal(
    refs: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In colour, with the escapes of the data shown and not sent."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    refs.write_bytes(KNOWN.replace(b"year", b"note={\x1b[31m}, year"))
    assert main(("fix", "refs.bib")) == 0
    out = capfd.readouterr().out
    assert "\x1b[31m-@misc" in out
    assert "\x1b[32m+@inproceedings" in out
    assert r"note={\x1b[31m}" in out.replace("\n", "")


def test_written_with_a_backup_and_then_nothing_more(write: Write, refs: Path) -> None:
    code, out, err, after = write(KNOWN)
    assert code == 0
    assert out.startswith("---")
    assert "wrote refs.bib; the backup is refs.bib.bak\n" in err
    assert PUBLISHED in after
    assert Path("refs.bib.bak").read_bytes() == KNOWN
    code, out, err, again = write(after)
    assert (code, out, again) == (0, "", after)
    assert err == "refs.bib: 1 entry, 1 matched; nothing to change\n"
    assert write(KNOWN)[0] == 0
    assert beside() == ["refs.bib.bak"], "it holds these bytes already"
    assert write(KNOWN + b"% more\n")[0] == 0
    assert beside() == ["refs.bib.bak", "refs.bib.bak2"]
    assert refs.stat().st_mode & 0o777 == Path("refs.bib.bak").stat().st_mode & 0o777


def test_merging_says_what_goes(write: Write) -> None:
    twin = KNOWN.replace(b"{a,", b"{b,")
    err = write(KNOWN + twin)[2]
    assert "a and b are the same work; use --merge to merge them\n" in err
    code, _, err, after = write(KNOWN + twin, "--merge")
    assert code == 0
    assert "b is deleted; cite a instead\n" in err
    assert "merged 1" in err
    assert after.count(b"@") == 1
    err = write(KNOWN + twin + b"@misc{c, crossref={b}}", "--merge")[2]
    assert "a and b are the same work; not merged" in err


# Encodings


@pytest.mark.parametrize(
    "around",
    [
        b"%% caf\xc3\xa9\n%b",
        b"\xef\xbb\xbf%b",
        b"%% caf\xe9 in Latin-1\n%b",
        b"%% half a letter: \xc3\n%b",
        b"%b\x0c\x0b\x1c\xe2\x80\xa8text",
    ],
    ids=["utf-8", "bom", "latin-1", "broken", "odd line ends"],
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_bytes_around_an_entry_stay(write: Write, around: bytes, ends: bytes) -> None:
    """Whatever their encoding, marks and line ends are."""
    data = (around % (KNOWN + b"@misc{z, title={\xe9}}\n")).replace(b"\n", ends)
    code, _, _, after = write(data)
    assert code == 0
    start, _, rest = data.partition(b"@misc{a")
    assert after.startswith(start + b"@inproceedings{a")
    assert after.endswith(rest[rest.index(b"}}") + 2 :])
    assert PUBLISHED in after
    lone = after.replace(b"\r\n", b"")
    assert (b"\r\n" in after, b"\n" in lone) == (ends == b"\r\n", ends == b"\n")


@pytest.mark.parametrize("data", [b"\xe9", b"\xc3\xa9", b""], ids=["latin-1", "utf-8", "ascii"])
def test_new_names_are_written_as_the_file_can_hold_them(write: Write, data: bytes) -> None:
    """Letters as they are only where the file is in UTF-8 and has some."""
    start = b"@misc{a, title={Neural Tangent Kernel: Convergence and Generalization in Neural "
    text = start + b"Networks}, author={Jacot, A. and others}, eprint={1806.07572}}\n%" + data
    after = write(text)[3]
    name = "Hongler, Clément".encode() if data == b"\xc3\xa9" else rb"Hongler, Cl{\'e}ment"
    assert name in after


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (KNOWN.decode().encode("utf-16-le"), "refs.bib:1:2: error: contains null bytes, as UTF-16"),
        (b"\x7fELF\0\0" + KNOWN, "refs.bib:1:5: error: contains a null byte"),
    ],
)
def test_what_is_no_bib_is_refused(write: Write, data: bytes, said: str) -> None:
    code, out, err, after = write(data)
    assert (code, out, after) == (1, "", data)
    assert said in err
    assert beside() == []


def test_what_is_no_file_is_refused(refs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(("fix", "refs.bib")) == 1
    assert "refs.bib: error: does not exist" in capfd.readouterr().err
    refs.mkdir()
    assert main(("fix", "refs.bib", "--write")) == 1
    assert "is a directory; name a file in it" in capfd.readouterr().err


# What stands in it

DEEP = b"{" * 10_000 + b"x" + b"}" * 10_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        bytes(range(1, 256)) * 40,
        b"@misc{b, title={no end" + b" of it" * 1000,
        b"@misc{b, title=" + DEEP + b"}\n",
        b'@misc{b, title={\\"o' + DEEP + b"}, author=" + DEEP + b", eprint={1703.00887}}\n",
        b"{" * 10_000,
        b"@misc(b, title={in parentheses}, year=2000)\n",
        b"@comment{" + KNOWN + b"}\n",
        b"@patent{b, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}\n",
        b"@misc{, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}\n",
        b"@misc{b title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}\n",
        b"@" * 5000,
        b"@misc{b, " + b"a = {x}, " * 20_000 + b"}\n",
        b"@misc{b, title=" + b"x # " * 20_000 + b"y}\n",
    ],
    ids=lambda data: data[:24].decode("latin-1") or "empty",
)
def test_what_is_not_understood_stays(write: Write, data: bytes) -> None:
    """Alone, and before and behind an entry that is known."""
    code, out, _, after = write(data)
    assert (code, out, after) == (0, "", data)
    code, _, _, after = write(KNOWN + data)
    assert code == 0
    assert PUBLISHED in after
    assert after.endswith(data)


def test_an_entry_in_parentheses_is_known(write: Write) -> None:
    after = write(KNOWN.replace(b"@misc{", b"@misc(").replace(b"}}", b"})"))[3]
    assert after.startswith(b"@inproceedings(a")
    assert PUBLISHED in after


@pytest.mark.slow
def test_fifty_megabytes(write: Write) -> None:
    """Half of it one abstract, half of it text between entries."""
    long = b"word {of} some \\% length, " * 1_000_000
    data = KNOWN + b"%\n@misc{b, abstract={" + long + b"}}\n" + long + b"\n"
    assert len(data) > 50_000_000
    code, out, _, after = write(data)
    assert code == 0
    assert len(out) < 2_000
    assert after.endswith(data[len(KNOWN) :])
    assert PUBLISHED in after


# Writing


def test_a_link_stays_a_link(refs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What it leads to is replaced, and the backup stands there."""
    Path("papers").mkdir()
    target = Path("papers/real.bib")
    target.write_bytes(KNOWN)
    refs.symlink_to(target)
    assert main(("fix", "refs.bib", "--write")) == 0
    assert refs.is_symlink()
    assert PUBLISHED in target.read_bytes()
    assert Path("papers/real.bib.bak").read_bytes() == KNOWN
    assert "papers/real.bib.bak" in capfd.readouterr().err.replace("\n", "")


def test_a_file_that_changed_meanwhile_is_not_written(refs: Path, bib: Bibliography) -> None:
    refs.write_bytes(KNOWN)
    made = fix(bib, read_bib(refs))
    newer = KNOWN + b"% a line more\n"
    refs.write_bytes(newer)
    with pytest.raises(
        UnsafeChangeError, match=r"refs.bib was changed by another program; nothing was"
    ):
        write_fixed(refs, made)
    assert refs.read_bytes() == newer
    assert beside() == []
    refs.unlink()
    with pytest.raises(FileNotFoundError):
        write_fixed(refs, made)
    assert beside() == []


def test_a_file_marked_read_only_is_not_written(
    refs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Though replacing it needs no permission of its own."""
    refs.write_bytes(KNOWN)
    refs.chmod(0o444)
    assert main(("fix", "refs.bib", "--write")) == 1
    assert (
        "Error: cannot write refs.bib: is read-only; the file is unchanged\n"
        in capfd.readouterr().err
    )
    assert refs.read_bytes() == KNOWN
    assert beside() == []


def test_a_folder_in_which_nothing_may_be_written(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so for root the system's answer is played."""
    if os.geteuid() == 0:

        def refuse(*_: Any, **options: Any) -> Any:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(options["dir"]))

        monkeypatch.setattr(tempfile, "mkstemp", refuse)
    Path("refs.bib").touch()
    tmp_path.chmod(0o555)
    try:
        code, _, err, after = write(KNOWN)
    finally:
        tmp_path.chmod(0o755)
    assert (code, after) == (1, KNOWN)
    assert "Error: cannot write refs.bib: permission denied; the file is unchanged\n" in err
    assert beside() == []


@pytest.mark.parametrize("room", [10_000, 40_050], ids=["none", "for the backup alone"])
def test_a_disk_that_is_full(refs: Path, room: int) -> None:
    """The system gives the program no more than so many bytes a file."""
    resource = pytest.importorskip("resource")
    data = KNOWN + b"%" * (40_000 - len(KNOWN))
    refs.write_bytes(data)
    done = run_program(
        *(sys.executable, "-m", "dltheory_bib", "fix", "refs.bib", "--write"),
        env=environment(PYTHONDONTWRITEBYTECODE="1"),  # it would write half of a file
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 1
    assert done.stderr.endswith(
        b"Error: cannot write refs.bib: file too large; the file is unchanged\n"
    )
    assert refs.read_bytes() == data
    assert beside() == []


KILLED = """
import sys
from pathlib import Path
from dltheory_bib.files import replace_bytes

path, old, new = Path("refs.bib"), *(Path(name).read_bytes() for name in ("old", "new"))
print("ready", flush=True)
while True:
    replace_bytes(path, old, new).unlink()
    old, new = new, old
"""


@pytest.mark.slow
def test_killed_while_writing(refs: Path) -> None:
    """At any moment the file is the old one or the new one."""
    old, new = (KNOWN + fill * 2_000_000 for fill in (b"% old\n", b"% newer\n"))
    Path("old").write_bytes(old)
    Path("new").write_bytes(new)
    draw = random.Random(7)
    for _ in range(12):
        refs.write_bytes(old)
        with started(sys.executable, "-c", KILLED, env=environment(), stderr=None) as child:
            assert child.stdout
            assert child.stdout.readline() == b"ready\n"
            time.sleep(draw.uniform(0, 0.1))
            child.send_signal(signal.SIGKILL)
            assert child.wait() == -signal.SIGKILL
        assert refs.read_bytes() in {old, new}


def test_a_backup_never_takes_the_place_of_another(refs: Path) -> None:
    """Not even of a link that leads nowhere."""
    Path("refs.bib.bak").symlink_to("nowhere")
    for number in range(3):
        refs.write_bytes(b"%d" % number)
        replace_bytes(refs, b"%d" % number, b"new")
    assert [Path(f"refs.bib.bak{n}").read_bytes() for n in (2, 3, 4)] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    "module",
    ["files", "bibfile/fix/fixer", "bibfile/fix/merge", "bibfile/editor", "bibfile/fix/entry"],
)
def test_no_assertion_guards_a_file(module: str) -> None:
    """Python leaves assertions out when it is asked to optimise."""
    path = Path(dltheory_bib.__file__).parent / f"{module}.py"
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    assert not any(isinstance(node, ast.Assert) for node in nodes)
