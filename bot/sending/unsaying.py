"""Taking back messages of ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sending.parcels import take_back
from flows.ids import EffectKey
from storage.instants import to_ms

if TYPE_CHECKING:
    from storage.transaction import Transaction

UNDOING = ("/gone", "/erased", "/taken-back")
"""How keys of effects end that take another back."""


def unsay(tx: Transaction, prefix: str, *, now: datetime) -> None:
    """Take back everything said under keys that begin so, and never say what still waits.

    Edits are messages of their own under longer keys: what they said stands in the history of
    their room until they are taken back too.
    """
    tx.outbox.withdraw_waiting_like(prefix, "")
    effects = [
        take_back(EffectKey(f"{key}/erased"), room_id, key)
        for key, room_id in tx.outbox.sent_with(prefix)
        if not key.endswith(UNDOING)
    ]
    tx.outbox.put(effects, now_ms=to_ms(now))


def unsay_these(tx: Transaction, keys: Iterable[EffectKey], *, now: datetime) -> None:
    """Take messages of ours back that were never edited, or never say what still waits."""
    effects = []
    for key in keys:
        if tx.outbox.withdraw_waiting(key):
            continue
        room_id = tx.outbox.room_of_sent(key)
        if room_id is not None:
            effects.append(take_back(EffectKey(f"{key}/erased"), room_id, key))
    tx.outbox.put(effects, now_ms=to_ms(now))
