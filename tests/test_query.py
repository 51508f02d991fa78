"""The query language: what each field finds, how terms join, and what is said of a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, Paper, QueryError
from dltheory_bib.models.relations import JUDGEMENTS
from dltheory_bib.query.fields import FIELDS
from dltheory_bib.query.grammar import MAX_TERMS, AllOf, AnyOf, NoneOf, Term, parse_query
from dltheory_bib.snapshot.schema import FEATURES
from dltheory_bib.source.folders import shipped_directory
from dltheory_bib.text.names import words
from helpers.budget import examples
from helpers.collections import SAMPLE, in_place
from helpers.programs import not_hours


def keys(bib: Bibliography, query: str) -> set[str]:
    return set(bib.where(query).keys)


def complaint(bib: Bibliography, query: str) -> tuple[str, int]:
    with pytest.raises(QueryError) as caught:
        bib.where(query)
    return caught.value.message, caught.value.column


# How terms join


def test_and_binds_tighter_than_or(bib: Bibliography) -> None:
    """`a or b c` is a, or b and c; the other order too."""
    both = keys(bib, "topic:mean-field") & keys(bib, "year:2018")
    either = keys(bib, "topic:ntk") | both
    assert both
    assert keys(bib, "topic:ntk or topic:mean-field year:2018") == either
    assert keys(bib, "topic:mean-field and year:2018 or topic:ntk") == either
    assert keys(bib, "(topic:ntk or topic:mean-field) year:2018") != either


def test_not_binds_tightest(bib: Bibliography) -> None:
    """`not a b` excludes a alone; parentheses widen what is excluded."""
    everything = set(bib.papers)
    ntk, early = keys(bib, "topic:ntk"), keys(bib, "year:..2018")
    assert keys(bib, "not topic:ntk year:..2018") == early - ntk
    assert keys(bib, "not (topic:ntk year:..2018)") == everything - (ntk & early)
    assert keys(bib, "not not topic:ntk") == ntk


@pytest.mark.parametrize(
    "query",
    [
        "topic:ntk not year:2018",
        "topic:ntk -year:2018",
        "topic:ntk AND NOT year:2018",
        "topic:ntk and -(year:2018)",
        "  topic:ntk\n\tnot(year:2018)  ",
        "-year:2018 topic:ntk",
        "not (not topic:ntk or year:2018)",
        "TOPIC:NTK Not Year:2018",
    ],
)
def test_spellings_of_one_question(bib: Bibliography, query: str) -> None:
    """Case of operators and fields, line breaks and the sign for `not` make no difference."""
    assert keys(bib, query) == keys(bib, "topic:ntk") - keys(bib, "year:2018")


def test_a_hyphen_inside_a_word_is_no_not() -> None:
    """`over-parameterisation` is one word; only a hyphen in front of a term negates it."""
    assert parse_query("over-parameterisation") == Term("text", "over-parameterisation", False, 1)
    assert repr(parse_query("-over")) == repr(NoneOf(Term("text", "over", False, 2)))


def test_the_expression_of_a_query() -> None:
    """A query becomes terms that know their field, value and column, joined as written."""
    wanted = AnyOf(
        (
            AllOf((Term("author", "jin", False, 1), Term("text", "x y", True, 12))),
            NoneOf(Term("text", "z", False, 22)),
        )
    )
    # Tuples of different kinds can be equal; their texts cannot.
    assert repr(parse_query('author:jin "x y" or -z')) == repr(wanted)


def test_words_that_join_can_be_looked_for_in_quotes(bib: Bibliography) -> None:
    """A quoted `and` is a word like any other; bare, in the place of a term, it is an error."""
    assert '"and"' not in keys(bib, '"and"')
    assert len(keys(bib, '"and"')) > 10
    message, column = complaint(bib, "topic:ntk or or x")
    assert message == "or joins two terms; quote it to search for the word"
    assert column == 14


@pytest.mark.parametrize("query", ["", "  ", "\n\t", "\u00a0"])
def test_an_empty_query_finds_everything(bib: Bibliography, query: str) -> None:
    """No term excludes no work, and works come oldest first, then by key."""
    found = bib.where(query)
    assert found.keys == [
        paper.key for paper in sorted(bib, key=lambda paper: (paper.year, paper.key))
    ]


# Words and quotes


@pytest.mark.parametrize(
    "query", ['"saddle points"', "“saddle points”", "„saddle points“", "«saddle points»"]
)
def test_quotes_keep_words_together(bib: Bibliography, query: str) -> None:
    """Straight and typographic quotes ask for words in a row; without them order is free."""
    assert keys(bib, query) == keys(bib, '"saddle points"')
    assert keys(bib, "points saddle") > keys(bib, '"points saddle"')
    assert keys(bib, "points saddle") >= keys(bib, query)


def test_case_and_accents_fold(bib: Bibliography) -> None:
    """Re finds Ré, GULCEHRE finds Gülçehre, and the other way round."""
    assert keys(bib, "author:Ré") == keys(bib, "author:re") == keys(bib, "author:RE\u0301")
    assert "dauphin2014identifying" in keys(bib, "GULCEHRE")
    assert "dauphin2014identifying" in keys(bib, 'author:"GÜLÇEHRE"')
    assert keys(bib, "SADDLE") == keys(bib, "sáddle")


def test_bare_words_look_in_titles_people_and_annotations(bib: Bibliography) -> None:
    """A word is found in any of the three; `title:` looks in titles alone."""
    assert "jin2017escape" in keys(bib, "netrapalli")
    assert "jin2017escape" in keys(bib, "escape")
    assert keys(bib, "title:netrapalli") == set()
    assert keys(bib, "title:saddle") < keys(bib, "saddle")


def test_a_bare_key_or_identifier_means_the_work(bib: Bibliography) -> None:
    """A key, alias, arXiv id or DOI on its own finds its work."""
    paper = bib["jin2017escape"]
    assert paper.key in keys(bib, "jin2017escape")
    assert keys(bib, str(paper.eprint)) == keys(bib, f"arXiv:{paper.eprint}") == {paper.key}
    assert keys(bib, "doi:https://doi.org/10.1137/15M1024950") == keys(
        bib, "doi:10.1137/15m1024950"
    )


def test_search_puts_the_best_match_first(bib: Bibliography) -> None:
    """A word in a title outweighs one in an annotation."""
    found = bib.search("saddle")
    assert set(found.keys) >= keys(bib, "saddle")
    # Also in the plural: the search knows a word by its stem.
    titles = [bool({"saddle", "saddles"} & set(words(paper.title))) for paper in found]
    assert titles[: sum(titles) - 1] == [True] * (sum(titles) - 1)
    assert False in titles
    assert bib.search("topic:ntk").keys == bib.where("topic:ntk").keys


# Fields


def test_every_field_has_an_example_that_finds_something_or_nothing(bib: Bibliography) -> None:
    """The examples in the help are queries that this catalogue understands."""
    for field in FIELDS.values():
        assert keys(bib, field.example) <= set(bib.papers), field.example


@pytest.mark.parametrize(
    ("query", "years"),
    [
        ("year:2017", range(2017, 2018)),
        ("year:2017..2019", range(2017, 2020)),
        ("year:2017-2019", range(2017, 2020)),
        ("year:2017..", range(2017, 9999)),
        ("year:..2015", range(2016)),
        ("year:>=2017", range(2017, 9999)),
        ("year:>2017", range(2018, 9999)),
        ("year:<=2015", range(2016)),
        ("year:<2015", range(2015)),
        ("year:2018..2018", range(2018, 2019)),
    ],
)
def test_ranges_of_years_include_both_ends(bib: Bibliography, query: str, years: range) -> None:
    """A range holds its first and last year; an open one goes on."""
    expected = {paper.key for paper in bib if paper.year in years}
    assert keys(bib, query) == expected
    assert expected


def test_a_topic_holds_its_narrower_topics(bib: Bibliography) -> None:
    """`topic:` takes an id, a label or an alias, and the works of all topics below."""
    wide = keys(bib, "topic:wide-networks")
    assert wide > keys(bib, "topic:mean-field") > keys(bib, "topic:dynamical-isometry")
    for topic in bib.topics.values():
        for name in (topic.id, topic.label, *topic.aliases):
            assert keys(bib, f'topic:"{name}"') == keys(bib, f"topic:{topic.id}")


def test_an_author_is_asked_by_name_words_and_initials(bib: Bibliography) -> None:
    """All words must be of one person's name; a single letter is an initial."""
    assert "jin2017escape" in keys(bib, 'author:"chi jin"')
    assert keys(bib, 'author:"Jin, Chi"') == keys(bib, 'author:"c jin"')
    assert keys(bib, 'author:"chi jin"') == keys(bib, "author:jin-chi")
    assert complaint(bib, 'author:"rong jacot"')[0].startswith("unknown author 'rong jacot'")


