"""Search: what people type finds what they mean, and nothing that is typed is an error."""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dltheory_bib import Bibliography, Paper
from dltheory_bib.cli.main import main
from dltheory_bib.papers import PaperList
from dltheory_bib.query.mending import is_within_two
from dltheory_bib.query.rank import ALL, COVERED, MOST, Unit, rank
from dltheory_bib.search_results import SearchResults
from dltheory_bib.snapshot.compile_search import idf
from dltheory_bib.text.names import words
from dltheory_bib.text.search_words import SearchWords, forms_of, stem_of, stems_of
from dltheory_bib.text.stems import stem
from helpers.budget import share

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import search_quality

GOLD = Path(__file__).parent / "search" / "questions.yaml"


# Words


@pytest.mark.parametrize(
    "spellings",
    [
        "over-parameterised; overparameterized; over-parametrised; overparametrization",
        "over-parameterised; over parameterized",
        "non-convex; nonconvex; non convex; NON\u2010CONVEX",
        "generalisation; generalization",
        "behaviour; behavior",
        "pre-activation; preactivation",
        "Łojasiewicz; lojasiewicz",
        "Polyak's; Polyak; Polyak\u2019s",
        "networks; network",
    ],
)
def test_spellings_of_a_word_are_one(spellings: str) -> None:
    """British and American, with and without a hyphen, an accent or a plural."""
    assert len({tuple(stems_of(one)) for one in spellings.split("; ")}) == 1


def test_a_spelling_of_the_glossary_is_its_term() -> None:
    """The longest counts, and none is replaced within its own term."""
    read = SearchWords.of_glossary(
        [
            ("NTK", "neural tangent kernel"),
            ("tangent kernel", "neural tangent kernel"),
            ("one-hidden-layer", "two-layer"),
            ("net", "network"),
        ]
    )
    term = ["neural", "tangent", "kernel"]
    assert read.stems("The NTK") == read.stems("tangent kernel") == term
    assert read.stems("a neural tangent kernel") == term
    assert read.stems("one hidden layer nets") == ["two", "layer", "network"]
    assert read.stems("NTK", both=True) == [*term, "ntk"]
    assert [word.form for word in read.words("The NTK theory")] == ["NTK".lower()] * 3 + ["theory"]


def test_mathematics_and_stop_words_do_not_count() -> None:
    """A formula has no words; neither has a question without content."""
    assert forms_of(r"in $O(\log n)$ steps") == ["in", "steps"]
    assert SearchWords({}).stems("who proved that, and why?") == []
    assert stem_of("theorems") == "theorem"


STARTS = "relat motor conflat generaliz trade hop fall adopt contro rat f ski y"
ENDINGS = (
    "s ed ing ation ations izer ational ness fulness ousness al ance ement ion ible e y ies eed"
)


def test_stems_are_those_of_sqlite() -> None:
    """Words with every kind of ending, short ones, and words of other scripts."""
    asked = [
        start + end + more
        for start in STARTS.split()
        for end in ENDINGS.split()
        for more in ("", "s")
    ]
    asked += [
        "sky",
        "eed",
        "feed",
        "agreed",
        "übung",
        "привет",
        "日本語",
        "x" * 80,
        "at",
        "caresses",
    ]
    memory = sqlite3.connect(":memory:")
    tokenize = "porter unicode61 remove_diacritics 0"
    memory.execute(f"CREATE VIRTUAL TABLE text USING fts5(word, tokenize='{tokenize}')")
    memory.execute("CREATE VIRTUAL TABLE token USING fts5vocab(text, instance)")
    memory.executemany("INSERT INTO text(rowid, word) VALUES (?, ?)", enumerate(asked))
    expected = dict(memory.execute("SELECT doc, term FROM token").fetchall())
    memory.close()
    assert [(word, stem(word)) for word in asked] == [(w, expected[n]) for n, w in enumerate(asked)]


# Known items


