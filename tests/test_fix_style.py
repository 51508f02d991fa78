"""An upgrade is one transaction, and a correction looks like the rest of its file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, UnknownNameError, load
from dltheory_bib.bibfile import editor
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.fix.fixer import Fixed, fix
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.bibfile.match import arxiv_ids
from dltheory_bib.bibfile.venue_match import ordinal_as, ordinals, without_tail
from dltheory_bib.cli.main import main
from dltheory_bib.correction_kinds import KINDS
from dltheory_bib.text.identifiers import find_dois
from helpers.refstyles import STYLES

Fix = Callable[..., Fixed]


@pytest.fixture
def fixed(bib: Bibliography) -> Fix:
    """Fix a text, and see that a second run changes nothing."""

    def made(text: str, **options: Any) -> Fixed:
        first = fix(bib, parse_bib(text), **options)
        assert not fix(bib, parse_bib(first.text), **options).edits, first.text
        return first

    return made


def values(text: str, key: str = "x") -> dict[str, str]:
    """The fields of an entry, its type as `@`."""
    file = parse_bib(text)
    entry = next(one for one in file.entries if one.key == key)
    return {"@": entry.type, **file.values(entry)}


LAZY = "title={On Lazy Training in Differentiable Programming}, year={2018}"
LAZY_AUTHORS = r"author={Chizat, L{\'e}na{\"i}c and Oyallon, Edouard and Bach, Francis}"
ICLR = (
    "title={Deep Neural Networks as {G}aussian Processes}, author={Lee, Jaehoon and Bahri, Yasaman "
    "and Novak, Roman and Schoenholz, Samuel S. and Pennington, Jeffrey and Sohl-Dickstein, "
    "Jascha}, year={2017}"
)
ACCELERATED = (
    "title={Accelerated Methods for Non-Convex Optimization}, author={Carmon, Yair and Duchi, John "
    "C. and Hinder, Oliver and Sidford, Aaron}"
)
ESCAPE = "title={How to Escape Saddle Points Efficiently}, year={2017}"
ESCAPE_AUTHORS = (
    "author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and Jordan, "
    "Michael I.}"
)


def filled(entry: str, *, number: int = 12, **fields: str) -> str:
    """A file of works that the catalogue lacks, with some fields in all of them, and an entry."""
    given = {"author": "Vale, Ana", "journal": "Journal of Things", "year": "2001"} | fields
    kind = "inproceedings" if "booktitle" in fields else "article"
    if kind == "inproceedings":
        del given["journal"]
    others = [
        f"@{kind}{{o{one}, title={{Thing {one}}}, "
        + ", ".join(f"{name}={{{value}}}" for name, value in given.items())
        + "}"
        for one in range(number)
    ]
    return "\n".join([*others, entry, ""])


# One transaction


def test_what_belongs_to_the_preprint_goes(fixed: Fix) -> None:
    text = f"""@techreport{{x, {LAZY}, {LAZY_AUTHORS}, institution={{arXiv}}, month={{dec}},
 number={{arXiv:1812.07956}}, issue={{arXiv:1812.07956}}, doi={{10.48550/arXiv.1812.07956}},
 adsurl={{https://ui.adsabs.harvard.edu/abs/2018arXiv181207956C}}, adsnote={{Provided by ADS}},
 biburl={{https://dblp.org/rec/journals/corr/abs-1812-07956.bib}}, bibsource={{dblp}},
 ee={{http://arxiv.org/abs/1812.07956}}, eid={{arXiv:1812.07956}}, howpublished={{Preprint}},
 primaryClass={{math.OC}}, keywords={{arXiv}}, abstract={{We show.}}, file={{a.pdf}}}}"""
    found = values(fixed(text).text)
    assert found["@"] == "inproceedings"
    kept = {"keywords", "abstract", "file"}
    ours = {"title", "author", "year", "booktitle", "volume", "pages", "doi", "publisher"}
    assert set(found) - {"@"} <= kept | ours
    assert kept <= set(found)
    assert (found["year"], found["volume"], found["pages"]) == ("2019", "32", "2937--2947")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("journal={arXiv preprint arXiv:1711.00165}", {"eprint": "1711.00165"}),
        ("journal={Ar{X}iv:1711.00165}", {"eprint": "1711.00165"}),
        ("journal={CoRR}, volume={abs/1711.00165}", {"eprint": "1711.00165"}),
        ("eprint={1711.00165}", {"eprint": "1711.00165"}),
        ("journal={arXiv}, pages={arXiv--1711}, note={arXiv:1711.00165}", {"eprint": "1711.00165"}),
        ("institution={arXiv:1711.00165}, note={arXiv}", {"eprint": "1711.00165"}),
        ("doi={10.48550/arXiv.1711.00165}, journal={arXiv}", {"eprint": "1711.00165"}),
        ("journal={CoRR}, url={https://example.org/a.pdf}", {"url": "https://example.org/a.pdf"}),
        (
            "journal={arXiv}, url={https://arxiv.org/abs/1711.00165}",
            {"url": "https://openreview.net/forum?id=B1EA-M-0Z"},
        ),
    ],
)
def test_no_entry_loses_its_last_locator(fixed: Fix, fields: str, expected: dict[str, str]) -> None:
    """ICLR prints no pages and has no DOIs."""
    kind = "techreport" if "institution" in fields else "article"
    made = fixed(f"@{kind}{{x, {ICLR}, {fields}}}")
    found = values(made.text)
    assert (found["@"], found["year"]) == ("inproceedings", "2018")
    assert {name: found.get(name) for name in ("eprint", "url") if name in found} == expected


def locators(found: dict[str, str]) -> set[str]:
    """What leads to the text of a work."""
    said = {name for name in ("doi", "pages", "eprint", "url") if found.get(name)}
    return said | {"eprint"} if arxiv_ids(found) else said


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("options", [{}, {"only": KINDS}, {"no": ["pages", "dois"]}])
def test_every_upgrade_keeps_a_locator(
    bib: Bibliography, style: str, options: dict[str, Any]
) -> None:
    papers = [one for one in bib if one.eprint and one.venue and one.type != "online"]
    text = "\n".join(STYLES[style](paper, paper.key) for paper in papers)
    made = fix(bib, parse_bib(text), **options)
    assert len(made.changed) == len(papers)
    for paper in papers:
        found = values(made.text, paper.key)
        assert locators(found), found
        assert not find_dois(found.get("doi", "")) or found["doi"] == paper.doi


def test_other_authors_are_a_problem_and_change_nothing(fixed: Fix) -> None:
    """And the advice is right: with it, the entry is upgraded."""
    two = r"author={Chizat, L{\'e}na{\"i}c and Bach, Francis}"
    text = f"@article{{x, {LAZY}, {two}, journal={{arXiv:1812.07956}}}}\n"
    made = fixed(text)
    assert made.text == text
    (problem,) = made.problems
    assert (problem.key, problem.line) == ("x", 1)
    assert problem.message.startswith(
        "not changed: its authors are not the 3 authors of the published version (NeurIPS 2019)"
    )
    advice = re.search(r"write (author = \{.*\}) and run fix again", problem.message)
    assert advice
    made = fixed(text.replace(two, advice[1]))
    assert not made.problems
    assert values(made.text)["@"] == "inproceedings"


def test_long_lists_of_authors_are_taken_from_export(tmp_path: Path) -> None:
    """A message does not print fifteen names."""
    names = [f"Doe, {letter}nna" for letter in "ABCDEFGHIJKLMNO"]
    record = (
        "- key: doe2020many\n  type: inproceedings\n  title: A Paper of Very Many Authors\n"
        f"  author: {names}\n  year: 2020\n  venue: icml\n  eprint: '1901.00001'\n"
    )
    (tmp_path / "papers.yaml").write_text(record, "utf-8")
    many = load(tmp_path / "papers.yaml")
    entry = "@misc{x, title={A Paper of Very Many Authors}, author={%s}, eprint={1901.00001}}"
    made = fix(many, parse_bib(entry % " and ".join(names[:13])))
    assert not made.edits
    assert "dltheory show doe2020many --format bibtex" in made.problems[0].message
    # One of so many may differ: the record's name is taken.
    slip = [*names[:7], "Roe, Rick", *names[8:]]
    made = fix(many, parse_bib(entry % " and ".join(slip)))
    assert values(made.text)["author"] == " and ".join(names)
    # "et al." is no name.
    made = fix(many, parse_bib(entry % " and ".join([*names[:10], "et al."])))
    assert values(made.text)["author"] == " and ".join([*names[:10], "others"])


def test_the_authors_are_those_of_the_record(fixed: Fix) -> None:
    """Their order and their spelling may have changed; a name that agrees stays as written."""
    text = (
        "@article{x, title={Gradient Descent Can Take Exponential Time to Escape Saddle Points},"
        " journal={arXiv:1705.10412}, year={2017}, author={Simon S Du and Chi Jin and Jason D Lee"
        " and Michael I Jordan and Barnabas P{\\'o}czos and Aarti Sing}}"
    )
    assert values(fixed(text).text)["author"] == (
        "Simon S Du and Chi Jin and Jason D Lee and Michael I Jordan and Aarti Singh"
        " and Barnabas P{\\'o}czos"
    )
    missing = f"@article{{x, {LAZY}, journal={{arXiv:1812.07956}}}}"
    assert values(fixed(missing).text)["author"].startswith("Chizat, L{\\'e}na{\\\"i}c and")


def test_another_title_is_a_problem(fixed: Fix) -> None:
    """The preprint was renamed, or its id is wrong: with the advice, it is upgraded."""
    text = ICLR.replace("Deep Neural Networks as {G}aussian Processes", "Wide Nets are Kernels")
    entry = f"@article{{x, {text}, journal={{arXiv:1711.00165}}}}"
    made = fixed(entry)
    assert made.text == entry
    assert not fixed(entry, no=["upgrades"]).problems
    advice = re.search(r"write (title = \{.*\}) and run fix again", made.problems[0].message)
    assert advice
    made = fixed(entry.replace("title={Wide Nets are Kernels}", advice[1]))
    assert values(made.text)["year"] == "2018"
    assert not made.problems


def test_the_year_of_the_submission_takes_its_month_with_it(fixed: Fix) -> None:
    text = f"@inproceedings{{x, {ICLR}, month={{nov}}, booktitle={{ICLR}}}}"
    found = values(fixed(text).text)
    assert found["year"] == "2018"
    assert "month" not in found


# What a published entry lacks


def test_the_volume_comes_before_the_pages(fixed: Fix) -> None:
    entry = f"@article{{x, {ACCELERATED}, journal={{SIAM J. Optim.}}, year={{2018}}"
    made = fixed(f"{entry}}}")
    assert list(values(made.text).items())[-3:] == [
        ("volume", "28"),
        ("number", "2"),
        ("pages", "1751--1772"),
    ]
    assert made.changed[0].changes[0].text == "volume 28, number 2, pages 1751--1772"
    assert "number" not in values(fixed(f"{entry}, volume={{28}}}}").text)


@pytest.mark.parametrize("kind", ["inproceedings", "article"])
def test_the_venue_comes_before_both(fixed: Fix, kind: str) -> None:
    """An entry without any venue, of the year of the record."""
    made = fixed(f"@{kind}{{x, {ESCAPE}, {ESCAPE_AUTHORS}}}")
    found = values(made.text)
    assert list(found)[-2:] == ["booktitle", "pages"]
    assert found["@"] == "inproceedings"
    for other in ("howpublished={Talk}", "school={MIT}", "note={In preparation}", "year={2016}"):
        text = f"@{kind}{{x, {other}, {ESCAPE}, {ESCAPE_AUTHORS}}}"
        assert fixed(text).text == text


def test_numbers_of_another_version_are_a_problem(fixed: Fix) -> None:
    """With the value that the message advises, the rest is added."""
    entry = f"@article{{x, {ACCELERATED}, journal={{SIAM J. Optim.}}, year={{2018}}"
    made = fixed(f"{entry}, volume={{27}}}}")
    assert not made.edits
    advice = re.search(r"write (volume = \{28\}) and run fix again", made.problems[0].message)
    assert advice
    made = fixed(f"{entry}, {advice[1]}}}")
    assert values(made.text)["pages"] == "1751--1772"
    assert not made.problems


def test_a_short_entry_beside_a_full_one_stays_short(fixed: Fix) -> None:
    text = f"""@inproceedings{{x, {ESCAPE}, {ESCAPE_AUTHORS}, booktitle={{ICML}}}}
@inproceedings{{full, {ESCAPE}, {ESCAPE_AUTHORS}, booktitle={{ICML}}, pages={{1724--1732}}}}
"""
    assert fixed(text).text == text


# House style

SIOPT = f"@article{{x, {ACCELERATED}, year={{2016}}, journal={{arXiv:1611.00756}}}}"
PUBLISHED = f"@article{{x, {ACCELERATED}, year={{2018}}, journal={{SIAM J. Optim.}}}}"


@pytest.mark.parametrize("entry", [SIOPT, PUBLISHED], ids=["preprint", "published"])
def test_dois_and_pages_are_given_where_the_file_gives_them(fixed: Fix, entry: str) -> None:
    """A file without a single one gets none, unless they are asked for."""
    bare = filled(entry)
    found = values(fixed(bare).text)
    assert not found.keys() & {"doi", "pages"}
    assert entry == PUBLISHED or found["eprint"] == "1611.00756"
    found = values(fixed(bare, only=["upgrades", "pages", "dois"]).text)
    assert (found["pages"], found["doi"]) == ("1751--1772", "10.1137/17M1114296")
    assert "eprint" not in found
    full = filled(entry, doi="10.1000/1", pages="1--2", volume="3")
    found = values(fixed(full).text)
    assert (found["volume"], found["pages"]) == ("28", "1751--1772")
    assert found["doi"] == "10.1137/17M1114296"
    # A few are no habit.
    rare = full.replace("doi={10.1000/1}", "x={}").replace("x={}", "doi={10.1000/1}", 1)
    assert "doi" not in values(fixed(rare).text)


def test_a_small_file_without_a_doi_gets_none(fixed: Fix) -> None:
    assert "doi" not in values(fixed(SIOPT).text)
    assert "doi" in values(fixed(SIOPT, only=["upgrades", "dois"]).text)
    assert "doi" in values(fixed(SIOPT.replace("}}", "}, doi={10.48550/arXiv.1611.00756}}")).text)


def test_urls_publishers_and_ids_are_given_where_the_file_gives_them(fixed: Fix) -> None:
    entry = f"@article{{x, {LAZY}, {LAZY_AUTHORS}, journal={{arXiv:1812.07956}}}}"
    plain = {"booktitle": "Things", "pages": "1--2"}
    found = values(fixed(filled(entry, **plain)).text)
    assert not found.keys() & {"url", "publisher", "series", "eprint"}
    given = {"url": "https://a.org", "publisher": "P", "eprint": "2001.00001"}
    found = values(fixed(filled(entry, **plain, **given)).text)
    assert found["url"].startswith("https://proceedings.neurips.cc")
    assert (found["publisher"], found["eprint"]) == ("Curran Associates, Inc.", "1812.07956")


def test_and_others_is_a_habit(fixed: Fix) -> None:
    entry = f"@article{{x, {LAZY}, author={{Chizat, L. and others}}, journal={{arXiv:1812.07956}}}}"
    author = values(fixed(filled(entry)).text)["author"]
    assert author.endswith("Bach, Francis R.")
    short = filled(entry, author="Vale, Ana and others")
    assert values(fixed(short).text)["author"].endswith(" and others")
    asked = fixed(short, only=["upgrades", "names"]).text
    assert "others" not in values(asked)["author"]


def test_initials_are_a_habit(fixed: Fix) -> None:
    names = "L. Chizat and F. Bach and E. Oyallon"
    entry = f"@article{{x, {LAZY}, author={{{names}}}, journal={{arXiv:1812.07956}}}}"
    found = values(fixed(filled(entry, author="Vale, A. and Quint, B.")).text)
    assert found["author"] == "L. Chizat and E. Oyallon and F. Bach"
    found = values(fixed(filled(entry, author="Vale, Ana and Quint, Bo")).text)
    assert found["author"] == "L{\\'e}na{\\\"i}c Chizat and Edouard Oyallon and Francis R. Bach"


def test_letters_are_written_as_in_the_file(fixed: Fix) -> None:
    """And a family name stays as the user wrote it."""
    entry = f"@article{{x, {LAZY}, author={{%s}}, journal={{arXiv:1812.07956}}}}"
    names = "{Chizat}, L. and Oyallon, E. and Bach, F."
    found = values(fixed(filled(entry % names, author="Müller, Ana")).text)
    assert found["author"] == "{Chizat}, Lénaïc and Oyallon, Edouard and Bach, Francis R."
    mixed = filled(entry % names, author=r"M{\"u}ller, Ana", note="Größe")
    assert r"L{\'e}na{\"i}c" in values(fixed(mixed).text)["author"]


def test_braces_are_a_habit(fixed: Fix) -> None:
    text = f"@inproceedings{{x, {ICLR}, booktitle={{ICLR}}}}".replace("{G}aussian", "Gaussian")
    text = text.replace("2017", "2018")
    acronyms = filled(text, booktitle="P").replace("Thing ", "An SGD thing ")
    assert fixed(acronyms).text == acronyms
    assert "{Gaussian}" in fixed(acronyms, only=["capitals"]).text
    assert "{Gaussian}" in fixed(acronyms.replace("SGD", "{SGD}")).text


@pytest.mark.parametrize(
    ("model", "year", "expected"),
    [
        ("ICML", 2015, "ICML"),
        ("ICML'15", 2015, "ICML'17"),
        ("ICML 2015", 2015, "ICML 2017"),
        ("Proc. ICML (ICML-15)", 2015, "Proc. ICML (ICML-17)"),
        ("International Conference on Machine Learning (ICML)", 2015, None),
        (
            "Proceedings of the 32nd International Conference on Machine Learning (ICML 2015)",
            2015,
            "Proceedings of the 34th International Conference on Machine Learning (ICML 2017)",
        ),
        (
            "Proceedings of the Thirty-Second International Conference on Machine Learning",
            2015,
            "Proceedings of the Thirty-Fourth International Conference on Machine Learning",
        ),
        (
            "Proceedings of the 32nd International Conference on Machine Learning, {ICML} 2015, "
            "Lille, France, 6-11 July 2015",
            2015,
            "Proceedings of the 34th International Conference on Machine Learning",
        ),
        (
            "International Conference on Machine Learning-Volume 28",
            2013,
            "International Conference on Machine Learning-Volume 70",
        ),
        # What is not understood is not copied.
        ("ICML 2015", 2014, "ICML"),
        (
            "Submitted to ICML",
            2015,
            "Proceedings of the 34th International Conference on Machine Learning",
        ),
    ],
)
def test_a_venue_is_named_as_in_the_file(
    fixed: Fix, model: str, year: int, expected: str | None
) -> None:
    entry = f"@article{{x, {ESCAPE}, {ESCAPE_AUTHORS}, journal={{arXiv:1703.00887}}}}"
    text = filled(entry, number=3, booktitle=model, year=str(year))
    assert values(fixed(text).text)["booktitle"] == (expected or model)


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (["NIPS", "KDD"], "ICML"),
        (["Conference on Learning Theory"], "International Conference on Machine Learning"),
        (
            ["Conference on Learning Theory (COLT)"],
            "International Conference on Machine Learning (ICML)",
        ),
        (
            ["Proceedings of the 28th Conference on Learning Theory"],
            "Proceedings of the 34th International Conference on Machine Learning",
        ),
    ],
)
def test_a_new_venue_is_named_like_the_others(fixed: Fix, models: list[str], expected: str) -> None:
    entry = f"@article{{x, {ESCAPE}, {ESCAPE_AUTHORS}, journal={{arXiv:1703.00887}}}}"
    text = "".join(filled("", number=2, booktitle=model, year="2015") for model in models)
    assert values(fixed(text + entry).text)["booktitle"] == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["NIPS", "NIPS"], "NeurIPS"), (["NeurIPS", "NeurIPS"], "NeurIPS"), (["NIPS"], "NeurIPS")],
)
def test_nips_and_neurips(fixed: Fix, names: list[str], expected: str) -> None:
    """A file that follows the renaming goes on to; one that does not, does not."""
    entry = f"@article{{x, {LAZY}, {LAZY_AUTHORS}, journal={{arXiv:1812.07956}}}}"
    text = "".join(filled("", number=2, booktitle=name, year="2015") for name in names)
    assert values(fixed(text + entry).text)["booktitle"] == expected
    early = "@article{x, title={Gradient Descent Can Take Exponential Time to Escape Saddle Points}"
    early += ", year={2017}, journal={arXiv:1705.10412}}"
    assert values(fixed(text + early).text)["booktitle"] == names[0]


def test_a_venue_that_is_a_string_is_that_string(fixed: Fix) -> None:
    entry = f"@article{{x, {ESCAPE}, {ESCAPE_AUTHORS}, journal={{arXiv:1703.00887}}}}"
    text = filled(entry, number=3, booktitle="ICML").replace("{ICML}", "icml")
    made = fixed('@string{icml = "ICML"}\n' + text).text
    assert "booktitle=icml" in made
    # It is defined too late for this entry.
    late = filled("", number=3, booktitle="ICML").replace("{ICML}", "icml")
    made = fixed(f'{entry}\n@string{{icml = "ICML"}}\n{late}').text
    assert "booktitle={ICML}" in made


def test_ordinals_in_digits_and_words() -> None:
    assert [count for *_, count in ordinals("the 1st, twenty first, Ninetieth and 12th")] == [
        1,
        21,
        90,
        12,
    ]
    for written, count, expected in [
        ("12th", 13, "13th"),
        ("Twelfth", 21, "Twenty-First"),
        ("Twenty-first", 32, "Thirty-second"),
        ("fifth", 40, "fortieth"),
        ("Fifth", 100, "100th"),
    ]:
        assert ordinal_as(written, count).replace(" ", "-") == expected


def test_the_tail_of_a_venue(bib: Bibliography) -> None:
    icml, pnas = bib.venues["icml"], bib.venues["pnas"]
    assert without_tail("ICML (Lille, 2015)", icml) == "ICML"
    assert without_tail("{ICML, Lille}", icml) == ""
    assert without_tail("A, B", pnas) == "A, B"


def test_an_entry_with_the_names_of_both_dialects_keeps_bibtexs(fixed: Fix) -> None:
    """JabRef may write `year` and `date`; BibTeX reads no `journaltitle`."""
    found = values(fixed(SIOPT.replace("year=", "date={2016-11-02}, year=")).text)
    assert (found["journal"], found["year"], found["date"]) == (
        "SIAM Journal on Optimization",
        "2018",
        "2018",
    )


def test_as_is_means_as_is(fixed: Fix) -> None:
    for name in ("NeurIPS", "NIPS 2017", "Adv. Neural Inf. Process. Syst."):
        text = (
            "@inproceedings{x, title={Gradient Descent Can Take Exponential Time to Escape Saddle "
            "Points}, author={Du, Simon S. and Jin, Chi and Lee, Jason D. and Jordan, Michael I. "
            f"and Singh, Aarti and P{{\\'o}}czos, Barnab{{\\'a}}s}}, booktitle={{{name}}}, "
            "year={2017}, pages={1067--1077}}"
        )
        assert fixed(text).text == text
        assert fixed(text, venues="as-is").text == text


# What is changed, and what is not

ALL = {
    "upgrades": f"@article{{x, {LAZY}, {LAZY_AUTHORS}, journal={{arXiv:1812.07956}}}}",
    "pages": f"@inproceedings{{x, {ESCAPE}, {ESCAPE_AUTHORS}, booktitle={{ICML}}}}",
    "dois": f"@article{{x, {ACCELERATED}, year=2018, volume=28, number=2, pages={{1751--1772}},"
    " journal={SIAM Journal on Optimization}}",
    "names": "@inproceedings{x, title={Gradient Descent Can Take Exponential Time to Escape Saddle "
    "Points}, author={Du, S. S. and others}, booktitle={NIPS}, year=2017, pages={1067--1077}}",
    "capitals": f"@inproceedings{{x, {ICLR}, booktitle={{ICLR}}}}".replace(
        "{G}aussian", "gaussian"
    ).replace("2017", "2018"),
    "venues": f"@inproceedings{{x, {LAZY}, {LAZY_AUTHORS}}}".replace("2018", "2019"),
}
"""An entry for each kind of correction that needs this one (a venue comes with its pages)."""
TOLD = {
    "upgrades": "outdated",
    "pages": None,
    "dois": None,
    "names": "and-others",
    "capitals": "lost-capitals",
    "venues": "missing-field",
}
"""The rule of `check` that reports what the correction mends."""


def rules(bib: Bibliography, text: str) -> Counter[str]:
    return Counter(problem.rule for problem in lint(bib, [parse_bib(text)]).problems)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_correction(bib: Bibliography, kind: str) -> None:
    """It is made alone when asked for, not made when refused, and mends what check reports."""
    text = ALL[kind]
    made = fix(bib, parse_bib(text), only=[kind])
    assert made.edits
    assert not fix(bib, parse_bib(made.text), only=[kind]).edits
    others = [one for one in KINDS if one != kind]
    assert fix(bib, parse_bib(text), no=[kind]).text == text
    assert fix(bib, parse_bib(text), only=others).text == text
    before, after = rules(bib, text), rules(bib, made.text)
    told = TOLD[kind]
    assert told is None or before[told] > after[told] == 0
    assert not after - before


def test_kinds_that_do_not_exist(bib: Bibliography) -> None:
    with pytest.raises(UnknownNameError, match="upgrades"):
        fix(bib, parse_bib(""), only=["upgrade"])


HABITS: dict[str, dict[str, str]] = {
    "bare": {},
    "short": {"booktitle": "NIPS", "pages": "1--2"},
    "long": {"booktitle": "Proceedings of the 32nd International Conference on Machine Learning"},
    "full": {"doi": "10.1000/1", "pages": "1--2", "volume": "3", "url": "https://a.org"},
    "initials": {"author": "Vale, A. and Quint, B. and others"},
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("habit", HABITS)
def test_no_warning_that_was_not_there_before(bib: Bibliography, style: str, habit: str) -> None:
    """Of each entry and rule: preprints in each style, in files of each habit."""
    papers = [one for one in bib if one.eprint and one.venue and one.type != "online"]
    text = filled("\n".join(STYLES[style](one, one.key) for one in papers), **HABITS[habit])
    made = fix(bib, parse_bib(text))
    assert made.changed
    before, after = (Counter(reported(bib, one)) for one in (text, made.text))
    assert not after - before


def reported(bib: Bibliography, text: str) -> Iterator[tuple[str, str]]:
    for problem in lint(bib, [parse_bib(text)]).problems:
        yield problem.rule, problem.message.partition(":")[0]


# The command and its settings


@pytest.fixture
def refs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bib: Bibliography) -> Path:
    assert len(bib)
    monkeypatch.chdir(tmp_path)
    path = Path("refs.bib")
    path.write_text("\n".join(ALL[kind].replace("{x", f"{{{kind}") for kind in KINDS) + "\n")
    return path


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (["--only", "pages,dois"], {"pages", "dois"}),
        (["--no", "upgrades,names , venues", "--only", "upgrades,capitals"], {"capitals"}),
        (["--no", "upgrades,pages,names,capitals,venues"], set()),
    ],
)
@pytest.mark.usefixtures("refs")
def test_kinds_on_the_command_line(
    capfd: pytest.CaptureFixture[str], options: list[str], changed: set[str]
) -> None:
    assert main(("fix", "refs.bib", *options)) == 0
    err = capfd.readouterr().err
    told = set(re.findall(r"^refs\.bib:\d+: (\w+):", err, re.MULTILINE))
    assert told == changed


@pytest.mark.parametrize(
    ("given", "said"),
    [("upgrade", "did you mean upgrades?"), ("", "name at least one of upgrades"), ("x", "x")],
)
@pytest.mark.usefixtures("refs")
def test_a_kind_that_does_not_exist(
    capfd: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    assert main(("fix", "refs.bib", "--only", given)) == 2
    assert said in " ".join(capfd.readouterr().err.split())


@pytest.mark.usefixtures("refs")
def test_the_settings_of_a_project(capfd: pytest.CaptureFixture[str]) -> None:
    """An option counts before the table [fix]."""
    table = '[fix]\nonly = ["upgrades", "dois"]\nno = ["dois"]\nkeep_preprint = true\n'
    Path(".dltheory.toml").write_text(f'{table}venues = "short"\n')
    assert main(("fix", "refs.bib")) == 0
    out, err = capfd.readouterr()
    assert "eprint={1812.07956}" in out
    assert "booktitle={NeurIPS}" in out
    assert "1 to change: published 1" in err
    assert main(("fix", "refs.bib", "--no-keep-preprint", "--venues", "long", "--no", "names")) == 0
    out = capfd.readouterr().out
    assert "+@inproceedings{upgrades" in out
    assert "booktitle={Advances" in out
    assert "eprint={1812.07956}" not in out
    assert main(("fix", "refs.bib", "--only", "pages")) == 0
    assert "1 to change: pages 1" in capfd.readouterr().err
    Path(".dltheory.toml").write_text('[fix]\nonly = ["page"]\n')
    assert main(("fix", "refs.bib")) == 1
    assert ".dltheory.toml:2:1: error: only: 'page' is not known; write pages" in (
        capfd.readouterr().err
    )


def test_a_problem_is_printed(refs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    refs.write_text(f"\n@misc{{x, {LAZY}, author={{Chizat, L.}}, eprint={{1812.07956}}}}\n")
    assert main(("fix", "refs.bib")) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "refs.bib:2: x: not changed: its authors are not the 3 authors of the published" in err


# Time


class Counting:
    """A pattern that counts the characters it reads."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.read = 0

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        found = self.pattern.search(text, start, len(text) if end is None else end)
        stop = found.end() if found else (len(text) if end is None else end)
        self.read += max(stop - start, 0)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pattern, name)


def test_a_file_in_one_line_is_read_once(
    bib: Bibliography, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not once for each entry, to find its line ends."""
    counting = Counting(editor._BREAK)
    monkeypatch.setattr(editor, "_BREAK", counting)
    text = " ".join(
        f"@misc{{a{n}, title={{How to Escape Saddle Points Efficiently}}, eprint={{1703.00887}}}}"
        for n in range(300)
    )
    assert len(fix(bib, parse_bib(text)).changed) == 300
    assert counting.read < 40 * len(text)