def test_a_venue_is_asked_by_any_of_its_names(bib: Bibliography) -> None:
    """NIPS and NeurIPS are one venue over the years."""
    assert (
        keys(bib, "venue:nips")
        == keys(bib, "venue:NeurIPS")
        == {paper.key for paper in bib if paper.venue == "neurips"}
    )


def test_american_spellings_of_fields_are_understood(bib: Bibliography) -> None:
    """`generalizes:` is `generalises:`, `generalizedby:` its inverse."""
    general = next(e for e in bib.snapshot.edges() if e.relation == "generalises")
    assert general.source in keys(bib, f"generalizes:{general.target}")
    assert general.target in keys(bib, f"generalizedby:{general.source}")


@pytest.mark.parametrize("relation", [*JUDGEMENTS, "cites", "after"])
def test_a_relation_is_asked_from_both_sides(bib: Bibliography, relation: str) -> None:
    """`extends:x` finds what extends x and `extendedby:x` what x extends, for every relation."""
    inverse = {
        "cites": "citedby",
        "extends": "extendedby",
        "generalises": "generalisedby",
        "improves": "improvedby",
        "simplifies": "simplifiedby",
        "refutes": "refutedby",
        "qualifies": "qualifiedby",
        "corrects": "correctedby",
        "confirms": "confirmedby",
        "uses_method_of": "methodusedby",
    }
    edges = [edge for edge in bib.snapshot.edges() if edge.relation == relation]
    for edge in edges[:5]:
        sources = {one.source for one in edges if one.target == edge.target}
        assert keys(bib, f"{relation.replace('_', '')}:{edge.target}") == sources
        if relation in inverse:
            targets = {one.target for one in edges if one.source == edge.source}
            assert keys(bib, f"{inverse[relation]}:{edge.source}") == targets
    if not edges:
        assert keys(bib, f"{relation}:jin2017escape") == set()


