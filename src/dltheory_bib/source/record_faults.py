"""What the model says against a record that is to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from dltheory_bib.models.record import Record


def record_faults(record: Mapping[str, Any], model: type[Record]) -> Iterator[str]:
    """Yield a message for each fault of a record, with its field."""
    try:
        model.model_validate(record)
    except ValidationError as error:
        from dltheory_bib.source.loader import explain  # imports all rules

        for detail in error.errors(include_url=False):
            place = ".".join(map(str, detail["loc"]))
            message = explain(detail, model)[1]
            yield f"{place}: {message}" if place else message
