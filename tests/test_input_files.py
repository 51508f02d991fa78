"""The one way in for files of a user: what is read, in which encoding, and what is refused."""

from __future__ import annotations

import ast
import codecs
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dltheory_bib
from dltheory_bib import DataError
from dltheory_bib.bibfile.bib_parser import read_bib
from dltheory_bib.cli.main import main
from dltheory_bib.input_files import (
    LARGEST,
    VARIABLE,
    decode,
    encode,
    is_stream,
    legible,
    read_bytes,
    read_text,
)
from helpers.programs import environment, run_program

PACKAGE = Path(dltheory_bib.__file__).parent
ENTRY = "@article{a, title={Über %s}, author={Müller, Jürgen}, year=2000, journal={Für Physik}}\n"
COMMANDS = (
    ("check", "IN"),
    ("fix", "IN"),
    ("cover", "IN"),
    ("cite", "IN"),
    ("cite", "main.tex", "--bib", "IN"),
    ("check", "--tex", "IN"),
    ("import", "IN", "mine"),
)
"""Every command that reads a file of the user."""


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., tuple[int, str]]:
    """Run a command in an empty folder; its exit code and everything it says."""
    monkeypatch.chdir(tmp_path)
    Path("main.tex").write_text(r"\cite{a}", "utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        out, err = capfdbinary.readouterr()
        return code, (out + err).decode("utf-8", "replace")

    return run


# What is no file


def _refused(name: str) -> str:
    with pytest.raises(DataError) as raised:
        read_bytes(Path(name))
    (problem,) = raised.value.problems
    return problem.message


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("fifo", "is a named pipe, which may never end"),
        ("device", "is a device, which may never end"),
        ("link to a device", "is a device, which may never end"),
        ("socket", "is a socket, which may never end"),
        ("loop", "is a loop of links"),
        ("nothing", "does not exist"),
        ("folder", "is a directory"),
    ],
)
def test_every_command_refuses_what_is_no_file(
    run: Callable[..., tuple[int, str]], command: tuple[str, ...], kind: str, said: str
) -> None:
    """At once, by its name, with exit code 1."""
    name = "x.bib"
    bound = None
    if kind == "fifo":
        os.mkfifo(name)
    elif kind == "device":
        name = "/dev/zero"
    elif kind == "link to a device":
        Path(name).symlink_to("/dev/zero")
    elif kind == "socket":
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(name)
    elif kind == "loop":
        Path(name).symlink_to("y.bib")
        Path("y.bib").symlink_to(name)
    elif kind == "folder":
        Path(name).mkdir()
        if command == ("check", "IN"):
            said = "a directory"  # of a collection, it would be; its suffix says otherwise
    code, text = run(*(name if part == "IN" else part for part in command))
    if bound is not None:
        bound.close()
    assert code == 1
    assert said in text or (kind == "folder" and "contains no file of a catalogue" in text)
    assert "unexpected" not in text


def test_a_file_may_be_as_large_as_the_limit_and_the_limit_can_be_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "refs.bib"
    path.write_bytes(b" " * (1 << 20))
    monkeypatch.setenv(VARIABLE, "1")
    assert len(read_bytes(path)) == 1 << 20
    path.write_bytes(b" " * ((1 << 20) + 1))
    assert _refused(str(path)) == (
        "is larger than 1 MB; split it, or set the environment variable DLTHEORY_MAX_MB to more "
        "megabytes"
    )
    monkeypatch.setenv(VARIABLE, "2")
    assert read_bytes(path)
    for wrong in ("", "x", "-1", "nan", "1e9"):
        monkeypatch.setenv(VARIABLE, wrong)
        assert read_bytes(path)  # the limit is the usual one
    path.unlink()
    os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), (LARGEST << 20) + 1)
    assert "is larger than 100 MB" in _refused(str(path))


# Streams


