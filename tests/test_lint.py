"""What is wrong with a .bib: each rule on an invented file, with its message and its place."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, __version__
from dltheory_bib.bibfile.bib_parser import parse_bib, share_strings
from dltheory_bib.bibfile.entry_types import dialect_of
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.lint.linter import (
    RULES,
    Linted,
    is_bib,
    lint,
    lint_paths,
    rule_levels,
    rule_sentences,
)
from dltheory_bib.cli.completion import complete_rule
from dltheory_bib.cli.main import main
from dltheory_bib.errors import Problem
from dltheory_bib.formats.bibtex import Dialect, VenueNames
from dltheory_bib.formats.sarif import to_sarif
from dltheory_bib.manuscript.manuscript import read_manuscript
from dltheory_bib.text.latex import Encoding
from helpers.budget import examples, share

ROOT = Path(__file__).parents[1]

DOE = "author={Day, Jane}, year=2001"
NAMES = "Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I."
JIN = f"author={{{NAMES}}}"
ESCAPE = "title={How to Escape Saddle Points Efficiently}"
GARRIGA = "author={Garriga-Alonso, Adri{\\`a} and Rasmussen, Carl Edward and Aitchison, Laurence}"
ICML = (
    "@inproceedings with booktitle = {Proceedings of the 34th International Conference on Machine "
    "Learning}, year = {2017}, volume = {70}, pages = {1724--1732}"
)

RECORD = (
    "; the record: Chi Jin, Rong Ge, Praneeth Netrapalli, Sham M. Kakade, Michael I. Jordan, “How "
    f"to Escape Saddle Points Efficiently”, ICML, 2017 (jin2017escape in the catalogue "
    f"{__version__})"
)
# Each rule with a file and what is said of it: line:column, level and message.
BAD: list[tuple[str, str, list[str]]] = [
    (
        "unbalanced",
        "@misc{a,\n  title = {Open,\n  year = 2001\n\n@misc{b, title={B}}\n",
        ["2:11: error: a: the { that opens title is not closed; write } at the end of the value"],
    ),
    (
        "unbalanced",
        '@misc{a,\n  title = "Open {brace", year = 2001}\n',
        ['2:11: error: a: the " that opens title is not closed; write " at the end of the value'],
    ),
    (
        "unbalanced",
        "@misc{a,\n  title = {A, note = {B}, year = 2001}\n\n@misc{b, title={B}}\n",
        ["2:11: error: a: title includes note; write } at the end of its value"],
    ),
    (
        "unbalanced",
        "@misc{a, title={A},\n  year = 2001\n\n@misc{b, title={B}}\n",
        ["1:1: error: a: the entry is not closed; write } at its end"],
    ),
    (
        "unbalanced",
        "@misc{a,\n  title = {A}},\n  year = 2001\n}\n",
        [
            "2:14: warning: a: this } ends the entry, so the text after it is ignored; delete a "
            "closing brace before it"
        ],
    ),
    (
        "unbalanced",
        "@comment{ open\n@misc{b, title={B}}\n",
        ["1:1: error: @comment is not closed; write } at its end"],
    ),
    (
        "syntax",
        "@misc{a,\n  title = {A}\n  year = 2001}\n",
        ["3:3: error: a: a comma is missing before year; write one"],
    ),
    (
        "syntax",
        "@misc{a,\n  title {A}}\n@misc{b,\n  title = ,\n}\n@misc{c, !}\n",
        [
            "2:3: error: a: title has no = and value; write title = {…}",
            "4:3: error: b: title has no value; write title = {…}",
            "6:8: error: c: there is no field after this comma; write name = {value}, or "
            "delete the comma",
        ],
    ),
    (
        "syntax",
        "@misc{, title={A}}\n@string{jmlr}\n@misc{a b c}\n",
        [
            "1:1: error: @misc has no key; write one after its brace",
            "2:1: error: @string without a name and a value; write @string{name = {value}}",
            "3:9: error: a: the entry cannot be parsed from 'b c}' on; write name = {value}",
        ],
    ),
    (
        "syntax",
        "@misc{my key, title={A}}\n@misc{w 11 b, title={B}}\n",
        [
            "1:7: error: my: a key has no blanks; write my-key",
            "2:7: error: w: a key has no blanks; write w-11-b",
        ],
    ),
    (
        "repeated-key",
        "@misc{a2001, title={A}}\n@misc{A2001, title={B}}\n@misc{a2001, title={C}}\n",
        [
            "2:7: error: A2001: the key is already used in line 1 as a2001; choose another "
            "one, or delete one of the two entries",
            "3:7: error: a2001: the key is already used in line 1; choose another one, or delete "
            "one of the two entries",
        ],
    ),
    (
        "repeated-field",
        "@misc{a,\n  title = {A},\n  Title = {B}}\n",
        [
            "3:3: warning: a: title is there twice, first in line 2; BibTeX reads the first, "
            "biber the last; keep one"
        ],
    ),
    (
        "unknown-type",
        "@inproceeding{a, title={A}}\n@thing{b, title={B}}\n@online{c, title={C}, year=2001}\n",
        [
            "1:1: warning: a: no style defines the type @inproceeding; did you mean "
            "@inproceedings?",
            "2:1: warning: b: no style defines the type @thing; @misc allows any fields",
            "3:1: warning: c: BibTeX's standard styles do not define @online and print it as "
            "@misc; write @misc",
        ],
    ),
    (
        "missing-field",
        "@article{a, author={Day, J.}, title={A}, year=2001}\n"
        "@book{b, title={B}, year=2001, publisher={}, editor={E, F}}\n"
        "@inproceedings{c, title={C}, author={D, E}, crossref={p}}\n"
        "@proceedings{p, title={P}, year=2001}\n"
        "@misc{d}\n@conference{e, title={C}, author={D, E}, year=2001}\n",
        [
            "1:1: warning: a: @article needs journal; write journal = {…}",
            "2:1: warning: b: @book needs publisher; write publisher = {…}",
            "3:1: warning: c: @inproceedings needs booktitle or editor or key; write booktitle = "
            "{…}",
            "6:1: warning: e: @conference needs booktitle; write booktitle = {…}",
        ],
    ),
    (
        "missing-field",
        "@article{a, author={Day, J.}, title={A}, date=2001}\n"
        "@online{b, title={B}, date=2001}\n"
        "@phdthesis{c, author={D, E}, title={C}, date=2001}\n"
        "@incollection{d, author={D, E}, title={C}, booktitle={B}}\n",
        [
            "1:1: warning: a: @article needs journaltitle; write journaltitle = {…}",
            "2:1: warning: b: @online needs url or doi or eprint; write url = {…}",
            "3:1: warning: c: @phdthesis needs institution; write institution = {…}",
            "4:1: warning: d: @incollection needs date or year; write date = {…}",
        ],
    ),
    (
        "missing-field",
        f"@inproceedings{{a, {JIN}, {ESCAPE}, booktitle={{ICML}}, eprint={{1703.00887}}}}\n",
        ["1:1: warning: a: @inproceedings needs year; write year = {2017}"],
    ),
    (
        "unknown-string",
        "@string{jmlr = {Journal}}\n@article{a, title=jmlr, journal=jmrl, month=jan}\n",
        [
            "2:33: warning: a: no @string jmrl is defined, so nothing is printed; define it "
            "before, check the file that defines it too, or write {jmrl}; did you mean jmlr?"
        ],
    ),
    (
        "expansion",
        "@string{a = {"
        + "x" * 15_000
        + "}}\n@string{b = a # a}\n@misc{k, title = {A}, note = b}\n",
        [
            "2:1: error: @string b stands for more than 20,000 characters; it is read without the "
            "others in it; write it out, and shorter"
        ],
    ),
    (
        "and-others",
        "@misc{a, author={Day, Jane and others}, title={A}}\n"
        "@misc{b, author={Day, Jane et al.}, title={B}}\n"
        f"@misc{{c, author={{Jin, Chi and others}}, {ESCAPE}, year=2017}}\n",
        [
            '2:18: warning: b: the authors end in "et al."; BibTeX reads it as a name; write '
            "all the names, or end with: and others",
            '3:18: warning: c: the authors end in "and others"; write the missing names: Ge, '
            "Rong and Netrapalli, Praneeth and Kakade, Sham M. and 1 more",
        ],
    ),
    (
        "reversed-pages",
        "@misc{a, pages={1732--1724}}\n@misc{b, pages={1724-32}}\n@misc{c, pages={1732--24}}\n",
        [
            "1:17: warning: a: the last page, '1724', is before the first, '1732'; look the "
            "pages up and correct them",
            "3:17: warning: c: the last page, '24', is before the first, '1732'; look the pages "
            "up and correct them",
        ],
    ),
    (
        "wrong-doi",
        "@misc{a, doi={https://doi.org/10.1000/ab.c}}\n@misc{b, doi={doi:10.1000/ab.}}\n"
        "@misc{c, doi={none}}\n@misc{d, doi={10.1000/a\\_b}}\n@misc{e, doi={10.1000/a<b>c{x}}}\n",
        [
            "1:15: warning: a: write only the DOI: doi = {10.1000/ab.c}",
            "2:15: warning: b: write only the DOI: doi = {10.1000/ab}",
            "3:15: warning: c: 'none' is not a DOI; a DOI begins with 10., a number and a slash; "
            "delete it",
        ],
    ),
    (
        "doi-as-url",
        "@misc{a, doi={10.1000/ab}, url={https://doi.org/10.1000%2FAB}}\n"
        "@misc{b, doi={10.1000/ab}, url={https://a.org/10.1000/ab}}\n",
        ["1:33: warning: a: url repeats the DOI; delete url"],
    ),
    (
        "lost-capitals",
        "@misc{a, title={On ReLU, {SGD} and GANs: $O(NM)$ for \\LaTeX}}\n"
        "@misc{b, title={ON THE LANDSCAPE OF NETWORKS}}\n@book{c, title={On ReLU}}\n",
        [
            "1:20: warning: a: ReLU and GANs lose their capitals in most styles; write {ReLU}, "
            "{GANs}",
            "2:17: warning: b: the title is in capitals; write it as printed, with {…} around "
            "acronyms",
        ],
    ),
    (
        "lost-capitals",
        f"@inproceedings{{a, {GARRIGA},\n"
        " title={Deep convolutional networks as shallow gaussian processes}, year=2019}\n",
        ["2:48: warning: a: Gaussian loses its capitals in most styles; write {Gaussian}"],
    ),
    (
        "unescaped-character",
        "@misc{a,\n  title = {50% of R&D_1 & \\% $x_1$},\n"
        "  note = {see https://a.org/b_c and \\url{https://a.org/b_c}},\n"
        "  url = {https://a.org/b_c#%&},\n  publisher = {#1 for $5},\n  abstract = {50%}}\n",
        [
            "2:14: error: a: LaTeX treats the text after % as a comment; write \\%",
            "2:20: error: a: LaTeX treats & as the end of a table cell, an error outside "
            "tables; write \\& (and 1 more)",
            "2:22: error: a: LaTeX reports an error for _ outside mathematics; write \\_",
            "3:30: error: a: _ in a URL; write \\url{…} around the URL",
            "5:16: error: a: LaTeX reports an error for #; write \\#",
            "5:23: error: a: $ is not closed; close the formula, or write \\$",
        ],
    ),
    (
        "mojibake",
        "% JÃ¶rg\n@misc{a,\n  author = {SchÃ¶lkopf, Ã‰mile},\n  title = {A â€“ B \ufffd}}\n"
        "@misc{b, author={Ângström, Ä}, title={Ärzte in Ã, “â”}}\n",
        [
            "1:4: warning: JÃ¶rg was decoded in a wrong encoding; write Jörg",
            "3:16: warning: a: SchÃ¶lkopf was decoded in a wrong encoding; write Schölkopf",
            "3:25: warning: a: Ã‰mile was decoded in a wrong encoding; write Émile",
            "4:14: warning: a: â€“ was decoded in a wrong encoding; write –",
            "4:20: warning: a: a letter was lost here (\ufffd); type it again",
        ],
    ),
    (
        "encoding",
        "@misc{a,\n  title = {Caf\udce9 \udcfc}}\n",
        ["2:15: warning: a: byte 0xE9 is not UTF-8, and é in Latin-1; save the file as UTF-8"],
    ),
    (
        "mixed-encodings",
        "@misc{a,\n  title = {Café},\n  note = {Caf\udce9 \udcfc}}\n",
        ["3:14: error: a: byte 0xE9 is Latin-1 in a file of UTF-8; write é in UTF-8"],
    ),
    (
        "outdated",
        f"@article{{a, {JIN}, {ESCAPE}, journal={{arXiv preprint arXiv:1703.00887}}, year=2017}}\n"
        f"@misc{{b, {JIN}, {ESCAPE}, eprint={{1703.00887}}, year=2017}}\n",
        [
            f"{n}: warning: {k}: it was published in ICML 2017; write {ICML}"
            for n, k in (("1:1", "a"), ("2:1", "b"))
        ],
    ),
    (
        "mixed-versions",
        f"@inproceedings{{a, {GARRIGA},\n  title={{Deep Convolutional Networks as shallow "
        "{Gaussian} Processes}, booktitle={ICLR},\n  year=2018}\n"
        f"@inproceedings{{b, title={{B}}, {DOE},\n  booktitle={{Place}}, journal={{CoRR}}}}\n",
        [
            "5:31: error: b: journal names arXiv, but booktitle names a venue; delete "
            "journal, keep eprint",
        ],
    ),
    (
        "differs",
        f"@inproceedings{{a, {GARRIGA},\n  title={{Deep Convolutional Networks as shallow "
        "{Gaussian} Processes}, booktitle={ICLR},\n  year=2018}\n",
        [
            "3:8: warning: a: 2018 is the year of the preprint, but the venue is that of 2019; "
            "write year = {2019}; the record: Adrià Garriga-Alonso, Carl Edward Rasmussen, "
            "Laurence Aitchison, “Deep Convolutional Networks as shallow Gaussian Processes”, "
            f"ICLR, 2019 (garrigaalonso2019deep in the catalogue {__version__})",
        ],
    ),
    (
        "differs",
        "@inproceedings{a,\n  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth},\n"
        f"  {ESCAPE},\n  booktitle={{ICML}}, volume=71,\n  year=2016, eprint={{1703.00887}},\n"
        "  pages={1--8}}\n"
        "@inproceedings{b, author={Jin, Chi and Netrapalli, Praneeth and Ge, Rong and Kakade, Sham "
        f"M. and Jordan, Michael I.}},\n {ESCAPE}, booktitle={{Nature}}, year=2017}}\n"
        "@inproceedings{c,\n  author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, "
        "Sham M. and Jordon, Michael I.},\n"
        "  title={How to Escape from Saddle Points Efficiently},\n"
        "  booktitle={ICML}, year=2017, eprint={1703.00887}, pages={1724-32}}\n",
        [
            "2:11: warning: a: 2 of 5 authors are left out: Kakade and Jordan; write Jin, Chi and "
            "Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I."
            f"{RECORD}",
            "4:28: warning: a: the catalogue has another volume; write volume = {70}",
            "5:8: warning: a: the catalogue has another year; write year = {2017}",
            "6:10: warning: a: the catalogue has other pages; write pages = {1724--1732}",
            "7:27: warning: b: the authors are in another order; write Jin, Chi and Ge, Rong and "
            f"Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I.{RECORD}",
            f"8:62: warning: b: the venue is not “Nature”; write {ICML}",
            "10:11: warning: c: not an author of it: Jordon; write Jin, Chi and Ge, Rong and "
            "Netrapalli, Praneeth and Kakade, Sham M. and Jordan, Michael I.",
            "11:10: warning: c: the title is printed as: How to Escape Saddle Points Efficiently"
            f"{RECORD}",
        ],
    ),
    (
        "venue-of-the-year",
        f"@inproceedings{{a, {DOE}, title={{A}}, booktitle={{NeurIPS}}}}\n"
        "@inproceedings{b, year=2019, title={B},\n"
        "  booktitle={Advances in Neural Information Processing Systems 32 (NIPS)}}\n"
        "@inproceedings{c, year=2016, title={C}, booktitle={NIPS}}\n",
        [
            "1:72: warning: a: in 2001 the venue was called NIPS, not NeurIPS; write NIPS",
            "3:14: warning: b: in 2019 the venue was called NeurIPS, not NIPS; write NeurIPS",
        ],
    ),
    (
        "venue-spellings",
        f"@article{{a, {DOE}, title={{A}}, journal={{Journal of Foo Bars}}}}\n"
        f"@article{{b, {DOE}, title={{B}}, journal={{Journal of Foo Bars}}}}\n"
        f"@article{{c, {DOE}, title={{C}}, journal={{J. Foo Bars}}}}\n"
        f"@inproceedings{{d, {DOE}, title={{D}}, booktitle={{ICML}}}}\n"
        f"@inproceedings{{e, {DOE}, title={{E}}, booktitle={{Proceedings of the 18th International "
        "Conference on Machine Learning}}\n"
        "@inproceedings{f, year=2017, title={F}, booktitle={Proceedings of the Thirty-Fourth "
        "International Conference on Machine Learning, {ICML} 2017, Sydney, August 2017}}\n"
        f"@article{{g, {DOE}, title={{G}}, journal={{Nature}}}}\n"
        f"@article{{h, {DOE}, title={{H}}, journal={{Nature Communications}}}}\n"
        f"@inproceedings{{i, {DOE}, title={{I}}, booktitle={{ICML Workshop on Things}}}}\n",
        [
            '3:64: warning: c: the venue is "J Foo Bars", but "Journal of Foo Bars" in 2 entries, '
            "such as a; spell it in one way, whatever its number",
            '4:72: warning: d: the venue is "ICML", but "Proceedings of the International '
            'Conference on Machine Learning" in 2 entries, such as e; spell it in one way, '
            "whatever its number",
        ],
    ),
    (
        "same-work",
        f"@misc{{a, title={{One Thing}}, {DOE}}}\n"
        "@misc{b, title={{O}ne thing}, author={Jane Day}, year=2001}\n"
        "@misc{c, title={Another}, author={B, B}, doi={10.1000/x}}\n"
        "@misc{d, title={Another}, author={C, B}, doi={10.1000/X}}\n"
        "@misc{e, title={Deep learning}, author={D, D}, year=2015}\n"
        "@misc{f, title={Deep learning}, author={E, E}, year=2015}\n"
        f"@article{{g, {ESCAPE}, {JIN}, year=2017, journal={{arXiv:1703.00887}}}}\n"
        f"@inproceedings{{h, {ESCAPE}, {JIN}, year=2017, booktitle={{ICML}}}}\n",
        [
            "2:1: warning: b: a in line 1 is the same work; keep one of the two",
            "4:1: warning: d: c in line 3 is the same work; keep one of the two",
            "8:1: warning: h: g in line 7 is the same work; keep one of the two",
        ],
    ),
    (
        "contradicted",
        "@misc{a, title={Something Else}, author={Day, Jane}, year=2019,\n  eprint={1703.00887}}\n"
        f"@inproceedings{{b, {ESCAPE}, {JIN}, year=2017, booktitle={{ICML}},\n"
        "  eprint={1806.07572}}\n"
        "@misc{c, title={A Third}, author={Ray, Jane}, year=2019, eprint={1703.00887},\n"
        "  eprinttype={HAL}}\n",
        [
            "2:11: error: a: this arXiv id is that of jin2017escape (“How to Escape Saddle "
            "Points Efficiently”); delete it, or write the arXiv id of this work",
            "4:11: error: b: this arXiv id is that of jacot2018neural (“Neural Tangent Kernel: "
            "Convergence and Generalization in Neural Networks”); write eprint = {1703.00887}"
            f"{RECORD}",
        ],
    ),
    (
        "stray-at",
        "Mail me@example.org\n% or you@example.org\n@comment{@misc{a, title={A}}}\n"
        f"@misc{{b, title={{B}}, {DOE}}}\n",
        [
            "1:8: error: BibTeX and biber expect an entry after this @, and can lose the next one; "
            "delete it, or write (at)",
            "2:9: error: BibTeX expects an entry after this @; delete it, or write (at)",
            "3:10: warning: BibTeX reads this entry, because it does not know the braces of "
            "@comment; delete the entry, or its @",
        ],
    ),
    (
        "stray-at",
        "% you@example.org\n@online{b, title={B}, date=2001, url={https://a.org}}\n",
        ["1:6: warning: BibTeX expects an entry after this @; delete it, or write (at)"],
    ),
    (
        "syntax",
        f"@misc{{a, {DOE},\n  %title={{A}},\n  note={{N}}}}\n@misc{{b, {DOE},, title={{B}}}}\n"
        "@misc{author={Day, Jane}, title={C}}\n@misc{c, 1st={x}}\n",
        [
            "2:3: error: a: BibTeX has no comments inside an entry: it stops at this % and ignores "
            "the rest of the entry; delete the % and the text after it, or move it out of the "
            "entry",
            "4:40: error: b: two commas: BibTeX expects a field after the first; delete one",
            "5:7: error: author: @misc has no key; write one and a comma before author",
            "6:10: error: c: 1st begins with a digit, which no field does; rename it",
        ],
    ),
    (
        "unknown-string",
        f"@misc{{a, {DOE}, title=ab, note=ab}}\n@string{{later={{L}}}}\n"
        f"@misc{{b, {DOE}, title=before, note=2001a}}\n@string{{before={{L}}}}\n",
        [
            "1:47: warning: a: no @string ab is defined, so nothing is printed here and in 1 more "
            "place; define it before, check the file that defines it too, or write {ab}",
            "3:47: warning: b: @string before is defined below, in line 4, so nothing is printed; "
            "move the @string above this entry",
            "3:60: error: b: BibTeX stops after the digits of 2001a; write {2001a}",
        ],
    ),
    (
        "bad-name",
        "@misc{a, author={Vale, Ana, and Quint, Bo}}\n"
        "@misc{b, author={Vale, Ana, Quint, Bo, Rook, Cy}}\n"
        "@misc{c, author={Vale, Ana and and Quint, Bo}}\n@misc{d, author={, M. F.}}\n"
        "@misc{e, author={Vale, Ana; Quint, Bo}}\n@misc{f, author={Ana Vale & Bo Quint}}\n"
        "@misc{g, author={Ana Vale, Bo Quint, Cy Rook}}\n@misc{h, author={Vale, Ana and}}\n"
        "@misc{i, author={family=Vale, given=Ana, prefix=de}}\n"
        "@misc{j, author={{Vale; Sons & Co, X, Y, Z,} and Rook, Jr., Cy and Ng, III, D. Andrew}}\n"
        "@book{k, author={Rook, Cy}, editor={Vale, Ana,}}\n",
        [
            "1:18: error: a: author: 'Vale, Ana,' ends in a comma, which BibTeX rejects; write "
            "Vale, Ana",
            "2:18: error: b: author: 'Vale, Ana, Quint, Bo, Rook, Cy' has more than two commas, so "
            "BibTeX and biber reject it; write and between names: Vale, Ana and Quint, Bo and "
            "Rook, Cy",
            "3:18: error: c: author: there is no name between two `and`s; biber skips the entry; "
            "delete one and",
            "4:18: error: d: author: ', M. F.' has no family name before its comma; biber stops at "
            "it; write M. F.",
            "5:18: warning: e: author: 'Vale, Ana; Quint, Bo' is read as one name, because of the "
            "semicolon; write and between names: Vale, Ana and Quint, Bo",
            "6:18: warning: f: author: 'Ana Vale & Bo Quint' is read as one name, because of the "
            "&; write and between names, or braces around the name of an organisation",
            "7:18: warning: g: author: what is between the two commas of 'Ana Vale, Bo Quint, Cy "
            "Rook' is read as a suffix such as Jr.; write and between names: Ana Vale and Bo Quint "
            "and Cy Rook",
            "8:18: warning: h: author: an `and` at the start or the end is read as part of a name; "
            "delete it",
            "9:18: error: i: author: 'family=Vale, given=Ana, prefix=de' is in a form that only "
            "biber reads, so BibTeX rejects it; write de Vale, Ana",
            "11:37: warning: k: editor: 'Vale, Ana,' ends in a comma, which BibTeX rejects; write "
            "Vale, Ana",
        ],
    ),
    (
        "crossref",
        "@inproceedings{a, crossref={none}}\n@inproceedings{b, crossref={c}}\n"
        "@proceedings{c, crossref={d}}\n@proceedings{d, title={D}}\n"
        "@inproceedings{e, crossref={d}}\n@inproceedings{f, crossref={g}}\n"
        "@inproceedings{g, crossref={f}}\n",
        [
            "1:29: error: a: crossref names none, which the file does not contain; write the key "
            "of an entry, or delete the field",
            "2:29: warning: b: c has a crossref of its own, to d, which BibTeX does not follow; "
            "write its fields into c",
            "5:29: warning: e: d is above this entry, where BibTeX does not find it; move d below",
            "6:29: warning: f: crossref leads back to this entry (f → g → f); delete one crossref",
            "7:29: warning: g: crossref leads back to this entry (g → f → g); delete one crossref",
        ],
    ),
    (
        "crossref",
        "@inproceedings{a, date=2001, crossref={none}, xdata={x, a}}\n"
        "@inproceedings{f, date=2001, crossref={G}}\n@inproceedings{g, date=2001, crossref={g}}\n",
        [
            "1:40: warning: a: crossref names none, which the file does not contain; write the key "
            "of an entry, or delete the field",
            "1:54: warning: a: xdata names x, which the file does not contain; write the key of an "
            "entry, or delete the field",
            "2:40: warning: f: crossref names G, but the key is g; biber tells capitals apart; "
            "write g",
            "3:40: error: g: crossref leads back to this entry (g → g); delete one crossref",
        ],
    ),
    (
        "bad-year",
        "@misc{a, year={in press}}\n@misc{b, year=20188}\n@misc{c, year={c. 300 BC}}\n"
        "@misc{d, year={{\\noopsort{1973b}}1973}}\n@misc{e, year={1999a}}\n@misc{f, year=98}\n",
        [
            "1:16: warning: a: 'in press' is not a year; write the year of the manuscript, and "
            "note = {in press}",
            "2:15: warning: b: '20188' is not a year; write it in four digits",
            "6:15: warning: f: '98' is not a year; write it in four digits",
        ],
    ),
    (
        "bad-month",
        "@misc{a, month={13}}\n@misc{b, month=12}\n@misc{c, month={?}}\n@misc{d, month=may}\n"
        "@misc{e, month={March}}\n",
        [
            "1:17: warning: a: there is no month '13'; write a number from 1 to 12, or jan to dec "
            "without braces",
            "3:17: warning: c: '?' is not a month; write jan to dec without braces",
        ],
    ),
    (
        "bad-month",
        "@misc{a, date=2001, month={March}}\n@misc{b, date=2001, month={July}}\n",
        [
            "1:28: warning: a: biber cannot sort by a month in words: 'March', here and in 1 more "
            "entry; write mar without braces",
        ],
    ),
    (
        "bad-date",
        "@misc{a, date={2018-13-01}}\n@misc{b, date={May 2018}}\n@misc{c, date={2018-05-03/}}\n"
        "@misc{d, date={1988/1992}}\n@misc{e, date={199X}}\n@misc{f, date={-0044-03-15}}\n",
        [
            "1:16: warning: a: biber ignores date = '2018-13-01'; write it as 2018, 2018-MM or "
            "2018-MM-DD",
            "2:16: warning: b: biber ignores date = 'May 2018'; write it as 2018, 2018-MM or "
            "2018-MM-DD",
        ],
    ),
    (
        "ignored-field",
        f"@inproceedings{{a, {DOE}, booktitle={{B}},\n volume=1,\n number=2}}\n"
        f"@inproceedings{{b, {DOE}, booktitle={{B}},\n number=2}}\n"
        f"@article{{c, {DOE}, journal={{J}},\n number=2}}\n"
        "@book{d, author={A, B},\n editor={C, D}}\n@misc{e, author={A, B},\n month=jan}\n",
        [
            "3:9: warning: a: of volume and number BibTeX's styles print one in @inproceedings; "
            "delete number",
            "5:9: warning: b: in @inproceedings a number is that of a book in a series; write "
            "series = {…}, or delete number",
            "7:9: warning: c: BibTeX's styles print a number after its volume; write volume = {…}",
            "9:10: warning: d: of author and editor BibTeX's styles print one in @book; delete "
            "editor",
            "11:8: warning: e: BibTeX's styles print a month with its year; write year = {…}",
        ],
    ),
    (
        "sort-key",
        "@misc{a, title={A}}\n@misc{b, title={B}, key={B}}\n"
        "@proceedings{c, title={C}, year=2001}\n",
        [
            "1:1: warning: a: BibTeX's styles sort @misc by author or key; write key = {…}",
            "3:1: warning: c: BibTeX's styles sort @proceedings by editor, organization or key; "
            "write key = {…}",
        ],
    ),
]


def said(linted: Linted, rule: str) -> list[str]:
    """What a rule says, without the file and its own name."""
    lines = [str(problem) for problem in linted.problems if problem.rule == rule]
    return [line.removeprefix("refs.bib:").removesuffix(f" [{rule}]") for line in lines]


@pytest.mark.parametrize(
    ("rule", "text", "expected"), BAD, ids=[f"{n}-{case[0]}" for n, case in enumerate(BAD)]
)
def test_a_rule_says_what_to_write_and_where(
    bib: Bibliography, rule: str, text: str, expected: list[str]
) -> None:
    assert said(lint(bib, [parse_bib(text)]), rule) == expected


def test_every_rule_is_proved_and_described() -> None:
    """Each has an invented file above or, with a manuscript, below; and a sentence."""
    proved = {case[0] for case in BAD} | {"never-cited", "missing-entry"}
    assert proved == set(rule_sentences()) == set(rule_levels())
    assert len(rule_sentences()) == len(RULES) + 1
    assert all(one.endswith(".") for one in rule_sentences().values())


@pytest.mark.soak
@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
@pytest.mark.parametrize("venues", ["long", "short"])
@pytest.mark.parametrize(("part", "encoding"), [(0, "latex"), (1, "utf-8"), (2, "ascii")])
def test_what_the_catalogue_exports_is_without_a_finding(
    catalogue: Bibliography, dialect: Dialect, venues: VenueNames, part: int, encoding: Encoding
) -> None:
    """And every entry of it is verified; a third of the works in each encoding."""
    works = share(catalogue.all(), part, 3)
    text = works.to_bibtex(dialect=dialect, venue_names=venues, encoding=encoding)
    found = lint(catalogue, [parse_bib(text)])
    assert [str(problem) for problem in found.problems] == []
    assert found.counts == {"verified": len(works)}


def test_exported_preprints_are_outdated_and_nothing_else(catalogue: Bibliography) -> None:
    found = lint(catalogue, [parse_bib(catalogue.all().to_bibtex(prefer="preprint"))])
    assert {problem.rule for problem in found.problems} == {"outdated"}
    assert set(found.counts) == {"verified", "differs"}
    assert {one.found.kinds for one in found.judgements} == {(), ("outdated",)}


VERDICTS = {
    "verified": f"@inproceedings{{k, {JIN}, {ESCAPE}, booktitle={{ICML}}, year=2017}}",
    "differs": f"@inproceedings{{k, {JIN}, {ESCAPE}, booktitle={{ICML}}, year=2018}}",
    "contradicted": f"@inproceedings{{k, author={{Vale, Ada}}, {ESCAPE}, booktitle={{ICML}}, "
    "year=2017}",
    "not found": f"@inproceedings{{k, {DOE}, title={{Of Something Else}}, booktitle={{ICML}}}}",
    "not checked": "@misc{k, author={Vale, Ada}, year=2020, url={https://example.org}}",
}
KINDS = {
    "outdated": f"@misc{{k, {JIN}, {ESCAPE}, note={{arXiv:1703.00887}}, year=2017}}",
    "venue variant": f"@inproceedings{{k, {JIN}, {ESCAPE}, booktitle={{Proc. Int. Conf. Mach. "
    "Learn.}, year=2017}",
    "mixed versions": f"@inproceedings{{k, {GARRIGA}, title={{Deep Convolutional Networks as "
    "shallow {Gaussian} Processes}, booktitle={ICLR}, year=2018}",
}
"""Findings that have names, and were verdicts or rules once."""


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_entry_has_its_verdict(bib: Bibliography, verdict: str) -> None:
    """What no list has is no fault: it is a note, and nothing is said against it."""
    found = lint(bib, [parse_bib(VERDICTS[verdict])])
    (one,) = found.judgements
    assert one.verdict == verdict
    assert one.work == (None if verdict.startswith("not") else "jin2017escape")
    notes = [problem for problem in found.with_verdicts() if problem.level == "note"]
    assert [note.rule for note in notes] == [verdict.replace(" ", "-")]
    levels = [one.level for one in found.problems if one.rule in VERDICTS]
    expected = {"differs": ["warning"], "contradicted": ["error"]}
    assert levels == expected.get(verdict, [])
    assert not any(word in one.message for word in ("fake", "hallucinated", "invented"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_finding_that_has_a_name_is_part_of_a_verdict(bib: Bibliography, kind: str) -> None:
    found = lint(bib, [parse_bib(KINDS[kind])])
    (one,) = found.judgements
    assert one.verdict == ("verified" if kind == "venue variant" else "differs")
    assert one.found.kinds == (kind,)
    assert one.to_dict()["kinds"] == [kind]


def test_a_version_that_is_not_the_one_of_record_is_held_against_itself(
    catalogue: Bibliography,
) -> None:
    """A journal's year and pages are right for the journal's entry."""
    for paper in catalogue:
        version = next((v for v in paper.versions if v.venue and v.venue != paper.venue), None)
        if version is None or version.kind != "journal":
            continue
        name = catalogue.venues[version.venue or ""].in_year(version.year).long
        authors = " and ".join(paper.author)
        entry = f"@article{{k, author={{{authors}}}, title={{{version.title or paper.title}}}, "
        entry += f"journal={{{name}}}, year={version.year}, eprint={{{paper.eprint or ''}}}}}"
        found = lint(catalogue, [parse_bib(entry)])
        if found.judgements[0].work:
            assert said(found, "differs") == [], paper.key
            break
    else:
        pytest.fail("no journal version to look at")


# With a manuscript


@pytest.fixture
def thesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a manuscript and two .bib files, as working directory."""
    monkeypatch.chdir(tmp_path)
    Path("main.tex").write_text("\\cite{a,b,lost}\n\\cite{P2,alias}\n\\bibliography{one,two}\n")
    Path("one.bib").write_text(
        "@misc{a, title={A}}\n@misc{never, title={N}}\n@misc{x, title={X}, ids={alias, y}}\n"
    )
    Path("two.bib").write_text("@misc{b, title={B}, crossref={p}}\n@book{p, title={P}}\n")
    return tmp_path