def test_an_id_or_address_is_its_work(bib: Bibliography) -> None:
    """In every spelling; nothing else is found with it."""
    for name in (
        "jin2017escape",
        "1703.00887",
        "arXiv:1703.00887v1",
        "arxiv.org/abs/1703.00887",
        "https://arxiv.org/pdf/1703.00887v2.pdf",
        "see http://arxiv.org/abs/1703.00887.",
        "https://proceedings.mlr.press/v70/jin17a.html",
        "proceedings.mlr.press/v70/jin17a.html",
        " <https://proceedings.mlr.press/v70/jin17a.html/> ",
    ):
        assert bib.search(name).keys == ["jin2017escape"], name
    found = bib.search("arXiv:2401.99999")
    assert (found.keys, found.notes) == (
        [],
        ["no work here has the id or address arXiv:2401.99999"],
    )


def test_a_pasted_title_is_first(bib: Bibliography) -> None:
    """Colons, dashes, brackets and the operators of the query language are text in it."""
    for paper in bib:
        assert bib.search(paper.plain_title)[0] == paper
    title = "Neural Tangent Kernel: Convergence and Generalization in Neural Networks"
    for typed in (title, title.upper(), f'"{title}', f"({title})", title.replace(":", " –")):
        assert bib.search(typed).keys[0] == "jacot2018neural"
    head = bib.search("Neural tangent kernel")
    assert head.keys[0] == "jacot2018neural"


def test_author_and_year_name_a_work(bib: Bibliography) -> None:
    """The family name of the first author, with the year and words of the title."""
    for paper in bib:
        family = words(paper.author[0].partition(",")[0])
        assert paper.key in bib.search(f"{' '.join(family)} {paper.year}")[:10].keys
    assert bib.search("jin escape 2017").keys[0] == "jin2017escape"
    assert bib.search("jacot et al. 2018").keys[0] == "jacot2018neural"


def test_initials_name_a_person(bib: Bibliography) -> None:
    """The works of that person are first."""
    found = bib.search("C. Jin")
    assert [person.id for person in found.people] == ["jin-chi"]
    own = bib.by("jin-chi").keys
    assert set(found[: len(own)].keys) == set(own)


# Words


def test_not_every_word_must_match(bib: Bibliography) -> None:
    """What has most of them is first, and what no work has is named."""
    found = bib.search("how can perturbed gradient descent escape saddle points xyzzyq")
    assert "jin2017escape" in found[:3].keys
    assert found.missing == ["xyzzyq"]
    assert "left out, because no work has it: xyzzyq" in found.notes


def test_a_mistyped_word_is_mended(bib: Bibliography) -> None:
    """By the word that occurs with the others; the note says so."""
    for typed in ("neural tangant kernel", "neural tangnet kernel", "neural tangentt kernel"):
        found = bib.search(typed)
        assert found.keys[0] == "jacot2018neural"
        assert list(found.mended.values()) == ["tangent"]
    assert found.notes[0] == (
        "showing results for neural tangent kernel (tangent for tangentt); quote a word to keep it"
    )
    kept = bib.search('neural "tangentt" kernel')
    assert (kept.missing, kept.mended) == (["tangentt"], {})
    assert bib.search("Choromanksa").keys[0] == "choromanska2015loss"
    assert bib.search("meanfield").keys == bib.search("mean field").keys


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("kernel", "kernel", True),
        ("kernel", "kernle", True),
        ("kernel", "kern", True),
        ("kernel", "ker", False),
        ("kernel", "colonel", False),
    ],
)
def test_edits_are_counted(one: str, other: str, near: bool) -> None:
    """A letter wrong, missing or too many, and two exchanged, are one edit each."""
    assert is_within_two(one, other) is is_within_two(other, one) is near


def test_nothing_found_is_not_the_end(bib: Bibliography) -> None:
    """Which word has no match, what is near it, and what a filter leaves out."""
    found = bib.search("xyzzyq")
    assert (found.keys, found.notes[0]) == ([], "no work matches xyzzyq")
    assert found.notes[1].startswith("no work has 'xyzzyq'")
    assert str(found) == "\n".join(found.notes)
    saddle = len(bib.search("saddle"))
    assert bib.search("saddle year:1700").notes == [
        "no work matches saddle year:1700",
        f"{saddle} works match saddle without year:1700",
        "0 works match year:1700",
    ]
    for empty in ("???", "the of and", "   "):
        assert (
            bib.search(empty).notes == [] or "no word to search for" in bib.search(empty).notes[1]
        )


