"""The marks with which the bot says "taken" without a word."""

from __future__ import annotations

from typing import Any

import orjson

from flows.ids import EffectKey
from flows.messages import Written
from storage.outbox import OutboxState

TAKEN_MARK = "👍"
"""An individual answer is stored."""

LATE_MARK = "🕓"
"""It is stored, and counts as late."""

ACKNOWLEDGEMENT = "ack/"
"""How keys of acknowledgements begin: such effects are forgotten once they are sent."""


def acknowledgement(message: Written, mark: str, *, now_ms: int) -> dict[str, Any]:
    """A row of the outbox that puts `mark` on a message.

    The key begins with the room and the time: rows that are written together then stand
    together in the index, however many there are (see `storage.tables`).
    """
    content = {"kind": "react", "target": message.event_id, "mark": mark}
    return {
        "key": EffectKey(
            f"{ACKNOWLEDGEMENT}{message.room_id}/{message.sent_ms}/{message.event_id}"
        ),
        "room_id": message.room_id,
        "content": orjson.dumps(content).decode(),
        "created_ms": now_ms,
        "due_ms": now_ms,
        "state": int(OutboxState.WAITING),
        "tries": 0,
    }