def test_keys_are_held_against_the_manuscript(bib: Bibliography, thesis: Path) -> None:
    """Never cited, in no file; a parent is cited by its child, a second name is a name."""
    assert thesis
    manuscript = read_manuscript(Path("main.tex"))
    found = lint_paths(bib, [Path("one.bib"), Path("two.bib")], manuscript)
    problems = [str(p) for p in found.problems if p.rule in {"never-cited", "missing-entry"}]
    assert problems == [
        "one.bib:2:1: warning: never: no key of the manuscript cites it; cite it, or delete it "
        "[never-cited]",
        "main.tex:1:1: error: lost is cited, but no .bib file contains it; run dltheory cite "
        "to find entries [missing-entry]",
        "main.tex:2:1: error: P2 is cited, but no .bib file contains it; did you mean p? "
        "[missing-entry]",
    ]


def test_nocite_star_cites_everything(bib: Bibliography, thesis: Path) -> None:
    (thesis / "main.tex").write_text(r"\nocite{*}")
    found = lint_paths(bib, [Path("one.bib")], read_manuscript(Path("main.tex")))
    assert said(found, "never-cited") == []


def test_the_bib_files_of_a_manuscript_are_found(
    thesis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a path those that it names are judged; one that is missing is an error."""
    (thesis / "two.bib").unlink()
    assert main(("check", "--tex", "main.tex")) == 1
    out, err = capsys.readouterr()
    assert "two.bib: error: does not exist [file]" in out
    assert "one.bib:2:1: warning: never" in out
    assert "\none.bib, two.bib: 3 entries, 4 errors and 4 warnings" in err


# Whatever the file


PIECES = [
    "@misc{a,", "@article{b,\n", "title = {T}", "author = {A, B and others}", ",", "}", "{", '"',
    "@string{s = {x}}", "@comment{", "pages={9-1}", "doi={10.1/2}", "\n", "year = 2001", " # s",
    "%", "&", "$", "\\", "ReLU", "Ã¶", "\udce9", "é", "eprint = {1703.00887}", "@", "(", ")", "=",
    "booktitle = {ICML}", "journal = {arXiv:1703.00887}", "\ufeff", "\0", "crossref={a}",
]  # fmt: skip


@examples(50)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_no_text_breaks_a_rule(bib: Bibliography, text: str) -> None:
    """Whatever is in a .bib: every problem has a place in it, and nothing is raised."""
    found = lint(bib, [parse_bib(text)])
    lines = text.replace("\r\n", "\n").split("\n")
    for problem in found.with_verdicts():
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@examples(15)
@given(st.data())
def test_no_damage_to_a_good_file_breaks_a_rule(bib: Bibliography, data: st.DataObject) -> None:
    text = bib.on("saddle-escape").to_bibtex()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        put = data.draw(st.sampled_from(["", "{", "}", ",", "@misc{x,", '"', "\\", "%", "=", "é"]))
        text = text[:start] + put + text[start + length :]
    lint(bib, [parse_bib(text)])


def check(path: Path, content: bytes, bib: Bibliography) -> list[str]:
    path.write_bytes(content)
    return [f"{p.line}:{p.column} {p.rule}" for p in lint_paths(bib, [path]).problems]


GOOD = b"@misc{a,\n  title = {A}, key = {A},\n}\n"
BAD_INPUT: dict[str, tuple[bytes, list[str]]] = {
    "empty": (b"", []),
    "no entries": (b"nothing but a word\n", []),
    "binary": (bytes(range(256)) * 10, ["1:1 encoding"]),
    "UTF-16": (GOOD.decode().encode("utf-16"), ["1:1 encoding"]),
    "BOM": (b"\xef\xbb\xbf" + GOOD, []),
    "CRLF": (b"@misc{a,\r\n  title = {ReLU}, key = {A},\r\n}\r\n", ["2:12 lost-capitals"]),
    "Latin-1": (b"@misc{a, title = {Caf\xe9}, key = {A}}", ["1:22 encoding"]),
    "unterminated": (b"@misc{a, title = {A}, note = {", ["1:30 unbalanced"]),
    "nested": (b"@misc{a, title = " + b"{" * 10_000 + b"A" + b"}" * 10_000 + b", key = 1}", []),
    "nested and open": (b"@misc{a, title = " + b"{" * 10_000, ["1:18 unbalanced"]),
    "parentheses": (b"@misc(a, key = {A (B)}, pages = {9--1})", ["1:34 reversed-pages"]),
    "comment": (
        b"@comment{@misc{a, title = {ReLU}} @misc{a}}" + GOOD,
        ["1:10 stray-at", "1:35 stray-at"],
    ),
    "unknown type": (b"@quark{a, key={A}}", ["1:1 unknown-type"]),
    "an at sign for each entry": (b"@" * 5_000, ["1:1 stray-at"]),
    "never closed": (b"@misc{a, title={\n" * 2_000, []),
}


@pytest.mark.parametrize("kind", BAD_INPUT)
def test_bad_input_is_a_problem_or_none(bib: Bibliography, tmp_path: Path, kind: str) -> None:
    content, expected = BAD_INPUT[kind]
    found = check(tmp_path / "refs.bib", content, bib)
    if kind == "never closed":
        assert {one.split()[1] for one in found} == {"unbalanced", "repeated-key"}
        return
    assert found == expected


@pytest.mark.slow
@pytest.mark.slow
def test_fifty_megabytes_are_read(bib: Bibliography, tmp_path: Path) -> None:
    """A larger file than anybody's, of one entry with a huge abstract and many of the usual."""
    huge = b"@misc{a, key={A}, abstract={" + b"word ReLU " * 4_500_000 + b"}}\n"
    many = b"".join(b"@misc{k%d, key={T%d}}\n" % (n, n) for n in range(20_000))
    path = tmp_path / "refs.bib"
    path.write_bytes(huge + many)
    assert path.stat().st_size > 45_000_000
    found = lint_paths(bib, [path])
    assert (found.entries, found.problems) == (20_001, [])


# The command


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command line in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


Run = Callable[..., tuple[int, str, str]]
ASKED = (
    f"references were looked up in the catalogue {__version__}; there is no shelf, dltheory shelf "
    "build SOURCE… makes one\n"
)
WARNED = "@misc{a, key={A}, title={ReLU}}\n"
WRONG = "@misc{a, author={A,}, title={A}}\n"


def test_exit_codes_are_for_ci(run: Run) -> None:
    """1 for an error, for a warning with --strict alone; what is ignored does not count."""
    Path("refs.bib").write_text(WARNED)
    code, out, err = run("check", "refs.bib")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err == f"refs.bib: 1 entry, 1 warning; 1 not found\n{ASKED}"
    assert run("check", "refs.bib", "--strict")[0] == 1
    code, out, err = run("check", "refs.bib", "--strict", "--ignore", "lost-capitals")
    assert (code, out, err) == (0, "", f"refs.bib: 1 entry, no problem; 1 not found\n{ASKED}")
    Path("refs.bib").write_text(WRONG)
    assert run("check", "refs.bib")[0] == 1
    assert run("check", "none.bib")[0] == 1
    code, _, err = run("check", "refs.bib", "--ignore", "lost-capital")
    assert code == 2
    assert "no rule 'lost-capital'; did you mean lost-capitals" in err
    code, _, err = run("check", "refs.bib", "--fix")
    assert code == 2
    assert "dltheory fix refs.bib" in err


def test_bib_and_data_files_stand_on_one_line(run: Run, catalogue_dir: Path) -> None:
    """Each is judged as what it is, by suffix or by its look; any problem of either counts."""
    Path("refs.bib").write_text(WARNED)
    Path("refs.txt").write_text(f"\n% mine\n{WRONG}")
    data = str(catalogue_dir / "topics.yaml")
    code, out, err = run("check", "refs.bib", data)
    assert (code, out.count("\n")) == (0, 1)
    assert err.splitlines()[0].endswith("topics.yaml: 4 records, no problem")
    assert err.splitlines()[1] == "refs.bib: 1 entry, 1 warning; 1 not found"
    code, out, _ = run("check", "refs.txt", data)
    assert (code, out.count("[bad-name]")) == (1, 1)
    Path("papers.yaml").write_text("- key: a2020b\n  titel: x\n")
    code, out, _ = run("check", "refs.bib", "papers.yaml")
    assert code == 1
    assert "[unknown-field]" in out
    assert "[lost-capitals]" in out


def test_a_page_that_quotes_bibtex_is_no_bib(tmp_path: Path) -> None:
    """A .bib of another name begins with an entry, comments aside."""
    quoting = tmp_path / "page.md"
    quoting.write_text(f"# Page\n```\n{WARNED}```\n")
    named = tmp_path / "refs.bib.txt"
    named.write_text(f"\ufeff% mine\n\n  {WARNED}", "utf-8")
    assert not is_bib(quoting)
    assert is_bib(named)
    assert is_bib(tmp_path / "none.BIB")
    assert not is_bib(tmp_path)


def test_rules_are_completed() -> None:
    command = click.Command("check")
    offered = complete_rule(click.Context(command), click.Option(["--ignore"]), "venue-")
    assert [one.value for one in offered] == ["venue-of-the-year", "venue-spellings"]


def test_verdicts_are_notes_in_every_format(run: Run) -> None:
    Path("refs.bib").write_text(VERDICTS["verified"] + "\n" + VERDICTS["not found"])
    code, out, err = run("check", "refs.bib", "--verdicts", "--ignore", "repeated-key")
    assert code == 0
    assert out.splitlines() == [
        "refs.bib:1:1: note: k: it is jin2017escape, and agrees with it [verified]",
        f"refs.bib:2:1: note: k: not in the catalogue {__version__}; search for it: "
        "https://scholar.google.com/scholar?q=Of%20Something%20Else [not-found]",
    ]
    assert err == f"refs.bib: 2 entries, no problem; 1 not found, 1 verified\n{ASKED}"
    out = run("check", "refs.bib", "--verdicts", "--ignore", "repeated-key", "-f", "github")[1]
    assert out.startswith("::notice file=refs.bib,line=1,col=1::k: it is jin2017escape")
    out = run("check", "refs.bib", "--verdicts", "--ignore", "repeated-key", "-f", "json")[1]
    assert [one["level"] for one in json.loads(out)] == ["note", "note"]


def test_verdicts_are_data_for_programs(run: Run) -> None:
    """The entry and each field have a word, with the record and the lists that were asked."""
    Path("refs.bib").write_text(VERDICTS["differs"] + VERDICTS["not found"].replace("{k", "{l"))
    code, out, _ = run("check", "refs.bib", "--verdicts", "-f", "json")
    assert code == 0
    told = [one["verdict"] for one in json.loads(out) if one["level"] == "note"]
    assert [one["word"] for one in told] == ["differs", "not found"]
    assert told[0]["work"] == "jin2017escape"
    assert "ICML, 2017" in told[0]["record"]
    words = {one["field"]: (one["word"], one["write"]) for one in told[0]["fields"]}
    assert words["year"] == ("differs", "2017")
    assert words["title"] == words["author"] == words["booktitle"] == ("verified", None)
    assert told[1]["asked"] == [f"the catalogue {__version__}"]
    assert told[1]["search"].endswith("Of%20Something%20Else")
    out = run("check", "refs.bib", "--verdicts", "-f", "sarif")[1]
    (made,) = json.loads(out)["runs"]
    bags = [one["properties"]["verdict"] for one in made["results"] if "properties" in one]
    assert [one["word"] for one in bags] == ["differs", "not found"]


def test_exit_codes_of_verdicts(run: Run) -> None:
    """1 for what is contradicted, with --strict for what differs; the rest is no fault."""
    failing = {"contradicted": (1, 1), "differs": (0, 1)}
    for verdict, text in VERDICTS.items():
        Path("refs.bib").write_text(text)
        ignored = ("--ignore", "missing-field", "--ignore", "sort-key")
        codes = [run("check", "refs.bib", *ignored, *more)[0] for more in ((), ("--strict",))]
        assert tuple(codes) == failing.get(verdict, (0, 0)), verdict


def test_a_shelf_is_asked_without_being_named(run: Run) -> None:
    """That of the settings, or of --shelf; the last line names it. A wrong DIR is a usage error."""
    Path("works.bib").write_text(VERDICTS["not found"].replace("booktitle", "year=2016, booktitle"))
    Path("refs.bib").write_text(VERDICTS["not found"])
    assert run("shelf", "build", "works.bib", "-o", "mine")[0] == 0
    code, _, err = run("check", "refs.bib", "--shelf", "mine")
    assert code == 0
    assert "1 verified" in err
    assert err.splitlines()[-1].startswith(
        f"references were looked up in the catalogue {__version__} and the shelf (bib of 20"
    )
    assert err.splitlines()[-1].endswith("mine")
    Path(".dltheory.toml").write_text('[shelf]\npath = "mine"\n')
    assert "1 verified" in run("check", "refs.bib")[2]
    assert run("check", "refs.bib", "--shelf", "none")[0] == 2
    Path("mine/shelf.sqlite").write_text("no database")
    code, _, err = run("check", "refs.bib")
    assert code == 0
    assert "is no shelf, or is damaged; build it again" in err
    assert "1 not found" in err


def test_a_preprint_that_the_shelf_has_as_published(run: Run) -> None:
    Path("works.bib").write_text(
        "@inproceedings{a, author={Lima, Ana and Wu, Wei}, title={Slow Walks on Odd Graphs},"
        " booktitle={ICLR}, year=2021}"
    )
    Path("refs.bib").write_text(
        "@article{k, author={Lima, Ana and Wu, Wei}, title={Slow Walks on Odd Graphs},"
        " journal={arXiv preprint arXiv:2001.00001}, year=2020}"
    )
    assert run("shelf", "build", "works.bib", "-o", "mine")[0] == 0
    out = run("check", "refs.bib", "--shelf", "mine")[1]
    assert (
        "it was published in ICLR 2021; write @inproceedings with booktitle = {ICLR}, year = {2021}"
    ) in out


def test_a_rule_that_was_renamed_is_named(run: Run) -> None:
    Path("refs.bib").write_text(WARNED)
    code, _, err = run("check", "refs.bib", "--ignore", "field-mismatch")
    assert code == 2
    assert "it is now 'differs'" in err


def test_github_commands_are_escaped(run: Run) -> None:
    """A comma or colon in a name, a per cent sign or a line end in a message end nothing."""
    Path("a,b:c%.bib").write_text("@misc{a, author={A,}, note={50% of}}\n")
    out = run("check", "a,b:c%.bib", "-f", "github")[1]
    assert out.splitlines()[0] == (
        "::error file=a%2Cb%3Ac%25.bib,line=1,col=18::a: author: 'A,' ends in a comma, which "
        "BibTeX rejects; write A [bad-name]"
    )
    assert "::a: LaTeX treats the text after %25 as a comment; write \\%25 [" in out


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "run": {
            "type": "object",
            "required": ["tool", "results"],
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "properties": {
                        "driver": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {
                                "rules": {
                                    "type": "array",
                                    "uniqueItems": True,
                                    "items": {"type": "object", "required": ["id"]},
                                }
                            },
                        }
                    },
                },
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
        },
        "result": {
            "type": "object",
            "required": ["message", "locations"],
            "properties": {
                "kind": {
                    "enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]
                },
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"type": "object", "required": ["text"]},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
            },
            # 3.27.10: where the kind is not `fail`, the level is `none`.
            "if": {"properties": {"kind": {"not": {"const": "fail"}}}},
            "then": {"properties": {"level": {"const": "none"}}},
        },
        "location": {
            "type": "object",
            "required": ["physicalLocation"],
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation"],
                    "properties": {
                        "artifactLocation": {
                            "type": "object",
                            "required": ["uri"],
                            "properties": {"uri": {"type": "string", "pattern": r"^[!-~]+$"}},
                        },
                        "region": {
                            "type": "object",
                            "required": ["startLine"],
                            "properties": {
                                "startLine": {"type": "integer", "minimum": 1},
                                "startColumn": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                }
            },
        },
    },
}
"""What SARIF 2.1.0 requires of a log, a run, its tool, a result and a place, by hand from the
standard: properties that must be there, values of enumerations, numbers that count from 1."""