# What is said of a wrong query


@pytest.mark.parametrize(
    ("query", "message", "column"),
    [
        ("a titel:x", "unknown field 'titel'; did you mean title: or cites:?", 3),
        ("topic:saddle-escap", "unknown topic 'saddle-escap'; did you mean saddle-escape?", 1),
        ("author:jordna", "unknown author 'jordna'; did you mean jordan?", 1),
        ("venue:icmll", "unknown venue 'icmll'; did you mean icml or iclr?", 1),
        (
            "x cites:zhihu2020viw",
            "unknown work 'zhihu2020viw'; did you mean zhihu2020view?",
            3,
        ),
        ("level:strat", "unknown level 'strat'; did you mean start?", 1),
        ("type:artcle", "unknown type 'artcle'; did you mean article?", 1),
        ("has:sumary", "unknown feature 'sumary'; did you mean summary?", 1),
        ("checked:full", "unknown value 'full'; did you mean full-text?", 1),
        ("level:7", "unknown level '7'; known are start, core, further, background", 1),
        (
            "year:20",
            "'20' is not a year; write 2017, 2017..2019, 2017.. or ..2019",
            1,
        ),
        ("a year:2019..2017", "there is no year in 2019..2017; write 2017..2019", 3),
        ("a\nb titel:x", "unknown field 'titel'; did you mean title: or cites:?", 5),
        ("title:", 'title: needs a value, as in topic:ntk or title:"saddle points"', 7),
        ("a topic:(b)", 'topic: needs a value, as in topic:ntk or title:"saddle points"', 9),
        ('title:""', 'title: needs a value, as in title:"saddle points"', 1),
        ('a "b c', "a quotation mark is not closed", 3),
        ("a “b c", "a quotation mark is not closed", 3),
        ("a b” c", "this quotation mark was not opened", 4),
        ("(a or b", "the query ends too early; a parenthesis is not closed", 8),
        ("a or", "the query ends too early; expected a term after or", 5),
        ("not", "the query ends too early; expected a term after not", 4),
        ("a )", "a parenthesis was not opened, or is empty", 3),
        ("a\n()", "a parenthesis was not opened, or is empty", 4),
        ("or a", "or joins two terms; quote it to search for the word", 1),
        ("a ;--", "';--' contains no word to search for", 3),
        ("\x00", r"'\x00' contains no word to search for", 1),
        ("a \udcff", "this byte is not UTF-8 text", 3),
    ],
)
def test_a_wrong_query_says_what_and_where(
    bib: Bibliography, query: str, message: str, column: int
) -> None:
    """Each mistake has its sentence, a suggestion where one is near, and its column."""
    assert complaint(bib, query) == (message, column)


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("year>2019", "year:2020.."),
        ("year>=2019", "year:2019.."),
        ("year≥2019", "year:2019.."),
        ("year<2019", "year:..2018"),
        ("year<=2019", "year:..2019"),
        ("year=2019", "year:2019"),
        ("year==2019", "year:2019"),
        ("year!=2019", "not year:2019"),
        ("year:=2019", "year:2019"),
        ("year:2019+", "year:2019.."),
        ("year:2017–2019", "year:2017..2019"),
        ("year:2019/2017", "year:2017..2019"),
        ("year:after2019", "year:2020.."),
        ("author=jin", "author:jin"),
        ("topic=ntk", "topic:ntk"),
        ("TOPIC=ntk", "topic:ntk"),
        ("cites=jin2017escape", "cites:jin2017escape"),
        ("cited_by=jin2017escape", "citedby:jin2017escape"),
        ("type!=preprint", "not type:preprint"),
        ("!type:preprint", "not type:preprint"),
        ("cited-by:jin2017escape", "citedby:jin2017escape"),
        ("uses-method-of:jin2017escape", "usesmethodof:jin2017escape"),
        ("topic:ntk,mean-field", "topic:ntk or topic:mean-field"),
    ],
)
def test_a_near_miss_of_the_language_gets_the_right_form(
    bib: Bibliography, query: str, right: str
) -> None:
    """What other languages write is never looked for as a word; the right form is a query."""
    message, column = complaint(bib, query)
    assert f"write {right}" in f"{message},".replace(";", ",")
    assert column in {1, query.find(":") + 1}
    assert bib.where(right) is not None


