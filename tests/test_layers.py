"""How the package is built: imports point down, one room for each dependency, small files."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dltheory_bib
from dltheory_bib import Bibliography
from helpers.programs import environment, run_program

PACKAGE = Path(dltheory_bib.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top down; a module imports from its own floor and those below.
FLOORS = [
    {"cli", "__main__"},
    {"site", "mcp_server"},
    {"discovery"},
    {"bibfile", "manuscript", "shelf"},
    {"lookup", "revision"},
    {
        "bibliography",
        "papers",
        "search_results",
        "reading_orders",
        "selection",
        "comparison",
        "connections",
    },
    {"display"},
    {"query", "graph"},
    {"snapshot"},
    {"formats"},
    {"source"},
    {"theorems"},
    {"models"},
    {"arguments", "meant_names", "settings"},
    {"settings_files"},
    {"text", "files", "input_files"},
    {"errors", "collector", "user_folders", "correction_kinds"},
]
# The few calls up, each imported when it is made: Jupyter asks a record how it is shown, and a
# bibliography works on files.
EXCEPTIONS = {
    ("bibliography.py", "bibfile", "fix"),
    ("bibliography.py", "bibfile", "check"),
    ("bibliography.py", "bibfile", "cite"),
    ("bibliography.py", "bibfile", "cover"),
    ("bibliography.py", "manuscript", "cite"),
    ("bibliography.py", "discovery", "discover"),
    ("models/paper.py", "display", "_repr_html_"),
    ("models/registries.py", "display", "_repr_html_"),
    ("models/paper.py", "snapshot", "_repr_html_"),
    ("snapshot/views.py", "display", "_repr_html_"),
}

# Which modules may import a third-party package at run time.
HOMES = {
    "yaml": {
        "source/yaml_comments.py",
        "source/yaml_reader.py",
        "source/yaml_writer.py",
        "shelf/readers/pmlr_folder.py",
        "formats/hayagriva.py",
    },
    "rispy": {"formats/ris.py"},
    "pyarrow": {"formats/tables.py", "shelf/readers/openalex_dump.py"},
    "rapidfuzz": {"shelf"},
    "duckdb": {"discovery/engines.py"},
    "pyspark": {"discovery/engines.py"},
    "narwhals": {"discovery"},
    "bibtexparser": {"formats/bibtex.py", "bibfile/importers.py"},
    "rich": {"display", "cli"},
    "networkx": {"graph", "formats/graph_files.py", "display/networks.py"},
    "click": {"cli"},
    "parsy": {"query"},
    "pandas": {"selection.py", "comparison.py"},
    "matplotlib": {"display/charts.py", "display/bound_chart.py"},
    "pydantic": {"models", "source", "settings.py"},
    "pydantic_core": {"models", "source"},
    "pylatexenc": {"text", "display"},
    "platformdirs": {"user_folders.py"},
    "jinja2": {"site"},
    "markupsafe": {"site"},
    "latex2mathml": {"site"},
    "mcp": {"mcp_server"},
    "mcp_types": {"mcp_server"},
    "httpx2": {"lookup"},
    "hishel": {"lookup"},
}
# A warning to think, not a shape to fit.
LONGEST_MODULE = 600
# The one object in the user's hand has many short methods.
LONGER = {"bibliography.py": 770}
LONGEST_FUNCTION = 60


def where(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def room(name: str) -> str:
    """The room of a module of the package: `graph` of `dltheory_bib.graph.walks`."""
    return [*name.split("."), "__init__"][1]


def typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(
    tree: ast.AST, function: str = "", typing: bool = False
) -> Iterator[tuple[str, str, bool]]:
    """Each imported module, the function in which that is done, and whether only for types."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, function, typing
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield module, function, typing
            if module == "dltheory_bib":
                yield from ((f"{module}.{alias.name}", function, typing) for alias in node.names)
        else:
            named = node.name if isinstance(node, ast.FunctionDef) else function
            yield from imports(node, named, typing or typing_only(node))


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def test_every_room_has_a_floor() -> None:
    """No module stands outside the plan."""
    rooms = {where(module).split("/")[0].removesuffix(".py") for module in MODULES}
    assert rooms - {"__init__"} <= set().union(*FLOORS)