PIECES = ["topic:", "ntk", "year:2017..", "not", "-", "(", '"', "saddle", "-jin", "or", "titel:x"]
PIECES += ["“", "\x00", "a:b:c"]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)))
def test_nothing_typed_is_an_error(bib: Bibliography, typed: str) -> None:
    """Whatever it is, works are found, or notes say why not."""
    found = bib.search(typed)
    assert found.keys or found.notes or not typed.strip()
    assert len(set(found.keys)) == len(found)
    for key in found[:2].keys:
        assert isinstance(found.explain(key), str)


# Filters


def test_a_field_narrows_and_a_wrong_one_is_text(bib: Bibliography) -> None:
    """Fields are those of `where`; what is nearly one gets a suggestion and results."""
    assert set(bib.search("saddle topic:saddle-escape").keys) <= set(bib.on("saddle-escape").keys)
    assert bib.search("saddle -escape").keys
    assert "jin2017escape" not in bib.search("saddle -escape").keys
    assert set(bib.search('"saddle points"').keys) == set(bib.where('"saddle points"').keys)
    assert bib.search("topic:ntk year:2018").keys == bib.where("topic:ntk year:2018").keys
    wrong = bib.search("titel:saddle")
    assert wrong.suggestion == "did you mean title:?"
    assert wrong.keys == bib.search("saddle").keys
    unknown = bib.search("saddle topic:nkt")
    assert "did you mean ntk" in unknown.suggestion
    assert unknown.keys[:5] == bib.search("saddle nkt").keys[:5]
    assert bib.search("saddle", year=2017).keys == bib.search("saddle year:2017").keys
    with pytest.raises(TypeError):
        bib.search(3)  # type: ignore[arg-type]


def test_a_range_of_years_is_one_word(bib: Bibliography) -> None:
    """Any of the years matches; no other field is needed."""
    found = bib.search("saddle escape 2015-2017")
    assert {paper.year for paper in found[:3]} <= {2015, 2016, 2017}


def test_a_list_is_searched_within(bib: Bibliography) -> None:
    """Only its works are found, by key as well."""
    ntk = bib.on("ntk")
    found = ntk.search("kernel")
    assert found.keys
    assert set(found.keys) <= set(ntk.keys)
    assert ntk.search("jin2017escape").keys == []


# What is not a work


def test_topics_questions_and_trails_are_found(bib: Bibliography) -> None:
    """By their names, and a question by what it asks; a topic's start comes first among works."""
    found = bib.search("ntk")
    assert [topic.id for topic in found.topics] == ["ntk"]
    assert found.keys[0] == "jacot2018neural"
    for topic in bib.topics.values():
        for name in (topic.label, *topic.aliases):
            assert topic.id in [one.id for one in bib.search(name).topics], name
    asked = bib.search("smallest width for zero loss")
    assert [question.id for question in asked.questions] == ["width-overparam"]
    assert [venue.id for venue in bib.search("ICML").venues] == ["icml"]
    trail = bib.search("From saddle points to the edge of stability")
    assert [one.id for one in trail.trails] == ["saddles-to-edge-of-stability"]
    assert bib.search("how").headings == []


# The object


def test_results_are_a_list_of_papers(bib: Bibliography) -> None:
    """Slices and set operators give plain lists; it saves and prints as they do."""
    found = bib.search("saddle points")
    assert isinstance(found, SearchResults)
    assert isinstance(found, PaperList)
    assert found[:3] == PaperList(bib, found.numbers[:3])
    assert (found & bib.on("saddle-escape")).keys
    assert found[:2].to_bibtex().count("@") >= 2
    assert repr(found).startswith("<SearchResults of ")
    assert isinstance(found[0], Paper)
    assert len(found) <= MOST
    assert found.query == "saddle points"


def test_a_result_says_why_it_is_there(bib: Bibliography) -> None:
    """The words that it has, with their fields, and those that it lacks."""
    found = bib.search("escape saddle points xyzzyq")
    told = found.explain("jin2017escape")
    assert re.search(r"escape \(title, .*saddle \(title", told)
    assert "; without xyzzyq" in told
    assert "id, a key or an address" in bib.search("jin2017escape").explain("jin2017escape")
    assert "matches year:2017" in bib.search("saddle year:2017").explain("jin2017escape")


# The ranking