def test_sarif_has_what_the_standard_requires(run: Run) -> None:
    """With every rule described, paths as relative URIs, and notes as passes."""
    Path("my refs é.bib").write_text(f"{WRONG}{WARNED}{VERDICTS['verified']}", "utf-8")
    code, out, _ = run("check", "my refs é.bib", "none.bib", "--verdicts", "-f", "sarif")
    assert code == 1
    log = json.loads(out)
    jsonschema.validate(log, SARIF)
    (made,) = log["runs"]
    rules = [rule["id"] for rule in made["tool"]["driver"]["rules"]]
    for result in made["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    kinds = {result["ruleId"]: (result["kind"], result["level"]) for result in made["results"]}
    assert kinds["verified"] == ("pass", "none")
    assert kinds["not-found"] == ("open", "none")
    assert kinds["bad-name"] == ("fail", "error")
    assert kinds["lost-capitals"] == ("fail", "warning")
    places = [result["locations"][0]["physicalLocation"] for result in made["results"]]
    uris = {place["artifactLocation"]["uri"] for place in places}
    assert uris == {"my%20refs%20%C3%A9.bib", "none.bib"}
    described = {rule["id"] for rule in made["tool"]["driver"]["rules"] if len(rule) > 1}
    assert described >= {"bad-name", "lost-capitals"}


def test_sarif_of_nothing_and_of_a_path_elsewhere() -> None:
    assert json.loads(to_sarif([]))["runs"][0]["results"] == []
    problem = Problem("/tmp/a b.bib", 0, 0, "error", "file", "does not exist")
    jsonschema.validate(json.loads(to_sarif([problem])), SARIF)
    assert "file:///tmp/a%20b.bib" in to_sarif([problem])


def test_a_person_sees_the_place_then_the_message_in_the_width_of_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("refs.bib").write_text(
        BAD[0][1] + "@misc{c, key={C}, title={\x1b[31m ReLU [bold]x[/bold]}}\n"
    )
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    out = run("check", "refs.bib")[1]
    assert "\x1b[31m ReLU" not in out
    plain = [line.rstrip() for line in _uncoloured(out).splitlines()]
    assert plain[:3] == [
        "refs.bib:2:11 error unbalanced",
        "  a: the { that opens title is not",
        "  closed; write } at the end of the",
    ]


def _uncoloured(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_rules_are_listed_with_their_levels(run: Run) -> None:
    code, out, _ = run("check", "--rules")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert {row[0]: row[1] for row in rows} == rule_levels()
    assert {row[0]: row[2] for row in rows} == rule_sentences()


def test_the_pre_commit_hooks_name_a_command_that_exists(tmp_path: Path) -> None:
    """Their entries run; that of .bib files takes their names, and fails on one with an error."""
    from importlib.metadata import entry_points

    hooks = {
        one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    assert hooks["dltheory-check"]["files"] == r"\.bib$"
    assert "pass_filenames" not in hooks["dltheory-check"]
    (tmp_path / "refs.bib").write_text(WRONG)
    for hook in hooks.values():
        assert hook["language"] == "python"
        program, *words = shlex.split(hook["entry"])
        (script,) = entry_points(group="console_scripts", name=program)
        assert script.load() is main
        assert main((*words, str(tmp_path / "refs.bib"))) == 1


# Several files, settings, summaries


STRINGS = "@string{jmlr = {Journal of Machine Learning Research}}\n"
USES = f"@article{{a, {DOE}, title={{A}}, journal=jmlr}}\n"


def test_strings_are_shared_between_all_files(bib: Bibliography) -> None:
    """In whatever order, also those that are made of others; one file alone lacks them."""
    strings, uses = parse_bib(STRINGS, "strings.bib"), parse_bib(USES, "uses.bib")
    for files in ([strings, uses], [uses, strings]):
        assert lint(bib, files).problems == []
    assert [one.rule for one in lint(bib, [uses]).problems] == ["unknown-string"]
    more = parse_bib("@string{in = jmlr # { 2}}\n" + USES.replace("=jmlr", "=in"), "more.bib")
    shared = share_strings([strings, more])
    assert shared[1].values(shared[1].entries[0])["journal"] == (
        "Journal of Machine Learning Research 2"
    )
    assert more.strings == {"in": "jmlr 2"}  # the file itself is not changed


def test_each_missing_string_has_one_message(bib: Bibliography) -> None:
    uses = "".join(USES.replace("{a,", f"{{a{n},") for n in range(30))
    found = lint(bib, [parse_bib(uses + uses.replace("jmlr", "tmlr").replace("{a", "{b"))])
    names = [one.message for one in found.problems if one.rule == "unknown-string"]
    assert len(names) == 2
    assert "no @string jmlr is defined" in names[0]
    assert "here and in 29 more places" in names[1]


def test_parents_may_be_in_another_file(bib: Bibliography) -> None:
    child = parse_bib(f"@inproceedings{{a, {DOE}, title={{A}}, crossref={{p}}}}\n", "one.bib")
    parent = parse_bib("@proceedings{p, booktitle={P}, title={P}, key={P}, year=2001}", "two.bib")
    assert lint(bib, [child, parent]).problems == []
    assert {one.rule for one in lint(bib, [child]).problems} == {"crossref", "missing-field"}


@pytest.mark.parametrize(
    ("entries", "dialect"),
    [
        (["location={Town}, year=2011", "year=2012", "year=2013, journal={J}"], "bibtex"),
        (["date=2011", "year=2012, journal={J}", "date=2013"], "biblatex"),
        (["date=2011", "year=2012"], "bibtex"),
        (["note={N}"], "bibtex"),
    ],
)
def test_the_dialect_is_that_of_most_entries(entries: list[str], dialect: str) -> None:
    text = "".join(f"@misc{{a{n}, {fields}}}\n" for n, fields in enumerate(entries))
    assert dialect_of(parse_bib(text).entries) == dialect


MANY = "".join(f"@misc{{a{n}, key={{A}}, title={{ReLU {n}}}}}\n" for n in range(8)) + WRONG


def test_a_summary_by_rule_comes_first_and_the_weightiest_messages(run: Run) -> None:
    Path("refs.bib").write_text(MANY)
    code, out, err = run("check", "refs.bib")
    assert (code, len(out.splitlines())) == (1, 9)
    assert [line.split() for line in err.splitlines()[:2]] == [
        ["1", "error", "bad-name"],
        ["8", "warnings", "lost-capitals"],
    ]
    assert out.splitlines()[0].endswith("[bad-name]")
    code, out, err = run("check", "refs.bib", "--max", "3")
    assert (code, len(out.splitlines())) == (1, 3)
    assert err.splitlines()[2] == "6 more messages; --max 0 prints all"
    Path("more.bib").write_text(WARNED)
    err = run("check", "refs.bib", "more.bib")[2]
    assert err.splitlines()[1].split()[-4:] == ["refs.bib", "8,", "more.bib", "1"]
    assert len(json.loads(run("check", "refs.bib", "-f", "json", "--max", "2")[1])) == 2


def test_a_terminal_shows_the_first_fifty(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("refs.bib").write_text(
        "".join(f"@misc{{a{n}, key={{A}}, title={{ReLU {n}}}}}\n" for n in range(60))
    )
    monkeypatch.setenv("FORCE_COLOR", "1")
    out, err = run("check", "refs.bib")[1:]
    assert _uncoloured(out).count("warning lost-capitals") == 50
    assert "10 more messages" in err
    assert _uncoloured(run("check", "refs.bib", "--max", "0")[1]).count(" lost-cap") == 61


def test_settings_of_the_project_count(run: Run) -> None:
    """`[check]`; an option of the command line comes first, and an unknown rule is an error."""
    Path("refs.bib").write_text(WARNED + "@misc{b, note={N}}\n")
    settings = Path(".dltheory.toml")
    settings.write_text('[check]\nstrict = true\nmax = 1\nignore = ["lost-capitals"]\n')
    code, out, _ = run("check", "refs.bib")
    assert (code, out.count("\n")) == (1, 1)
    assert "[sort-key]" in out
    settings.write_text('[check]\ndialect = "biblatex"\nignore = ["lost-capitals"]\n')
    assert "[sort-key]" not in run("check", "refs.bib")[1]
    assert "[sort-key]" in run("check", "refs.bib", "--dialect", "bibtex")[1]
    settings.write_text('[check]\nignore = ["lost-capital"]\n')
    code, _, err = run("check", "refs.bib")
    assert code == 2
    assert ".dltheory.toml: [check] ignore: no rule 'lost-capital'; did you mean" in err


# What is no mistake


SOBER = {
    "columns of one title": "".join(
        f"@article{{c{n}, author={{Chair, The}}, title={{Letter}}, journal={{Bulletin}}, "
        f"volume={n}, number=1, pages={{{n}--{n + 1}}}, year={2000 + n // 4}}}\n"
        for n in range(1, 9)
    ),
    "a report and the paper": f"@techreport{{r, {DOE}, title={{A}}, institution={{I}}}}\n"
    f"@article{{a, {DOE}, title={{A}}, journal={{J}}}}\n",
    "two conferences of a series": "".join(
        f"@inproceedings{{p{n}, author={{Vale, {name}}}, title={{{name}}}, year={1983 + n}, "
        f"booktitle={{Proceedings of {the} {n}nd International Conference on Machine Learning"
        f"{short}}}}}\n"
        for n, name, the, short in ((32, "Ada", "The", ""), (33, "Bea", "the", " (ICML)"))
    ),
    "a republication": f"@article{{a, {JIN}, {ESCAPE}, journal={{Journal of Later Reprints}}, "
    "year=2021, volume=3, pages={1--20}}\n",
    "a report of the work": f"@techreport{{a, {JIN}, {ESCAPE}, institution={{I}}, year=2016}}\n",
    "the first word": "@misc{a, author={Kingma, Diederik P. and Ba, Jimmy}, title={Adam: A method "
    "for stochastic optimization: Adam again}, note={N}}\n",
    "a huge collaboration": "@misc{a, author={{ATLAS Collaboration} and others}, title={T}}\n",
    "a venue on AI and another": f"@inproceedings{{a, {DOE}, title={{A}}, booktitle={{AAAI/ACM "
    f"Conference on Society}}}}\n@inproceedings{{b, {DOE}, title={{B}}, booktitle={{AAAI}}}}\n",
    "one name for all years": "".join(
        f"@inproceedings{{a{year}, author={{Day, J.}}, title={{T{year}}}, year={year}, "
        "booktitle={NeurIPS}}\n"
        for year in (1999, 2005, 2019)
    ),
    "a venue turned round": f"@article{{a, {DOE}, title={{A}}, journal={{Journal of Foo, A}}}}\n",
    "abbreviated pages": f"@misc{{a, {DOE}, title={{A}}, pages={{1381--98}}}}\n",
    "submitted": f"@inproceedings{{a, {DOE}, title={{A}}, booktitle={{ICML}}}}\n"
    f"@inproceedings{{b, {DOE}, title={{B}}, booktitle={{Submitted to the International Conference "
    "on Machine Learning}}\n",
}


@pytest.mark.parametrize("kind", SOBER)
def test_what_is_no_mistake_has_no_message(bib: Bibliography, kind: str) -> None:
    assert list(map(str, lint(bib, [parse_bib(SOBER[kind])]).problems)) == []


def test_the_same_id_and_authors_are_the_same_work_under_another_title(bib: Bibliography) -> None:
    """Nothing is called wrong but the title, and `fix` changes nothing."""
    entry = f"@inproceedings{{a, {JIN}, title={{Leaving Plateaus}}, eprint={{1703.00887}}, "
    file = parse_bib(entry + "booktitle={ICML}, year=2017}")
    found = lint(bib, [file])
    assert [(one.level, one.rule) for one in found.problems] == [("warning", "differs")]
    assert "this arXiv id is that of another title by the same authors" in (
        found.problems[0].message
    )
    assert found.judgements[0].work == "jin2017escape"
    assert not fix(bib, file).edits
