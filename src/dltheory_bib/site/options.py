"""What whoever builds a site may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever builds a site may choose."""

    title: str = "Deep learning theory"
    """The name of the site."""
    base_url: str = ""
    """Where it will stand, for what needs whole addresses: sitemap, feed, canonical links."""
    shipped: bool = True
    """Whether it shows the shipped catalogue, whose data are CC0."""
