"""Taking back messages of ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sending.parcels import take_back
from flows.ids import EffectKey, RoomId
from storage.instants import to_ms

if TYPE_CHECKING:
    from storage.transaction import Transaction


def unsay(tx: Transaction, said: Iterable[tuple[EffectKey, RoomId]], *, now: datetime) -> None:
    """Take messages of ours back, each with its room, or never send those that still wait."""
    effects = [
        take_back(EffectKey(f"{key}/gone"), room_id, key)
        for key, room_id in said
        if not tx.outbox.withdraw_waiting(key)
    ]
    tx.outbox.put(effects, now_ms=to_ms(now))