def test_a_near_miss_without_a_right_form_says_how(bib: Bibliography) -> None:
    """Signs that join, bounds with blanks around them, and what a shell left of a bound."""
    assert "write a term, `and`" in complaint(bib, "topic:ntk && year:2018")[0]
    assert "write a term, `or`" in complaint(bib, "topic:ntk || topic:mean-field")[0]
    assert "year:2017.. or year:..2019" in complaint(bib, "year > 2019")[0]
    assert "year:2017.. or year:..2019" in complaint(bib, "year:")[0]
    assert "write title: and a value" in complaint(bib, 'title="saddle points"')[0]
    assert "did you mean venue:?" in complaint(bib, "journal:jmlr")[0]


def test_signs_inside_words_are_no_near_miss(bib: Bibliography) -> None:
    """`n>d` and a quoted `year>2019` are words; a field with an underscore is understood."""
    assert bib.where("n>d").keys == bib.where("n d").keys
    assert bib.where('"year>2019"').keys == bib.where('"year 2019"').keys
    assert bib.where("cited_by:jin2017escape").keys == bib.where("citedby:jin2017escape").keys


def test_an_address_is_the_work_it_leads_to(bib: Bibliography) -> None:
    """An address pasted from a browser is no field."""
    assert keys(bib, "https://arxiv.org/abs/1703.00887") == {"jin2017escape"}
    assert keys(bib, "https://doi.org/10.1137/15M1024950") == {"peng2016arock"}


def test_british_and_american_spellings_find_the_same(bib: Bibliography) -> None:
    """Annotations are British, titles often American; a reader need not know which is which."""
    assert keys(bib, "optimization") == keys(bib, "optimisation") != set()
    assert keys(bib, "behaviour") == keys(bib, "behavior") != set()


def test_part_of_a_topics_name_says_to_quote_it(bib: Bibliography) -> None:
    """`topic:neural tangent kernel` is not a wider search."""
    message, column = complaint(bib, "topic:signal propagation")
    assert message.startswith("unknown topic 'signal'; quote a name of several words: topic:")
    assert column == 1


def test_a_preprint_appeared_where_lists_say(bib: Bibliography) -> None:
    """arXiv is the venue that lists show for a preprint."""
    assert keys(bib, "venue:arXiv") == keys(bib, "type:preprint") != set()


