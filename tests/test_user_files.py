"""Files of the user: their permissions, their line ends, and every fault while they are written."""

from __future__ import annotations

import difflib
import errno
import os
import random
import re
import signal
import stat
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dltheory_bib import Bibliography, UnsafeChangeError
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.cli.main import main
from dltheory_bib.files import (
    JOURNAL,
    TEMPORARY,
    finish_together,
    replace_bytes,
    sweep,
    write_bytes,
    write_together,
)
from dltheory_bib.site.folder import Folder
from helpers.budget import SOAK
from helpers.programs import environment, needs, run_program

pytestmark = pytest.mark.slow  # processes, and a fault at every call

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are those of POSIX")
root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
OLD, NEW = b"old\n" * 40_000, b"newer\n" * 40_000


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: str = ".") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


# What a rewritten file and its backup keep


def _access_list(reader: int) -> bytes:
    """The access list of a file that its owner writes and one more user reads."""
    entries = ((1, 6, -1), (2, 4, reader), (4, 0, -1), (16, 4, -1), (32, 0, -1))
    packed = (struct.pack("<HHI", tag, may, who & 0xFFFFFFFF) for tag, may, who in entries)
    return struct.pack("<I", 2) + b"".join(packed)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o400 | 0o020, 0o755])
def test_the_file_and_its_backup_have_its_mode(mode: int) -> None:
    refs = Path("refs.bib")
    refs.write_bytes(OLD)
    os.utime(refs, ns=(1_000_000_000, 2_000_000_000))
    refs.chmod(mode)
    backup = replace_bytes(refs, OLD, NEW)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (refs, backup)} == {mode}
    assert backup.stat().st_mtime_ns == 2_000_000_000
    assert refs.stat().st_mtime_ns > 2_000_000_000


@posix
def test_a_new_file_has_the_mode_that_the_umask_leaves() -> None:
    before = os.umask(0o027)
    try:
        write_bytes(Path("new.bib"), NEW)
        write_together(Path("made"), {"a": "1"})
    finally:
        os.umask(before)
    for path in (Path("new.bib"), Path("made/a")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


@root
def test_the_owner_and_the_group_stay() -> None:
    refs = Path("refs.bib")
    refs.write_bytes(OLD)
    os.chown(refs, 1234, 1235)
    refs.chmod(0o660)
    for path in (refs, replace_bytes(refs, OLD, NEW)):
        found = path.stat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 1235, 0o660)


@root
def test_who_gets_a_file_shows_it_to_nobody_else(here: Path) -> None:
    """Where owner and group cannot be kept, the new group may do what everybody may."""
    here.chmod(0o777)
    above = [one for one in here.parents if not one.stat().st_mode & stat.S_IXOTH]
    refs = here / "refs.bib"
    refs.write_bytes(OLD)
    os.chown(refs, 1234, 1235)
    refs.chmod(0o2666)
    refs.chmod(0o2664 | stat.S_IWOTH)
    with _modes(above):
        assert _as_user(4321, lambda: replace_bytes(refs, OLD, NEW)) == 0
    assert refs.read_bytes() == NEW
    found = refs.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (4321, 4321, 0o666)
    os.chown(refs, 1234, 1235)
    refs.chmod(0o664)
    with _modes(above):
        assert _as_user(4321, lambda: write_bytes(refs, OLD)) == 0
    assert stat.S_IMODE(refs.stat().st_mode) == 0o644


@contextmanager
def _modes(folders: list[Path]) -> Iterator[None]:
    """Another user may pass through these folders."""
    old = [folder.stat().st_mode for folder in folders]
    for folder, mode in zip(folders, old, strict=True):
        folder.chmod(mode | stat.S_IXOTH)
    try:
        yield
    finally:
        for folder, mode in zip(folders, old, strict=True):
            folder.chmod(mode)


