"""The marks with which the bot says "taken" without a word.

Every answer gets one, so they are the most numerous thing the bot sends. The marks that one
transaction puts on the messages of a room are one effect, a single row: written and dropped
at once, sent one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from flows.ids import EffectKey, EventId, RoomId
from storage.hot import Row
from storage.outbox import outbox_row

TAKEN_MARK = "👍"
"""An individual answer is stored."""

LATE_MARK = "🕓"
"""It is stored, and counts as late."""

ACKNOWLEDGEMENT = "ack/"
"""How keys of acknowledgements begin: such effects are forgotten once they are sent."""

Mark = tuple[EventId, str]
"""A message, and the emoji that is put on it."""


def acknowledgement(room_id: RoomId, marks: Sequence[Mark], *, now_ms: int) -> Row:
    """A row of the outbox that puts these marks on messages of a room.

    Args:
        marks: Of messages that the journal saw first in this transaction: no two effects
            ever begin with the same one, so it makes the key unique.
    """
    key = f"{ACKNOWLEDGEMENT}{room_id}/{marks[0][0]}"
    content = orjson.dumps({"kind": "acknowledge", "marks": marks}).decode()
    return outbox_row(EffectKey(key), room_id, content, now_ms=now_ms)


def marks_of(content: str) -> list[Mark]:
    """The marks in the content of such a row."""
    values: dict[str, Any] = orjson.loads(content)
    return [(EventId(target), str(mark)) for target, mark in values["marks"]]


def mark_key(room_id: RoomId, target: EventId) -> EffectKey:
    """The key of one mark: the homeserver knows it by this, whichever effect it came in."""
    return EffectKey(f"{ACKNOWLEDGEMENT}{room_id}/{target}")