def test_a_field_unlike_any_other_lists_all(bib: Bibliography) -> None:
    """Where no field is near, the message names every one, and how to look for a colon."""
    assert keys(bib, '"Taming the Wild: A Unified Analysis"') == {"desa2015taming"}
    message, _ = complaint(bib, "zzzz:example")
    assert message == (
        f"unknown field 'zzzz'; quote words that contain a colon; known are {', '.join(FIELDS)}"
    )


def test_the_pointer_stands_under_the_mistake(bib: Bibliography) -> None:
    """The caret of a query on one line is in the column of the error."""
    with pytest.raises(QueryError) as caught:
        bib.where("author:jin titel:x")
    assert caught.value.pointer() == f"author:jin titel:x\n{' ' * 11}^"


def test_a_wrong_query_anywhere_is_an_error(bib: Bibliography) -> None:
    """An unknown name is never dropped: not in `or`, not under `not`, not beside an empty term."""
    for query in ("topic:ntk or topic:nosuch", "not topic:nosuch", "year:1700 topic:nosuch"):
        assert complaint(bib, query)[0].startswith("unknown topic 'nosuch'")


# Attacks


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE paper; --",
        'author:"x\') OR 1=1 --"',
        "title:\"a' OR '1'='1\"",
        "NEAR(saddle point)",
        '"saddle" NEAR "point"',
        "saddle*",
        "title : saddle",
        "{title people}: saddle",
        "^saddle",
        "saddle + point",
        "a\x00b",
        "😀 saddle",
        "%s%n",
        "topic:%",
        "topic:_",
        "key:?",
        "../../etc/passwd",
        "\x1b[31mred",
        "title:\u202esaddle",
    ],
)
def test_injected_syntax_is_only_text(bib: Bibliography, query: str) -> None:
    """SQL and full-text operators are words or an error, and the catalogue stays as it was."""
    before = len(bib.where(""))
    try:
        found = keys(bib, query)
    except QueryError:
        found = set()
    assert len(found) < before
    assert len(bib.where("")) == before


def test_full_text_operators_do_nothing(bib: Bibliography) -> None:
    """A star does not widen a word, and NEAR is a word that no title holds."""
    assert keys(bib, "sadd*") == keys(bib, "sadd") == set()
    assert keys(bib, "title:NEAR title:saddle") == set()
    assert keys(bib, "saddle^") == keys(bib, "saddle")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("x" * 10_000, "the query is longer than 8,000 characters; split it"),
        (
            "(" * 5_000 + "a" + ")" * 5_000,
            "the query is longer than 8,000 characters; split it",
        ),
        (" ".join(["a"] * 300), f"the query has more than {MAX_TERMS} terms; split it"),
        ("-" * 3_000 + "a", "the query is nested too deeply; split it"),
        ("not " * 1_900 + "a", "the query is nested too deeply; split it"),
        ("(" * 3_000 + "a" + ")" * 3_000, "the query is nested too deeply; split it"),
        ("(" * 5_000, "the query is nested too deeply; split it"),
        ("(" * 5, "the query ends too early; a parenthesis is not closed"),
        (")" * 5_000, "a parenthesis was not opened, or is empty"),
    ],
)
def test_a_monstrous_query_is_refused(bib: Bibliography, query: str, message: str) -> None:
    """Length, depth and number of terms have bounds, and each says so."""
    assert complaint(bib, query)[0] == message


def test_a_long_query_within_the_bounds_is_answered(bib: Bibliography) -> None:
    """As many terms as are allowed, and deep parentheses, still give the plain answer."""
    ntk = keys(bib, "topic:ntk")
    assert keys(bib, " or ".join(["topic:ntk"] * MAX_TERMS)) == ntk
    assert keys(bib, " ".join(["topic:ntk"] * MAX_TERMS)) == ntk
    assert keys(bib, "(" * 10 + "topic:ntk" + ")" * 10) == ntk
    assert keys(bib, "not " * 20 + "topic:ntk") == ntk


def test_no_query_takes_long_to_refuse(bib: Bibliography) -> None:
    """Each part of a query is read once, also where it turns out wrong at the very end."""
    pieces = ("-(", "not (", "(", "a (", "-(a or ", '"a" (', "topic:a (")
    with not_hours():
        for piece, levels in product(pieces, (12, 14, 16, 40)):
            with pytest.raises(QueryError):
                bib.where(piece * levels)


