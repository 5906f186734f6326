"""Taking back messages of ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sending.parcels import take_back
from flows.ids import EffectKey, RoomId
from storage.instants import to_ms
from storage.outbox import UNDOING

if TYPE_CHECKING:
    from storage.transaction import Transaction

INSTEAD = '{"kind":"post","markdown":"…","silent":true,"gone":true}'
"""What is sent in the place of words that are not to be said, and then taken back."""


def unsay(tx: Transaction, prefix: str, part: str = "", *, now: datetime) -> None:
    """Take back everything said under keys that begin so and have this in them.

    What still waits is never said. Edits are messages of their own under longer keys: what they
    said stands in the history of their room until they are taken back too.
    """
    on_its_way = tx.outbox.cancel(prefix, part, instead=INSTEAD)
    said = [
        (key, room_id)
        for key, room_id in tx.outbox.sent_with(prefix)
        if part in key and not key.endswith(UNDOING)
    ]
    undo(tx, [*said, *on_its_way], now=now)


def unsay_in(tx: Transaction, rooms: Collection[RoomId], part: str, *, now: datetime) -> None:
    """Take back what was said in these rooms under keys that have this in them, as `unsay`."""
    on_its_way = tx.outbox.cancel_in(rooms, part, instead=INSTEAD)
    undo(tx, [*tx.outbox.sent_in(rooms, part), *on_its_way], now=now)


def unsay_these(tx: Transaction, keys: Iterable[EffectKey], *, now: datetime) -> None:
    """Take messages of ours back that were never edited, or never say what still waits."""
    said: list[tuple[EffectKey, RoomId]] = []
    for key in keys:
        said += tx.outbox.cancel_one(key, instead=INSTEAD)
        room_id = tx.outbox.room_of_sent(key)
        if room_id is not None:
            said.append((key, room_id))
    undo(tx, said, now=now)


def undo(tx: Transaction, said: Iterable[tuple[EffectKey, RoomId]], *, now: datetime) -> None:
    """Take back messages of ours, each with its room: at once, or when they are sent."""
    effects = [take_back(EffectKey(f"{key}/erased"), room_id, key) for key, room_id in said]
    tx.outbox.put(effects, now_ms=to_ms(now))
    # A file that was to be sent may quote people.
    tx.blobs.drop_unneeded()