# The package's own __init__ gives the public names, which come from everywhere.
@pytest.mark.parametrize(
    "module",
    [one for one in MODULES if one.parent != PACKAGE or one.name != "__init__.py"],
    ids=where,
)
def test_imports_point_down(module: Path) -> None:
    """A module uses its own floor and those below, at its top and inside its functions."""
    place = where(module)
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    mine = place.split("/")[0].removesuffix(".py")
    for name, function, typing in imports(tree(module)):
        if not name.startswith("dltheory_bib.") or name.endswith("__version__") or typing:
            continue
        there = room(name)
        if (place, there, function) in EXCEPTIONS:
            continue
        assert floor[there] >= floor[mine], f"{place} imports {name}, which stands above it"


@pytest.mark.parametrize("module", MODULES, ids=where)
def test_each_dependency_has_its_room(module: Path) -> None:
    """A third-party package is imported in its room alone, elsewhere at most for types."""
    place = where(module)
    for name, _, typing in imports(tree(module)):
        package = name.split(".")[0]
        if package == "dltheory_bib" or package in sys.stdlib_module_names or typing:
            continue
        assert package in HOMES, f"{place} imports {package}, which has no room"
        homes = HOMES[package]
        assert place in homes or place.split("/")[0] in homes, f"{place} imports {package}"


@pytest.mark.parametrize("module", MODULES, ids=where)
def test_files_and_functions_stay_small(module: Path) -> None:
    """Small enough to hold in the head."""
    place = where(module)
    lines = len(module.read_text("utf-8").splitlines())
    assert lines <= LONGER.get(place, LONGEST_MODULE)
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{place}: {node.name}"