_PIECES = [
    *("and", "or", "not", "-", "(", ")", '"', "“", "”", "„", "«", "»", " ", "\n", ":", "*", "'"),
    *(f"{name}:" for name in FIELDS),
    *(
        "ntk",
        "jin",
        "2017",
        "..",
        "saddle",
        "jin2017escape",
        "icml",
        "doi",
        "start",
        "foo:",
        "\x00",
    ),
]


@examples(100)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet=st.characters(), max_size=20),
        st.lists(st.sampled_from(_PIECES), max_size=14).map("".join),
        st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join),
    )
)
def test_any_text_is_answered_or_refused(bib: Bibliography, query: str) -> None:
    """Whatever is typed gives works or a `QueryError` that points into the text: nothing else."""
    refusal = None
    try:
        found = bib.where(query).keys
    except QueryError as error:
        refusal = error
        found = []
    if refusal is None:
        assert set(found) <= set(bib.all().keys)
    else:
        assert 0 <= refusal.column <= len(query) + 1
        assert refusal.message.isprintable()


# The oracle: the same questions asked of the records in plain Python


class Asked(NamedTuple):
    """A query as text, and whether it holds for a work."""

    text: str
    holds: Callable[[Paper], bool]
    binds: int
    """0 for `or`, 1 for `and`, 2 for what needs no parentheses anywhere."""


class Oracle:
    """What the data files say, without SQL."""

    def __init__(self, bib: Bibliography) -> None:
        self.bib = bib
        self.papers = list(bib)
        lists = yaml.safe_load((shipped_directory() / "citations.yaml").read_text("utf-8"))
        self.cited: dict[str, set[str]] = {}
        for entry in lists:
            cites = {bib.key(name) for name in entry["cites"]}
            self.cited.setdefault(bib.key(entry["citing"]), set()).update(cites)
        everything = [word for paper in self.papers for word in set(words(paper.plain_title))]
        starts: dict[str, set[str]] = {}
        for word in everything:
            starts.setdefault(word[:3], set()).add(word)
        # Full-text search reduces words to stems, "mapping" to "map"; these share theirs with none.
        self.title_words = sorted(
            word for word in set(everything) if len(word) > 4 and len(starts[word[:3]]) == 1
        )
        self.name_words = sorted(
            {word for paper in self.papers for name in paper.author for word in words(name)}
        )
        self.titles = {paper.key: set(words(paper.plain_title)) for paper in self.papers}
        self.topics = {paper.key: self._topics(paper) for paper in self.papers}
        self.names = {paper.key: self._names(paper) for paper in self.papers}
        self.expressions = expressions(self)

    def _topics(self, paper: Paper) -> set[str]:
        found = set()
        for topic in paper.topics:
            here: str | None = topic
            while here is not None:
                found.add(here)
                here = self.bib.topics[here].broader
        return found

    def _names(self, paper: Paper) -> list[set[str]]:
        """For each author the words of every spelling of the name."""
        found = []
        for printed in paper.author:
            one = [p for p in self.bib.people.values() if printed in (p.name, *p.aliases)]
            own = [p for p in one if paper.key in p.works] or [p for p in one if not p.works]
            spellings = [own[0].name, *own[0].aliases] if own else [printed]
            found.append({word for name in spellings for word in words(name)})
        return found

    def has(self, paper: Paper, feature: str) -> bool:
        if feature == "references":
            return paper.key in self.cited
        if feature == "results":
            return bool(self.bib.results_of(paper.key))
        if feature == "own":
            return False  # the collection has one layer
        return bool(getattr(paper, feature))

    def by_person(self, asked: list[str], paper: Paper) -> bool:
        return any(
            all(
                any(w == word or (len(word) == 1 and w.startswith(word)) for w in name)
                for word in asked
            )
            for name in self.names[paper.key]
        )


@pytest.fixture(scope="module")
def oracle(bib: Bibliography) -> Oracle:
    with in_place(SAMPLE):
        return Oracle(bib)