@pytest.mark.slow
@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        (("check", "IN"), "@misc{a, pages={9--1}}", "is before the first"),
        (("fix", "IN"), "@misc{a, title={A}}", "1 entry, 0 matched"),
        (("cover", "IN"), "see jin2017escape", "jin2017escape"),
        (("cite", "IN"), r"\cite{jin2017escape}", "@inproceedings{jin2017escape,"),
        (("cite", "IN"), "\\relax\n\\citation{jin2017escape}", "@inproceedings{jin2017escape,"),
        (("check", "IN"), "- key: x\n  titel: y\n", "unknown field titel"),
        (("import", "IN", "mine"), "@misc{a, title={T}, author={A, B}, year=2000}", "wrote 1 work"),
        (
            ("import", "IN", "mine"),
            '[{"id": "a", "title": "T", "author": [{"family": "A"}], "issued": "2000"}]',
            "wrote 1 work",
        ),
        (("import", "IN", "mine"), "TY  - JOUR\nTI  - T\nAU  - A\nPY  - 2000\nER  -\n", "wrote 1"),
    ],
)
def test_standard_input_is_read(
    tmp_path: Path, name: str, command: tuple[str, ...], text: str, said: str
) -> None:
    """A pipe has no name to tell its kind by; its beginning does."""
    arguments = [name if part == "IN" else part for part in command]
    done = run_program(
        *(sys.executable, "-m", "dltheory_bib", *arguments),
        stdin=None,
        input=text.encode(),
        cwd=tmp_path,
        env=environment(),
    )
    assert said in (done.stdout + done.stderr).decode()


def test_a_pipe_of_the_shell_is_read_twice() -> None:
    """`check <(…)`: its kind is found by its content, then it is judged."""
    inner, outer = os.pipe()
    os.write(outer, b"@misc{a, pages={9--1}}")
    os.close(outer)
    path = Path(f"/dev/fd/{inner}")
    assert is_stream(path)
    assert read_bytes(path) == read_bytes(path) == b"@misc{a, pages={9--1}}"
    os.close(inner)


def test_what_came_through_a_pipe_cannot_be_written_back(
    run: Callable[..., tuple[int, str]],
) -> None:
    code, text = run("fix", "-", "--write")
    assert code == 2
    assert "--write needs a file" in text


# Encodings


@pytest.mark.parametrize(
    ("raw", "encoding", "note"),
    [
        (ENTRY.encode(), "utf-8", ""),
        (codecs.BOM_UTF8 + ENTRY.encode(), "utf-8", ""),
        (codecs.BOM_UTF16_LE + ENTRY.encode("utf-16-le"), "utf-16-le", "by its byte order mark"),
        (codecs.BOM_UTF16_BE + ENTRY.encode("utf-16-be"), "utf-16-be", "by its byte order mark"),
        (ENTRY.encode("latin-1"), "latin-1", "read as Latin-1, because it is not UTF-8"),
        (f"{ENTRY}“x”".encode("cp1252"), "cp1252", "read as Windows-1252, because it is not UTF-8"),
        (
            f"% !TeX encoding = IsoLatin2\n{ENTRY}ő".encode("iso8859-2"),
            "iso8859-2",
            "as ISO8859-2, as it declares",
        ),
        (f"% Encoding: windows-1250\n{ENTRY}ő".encode("cp1250"), "cp1250", "as it declares"),
        (f"% Encoding: ISO8859_1\n{ENTRY}".encode("latin-1"), "latin-1", "as it declares"),
        (rf"\usepackage[T1,ansinew]{{inputenc}} {ENTRY}".encode("cp1252"), "latin-1", "declares"),
        (f"% -*- coding: koi8-r -*-\nю {ENTRY[:5]}".encode("koi8-r"), "koi8-r", "as it declares"),
        (f"% Encoding: ISO-8859-1\n{ENTRY}".encode(), "utf-8", ""),  # it was converted since
        (f"% Encoding: utf-7\n{ENTRY}".encode("latin-1"), "latin-1", "because it is not UTF-8"),
        (ENTRY.encode() + b"\xfc", "utf-8", "with bytes of Windows-1252 in it"),
    ],
)
def test_an_encoding_is_found_and_said(
    tmp_path: Path, raw: bytes, encoding: str, note: str
) -> None:
    """And the text is encoded again to the same bytes."""
    found = decode(raw, "refs.bib")
    same = {"cp1252", "latin-1"}
    assert found.encoding == encoding or {found.encoding, encoding} == same
    assert encode(found.text, found.encoding) == raw
    assert note in found.note if note else found.note == ""
    path = tmp_path / "refs.bib"
    path.write_bytes(raw)
    if ENTRY in legible(found.text):
        (entry,) = read_bib(path).entries
        assert read_bib(path).values(entry)["journal"] == "Für Physik"
        assert "Müller, Jürgen" in read_text(path).text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8", "utf-8-sig"])
