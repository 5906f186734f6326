"""A list of participants dropped into the organizers' room."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.seating.rooms import KEYS
from bot.sending.parcels import react
from flows.ids import EffectKey
from flows.messages import Media, Written
from storage.instants import to_ms
from storage.seating import ListFile

if TYPE_CHECKING:
    from bot.seating.work import SeatingWork
    from storage.transaction import Transaction

_SEEN = "👀"
_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".numbers"})
"""Also those we cannot read: then it is said what to save instead."""


def is_list(media: Media) -> bool:
    """Whether a file looks like a list of people, by its name."""
    return PurePath(media.name).suffix.casefold() in _ENDINGS


def take_list(
    tx: Transaction,
    message: Written,
    media: Media,
    work: SeatingWork,
    *,
    language: str,
    now: datetime,
) -> None:
    """Let a list be read; a mark says that it is, and the answer follows."""
    file = ListFile(name=media.name, address=media.address)
    tx.seatings.begin(file, language=language, now_ms=to_ms(now))
    key = EffectKey(f"{KEYS}file/{message.event_id}")
    tx.outbox.put([react(key, message.room_id, message.event_id, _SEEN)], now_ms=to_ms(now))
    tx.after_commit(work.wake)
