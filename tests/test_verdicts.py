"""Verdicts on references: corruptions are seen at the right field, real entries are not accused."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator

import pytest

from dltheory_bib import Bibliography
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.venue_match import VenueNames, same_name
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import read_reference
from dltheory_bib.bibfile.verdicts.shelf_list import ShelfList
from dltheory_bib.bibfile.verdicts.verdict import Judge, ReferenceVerdict
from dltheory_bib.shelf.lookups import Shelf
from dltheory_bib.shelf.shelf_index import build_shelf
from helpers.corruptions import KINDS, Corruptor, Entry
from helpers.verdict_counts import corruptions_seen, valid_verdicts

THIS_YEAR = 2026


@pytest.fixture(scope="module")
def judge(catalogue: Bibliography) -> Judge:
    return Judge(catalogue, THIS_YEAR)


def verdict(judge: Judge, entry: Entry) -> ReferenceVerdict:
    kind = "article" if "journal" in entry else "inproceedings"
    return judge.judge(read_reference(kind, entry))


def test_check_sees_corruptions_at_the_field_that_was_changed(catalogue: Bibliography) -> None:
    """And never calls a fabricated DOI verified, nor an entry with one."""
    found = {one.kind: one for one in corruptions_seen(catalogue, seed=20261130)}
    assert set(found) == set(KINDS)
    assert [one for one in found.values() if not one.is_enough] == []
    assert found["fabricated DOI"].verified == 0


def test_check_accuses_no_right_entry(catalogue: Bibliography) -> None:
    assert set(valid_verdicts(catalogue)) == {"verified"}


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_what_is_exported_is_verified(judge: Judge, dialect: str) -> None:
    file = parse_bib(judge.bib.to_bibtex(dialect=dialect))  # type: ignore[arg-type]
    for entry in file.entries:
        found = judge.judge(read_reference(entry.type.lower(), file.values(entry)))
        assert found.word == "verified", (entry.key, found)


def _entry(text: str) -> tuple[str, Entry]:
    file = parse_bib(text)
    (entry,) = file.entries
    return entry.type.lower(), dict(file.values(entry))


JIN = """@inproceedings{k,
  author = {Chi Jin and Rong Ge and Praneeth Netrapalli and Sham M. Kakade and Michael I. Jordan},
  title = {How to Escape Saddle Points Efficiently},
  booktitle = {International Conference on Machine Learning},
  year = {2017}%s}"""


@pytest.mark.parametrize(
    ("change", "word", "field"),
    [
        (lambda t: t % ", doi = {10.88880/bpr.633067}", "contradicted", "doi"),
        (lambda t: t.replace("2017", "2034") % "", "contradicted", "year"),
        (lambda t: re.sub("Chi.*Jordan", "John Doe and Ann Poe", t) % "", "contradicted", "author"),
        (lambda t: re.sub("and Rong.*Kakade ", "", t) % "", "differs", "author"),
        (lambda t: t.replace("Escape", "Avoid") % "", "differs", "title"),
        (lambda t: t.replace("2017", "2018") % "", "differs", "year"),
        (lambda t: t.replace("Machine Learning", "Deep Thought") % "", "differs", "booktitle"),
        (
            lambda t: t % ", eprint = {1706.08947}, archiveprefix = {arXiv}",
            "contradicted",
            "eprint",
        ),
    ],
    ids=["doi", "future", "authors", "partial", "near-miss", "year", "venue", "foreign"],
)
def test_one_corruption_of_a_work_that_is_held(
    judge: Judge, change: Callable[[str], str], word: str, field: str
) -> None:
    found = judge.judge(read_reference(*_entry(change(JIN))))
    assert found.word == word
    assert found.fields("differs", "contradicted") == [field]
    assert found.version
    assert found.version.work == "jin2017escape"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        # The same title, by others, elsewhere and at another time, is another work.
        (
            "@article{k, author={Seeger, M}, title={Gaussian Processes for Machine Learning},"
            " journal={International Journal of Neural Systems}, year=2004}",
            "not found",
        ),
        # A version that the catalogue does not have, with pages of its own.
        (
            "@article{k, author={Blum, AL and Rivest, RL}, volume=5, pages={117--127}, year=1992,"
            " title={Training a 3-node neural network is NP-complete}, journal={Neural Networks}}",
            "not found",
        ),
        (
            "@article{k, author={Vapnik, V. N.}, title={An overview of statistical learning"
            " theory}, year=1999, journal={Neural Networks, IEEE Transactions on}}",
            "verified",
        ),
        (
            "@inproceedings{k, author={Shaojie Bai and Vladlen Koltun and J. Zico Kolter},"
            " title={Multiscale Deep Equilibrium Models}, year=2020, booktitle={NeurIPS}}",
            "not found",
        ),
        ("@misc{k, author={A}, year=2020}", "not checked"),
        (
            "@inproceedings{k, author={Nobody Known}, title={A Title That No Work Has, Anywhere},"
            " booktitle={ICML}, year=2016}",
            "not found",
        ),
        # Another publisher had the journal then.
        (
            "@article{k, author={Nobody Known}, title={A Title That No Work Has, Anywhere}, year="
            "1997, journal={Math. Programming}, doi={10.1016/S0025-5610(96)00084-6}}",
            "not found",
        ),
        # PMLR gives no DOIs, and ICML's are ACM's.
        (
            "@inproceedings{k, author={Nobody Known}, title={A Title That No Work Has, Anywhere},"
            " booktitle={ICML}, year=2016, doi={10.47281/bed.57189}}",
            "contradicted",
        ),
    ],
)
def test_other_works_are_not_accused(judge: Judge, text: str, word: str) -> None:
    found = judge.judge(read_reference(*_entry(text)))
    assert found.word == word, found


def test_an_identifier_of_a_held_work_in_an_entry_of_nothing_known(judge: Judge) -> None:
    text = (
        "@misc{k, author={Petra Silva}, title={On Efficient Forward Modes of Thought},"
        " year=2023, eprint={1703.00887}, archiveprefix={arXiv}}"
    )
    found = judge.judge(read_reference(*_entry(text)))
    assert found.word == "contradicted"
    assert "jin2017escape" in found.reason


def _initials(name: str) -> str:
    parts = name.split()
    return " ".join([*(one[0] + "." for one in parts[:-1]), parts[-1]]) if len(parts) > 1 else name


def _inverted(name: str) -> str:
    parts = name.split()
    return f"{parts[-1]}, {' '.join(parts[:-1])}" if len(parts) > 1 else name


@pytest.mark.parametrize("change", [_initials, _inverted], ids=["initials", "inverted"])
def test_the_way_in_which_names_are_written_changes_nothing(
    judge: Judge, change: Callable[[str], str]
) -> None:
    made, rng = Corruptor(judge.bib, seed=2), random.Random(2)
    for paper in rng.sample(made.works, 200):
        entry = made.entry(paper)
        before = verdict(judge, entry).word
        names = entry["author"].split(" and ")
        entry["author"] = " and ".join(change(name) for name in names)
        assert verdict(judge, entry).word == before, entry
        entry["author"] = " and ".join(names[:2]) + " and others"
        assert verdict(judge, entry).word == before, entry


@pytest.mark.parametrize(
    ("theirs", "ours", "outcome"),
    [
        (["AL Blum", "Rivest, RL"], ["Blum, Avrim L.", "Rivest, Ronald L."], "same"),
        (["Wei Wang"], ["Wang Wei"], "same"),
        (["Garriga Alonso, A."], ["Garriga-Alonso, Adrià"], "same"),
        (["Russ Salakhutdinov"], ["Salakhutdinov, Ruslan"], "same"),
        (["Mueller, J."], ["Müller, Jürgen"], "same"),
        (["Belkin, Misha"], ["Mikhail Belkin"], "same"),
        (["Li, Xiang"], ["Li, Patricia"], "others"),
        (["B", "A"], ["A", "B"], "order"),
        (["A"], ["A", "B"], "fewer"),
        (["A", "B", "C"], ["A", "B"], "more"),
        (["A", "C"], ["A", "B"], "names"),
        (["C", "D"], ["A", "B"], "others"),
    ],
)
def test_lists_of_authors(theirs: list[str], ours: list[str], outcome: str) -> None:
    assert compare_authors(theirs, ours).outcome == outcome


SHELF = """
@inproceedings{a, title={Certain Things About Uncertain Objects}, author={Ana Lima and Wei Wu},
  booktitle={ICLR}, year={2021}}
