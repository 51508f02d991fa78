"""Count the steps of a regular expression, as a backtracking matcher takes them.

Python's own matcher counts nothing, and a clock on a busy machine proves nothing. This one reads
the same parsed patterns; it is slow, but its count is exact and the same on every machine.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Then = Callable[[int], bool]


class TooManyStepsError(Exception):
    """The matcher took more steps than it may."""


class _Matcher:
    def __init__(self, pattern: str, flags: int, text: str, most: int) -> None:
        self.tree = _parser.parse(pattern, flags)
        self.flags = self.tree.state.flags
        self.text, self.most, self.steps = text, most, 0

    def match_start(self) -> None:
        """Take the steps of `match`, at the start alone."""
        self.match(list(self.tree), 0, 0, lambda _: True)

    def search_all(self) -> None:
        """Take the steps of `finditer`: from each position where no match covers it."""
        place = 0
        while place <= len(self.text):
            ends: list[int] = []

            def done(end: int, ends: list[int] = ends) -> bool:
                ends.append(end)
                return True

            self.match(list(self.tree), 0, place, done)
            place = max(ends[0], place + 1) if ends else place + 1

    def step(self) -> None:
        self.steps += 1
        if self.steps > self.most:
            raise TooManyStepsError

    def match(self, nodes: list[Any], at: int, place: int, then: Then) -> bool:
        """Match the nodes from one on, then what comes after them."""
        self.step()
        if at == len(nodes):
            return then(place)
        op, value = nodes[at]

        def rest(end: int) -> bool:
            return self.match(nodes, at + 1, end, then)

        if op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            return self.repeat(op, value, place, rest)
        if op is sre.BRANCH:
            return any(self.match(list(one), 0, place, rest) for one in value[1])
        if op is sre.SUBPATTERN:
            return self.match(list(value[3]), 0, place, rest)
        if op is sre.ATOMIC_GROUP:
            end = self.alone(list(value), place)
            return end is not None and rest(end)
        if op in {sre.ASSERT, sre.ASSERT_NOT}:
            direction, inside = value
            start = place if direction > 0 else place - inside.getwidth()[0]
            found = start >= 0 and self.alone(list(inside), start) is not None
            return rest(place) if found == (op is sre.ASSERT) else False
        if op is sre.AT:
            return self.anchored(value, place) and rest(place)
        return self.fits(op, value, place) and rest(place + 1)

    def alone(self, nodes: list[Any], place: int) -> int | None:
        ends: list[int] = []
        self.match(nodes, 0, place, lambda end: not ends.append(end))  # type: ignore[func-returns-value]
        return ends[0] if ends else None

    def repeat(self, op: Any, value: Any, place: int, rest: Then) -> bool:
        least, most, inside = value
        body = list(inside)
        if len(body) == 1 and body[0][0] in {sre.IN, sre.LITERAL, sre.NOT_LITERAL, sre.ANY}:
            end = place
            while end - place < most and self.fits(*body[0], end):
                self.step()
                end += 1
            ends: Iterator[int] = iter(range(end, place + least - 1, -1))
            if op is sre.MIN_REPEAT:
                ends = iter(range(place + least, end + 1))
            if op is sre.POSSESSIVE_REPEAT:
                return end - place >= least and rest(end)
            return any(rest(one) for one in ends)
        if op is sre.POSSESSIVE_REPEAT:
            count = 0
            while count < most and (end_ := self.alone(body, place)) not in {None, place}:
                place, count = end_ or 0, count + 1
            return count >= least and rest(place)

        def again(count: int, start: int) -> bool:
            def more(end: int) -> bool:
                return (end > start or count < least) and again(count + 1, end)

            enough = count >= least
            if op is sre.MIN_REPEAT:
                return (enough and rest(start)) or (
                    count < most and self.match(body, 0, start, more)
                )
            return (count < most and self.match(body, 0, start, more)) or (enough and rest(start))

        return again(0, place)

    def anchored(self, where: Any, place: int) -> bool:
        text = self.text
        before, after = text[place - 1 : place] if place else "", text[place : place + 1]
        if where is sre.AT_BEGINNING_STRING:
            return place == 0
        if where is sre.AT_END_STRING:
            return place == len(text)
        if where is sre.AT_BEGINNING:
            return place == 0 or (bool(self.flags & re.MULTILINE) and before == "\n")
        if where is sre.AT_END:
            return not after or after == "\n"
        boundary = _is_word(before) != _is_word(after)
        return boundary == (where is sre.AT_BOUNDARY)

    def fits(self, op: Any, value: Any, place: int) -> bool:
        self.step()
        char = self.text[place : place + 1]
        if not char:
            return False
        if op is sre.ANY:
            return bool(self.flags & re.DOTALL) or char != "\n"
        if self.flags & re.IGNORECASE:
            return any(_fits(op, value, one) for one in {char, char.lower(), char.upper()})
        return _fits(op, value, char)


def _fits(op: Any, value: Any, char: str) -> bool:
    if op is sre.LITERAL:
        return ord(char) == value
    if op is sre.NOT_LITERAL:
        return ord(char) != value
    assert op is sre.IN, op
    negated = value[0][0] is sre.NEGATE
    return any(_in(kind, what, char) for kind, what in value) != negated


def _in(kind: Any, what: Any, char: str) -> bool:
    if kind is sre.LITERAL:
        return ord(char) == what
    if kind is sre.RANGE:
        return bool(what[0] <= ord(char) <= what[1])
    if kind is sre.CATEGORY:
        name = str(what)
        kinds = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": _is_word}
        return bool(kinds[name.rpartition("_")[2]](char)) != ("NOT" in name)
    return False


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def steps(pattern: str, flags: int, text: str, most: int, start_only: bool = False) -> int:
    """Return the number of steps in which all matches of a pattern are found in a text."""
    matcher = _Matcher(pattern, flags, text, most)
    if start_only:
        matcher.match_start()
    else:
        matcher.search_all()
    return matcher.steps


def with_deep_stack(task: Callable[[], None]) -> None:
    """Run a task that calls itself for each character; what it raises is raised here."""
    raised: list[BaseException] = []

    def run() -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(200_000)
        try:
            task()
        except BaseException as error:
            raised.append(error)
        finally:
            sys.setrecursionlimit(limit)

    size = threading.stack_size(512 << 20)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(size)
    thread.join()
    if raised:
        raise raised[0]
