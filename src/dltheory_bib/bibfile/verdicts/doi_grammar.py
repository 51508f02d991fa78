"""What a DOI tells of the work: some publishers write the venue and the year into it."""

from __future__ import annotations

import re
from typing import NamedTuple


class DoiPlace(NamedTuple):
    """The venue and the year that a DOI names."""

    venue: str
    """Its acronym in lower case."""
    year: int


_AAAI = re.compile(r"10\.1609/aaai\.v(\d{2})i\d+\.\d+")
_AAAI_VOLUMES = 1986
"""The 33rd volume is that of 2019."""
_ANTHOLOGY = re.compile(r"10\.18653/v1/(20\d\d)\.([a-z]+)-")
_OLD_ANTHOLOGY = re.compile(r"10\.18653/v1/([dnpe])(\d\d)-[1-4]\d{3}")
_LETTERS = {"d": "emnlp", "n": "naacl", "p": "acl", "e": "eacl"}
_IEEE = re.compile(r"10\.1109/(cvpr|iccv|wacv)\d*\.(20\d\d)\.\d+")
_IJCAI = re.compile(r"10\.24963/ijcai\.(20\d\d)/\d+")


def doi_place(doi: str) -> DoiPlace | None:
    """Return the venue and the year that a DOI names, or None.

    >>> doi_place("10.1609/aaai.v35i6.16728")
    DoiPlace(venue='aaai', year=2021)
    >>> doi_place("10.18653/v1/N19-1423")
    DoiPlace(venue='naacl', year=2019)
    >>> doi_place("10.1109/CVPR46437.2021.00469")
    DoiPlace(venue='cvpr', year=2021)
    """
    text = doi.lower()
    if found := _AAAI.match(text):
        return DoiPlace("aaai", _AAAI_VOLUMES + int(found[1]))
    if found := _ANTHOLOGY.match(text):
        return DoiPlace(found[2], int(found[1]))
    if found := _OLD_ANTHOLOGY.match(text):
        return DoiPlace(_LETTERS[found[1]], 2000 + int(found[2]))
    if found := _IEEE.match(text):
        return DoiPlace(found[1], int(found[2]))
    if found := _IJCAI.match(text):
        return DoiPlace("ijcai", int(found[1]))
    return None