def loaded(code: str, whole: bool = False, **variables: str) -> set[str]:
    """The modules that a fresh Python has loaded after some code; unless `whole`, top-level."""
    name = "n" if whole else "n.split('.')[0]"
    program = f"import sys\n{code}\nimport json\n" + (
        f"sys.stderr.write(json.dumps([{name} for n in sys.modules]))"
    )
    done = run_program(sys.executable, "-c", program, env=environment(**variables), check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def third_party(names: set[str]) -> set[str]:
    # What site-packages' own .pth files load at every start counts for nothing.
    return (names & set(HOMES)) | (names & {"scipy", "numpy", "matplotlib", "sympy", "jinja2"})


def test_importing_the_package_loads_nothing() -> None:
    """Not one third-party module, and none of its own but itself."""
    names = loaded(
        "import dltheory_bib; own = [n for n in sys.modules if 'dltheory_bib.' in n]\n"
        "assert own == [], own"
    )
    assert third_party(names) == set()


SHOWN = (
    "topics",
    "topics wide-networks --format json",
    "list topic:ntk",
    "list --format json",
    "search saddle points",
    "show jin2017escape",
    "show jin2017escape --all",
    "show jin2017escape --format bibtex",
    "read ntk",
    "read saddles-to-edge-of-stability -f json",
    "trails",
    "trails -f json",
    "export topic:ntk",
    "export topic:ntk --dialect biblatex",
    "export topic:ntk --format json",
    "stats",
    "stats -f json",
    "completion bash",
    "compare",
    "compare --format json",
    "compare second-order-stationary",
    "compare first-order-stationary --all --ignore-polylog",
    "compare second-order-stationary year:2019.. --best --format latex",
    "compare depth-separation --format markdown",
    "compare second-order-stationary --format csv",
    "compare second-order-stationary --format html",
    "compare second-order-stationary --format json",
)
TIMED = {"topics", "list", "search", "show"}
"""The commands with a limit in `benchmarks/bench.py`."""
DRAWN = {"compare", "show", "stats", "topics", "trails"}
"""The commands that are drawn by rich in a pipe as well."""
HEAVY = {
    "difflib",
    "dltheory_bib.display.html",
    "dltheory_bib.snapshot.compile",
    "platformdirs",
    "rich._emoji_codes",
    "rich.live",
    "rich.markdown",
    "rich.panel",
    "rich.progress",
    "rich.syntax",
    "shlex",
    "shutil",
    "subprocess",
    "tempfile",
}
"""Modules that an answer on one screen does not need; together they take a quarter of its time."""
MODELS_ROOM = {"dltheory_bib.models.relations", "dltheory_bib.models.choices"}
"""What of the models is imported without pydantic."""


@pytest.mark.catalogue
@pytest.mark.parametrize("drawn", ["", "1"])
@pytest.mark.parametrize("command", SHOWN)
def test_showing_needs_no_model(catalogue: Bibliography, command: str, drawn: str) -> None:
    """A command that only shows imports no model, graph, YAML or BibTeX library, plain or drawn."""
    assert catalogue  # the snapshot is in the cache
    names = loaded(
        "import dltheory_bib.models\nfrom dltheory_bib.cli.main import main\n"
        f"assert main({command.split()!r}) == 0\n"
        "own = {n for n in sys.modules if n.startswith('dltheory_bib.models.')}\n"
        f"assert own <= {MODELS_ROOM!r}, own",
        FORCE_COLOR=drawn,
    )
    assert not names & {"pydantic", "pydantic_core", "networkx", "yaml", "bibtexparser"}
    assert not names & {"pylatexenc", "scipy", "numpy", "pandas"}
    assert "click" in names
    is_text = {"-f", "--format"} & set(command.split()) or command.split()[0] not in DRAWN
    assert drawn or not (is_text and "rich" in names), "rich is for what is drawn"


@pytest.mark.catalogue
@pytest.mark.parametrize("drawn", ["", "1"])
@pytest.mark.parametrize("command", [one for one in SHOWN if one.split()[0] in TIMED])
def test_showing_starts_light(catalogue: Bibliography, command: str, drawn: str) -> None:
    """The start is most of the time of these commands, and imports are most of the start."""
    assert catalogue
    names = loaded(
        "import gc; from dltheory_bib.cli.main import main\n"
        "assert not {'click', 'inspect'} & sys.modules.keys(), 'imported while gc is paused'\n"
        f"sys.argv[1:] = {command.split()!r}\n"
        "assert main() == 0\n"
        "assert gc.get_freeze_count() > 10_000, 'nothing is left to search at the end'",
        whole=True,
        FORCE_COLOR=drawn,
    )
    assert not names & HEAVY
    assert drawn or "rich.table" not in names or command.startswith("show")


@pytest.mark.catalogue
@pytest.mark.parametrize(
    "command", ["lineage jin2017escape", "path wang2019convergence dauphin2014identifying"]
)
def test_walking_needs_the_graph_and_no_model(catalogue: Bibliography, command: str) -> None:
    """A walk on the graph imports networkx, and neither a model nor YAML."""
    assert catalogue
    names = loaded(f"from dltheory_bib.cli.main import main\nassert main({command.split()!r}) == 0")
    assert "networkx" in names
    assert not names & {"pydantic", "pydantic_core", "yaml", "bibtexparser", "pylatexenc"}


@pytest.mark.catalogue
def test_mending_a_bib_loads_no_writer(catalogue: Bibliography, tmp_path: Path) -> None:
    """`fix` and `check` compare fields with fields, and print no entry to read it back."""
    refs = tmp_path / "refs.bib"
    refs.write_text(catalogue.on("saddle-escape").to_bibtex(prefer="preprint"), encoding="utf-8")
    names = loaded(
        "from pathlib import Path\n"
        "from dltheory_bib import load\n"
        "from dltheory_bib.bibfile.bib_parser import read_bib\n"
        "from dltheory_bib.bibfile.fix.fixer import fix\n"
        "from dltheory_bib.bibfile.lint.linter import lint\n"
        f"bib, file = load(), read_bib(Path({str(refs)!r}))\n"
        "assert fix(bib, file).changed\n"
        "assert lint(bib, [file]).problems"
    )
    assert "bibtexparser" not in names


@pytest.mark.catalogue
def test_loading_the_catalogue_reads_no_yaml(catalogue: Bibliography) -> None:
    """A notebook that opens a compiled catalogue waits for neither YAML nor networkx."""
    assert catalogue
    names = loaded("from dltheory_bib import load\nassert load()['jin2017escape'].year == 2017")
    assert third_party(names) <= {"platformdirs", "pydantic", "pydantic_core"}


def test_no_two_files_have_one_name() -> None:
    """A name in a message or an editor's tab means one file."""
    names = [module.name for module in MODULES if module.name != "__init__.py"]
    assert sorted(names) == sorted(set(names))
