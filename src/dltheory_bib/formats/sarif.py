"""Report problems in SARIF, which code hosts and editors show next to the lines concerned.

Static Analysis Results Interchange Format 2.1.0 (OASIS Standard, 27 March 2020): sections 3.13 the
log, 3.14 the run, 3.19 the tool's component, 3.27 the result, 3.29 to 3.30 the location, 3.49 a
rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from dltheory_bib import __version__
from dltheory_bib.errors import Problem

_KINDS = {
    "contradicted": "review",
    "differs": "review",
    "not-checked": "notApplicable",
    "not-found": "open",
    "verified": "pass",
}
"""If the level is `none`, the kind gives the reason (3.27.9)."""


def to_sarif(
    problems: Iterable[Problem],
    rules: Mapping[str, str] | None = None,
    verdicts: Mapping[Problem, Mapping[str, Any]] | None = None,
) -> str:
    """Return problems as a SARIF log of one run; `rules` describes each rule in a sentence, and
    `verdicts` has the properties of results that report a verdict.

    A `note` is information about an entry, not a fault, so its level is `none`. Paths below the
    working directory are relative. Columns count Unicode characters.
    """
    problems = list(problems)
    names = sorted({problem.rule for problem in problems})
    numbers = {name: number for number, name in enumerate(names)}
    driver = {
        "name": "dltheory",
        "semanticVersion": __version__,
        "rules": [_rule(name, (rules or {}).get(name)) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(problem, numbers[problem.rule], (verdicts or {}).get(problem))
            for problem in problems
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    # In ASCII: a message may quote any character of the file, including half a surrogate pair.
    return json.dumps(log, indent=2) + "\n"


def _rule(name: str, description: str | None) -> dict[str, Any]:
    return {"id": name} | ({"shortDescription": {"text": description}} if description else {})


def _result(
    problem: Problem, number: int, verdict: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.file)}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": max(problem.column, 1)}
    is_note = problem.level == "note"
    return {
        "ruleId": problem.rule,
        "ruleIndex": number,
        "kind": _KINDS.get(problem.rule, "informational") if is_note else "fail",
        "level": "none" if is_note else problem.level,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
    } | ({"properties": {"verdict": verdict}} if verdict else {})


def _uri(file: str) -> str:
    path = PurePath(file)
    if path.is_absolute():
        return Path(path).as_uri()
    return quote(path.as_posix().encode("utf-8", "surrogateescape"))
