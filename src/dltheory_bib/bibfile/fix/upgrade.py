"""Turn the entry of a preprint into one for the version of record.

What belongs to the preprint goes, and the fields of the published version come, in the order of an
entry: venue, year, volume, number, pages, DOI. The preprint's id and URL go as well once the entry
has a DOI, pages or the publisher's URL; until then they are the only way to the text, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dltheory_bib.bibfile.entry_types import missing_fields
from dltheory_bib.bibfile.match import PLACES, arxiv_ids
from dltheory_bib.formats.bibtex import DIALECTS
from dltheory_bib.text.identifiers import find_dois, is_arxiv_alone, is_arxiv_doi, says_arxiv

if TYPE_CHECKING:
    from dltheory_bib.bibfile.editor import Rewriter
    from dltheory_bib.bibfile.fix.fix_options import FixOptions
    from dltheory_bib.bibfile.fix.house_style import HouseStyle
    from dltheory_bib.models.paper import Paper

VENUES = ("booktitle", "journaltitle", "journal", "publisher", "school", "institution")
"""The fields of which an exported entry has one that names the venue."""
OF_DAYS = ("month", "day")
"""Parts of a date that no record has: those of an entry are of the version that it cited."""
_NUMBERS = ("series", "volume", "number", "pages")
_OF_PREPRINTS = ("eprint", "archiveprefix", "primaryclass", "eprinttype", "eprintclass", "arxivid")
_OF_VOLUMES = ("publisher", "editor")
"""The fields that a preprint has only if the user knows of its volume; they are kept."""
_OF_RECORDS = ("biburl", "bibsource", "timestamp")
"""The fields of an export of DBLP that describe its record of the preprint."""
_KEPT = """
abstract annotation annote author crossref doi editor eprint file groups ids keywords key
mendeley-groups mendeley-tags priority related shorttitle tags title url
"""
_OF_THE_USER = frozenset(_KEPT.split())
"""Fields that are kept, or handled for themselves, even if their text is an arXiv id."""
_ISSN_OF_ARXIV = "2331-8422"
_NO_VENUE = re.compile(r"\W*(?:e-?prints?|pre-?prints?|submitted)\W*", re.IGNORECASE)


class Upgrade:
    """The upgrade of one entry."""

    def __init__(
        self,
        rewriter: Rewriter,
        values: Mapping[str, str],
        paper: Paper,
        target: Mapping[str, str],
    ) -> None:
        self.rewriter = rewriter
        self.values = values
        self.paper = paper
        self.target = target

    def move(self, place: str, name: str, is_string: bool) -> None:
        """Set the entry's type, and its venue in the place of arXiv."""
        self.rewriter.retype(self.target["@"])
        if place not in self.values:
            old = next((one for one in PLACES if one in self.values), None)
            if old:
                self.rewriter.rename(old, place)
        for one in {*PLACES} - {place}:
            self.rewriter.remove(one)
        self.rewriter.set(place, name, bare=is_string)
        dated = [one for one in ("year", "date") if one in self.values]
        for one in dated or ["date" if "date" in self.target else "year"]:
            self.rewriter.set(one, str(self.paper.year))

    def clear(self) -> None:
        """Delete the fields that only the preprint had, but for its id and its URL."""
        values, remove = self.values, self.rewriter.remove
        for name in (*_NUMBERS, *OF_DAYS, "pubstate", "issue"):
            if name not in self.target:
                remove(name)
        for name in (*_OF_VOLUMES, "institution"):
            if name not in self.target and not (name in _OF_VOLUMES and self._is_own(name)):
                remove(name)
        if values.get("institution") and "institution" not in self.target:
            remove("type")
            remove("address")
        if values.get("biburl"):
            for name in _OF_RECORDS:
                remove(name)
        if says_arxiv(values.get("adsurl", "")):
            remove("adsurl")
            remove("adsnote")
        if values.get("issn") == _ISSN_OF_ARXIV:
            remove("issn")
        if "arxiv" in values.get("slaccitation", "").lower():
            remove("slaccitation")
        for name, value in values.items():
            if name in _OF_THE_USER or name in self.target:
                continue
            if is_arxiv_alone(value) or _NO_VENUE.fullmatch(value):
                remove(name)

    def fill(self, style: HouseStyle, options: FixOptions) -> None:
        """Set the fields of the published version that the file gives, and drop the preprint's
        locators as far as others take their place.
        """
        kind, target, values = self.target["@"], self.target, self.values
        needed = {
            name
            for dialect in DIALECTS
            for names in missing_fields(kind, (), dialect)
            for name in names
        }
        wanted = [
            name
            for name in ("series", "publisher", "editor")
            if name in needed or values.get(name) or style.gives(kind, name)
        ]
        wanted += ["volume", "number"]
        if "pages" not in options.refused and (values.get("pages") or style.gives_pages(kind)):
            wanted.append("pages")
        if "dois" not in options.refused and (values.get("doi") or style.gives_dois(kind)):
            wanted.append("doi")
        if style.gives(kind, "url", otherwise=False) and not values.get("url"):
            wanted.append("url")
        for name in ("series", "volume", "number", "pages", "publisher", "doi", "url", "editor"):
            if name in wanted and name in target:
                if not (name in _OF_VOLUMES and self._is_own(name)):
                    self.rewriter.set(name, target[name])
            elif name in {"series", "volume", "number", "pages"}:
                self.rewriter.remove(name)
        if self._has_arxiv_doi() and not ("doi" in target and "doi" in wanted):
            self.rewriter.remove("doi")
        self._locate(options.keep_preprint or style.gives(kind, "eprint", otherwise=False))

    def _locate(self, keep: bool) -> None:
        """Drop the preprint's id and URL if the entry has a locator of the publication."""
        rewriter, values = self.rewriter, self.values
        has = any(rewriter.has(name) for name in ("pages", "doi"))
        url = values.get("url", "")
        if is_arxiv_alone(url):
            if "url" in self.target:
                rewriter.set("url", self.target["url"])
                rewriter.remove("urldate")
                has = True
            elif has:
                rewriter.remove("url")
                rewriter.remove("urldate")
        else:
            has = has or rewriter.has("url")
        if has and not keep:
            for name in _OF_PREPRINTS:
                rewriter.remove(name)
            return
        own = (values.get("eprint") or values.get("arxivid") or "").strip()
        known = arxiv_ids(values)
        identifier = (known[0] if known else None) or self.paper.eprint
        located = own or (rewriter.has("url") and not keep)
        if located or identifier is None or not (keep or has or self._had_locator()):
            if own and keep:
                self._name_archive()
            return
        rewriter.set("eprint", identifier)
        self._name_archive()

    def _name_archive(self) -> None:
        if not {"eprinttype", "archiveprefix"} & self.values.keys():
            biblatex = "eprinttype" in self.target
            self.rewriter.set("eprinttype" if biblatex else "archivePrefix", "arXiv")

    def _had_locator(self) -> bool:
        values = self.values
        return any(values.get(name) for name in ("pages", "url", "doi")) or any(
            says_arxiv(value) or "://" in value or find_dois(value) for value in values.values()
        )

    def _has_arxiv_doi(self) -> bool:
        doi = self.values.get("doi", "")
        return says_arxiv(doi) or any(map(is_arxiv_doi, find_dois(doi)))

    def _is_own(self, name: str) -> bool:
        """Return whether a field has a value of the user: not one that only the preprint had."""
        return bool(self.values.get(name, "").strip()) and not says_arxiv(self.values[name])