def test_an_ordinary_bib_of_any_encoding_is_imported_whole(
    run: Callable[..., tuple[int, str]], encoding: str
) -> None:
    text = "".join(ENTRY.replace("{a,", f"{{a{n},") % n for n in range(5))
    Path("x.bib").write_bytes(text.encode(encoding))
    code, said = run("import", "x.bib", "mine")
    assert code == 0
    assert "wrote 5 works" in said
    assert "skipped" not in said
    papers = Path("mine/papers.yaml").read_text("utf-8")
    assert papers.count("Müller, Jürgen") == papers.count("title: Über") == 5
    assert said.count("is read as") == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8", "utf-8-sig"])
def test_fix_writes_a_file_in_its_own_encoding(
    run: Callable[..., tuple[int, str]], encoding: str
) -> None:
    known = "@misc{b, title={How to Escape Saddle Points Efficiently}, eprint={1703.00887}}\n"
    path = Path("x.bib")
    path.write_bytes((ENTRY + known).encode(encoding))
    code, _ = run("fix", "x.bib", "--write")
    after = path.read_bytes()
    assert code == 0
    assert "@inproceedings{b" in after.decode(encoding)
    assert after.startswith(ENTRY.encode(encoding))
    assert run("fix", "x.bib", "--write")[0] == 0
    assert path.read_bytes() == after


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_to_the_byte_or_refused(raw: bytes) -> None:
    try:
        found = decode(raw, "x")
    except DataError:
        assert b"\0" in raw or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return
    assert encode(found.text, found.encoding) == raw
    legible(found.text).encode()  # raises nothing


# Nobody else opens a file of the user

OPENS = frozenset({"open", "read_text", "read_bytes", "fdopen"})
# What these read was written by this program or belongs to it.
OWN = {
    "input_files.py": "the one way in",
    "files.py": "compares what it is about to replace",
    "snapshot": "the cache",
    "shelf/readers/json_lines.py": "dumps of gigabytes, piece by piece",
    "shelf/shelf_index.py": "the shelf that it wrote",
    "lookup/service_client.py": "the dump that it fetches",
    "site": "its own templates and folders",
    "display/graph_view.py": "its own scripts",
    "discovery/citation_store.py": "what it wrote of the citations beside the shelf",
    "revision/release.py": "members of an archive that input_files has read",
    "cli/main.py": "os.devnull",
    "cli/network_options.py": "its own log of requests",
    "source/collection_writer.py": "its own notes of changes",
}


def test_no_other_module_opens_a_file_of_the_user() -> None:
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place in OWN or place.split("/")[0] in OWN:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        ours = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "dltheory_bib.input_files"
            for alias in node.names
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in OPENS and not (isinstance(node.func, ast.Name) and name in ours):
                found.add(f"{place}:{node.lineno}: {name}")
    allowed = {"Snapshot.open"}
    assert {one for one in found if one.split(": ")[1] not in allowed} == set()