def test_the_ranking_is_the_sum_that_is_described(bib: Bibliography) -> None:
    """The first step by hand, for a word in one work: its idf times coverage and weight."""
    row = bib.snapshot.fetch(
        "SELECT id, idf, works, weights FROM search_word WHERE length(works) = 4 "
        "AND stem NOT GLOB '*[0-9]*' ORDER BY id LIMIT 1"
    ).fetchone()
    number, weight = int.from_bytes(row[2], "little"), int.from_bytes(row[3], "little")
    (found,) = rank(bib.snapshot, [Unit("word", row[1], (row[0],))])
    (prior,) = bib.snapshot.fetch("SELECT prior FROM search_work WHERE n = ?", (number,)).fetchone()
    score = row[1] * (COVERED + weight)
    score += score * ALL // 1000
    assert found.n == number
    assert found.score >= score * (1000 + prior) // 1000
    assert row[1] == idf(len(bib), 1)


def test_rare_words_weigh_more() -> None:
    """BM25's logarithm, never negative."""
    weights = [idf(1000, count) for count in (1, 10, 100, 999, 1000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0
    assert weights[0] == 650


# The terminal


def test_the_terminal_shows_topics_above_and_pipes_works_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that reads the output gets works and nothing else."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["search", "ntk", "-n", "2"]) == 0
    drawn = capsys.readouterr().out
    assert drawn.index("dltheory read ntk") < drawn.index("jacot2018neural")
    monkeypatch.delenv("FORCE_COLOR")
    assert main(["search", "ntk", "-n", "2", "--format", "keys"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "jacot2018neural"
    assert main(["search", "Neural Tangent Kernel: Convergence", "-n", "1", "--explain"]) == 0
    assert capsys.readouterr().out.startswith("jacot2018neural\tneural tangent kernel (title")
    assert main(["search", "neural tangant kernel", "-n", "1", "-f", "keys"]) == 0
    said = capsys.readouterr()
    assert said.out == "jacot2018neural\n"
    assert said.err.startswith("showing results for neural tangent kernel")


def test_works_with_all_the_words_are_counted_apart(
    catalogue: Bibliography, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a compound most works have one half only; of filters alone there is nothing to say."""
    found = catalogue.search("self-attention")
    complete = [key for key in found.keys if "without" not in found.explain(key)]
    assert 0 < found.complete == len(complete) < len(found)
    narrow = catalogue.search("self-attention year:2024")
    assert 0 < narrow.complete < found.complete
    assert catalogue.search("topic:ntk").complete == 0
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["search", "self-attention", "-n", "2"]) == 0
    more = len(found) - found.complete
    said = capsys.readouterr().err
    assert f"{found.complete} works; {more} more have some of the words; 2 shown" in said


# The catalogue


@pytest.mark.parametrize("form", ["question", "keywords"])
def test_the_gold_set_is_answered(catalogue: Bibliography, form: str) -> None:
    """The targets of the search, on the questions that it was tuned on."""
    search = search_quality.Search(catalogue)
    targets = search_quality.WORDS if form == "question" else search_quality.KEYWORDS
    asked = search_quality.asked(GOLD, form)
    measured = list(search_quality.gold(search, form, asked, targets, missed=False))
    assert [one for one in measured if not one.met] == []
    assert len(asked) >= 40


def test_the_gold_set_names_works(catalogue: Bibliography) -> None:
    """Every relevant work is in the catalogue, under its key."""
    for path in GOLD.parent.glob("*.yaml"):
        for record in yaml.safe_load(path.read_text("utf-8")):
            assert set(record) == {"question", "keywords", "relevant", "source"}
            assert [catalogue.key(key) for key in record["relevant"]] == record["relevant"]


@pytest.mark.slow
def test_known_works_are_found(catalogue: Bibliography) -> None:
    """Titles, author and year, ids and URLs, and typos, each within its target."""
    search, papers = search_quality.Search(catalogue), share(list(catalogue), 0, 3)
    parts = (
        (search_quality.titles, 1, 0.995),
        (search_quality.author_years, 10, 0.98),
        (search_quality.identifiers, 1, 1.0),
        (search_quality.typos, 3, 0.9),
    )
    for make, most, target in parts:
        measured = search_quality.share(search, make.__name__, make(papers), most, target, False)
        assert measured.met, measured
    assert not any(search(text) for text in search_quality.nonsense())
