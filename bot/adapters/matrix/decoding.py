"""JSON as homeservers pass it on, with as much of it as can be read.

One event that its sender made unreadable must not keep the whole answer from being read:
the homeserver would give the same answer again, and for ever.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

DEEPEST = 200
"""Nothing that means anything to us is nested deeper, and no deeper can be written again."""

_LONGEST_NUMBER = 20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def decoded(raw: bytes) -> object:
    """The value; where a part cannot be read, null or a sign stands in its place.

    Returns:
        None if it is no JSON at all (a gateway's HTML page, a cut body).
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _decoded_leniently(raw)


def encoded(value: object) -> str:
    """The value as JSON text; what is nested too deep to be written is left out."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(_shallow(value, DEEPEST))


def _decoded_leniently(raw: bytes) -> object:
    # Half a surrogate pair, a number that is infinite or none, a thousand brackets: Python's
    # own reader takes some of it, and the rest can be kept from it.
    try:
        text = "".join(_without_depths(raw.decode(errors="replace")))
        answer = json.loads(text, parse_constant=_nothing, parse_float=_finite, parse_int=_whole)
        return orjson.loads(json.dumps(answer, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def _without_depths(text: str) -> Iterator[str]:
    """The text with null for each list and object that stands too deep."""
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth == DEEPEST:
                yield text[begin : token.start()]
        elif sign in "]}":
            depth -= 1
            if depth == DEEPEST - 1:
                yield "null"
                begin = token.end()
    if depth < DEEPEST:
        yield text[begin:]


def _shallow(value: object, levels: int) -> object:
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return None
    if isinstance(value, dict):
        return {name: _shallow(one, levels - 1) for name, one in value.items()}
    return [_shallow(one, levels - 1) for one in value]


def _nothing(_name: str) -> None:
    return None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _whole(text: str) -> Any:
    # As orjson does it: what 64 bits cannot hold is no whole number.
    return int(text) if len(text) < _LONGEST_NUMBER else _finite(text)
