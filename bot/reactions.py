"""The marks with which the bot says "taken" without a word."""

from __future__ import annotations

import orjson

from flows.ids import EffectKey
from flows.messages import Written
from storage.hot import Row
from storage.outbox import outbox_row

TAKEN_MARK = "👍"
"""An individual answer is stored."""

LATE_MARK = "🕓"
"""It is stored, and counts as late."""

ACKNOWLEDGEMENT = "ack/"
"""How keys of acknowledgements begin: such effects are forgotten once they are sent."""


def acknowledgement(message: Written, mark: str, *, now_ms: int) -> Row:
    """A row of the outbox that puts `mark` on a message.

    The key begins with the room and the time: rows that are written together then stand
    together in the index, however many there are (see `storage.tables`).
    """
    key = f"{ACKNOWLEDGEMENT}{message.room_id}/{message.sent_ms}/{message.event_id}"
    content = orjson.dumps({"kind": "react", "target": message.event_id, "mark": mark}).decode()
    return outbox_row(EffectKey(key), message.room_id, content, now_ms=now_ms)