def _as_user(user: int, act: Callable[[], object]) -> int:
    """Do something as another user, in a process of its own; return its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.platform != "linux", reason="attributes of Linux")
@pytest.mark.parametrize(
    ("name", "value"),
    [("user.colour", b"blue"), ("system.posix_acl_access", _access_list(1234))],
    ids=["extended attribute", "access list"],
)
def test_extended_attributes_and_access_lists_stay(name: str, value: bytes) -> None:
    refs = Path("refs.bib")
    refs.write_bytes(OLD)
    try:
        os.setxattr(refs, name, value)
    except OSError as error:
        pytest.skip(f"this file system has none: {error.strerror}")
    mode = refs.stat().st_mode
    for path in (refs, replace_bytes(refs, OLD, NEW)):
        assert os.getxattr(path, name) == value
        assert path.stat().st_mode == mode


@posix
def test_hard_links_to_the_old_file_keep_the_old_content() -> None:
    refs = Path("refs.bib")
    refs.write_bytes(OLD)
    os.link(refs, "other.bib")
    replace_bytes(refs, OLD, NEW)
    assert Path("other.bib").read_bytes() == OLD
    assert refs.read_bytes() == NEW


# Where a file may be written


LINKS: dict[str, Callable[[], object]] = {
    "itself": lambda: Path("out.bib").symlink_to("out.bib"),
    "each other": lambda: (Path("out.bib").symlink_to("b"), Path("b").symlink_to("out.bib")),
    "three": lambda: [Path(a).symlink_to(b) for a, b in (("out.bib", "b"), ("b", "c"), ("c", "b"))],
    "folders": lambda: (Path("d").symlink_to("d"), Path("out.bib").symlink_to("d/out.bib")),
}


@posix
@pytest.mark.parametrize("command", ["export", "cite", "save"])
@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_a_loop_of_links_is_said_to_be_one(
    bib: Bibliography, capfd: pytest.CaptureFixture[str], command: str, make: Callable[[], object]
) -> None:
    make()
    before = names()
    Path("main.tex").write_text(r"\cite{jin2017escape}", "utf-8")
    if command == "save":
        with pytest.raises(OSError, match="link"):
            bib.all()[:2].save("out.bib")
    else:
        asked = "topic:ntk" if command == "export" else "main.tex"
        assert main((command, asked, "-o", "out.bib")) == 1
        said = capfd.readouterr().err
        assert said.startswith("Error: cannot write out.bib: ")
        assert "link" in said
    assert [name for name in names() if name != "main.tex"] == before


@posix
def test_a_link_is_followed_also_to_a_file_that_is_new(capfd: pytest.CaptureFixture[str]) -> None:
    Path("papers").mkdir()
    Path("out.bib").symlink_to("papers/real.bib")
    for _ in range(2):
        assert main(("export", "topic:ntk", "-o", "out.bib")) == 0
        assert Path("out.bib").is_symlink()
        assert Path("papers/real.bib").read_bytes().startswith(b"% Exported")
        assert names("papers") == ["real.bib"]
    Path("papers/real.bib").write_bytes(b"% mine\n")
    assert main(("export", "topic:ntk", "-o", "out.bib")) == 1
    assert "out.bib was not written by export" in capfd.readouterr().err


@posix
@pytest.mark.parametrize("device", ["/dev/null", "/dev/full", "/dev/zero"])
@pytest.mark.parametrize("through", [False, True], ids=["named", "through a link"])
def test_devices_are_refused_and_stay(
    capfd: pytest.CaptureFixture[str], device: str, through: bool
) -> None:
    if not Path(device).exists():
        pytest.skip(f"no {device} here")
    Path("out.bib").symlink_to(device)
    where = "out.bib" if through else device
    for force in ((), ("--force",)):
        assert main(("export", "topic:ntk", "-o", where, *force)) == 1
        assert f"Error: {where} is not a regular file" in capfd.readouterr().err
    assert Path(device).is_char_device()


def test_a_file_marked_read_only_stays(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(("export", "topic:ntk", "-o", "out.bib")) == 0
    Path("out.bib").chmod(0o444)
    before = Path("out.bib").read_bytes()
    capfd.readouterr()
    assert main(("export", "author:jin", "-o", "out.bib", "--force")) == 1
    assert capfd.readouterr().err == "Error: cannot write out.bib: is read-only\n"
    assert Path("out.bib").read_bytes() == before


@root
def test_a_folder_of_another_user_is_said_to_be_refused(here: Path) -> None:
    """Root may write everywhere, so the command runs as somebody else."""
    folder = here / "theirs"
    folder.mkdir(mode=0o755)
    above = [one for one in folder.parents if not one.stat().st_mode & stat.S_IXOTH]
    said = here / "said"

    def export() -> None:
        try:
            write_bytes(folder / "out.bib", NEW)
        except OSError as error:
            os.write(handle, (error.strerror or "").encode())

    handle = os.open(said, os.O_WRONLY | os.O_CREAT)
    with _modes(above):
        assert _as_user(4321, export) == 0
    os.close(handle)
    assert said.read_text() == "Permission denied"
    assert list(folder.iterdir()) == []


# Line ends of an entry that is edited

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")


def _broken(entry: str, draw: random.Random) -> str:
    """The entry with initials, names and titles over several lines, and mixed line ends."""
    if draw.random() < 0.6:
        ways = [" and ", " and\n    ", "\n    and "]
        entry = re.sub(r" and ", lambda _: draw.choice(ways), entry)
    if draw.random() < 0.5:
        entry = re.sub(r"([A-Z])[a-z]+(?= and|\},)", r"\1.", entry)
    ends = ["\n", "\r\n"] if draw.random() < 0.8 else ["\r", "\n"]
    return re.sub("\n", lambda _: draw.choice(ends), entry)


def _lines(text: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _LINE.finditer(text) if found[0]]


@pytest.mark.parametrize("seed", range(4))
def test_every_line_that_stays_keeps_its_line_end(bib: Bibliography, seed: int) -> None:
    """Also when the line behind it goes, and when a field is added behind the last."""
    draw = random.Random(seed)
    entries = re.split(r"(?<=\n\})\n", bib.to_bibtex(prefer="preprint"))
    edited = 0
    for entry in entries:
        text = "% first\r\n" + _broken(entry.strip(), draw) + draw.choice(["\n", "\r\n", "\r"])
        options = draw.choice([{}, {"keep_preprint": True}, {"venues": "long"}, {"merge": True}])
        made = fix(bib, parse_bib(text), **options).text
        edited += made != text
        old, new = _lines(text), _lines(made)
        same = difflib.SequenceMatcher(None, *([a for a, _ in x] for x in (old, new)), False)
        for block in same.get_matching_blocks():
            for n in range(block.size):
                assert old[block.a + n] == new[block.b + n], text
        assert fix(bib, parse_bib(made), **options).text == made
    assert edited > 10


def test_a_new_field_ends_its_line_as_the_entry_does(bib: Bibliography) -> None:
    start = "title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}, year={2017}"
    for end in ("\r\n", "\n", "\r"):
        other = "\n" if end != "\n" else "\r\n"
        text = f"@misc{{x, title={{X}}}}{other}@misc{{a,{end}{start}{end}}}{other}"
        made = fix(bib, parse_bib(text)).text
        assert made != text
        breaks = {found[2] for found in _LINE.finditer(made[made.index("{a,") : made.rindex("}")])}
        assert breaks <= {end, ""}


# Faults: a call that fails, or a process that ends, at each call that changes the disk

CALLS = re.findall(
    r"\w+",
    "write fsync link rename replace unlink remove chmod chown utime mkdir rmdir setxattr close",
)


class Fault:
    """Counts the calls that change the disk, and does something else at one of them."""

    def __init__(self, at: int, act: Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]):
        self.at, self.act, self.count, self.what = at, act, 0, ""

    @contextmanager
    def active(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in CALLS:
                if hasattr(os, name):
                    patch.setattr(os, name, self._wrapped(name, getattr(os, name)))
            yield

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.what = name
                return self.act(name, real, given)
            return real(*given, **options)

        return call


def fails(code: int) -> Callable[..., Any]:
    def act(name: str, real: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        if name == "close":  # the system closes it all the same
            real(*given)
        raise OSError(code, os.strerror(code))

    return act


def cut_short(name: str, real: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """Half of it is written; then the disk is full."""
    if name == "write":
        real(given[0], given[1][: len(given[1]) // 2])
    return fails(errno.ENOSPC)(name, real, given)


def short_write(name: str, real: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """Part of it is written, which is no error."""
    return real(given[0], given[1][:1000]) if name == "write" else real(*given)


def ends(half: bool) -> Callable[..., Any]:
    """The process ends before the call; if half, when half is written, or after another call."""

    def act(name: str, real: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        try:
            if half and name == "write":
                real(given[0], given[1][: len(given[1]) // 2])
            elif half:
                real(*given)
        finally:
            os._exit(9)

    return act


def interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


FAULTS: dict[str, Callable[..., Any]] = {
    "no space": fails(errno.ENOSPC),
    "disk error": fails(errno.EIO),
    "not permitted": fails(errno.EPERM),
    "not supported": fails(errno.ENOTSUP),
    "half written": cut_short,
    "part written": short_write,
    "Ctrl-C": interrupted,
}


class Task:
    """Something that writes files, and what must hold however it ends."""

    def prepare(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        raise NotImplementedError

    def check(self) -> None:
        """Nothing is half written and nothing is lost."""
        raise NotImplementedError

    def finished(self) -> None:
        """What holds when it has run to its end, also after a run that did not."""
        raise NotImplementedError


class Replace(Task):
    """`fix --write`."""

    def prepare(self) -> None:
        Path("refs.bib").write_bytes(OLD)
        Path("refs.bib").chmod(0o640)

    def run(self) -> None:
        replace_bytes(Path("refs.bib"), OLD, NEW)

    def check(self) -> None:
        content = Path("refs.bib").read_bytes()
        backups = [path.read_bytes() for path in Path().glob("refs.bib.bak*")]
        assert content in {OLD, NEW}
        assert set(backups) <= {OLD}
        assert content == OLD or backups, "the old content is nowhere"

    def finished(self) -> None:
        if Path("refs.bib").read_bytes() == OLD:
            self.run()
        assert Path("refs.bib").read_bytes() == NEW
        assert Path("refs.bib.bak").read_bytes() == OLD
        assert not list(Path().glob("refs.bib.bak?"))


class Overwrite(Task):
    """`export -o` on its own file."""

    def prepare(self) -> None:
        Path("refs.bib").write_bytes(OLD)

    def run(self) -> None:
        write_bytes(Path("refs.bib"), NEW)

    def check(self) -> None:
        assert Path("refs.bib").read_bytes() in {OLD, NEW}

    def finished(self) -> None:
        self.run()
        assert Path("refs.bib").read_bytes() == NEW


class Create(Task):
    """`export -o` on a new file."""

    def prepare(self) -> None:
        pass

    def run(self) -> None:
        write_bytes(Path("refs.bib"), NEW)

    def check(self) -> None:
        assert not Path("refs.bib").exists() or Path("refs.bib").read_bytes() == NEW

    def finished(self) -> None:
        self.run()
        assert Path("refs.bib").read_bytes() == NEW


class Together(Task):
    """`import`: two files."""

    TEXTS: ClassVar = {"venues.yaml": "v\n" * 9_000, "papers.yaml": "p\n" * 9_000}

    def prepare(self) -> None:
        Path("mine").mkdir()
        Path("mine/notes.txt").write_text("mine", "utf-8")

    def run(self) -> None:
        write_together(Path("mine"), self.TEXTS)

    def _there(self) -> dict[str, str]:
        return {
            path.name: path.read_text("utf-8")
            for path in Path("mine").iterdir()
            if not path.name.startswith(".") and path.name != "notes.txt"
        }

    def check(self) -> None:
        assert self._there().items() <= self.TEXTS.items()
        if "papers.yaml" in self._there():
            assert self._there() == self.TEXTS

    def finished(self) -> None:
        finish_together(Path("mine"))
        assert self._there() in ({}, self.TEXTS)
        if not self._there():
            self.run()
        assert self._there() == self.TEXTS
        assert not Path("mine", JOURNAL).exists()
        assert Path("mine/notes.txt").read_text("utf-8") == "mine"


class Site(Task):
    """`site build` into a folder with a site."""

    FIRST: ClassVar = {"index.html": b"1" * 5000, "a/b.html": b"2" * 5000, "gone.html": b"3"}
    SECOND: ClassVar = {"index.html": b"4" * 5000, "a/b.html": b"2" * 5000, "c/d.html": b"5" * 5000}

    def prepare(self) -> None:
        Folder(Path("site")).update(self.FIRST, "first")

    def run(self) -> None:
        Folder(Path("site")).update(self.SECOND, "second")

    def check(self) -> None:
        for name, content in self.FIRST.items():
            path = Path("site", name)
            assert not path.exists() or path.read_bytes() in {content, self.SECOND.get(name)}
        Folder(Path("site"))  # its manifest is whole

    def finished(self) -> None:
        self.run()
        assert Folder(Path("site")).is_current("second")
        found = set(Path("site").rglob("*.html"))
        assert found == {Path("site", name) for name in self.SECOND}
        assert not _leftovers()


TASKS: list[type[Task]] = [Replace, Overwrite, Create, Together, Site]


def _leftovers() -> list[Path]:
    return list(Path().rglob(f".*{TEMPORARY}"))


def _aged() -> None:
    """Temporary files that were left behind are older than the time that a new one has."""
    for path in _leftovers():
        os.utime(path, (time.time() - 60, time.time() - 60))


def _tidied() -> None:
    """The next write in each folder leaves no temporary file of an ended one."""
    for folder in {path.parent for path in _leftovers()}:
        sweep(folder)
    assert not _leftovers()


@contextmanager
def _scene(folder: Path, task: Task) -> Iterator[None]:
    folder.mkdir()
    before = Path.cwd()
    os.chdir(folder)
    try:
        task.prepare()
        yield
    finally:
        os.chdir(before)


@posix
@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("act", FAULTS.values(), ids=FAULTS)
def test_a_call_that_fails_leaves_no_half_file(
    here: Path, kind: type[Task], act: Callable[..., Any]
) -> None:
    """For every n, the n-th call that changes the disk goes wrong."""
    for at in range(1, 1000):
        task = kind()
        with _scene(here / str(at), task):
            fault = Fault(at, act)
            with fault.active(), suppress(OSError, KeyboardInterrupt, UnsafeChangeError):
                task.run()
            task.check()
            if fault.what not in {"unlink", "rmdir", ""}:
                assert not _leftovers(), fault.what
            _aged()
            task.finished()
            _tidied()
        if not fault.what:
            break
    assert at > 5


@posix
@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("half", [False, True], ids=["before the call", "in the call"])
def test_a_process_that_ends_at_any_call_leaves_no_half_file(
    here: Path, kind: type[Task], half: bool
) -> None:
    """For every n, it ends at the n-th call that changes the disk; the next run tidies up."""

    for at in range(1, 1000):
        task = kind()
        with _scene(here / str(at), task):
            child = os.fork()
            if child == 0:
                with suppress(BaseException), Fault(at, ends(half)).active():
                    task.run()
                    os._exit(0)
                os._exit(1)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            task.check()
            _aged()
            task.finished()
            _tidied()
        assert ended in {0, 9}
        if ended == 0:
            break
    assert at > 5


SCRIPTS = {
    "fix": ("fix", "refs.bib", "--write"),
    "export": ("export", "topic:ntk", "-o", "out.bib", "--force"),
    "import": ("import", "refs.bib", "mine"),
}
REFS = (
    b"@misc{a, title={How to Escape Saddle Points Efficiently}, author={Jin, C. and others},\n"
    b"  eprint={1703.00887}, year={2017}}\n"
)
WRITING = "write,pwrite64,/^rename,/^link,/^unlink,fsync,fdatasync,/chmod,/chown,utimensat,/^mkdir"
"""The system calls that write, as strace names them."""


class Traced:
    """A command under strace, in a folder of its own."""

    def __init__(self, folder: Path, command: str) -> None:
        self.folder, self.command = folder, command
        self.program = (sys.executable, "-m", "dltheory_bib", *SCRIPTS[command])
        folder.mkdir()
        (folder / "refs.bib").write_bytes(REFS)
        (folder / "out.bib").write_bytes(b"% old\n")

    def run(self, *inject: str) -> str:
        """Run it; return the calls that wrote."""
        log = self.folder.with_suffix(".log")
        done = run_program(
            *(needs("strace"), "-f", "-qq", "-o", str(log), "-e", f"trace={WRITING}"),
            *(*inject, *self.program),
            cwd=self.folder,
            env=environment(PYTHONDONTWRITEBYTECODE="1"),
        )
        assert b"Traceback" not in done.stderr
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def run_again(self) -> None:
        """Run it as a user would after a fault, later."""
        for path in self.folder.rglob(f".*{TEMPORARY}"):
            os.utime(path, (time.time() - 60, time.time() - 60))
        again = run_program(*self.program, cwd=self.folder, env=environment())
        # The first run may have come to its end.
        assert again.returncode == 0 or b"already exists" in again.stderr, again.stderr


if SOAK:  # minutes, and tracing needs a permission that not every machine gives

    @pytest.mark.soak
    @pytest.mark.skipif(sys.platform != "linux", reason="strace is for Linux")
    @pytest.mark.parametrize("command", SCRIPTS)
    @pytest.mark.parametrize("fault", ["signal=KILL", "error"])
    def test_the_command_at_every_system_call_that_writes(
        bib: Bibliography, here: Path, command: str, fault: str
    ) -> None:
        """strace ends it, or lets the call fail, at each of them in turn."""
        assert len(bib)  # its snapshot is in the cache
        log = Traced(here / "plain", command).run()
        calls = re.findall(r"^\d+ +(\w+)\((\d?)", log, re.MULTILINE)
        if not calls:
            pytest.skip("tracing is not permitted here")
        assert "fsync" in dict(calls)
        counts: Counter[str] = Counter()
        for number, (call, handle) in enumerate(calls):
            counts[call] += 1
            if handle in {"1", "2"}:
                continue
            traced = Traced(here / str(number), command)
            code = "ENOSPC" if call in {"write", "link", "mkdir"} else "EIO"
            what = fault if fault != "error" else f"error={code}"
            log = traced.run("-e", f"inject={call}:{what}:when={counts[call]}")
            assert "INJECTED" in log or "killed by SIGKILL" in log
            _whole(traced.folder, command)
            traced.run_again()
            _whole(traced.folder, command, finished=True)


def _whole(folder: Path, command: str, finished: bool = False) -> None:
    refs, out = folder / "refs.bib", folder / "out.bib"
    if command == "fix":
        content = refs.read_bytes()
        assert content == REFS or (b"ICML" in content or b"Machine Learning" in content)
        assert content.count(b"{") == content.count(b"}") > 0
        backups = [path.read_bytes() for path in folder.glob("refs.bib.bak*")]
        assert set(backups) <= {REFS}
        assert content == REFS or backups
        assert not finished or content != REFS
        return
    assert refs.read_bytes() == REFS
    if command == "export":
        content = out.read_bytes()
        whole = content.startswith(b"% Exported") and content.endswith(b"}\n")
        assert whole or (content == b"% old\n" and not finished)
        return
    there = {path.name for path in (folder / "mine").glob("*.yaml")}
    assert there in (set(), {"venues.yaml"}, {"venues.yaml", "papers.yaml"})
    assert not finished or len(there) == 2
    assert not finished or main(("check", str(folder / "mine"))) == 0
    assert not finished or not (folder / "mine" / JOURNAL).exists()


# Several files together


def test_a_file_that_was_changed_since_is_not_undone() -> None:
    write_together(Path("mine"), {"a": "1", "b": "2"})
    Path("mine", JOURNAL).write_text('{"a": "x", "b": "x"}', "utf-8")
    finish_together(Path("mine"))
    assert names("mine") == ["a", "b"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"../out": "x"}', "[" * 100_000, '{"a": 1}'])
def test_a_journal_of_somebody_else_leads_nowhere(text: str) -> None:
    Path("out").write_text("mine", "utf-8")
    Path("mine").mkdir()
    Path("mine", JOURNAL).write_text(text, "utf-8")
    finish_together(Path("mine"))
    assert names("mine") == []
    assert Path("out").read_text("utf-8") == "mine"


def test_nothing_is_written_over_and_nothing_is_left() -> None:
    Path("mine").mkdir()
    Path("mine/b").write_text("2", "utf-8")
    with pytest.raises(FileExistsError):
        write_together(Path("mine"), {"a": "1", "b": "2"})
    assert names("mine") == ["b"]


@posix
def test_two_imports_at_once_do_not_mix(capfd: pytest.CaptureFixture[str]) -> None:
    import fcntl

    Path("mine").mkdir()
    Path("refs.bib").write_bytes(REFS)
    handle = os.open("mine", os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert main(("import", "refs.bib", "mine")) == 1
    finally:
        os.close(handle)
    assert "cannot write to mine: another process is writing there" in capfd.readouterr().err
    assert names("mine") == []


# Temporary files of runs that were killed


@posix
def test_only_temporary_files_of_ended_processes_are_swept() -> None:
    import fcntl

    left, used, new = (Path(f".refs.bib.{name}{TEMPORARY}") for name in ("a", "b", "c"))
    for path in (left, used, new, Path(".refs.bib.bak"), Path("x" + TEMPORARY)):
        path.write_bytes(b"x")
    for path in (left, used):
        os.utime(path, (time.time() - 60, time.time() - 60))
    with used.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        sweep(Path(), "refs.bib")
        sweep(Path())
    assert names() == sorted([".refs.bib.bak", used.name, new.name, "x" + TEMPORARY])
    sweep(Path(), "other.bib")
    assert used.exists()
    sweep(Path(), "refs.bib")
    assert not used.exists()


def test_a_name_of_255_bytes_can_be_written() -> None:
    path = Path("é" * 125 + "a.bib")
    write_bytes(path, NEW)
    with suppress(OSError):  # the backup's name would be too long
        replace_bytes(path, NEW, OLD)
    assert path.read_bytes() == NEW
    assert len(names()) == 1


@posix
def test_killed_in_a_write_of_its_own(here: Path) -> None:
    """A real signal, at moments that nobody chose."""
    draw = random.Random(5)
    for n in range(20):
        with _scene(here / str(n), task := Replace()):
            child = os.fork()
            if child == 0:
                task.run()
                os._exit(0)
            time.sleep(draw.uniform(0, 0.004))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            task.check()
            _aged()
            task.finished()
            _tidied()