def terms(oracle: Oracle) -> st.SearchStrategy[Asked]:
    def term(text: str, holds: Callable[[Paper], bool]) -> Asked:
        return Asked(text, holds, 2)

    bib = oracle.bib
    works = st.sampled_from(sorted(bib.papers))
    years = st.integers(2010, 2023)
    options = [
        st.sampled_from(sorted(bib.topics)).map(
            lambda t: term(f"topic:{t}", lambda p: t in oracle.topics[p.key])
        ),
        years.map(lambda y: term(f"year:{y}", lambda p: p.year == y)),
        st.tuples(years, years)
        .map(sorted)
        .map(lambda r: term(f"year:{r[0]}..{r[1]}", lambda p: r[0] <= p.year <= r[1])),
        st.sampled_from(oracle.name_words).map(
            lambda w: term(f"author:{w}", lambda p: oracle.by_person([w], p))
        ),
        st.sampled_from(sorted({name for p in oracle.papers for name in p.author})).map(
            lambda name: term(f'author:"{name}"', lambda p: oracle.by_person(words(name), p))
        ),
        st.sampled_from(oracle.title_words).map(
            lambda w: term(f"title:{w}", lambda p: w in oracle.titles[p.key])
        ),
        st.sampled_from(FEATURES).map(lambda f: term(f"has:{f}", lambda p: oracle.has(p, f))),
        st.sampled_from(("start", "core", "further")).map(
            lambda name: term(f"level:{name}", lambda p: p.level == name)
        ),
        st.sampled_from(("preprint", "online", "article", "inproceedings", "book")).map(
            lambda name: term(
                f"type:{name}",
                lambda p: name == ("preprint" if p.type == "online" and p.eprint else p.type),
            )
        ),
        st.sampled_from(("full-text", "abstract", "unchecked")).map(
            lambda name: term(f"checked:{name}", lambda p: p.checked == name)
        ),
        st.sampled_from(sorted(bib.venues)).map(
            lambda v: term(f"venue:{v}", lambda p: p.venue == v)
        ),
        works.map(lambda k: term(f"key:{k}", lambda p: p.key == k)),
        works.map(lambda k: term(f"cites:{k}", lambda p: k in oracle.cited.get(p.key, ()))),
        works.map(lambda k: term(f"citedby:{k}", lambda p: p.key in oracle.cited.get(k, ()))),
        works.map(lambda k: term(f"after:{k}", lambda p: k in p.after)),
        st.tuples(st.sampled_from(JUDGEMENTS), works).map(
            lambda t: term(
                f"{t[0].replace('_', '')}:{t[1]}",
                lambda p: any(r.kind.value == t[0] and r.work == t[1] for r in p.relations),
            )
        ),
    ]
    return st.one_of(options)


def expressions(oracle: Oracle) -> st.SearchStrategy[Asked]:
    def within(one: Asked, binds: int) -> str:
        return one.text if one.binds >= binds else f"({one.text})"

    def all_of(parts: list[Asked], joint: str) -> Asked:
        text = joint.join(within(part, 2) for part in parts)
        return Asked(text, lambda p: all(part.holds(p) for part in parts), 1)

    def any_of(parts: list[Asked], joint: str) -> Asked:
        text = joint.join(within(part, 1) for part in parts)
        return Asked(text, lambda p: any(part.holds(p) for part in parts), 0)

    def none_of(part: Asked, sign: str) -> Asked:
        return Asked(f"{sign}{within(part, 2)}", lambda p: not part.holds(p), 2)

    def larger(inner: st.SearchStrategy[Asked]) -> st.SearchStrategy[Asked]:
        several = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            st.builds(all_of, several, st.sampled_from([" ", " and ", "\n", " AND "])),
            st.builds(any_of, several, st.sampled_from([" or ", " OR "])),
            st.builds(none_of, inner, st.sampled_from(["not ", "-", "NOT "])),
            inner.map(lambda one: Asked(f"({one.text})", one.holds, 2)),
        )

    return st.recursive(terms(oracle), larger, max_leaves=8)


@examples(100)
@given(data=st.data())
def test_the_answer_is_that_of_plain_python(
    bib: Bibliography, oracle: Oracle, data: st.DataObject
) -> None:
    """Random expressions of all fields find what the records say, in order of year and key."""
    asked = data.draw(oracle.expressions)
    expected = [paper for paper in oracle.papers if asked.holds(paper)]
    expected.sort(key=lambda paper: (paper.year, paper.key))
    assert bib.where(asked.text).keys == [paper.key for paper in expected], asked.text