@article{b, title={Certain Things About Uncertain Objects}, author={Ana Lima and Wei Wu and Bo Li},
  journal={Journal of Machine Learning Research}, year={2023}, volume={24}, pages={1--40}}
@article{c, title={Another Thing}, author={Jo Ek}, journal={Neural Computation}, year={2001},
  doi={10.1162/0001}}
@inproceedings{d, title={Slow Walks on Large Graphs of Things}, author={Ana Lima and Bo Li},
  booktitle={NeurIPS}, year={2022}, pages={345--356}}
@inproceedings{e, title={How to Label Odd Things}, author={Ana Lima}, year={2020},
  booktitle={Proceedings of the 2020 Conference on Empirical Methods in Natural Language Processing:
  Tutorials}}
"""


@pytest.fixture(scope="module")
def judge_with_shelf(
    catalogue: Bibliography, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "works.bib").write_text(SHELF, "utf-8")
    build_shelf([folder / "works.bib"], folder)
    shelf = Shelf(folder)
    yield Judge(catalogue, THIS_YEAR, [ShelfList(shelf, VenueNames(catalogue))])
    shelf.close()


@pytest.mark.parametrize(
    ("text", "word", "fields"),
    [
        (
            "@inproceedings{k, title={Certain things about uncertain objects}, year=2021,"
            " author={A. Lima and Wu, Wei}, booktitle={ICLR}}",
            "verified",
            [],
        ),
        (
            "@article{k, title={Certain things about uncertain objects}, year=2023,"
            " author={Lima, A. and others}, journal={J. Mach. Learn. Res.}}",
            "verified",
            [],
        ),
        (
            "@inproceedings{k, title={Certain things about uncertain objects}, year=2021,"
            " author={Lima, A. and Wu, Wei}, booktitle={ICML}}",
            "differs",
            ["booktitle"],
        ),
        (
            "@inproceedings{k, title={Certain things about uncertain objects}, year=2021,"
            " author={Jo Ek}, booktitle={ICLR}}",
            "contradicted",
            ["author"],
        ),
        (
            "@inproceedings{k, title={Certain things about doubtful objects}, year=2021,"
            " author={Lima, Ana and Wu, Wei}, booktitle={ICLR}}",
            "differs",
            ["title"],
        ),
        (
            "@article{k, title={Certain things about uncertain objects}, year=2023, author={Lima,"
            " A. and others}, journal={J. Mach. Learn. Res.}, doi={10.1162/0001}}",
            "contradicted",
            ["doi"],
        ),
        (
            "@inproceedings{k, title={Things of Another Kind}, year=2021, author={Lima, Ana},"
            " booktitle={ICLR}}",
            "not found",
            [],
        ),
    ],
)
def test_a_shelf_is_asked_after_the_catalogue(
    judge_with_shelf: Judge, text: str, word: str, fields: list[str]
) -> None:
    found = judge_with_shelf.judge(read_reference(*_entry(text)))
    assert (found.word, found.fields("differs", "contradicted")) == (word, fields)
    assert len(found.asked) == 2
    assert found.asked[1].startswith("the shelf (bib of ")


@pytest.mark.parametrize(
    ("fields", "word", "differing", "unchecked"),
    [
        # Another numbering of the same pages.
        ("booktitle={NeurIPS}, year=2022, pages={1--12}", "verified", [], ["pages"]),
        ("booktitle={NeurIPS}, year=2022, pages={1--13}", "differs", ["pages"], []),
        # A track whose works are in the proceedings.
        (
            "booktitle={Neural Information Processing Systems Track on Datasets and Benchmarks},"
            " year=2022",
            "verified",
            [],
            [],
        ),
        # Another version, in a journal, or of a venue and a year that nobody knows.
        (
            "booktitle={A Meeting on Odd Things}, year=2022, pages={1--40}",
            "differs",
            ["booktitle"],
            ["pages"],
        ),
        ("journal={Journal of Odd Things}, year=2022, volume=3", "not found", None, []),
        ("journal={Neural Computation}, year=2022, volume=3, pages={1--40}", "not found", None, []),
        ("journal={jot}, year=2024, volume=3, pages={1--40}", "not found", None, []),
        ("journal={Neural Computation}, year=2022", "differs", ["journal"], []),
        # An article that also names the meeting where it was first.
        (
            "journal={J. Odd Things}, booktitle={NeurIPS}, year=2024, volume=3",
            "verified",
            [],
            ["year"],
        ),
        ("booktitle={NeurIPS 2022, arXiv:2201.00001}, year=2022", "verified", [], ["eprint"]),
        # The preprint has its own title and authors.
        (
            "title={Slow Walks on Large Graphs of Odd Things}, author={Bo Li and Ana Lima},"
            " journal={arXiv:2201.00001}, year=2021",
            "differs",
            ["booktitle"],
            ["title", "author", "year", "eprint"],
        ),
    ],
)
def test_versions_that_are_not_known(
    judge_with_shelf: Judge,
    fields: str,
    word: str,
    differing: list[str] | None,
    unchecked: list[str],
) -> None:
    known = "title={Slow Walks on Large Graphs of Things}, author={Ana Lima and Bo Li}, "
    entry = _entry(f"@misc{{k, {'' if fields.startswith('title') else known}{fields}}}")
    found = judge_with_shelf.judge(read_reference(*entry))
    assert found.word == word, found
    if differing is not None:
        assert found.fields("differs") == differing
        assert set(unchecked) <= set(found.fields("not checked"))


def test_a_preprint_is_told_by_which_title_it_was_published(judge_with_shelf: Judge) -> None:
    entry = {
        "title": "Slow Walks on Large Graphs of Odd Things",
        "author": "Ana Lima and Bo Li",
        "eprint": "2201.00001",
        "year": "2022",
    }
    found = judge_with_shelf.judge(read_reference("misc", entry))
    assert found.kinds == ("outdated",)
    assert found.reason.endswith(
        "published in NeurIPS 2022 as “Slow Walks on Large Graphs of Things”"
    )


@pytest.mark.parametrize(
    ("kind", "change", "word"),
    [
        ("techreport", {"title": "Slow Walks on Large Graphs of an Odd Thing"}, "not found"),
        ("phdthesis", {"author": "Ana Lima"}, "not found"),
        ("inproceedings", {"author": "Ana Lima"}, "differs"),
        (
            "inproceedings",
            {"title": "Slow Walks on Large Graphs of Things, 2nd edition"},
            "verified",
        ),
        (
            "inproceedings",
            {
                "title": "Certain Things About Uncertain Objects",
                "author": "Ana Lima and Wei Wu",
                "year": "2021",
                "booktitle": "ICLR 2021 (Workshop Track)",
            },
            "verified",
        ),
        (
            "inproceedings",
            {
                "title": "How to Label Odd Things",
                "author": "Ana Lima",
                "year": "2020",
                "booktitle": "EMNLP: Tutorials",
            },
            "verified",
        ),
    ],
)
def test_reports_editions_and_satellites(
    judge_with_shelf: Judge, kind: str, change: Entry, word: str
) -> None:
    entry = {
        "title": "Slow Walks on Large Graphs of Things",
        "author": "Ana Lima and Bo Li",
        "year": "2022",
    }
    found = judge_with_shelf.judge(read_reference(kind, {**entry, **change}))
    assert found.word == word, found


def test_the_catalogue_counts_before_the_shelf(judge_with_shelf: Judge) -> None:
    found = judge_with_shelf.judge(read_reference(*_entry(JIN % "")))
    assert found.version
    assert found.word == "verified"
    assert found.version.is_catalogues


def _name(number: int) -> str:
    return f"Name{chr(97 + number // 10)}{chr(97 + number % 10)}"


@pytest.fixture(scope="module")
def judge_with_lists(
    catalogue: Bibliography, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """Two sources with the same 30 works of ICLR 2022. One of them lacks some of ICML 2022, and has
    the works of UAI 2022 from the other.
    """
    folder = tmp_path_factory.mktemp("lists")
    works = [
        f"title={{On the {one} of {two} Systems of Things}}, author={{Ann {name} and Bo Ek{name}}}"
        for one, two, name in zip(
            [f"Form{n}" for n in range(30)],
            [f"Sort{n}" for n in range(30)],
            map(_name, range(30)),
            strict=True,
        )
    ]
    meetings = [
        f"@inproceedings{{DBLP:k, {one}, booktitle={{{venue}}}, year={{2022}}}}"
        for venue in ("ICLR", "ICML", "UAI")
        for one in works
    ]
    elsewhere = "@article{k, title={Their Other Work}, author={Cy Ur and Di Ur}, year={2020}}"
    (folder / "one.bib").write_text("\n".join([*meetings, elsewhere]), "utf-8")
    papers = [
        {
            "bibtex_key": f"p{n}",
            "title": re.search("title={(.*?)}", one)[1],  # type: ignore[index]
            "authors": [{"given": "Ann", "family": _name(n)}],
            "year": "2022",
            "venue_name": venue,
            "venue_type": "conference",
            "source": source,
        }
        for venue, count, source in (
            ("ICLR", 30, "openreview"),
            ("ICML", 25, "pmlr"),
            ("UAI", 30, "dblp+s2"),
        )
        for n, one in enumerate(works[:count])
    ]
    (folder / "two.jsonl").write_text("\n".join(map(json.dumps, papers)), "utf-8")
    build_shelf([folder / "one.bib", folder / "two.jsonl"], folder)
    shelf = Shelf(folder)
    yield Judge(catalogue, THIS_YEAR, [ShelfList(shelf, VenueNames(catalogue))])
    shelf.close()


@pytest.mark.parametrize(
    ("fields", "word", "said"),
    [
        (
            "author={Al Ur}, booktitle={ICLR}, year=2022",
            "contradicted",
            "the 30 works of iclr 2022",
        ),
        (
            "author={Ann Nameaa and Bo Eknameaa}, booktitle={ICLR}, year=2022",
            "contradicted",
            "On the Form0",
        ),
        (
            "title={On the Form0 of Some Other Things}, author={Ann Nameaa}, booktitle={ICLR},"
            " year=2022",
            "differs",
            "On the Form0 of Sort0",
        ),
        # Others have written with them: it may be a talk, or an earlier title of the work.
        ("author={Ann Nameaa}, booktitle={ICLR}, year=2022", "differs", "On the Form0"),
        # Some databases cite a workshop by the name of the conference.
        (
            "author={Al Ur}, booktitle={ICLR}, year=2022, eprint={2205.01234},"
            " archiveprefix={arXiv}",
            "differs",
            "name the workshop",
        ),
        (
            "author={Al Ur}, booktitle={ICLR}, year=2022, doi={10.48550/arXiv.2205.01234}",
            "contradicted",
            "the 30 works of iclr 2022",
        ),
        # The tenth was in 2022.
        ("author={Al Ur}, booktitle={7th ICLR}, year=2022", "not found", ""),
        (
            "author={Al Ur}, booktitle={10th International Conference on Learning Representations},"
            " year=2022",
            "contradicted",
            "the 30 works of iclr 2022",
        ),
        ("author={Ann Nameaa and Bo Eknameaa}, journal={ICLR}, year=2022", "not found", ""),
        (
            "author={Cy Ur and Di Ur}, booktitle={ICLR}, year=2022",
            "differs",
            "name the workshop",
        ),
        ("author={Al Ur}, booktitle={ICML}, year=2022", "not found", ""),
        ("author={Al Ur}, booktitle={UAI}, year=2022", "not found", ""),
        ("author={Al Ur}, booktitle={ICLR}, year=2021", "not found", ""),
        ("author={Al Ur}, booktitle={ICLR 2022 Workshop on Things}, year=2022", "not found", ""),
        ("author={Al Ur}, booktitle={ICLR Blog Track}, year=2022", "not found", ""),
        ("author={Al Ur}, year=2022", "not found", ""),
    ],
)
def test_a_work_that_is_not_in_a_complete_list(
    judge_with_lists: Judge, fields: str, word: str, said: str
) -> None:
    title = "" if fields.startswith("title") else "title={A Work That Was Never There}, "
    text = f"@inproceedings{{k, {title}{fields}}}"
    found = judge_with_lists.judge(read_reference(*_entry(text)))
    assert found.word == word, found
    assert said in found.reason


@pytest.mark.parametrize(
    ("cited", "known", "outcome"),
    [
        ("Hal Daumé III", "III, Hal Daume", "same"),
        ("Martin King", "King, Jr., Martin", "same"),
        ("Anonymous", "Lee, Ann and Ek, Bo", "fewer"),
        ("Anonymous submission", "Lee, Ann and Ek, Bo", "fewer"),
        ("Alexandre Bouchard-Côté", "Bouchard, Alexandre", "same"),
        ("Garriga Alonso, Adria", "Adria Alonso", "same"),
        ("Alexandre Bouchard-Cote", "Bouchard, Marie", "others"),
        ("Oluwasanmi Koyejo", "Sanmi Koyejo", "same"),
        ("LeCun, Yann", "Cun, Yann L.", "same"),
        ("YIFEI LI and Ann Lee", "LI, YIFEI and Lee, Ann", "same"),
        ("LeCun, Yann", "Cun, Ann L.", "others"),
        ("M. Rvscheisen and V. Tresp", "Röscheisen, Martin and Tresp, Volker", "names"),
        ("T. Battiti", "Battiti, Roberto", "names"),
        ("Ann Lee and Bo Ek and Cy Ur", "Lee, Ann", "more"),
        ("Al Ur and Bo Ek", "Lee, Ann and Katz, Eve", "others"),
    ],
)
def test_names_with_slips_and_suffixes(cited: str, known: str, outcome: str) -> None:
    found = compare_authors(cited.split(" and "), known.split(" and "))
    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("doi={10.1609/aaai.v35i6.16728}, booktitle={AAAI}, year=2022", "AAAI 2021"),
        ("doi={10.1109/CVPR46437.2021.00469}, booktitle={ICCV}, year=2021", "CVPR 2021"),
        ("doi={10.24963/ijcai.2019/815}, booktitle={NeurIPS}, year=2019", "IJCAI 2019"),
        ("eprint={2310.01362}, booktitle={ICLR}, year=2021", "October 2023, later than 2021"),
        ("doi={10.48550/arXiv.2310.XXXX}, year=2023", "form of an arXiv id"),
        ("eprint={1913.12345}, year=2019", "“1913.12345” does not have the form of an arXiv id"),
        ("eprint={1911.1234v2}, archiveprefix={arXiv}, year=2019", "“1911.1234” does not have"),
        ("journal={ar{X}iv preprint arXiv:1900.12345}, year=2019", "“1900.12345” does not have"),
        ("howpublished={\\url{https://arxiv.org/pdf/1913.12345v1.pdf}}, year=2019", "1913.12345"),
        ("journal={CoRR}, volume={abs/1404.12345}, year=2014", "“1404.12345” does not have"),
        ("note={arXiv:cs.LG/9913001}, year=1999", "“cs.LG/9913001” does not have"),
        ("eprint={1913.12345}, eprinttype={jstor}, year=2019", ""),
        ("eprint={1911.12345v2 [cs.LG]}, note={see grant arXiv 1913.1}, year=2019", ""),
        ("journal={arXiv preprint}, note={grant 1913.12345}, year=2019", ""),
        ("doi={10.1609/aaai.v35i6.16728}, booktitle={AAAI}, year=2021", ""),
        ("eprint={2301.01362}, booktitle={ICLR}, year=2022", ""),
        # An old article that its authors put there later, and an address of another site.
        ("eprint={2310.01362}, journal={J. Odd Things}, volume=3, pages={1--9}, year=2001", ""),
        ("eprint={2310.01362}, booktitle={A Meeting}, doi={10.1234/567}, year=2001", ""),
        ("eprint={http://pubs.amstat.org/doi/pdf/10.1198/jcgs.2010.10016}, year=2005", ""),
    ],
)
def test_identifiers_that_name_another_place_or_time(judge: Judge, fields: str, said: str) -> None:
    text = f"@inproceedings{{k, title={{A Work That Was Never There}}, author={{Al Ur}}, {fields}}}"
    found = judge.judge(read_reference(*_entry(text)))
    assert found.word == ("contradicted" if said else "not found")
    assert said in " ".join(one.message for one in found.findings)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CIKM", "CIKM '20: The 29th ACM International Conference on Information", True),
        ("European Conference on Computer Vision (ECCV)", "ECCV", True),
        (
            "Conference on Robot Learning",
            "Proceedings of the 6th Conference on Robot Learning",
            True,
        ),
        ("Conference on Robot Learning", "Conference on Web Search", False),
    ],
)
def test_names_of_venues_that_no_list_has(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) == same


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Unknown", "not found"),
        ("{Anonymous}", "not found"),
        ("Unknown Author", "contradicted"),
        ("Author One", "contradicted"),
    ],
)
def test_a_text_whose_author_nobody_knows_is_not_accused(
    judge: Judge, name: str, word: str
) -> None:
    found = verdict(judge, {"author": name, "title": "Gawain and the Green Quokka", "year": "1400"})
    assert found.word == word


@pytest.mark.catalogue
@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("J. Phys. A", "jphysa"),
        ("Journal of Physiology", None),
        ("J. Physique", None),
        ("Physiological Reviews", None),
        ("J. Mach. Learn. Res.", "jmlr"),
        ("Proc. Int. Conf. Mach. Learn.", "icml"),
        # Names that have a venue's in them.
        ("Front. Big Data", None),
        ("2020 IEEE International Conference on Big Data", "big-data"),
        ("Computational Learning Theory: Fourth European Conference, EuroCOLT'99", None),
        ("Proceedings of the Third European Conference on Computational Learning Theory", None),
        ("Machine Learning and Knowledge Discovery in Databases (ECML/PKDD'09)", "ecml-pkdd"),
        ("mloss", "jmlr"),
        ("Adv. Neural Inf. Proc. Sys. 19", "neurips"),
        ("Machine Learning Proceedings 1994", "icml"),
        ("Proc. 9th Intl. Workshop Artificial Intelligence and Statistics (AIstats)", "aistats"),
        (r"AI \& Stat.'2007", "aistats"),
        ("Proceedings of the Tenth International Workshop on AI and Statistics", "aistats"),
        (
            "Joint SIGDAT Conference on Empirical Methods in Natural Language Processing and Very"
            " Large Corpora",
            "emnlp",
        ),
        (
            "Proceedings of the Tenth International Workshop on Artificial Intelligence and"
            " Statistics",
            "aistats",
        ),
        ("Neural Networks, IEEE {\\ldots}", None),
        ("Neural Information Processing Systems (NIPS) Workshop", None),
        ("ICLR 2013 (workshop track)", "iclr-workshop"),
        ("ICML, JMLR Workshop and Conference Proceedings", "icml"),
    ],
)
def test_a_name_is_shortened_one_way(catalogue: Bibliography, text: str, venue: str | None) -> None:
    """The short form of a venue's name also shortens the names of others, which are not it."""
    assert VenueNames(catalogue).find(text).venue == venue


def test_a_venue_that_a_preprint_does_not_have_is_told_with_what_to_write(judge: Judge) -> None:
    entry = {
        "author": "Mikhail Belkin and Daniel Hsu and Siyuan Ma and Soumik Mandal",
        "title": "Reconciling modern machine learning and the bias-variance trade-off",
        "journal": "Statistics and Things",
        "volume": "7",
        "year": "2018",
    }
    (told,) = (one for one in verdict(judge, entry).findings if one.field == "journal")
    assert told.message == (
        "this version is a preprint, without a venue; write eprint = {1812.11118} in place of "
        "journal"
    )
    # Google Scholar cites arXiv's archive of statistics in this way.
    scholars = verdict(judge, {**entry, "journal": "stat", "volume": "1050", "pages": "28"})
    assert scholars.kinds == ("outdated",)
    assert scholars.fields("differs") == ["journal"]
