"""Keeps the message with the tables: posted once, edited ever after, posted anew on request."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.seating.listed import Fault, ListProblem
from bot.seating.proposal import Invited, tables_markdown
from bot.seating.rooms import KEYS, invitation_key
from bot.sending.parcels import post, revise
from bot.sending.unsaying import unsay, unsay_these
from bot.wording import wording
from flows.ids import EffectKey
from storage.confirmations import Confirmation
from storage.instants import to_ms
from storage.outbox import OutboxState
from storage.seating import SPACE, Seated, Seating, Stage

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World
    from storage.transaction import Transaction


_NAMES = ("tables", "tables-edit", "list", "failed")
"""What is said of a list that has names in it; cards have none."""


class TablesMessage:
    """The message of a seating in the organizers' room."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links

    def key(self, seating: Seating) -> EffectKey:
        """The effect that posted it, the last time."""
        return EffectKey(f"{KEYS}{seating.number}/-/-/tables/{seating.posted}")

    def show(
        self, tx: Transaction, seating: Seating, *, now: datetime, anew: bool = False
    ) -> Seating:
        """Post it, or bring it up to date; while it is a proposal, a ✅ on it confirms."""
        now_ms, room_id = to_ms(now), self._world.organizers_room
        shown = tx.outbox.fate(self.key(seating))
        if anew or (shown is not None and shown.room_id != room_id):
            tx.confirmations.withdraw(self.key(seating))
            seating = replace(seating, posted=seating.posted + 1)
        key = self.key(seating)
        text = self._text(tx, seating)
        if tx.outbox.fate(key) is None:
            tx.outbox.put([post(key, room_id, text)], now_ms=now_ms)
        else:
            tx.outbox.withdraw_waiting(self._edit_key(seating))
            seating = replace(seating, shown=seating.shown + 1)
            edit = revise(self._edit_key(seating), room_id, key, text)
            tx.outbox.put([edit], now_ms=now_ms)
        tx.confirmations.withdraw(key)
        if seating.stage is Stage.PROPOSED:
            tx.confirmations.ask(
                Confirmation(
                    key=key,
                    room_id=room_id,
                    line=f"seat {seating.number}",
                    language=seating.language,
                    asked_ms=now_ms,
                )
            )
        tx.seatings.save(seating)
        return seating

    def take_back(self, tx: Transaction, number: int, *, now: datetime) -> None:
        """Take back whatever of a list was posted and has names in it, and every edit of it."""
        for what in _NAMES:
            unsay(tx, f"{KEYS}{number}/-/-/{what}/", now=now)
        unsay_these(tx, tx.told.take_of_seating(number), now=now)

    def without(self, tx: Transaction, number: int, *, now: datetime) -> None:
        """Somebody's name has gone from a list: show it without her, as a message of its own."""
        seating = tx.seatings.get(number)
        if seating is None:
            return
        was_shown = tx.outbox.fate(self.key(seating)) is not None
        tx.confirmations.withdraw(self.key(seating))
        self.take_back(tx, number, now=now)
        if seating.stage in (Stage.PROPOSED, Stage.SETTLED) and was_shown:
            self.show(tx, seating, now=now, anew=True)

    def _edit_key(self, seating: Seating) -> EffectKey:
        # Kept when it is sent, unlike edits of boards: it has names, and may have to be taken back.
        return EffectKey(f"{KEYS}{seating.number}/-/-/tables-edit/{seating.shown}")

    def _text(self, tx: Transaction, seating: Seating) -> str:
        people = tx.seatings.people(seating.number)
        rooms = tx.seatings.rooms(seating.number)
        links = {room.number: self._links.room(room.room_id) for room in rooms if room.room_id}
        links.pop(SPACE, None)
        problems = [ListProblem(Fault(fault), row, said) for fault, row, said in seating.problems]
        return tables_markdown(
            seating,
            people,
            rooms,
            problems,
            wording(seating.language),
            links=links,
            invited=_invited(tx, seating, people),
        )


def _invited(tx: Transaction, seating: Seating, people: list[Seated]) -> Invited:
    if seating.stage is not Stage.SETTLED:
        return Invited()
    accounts = [one.person.user_id for one in people if one.person.user_id is not None]
    fates = [tx.outbox.fate(invitation_key(seating, account)) for account in accounts]
    ordered = [fate for fate in fates if fate is not None]
    sent = sum(fate.state is OutboxState.SENT for fate in ordered)
    return Invited(sent=sent, of=len(ordered))
