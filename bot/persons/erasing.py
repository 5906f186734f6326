"""Erasing a person: every copy of what she wrote, in the database and in what the bot has posted.

What was published of totals stays; what cannot be reached from here is said in SECURITY.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.digest.taking_back import unsay_digests
from bot.sending.unsaying import unsay, unsay_in, unsay_these
from flows.audit import Act
from flows.dialogue import Status
from flows.ids import DialogueId, UserId
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.later import Later
    from bot.persons.contacts import Contacts
    from bot.replies.corrections import Corrections
    from bot.seating.showing import TablesMessage
    from bot.world import World
    from flows.dialogue import Dialogue
    from storage.replies import Reply
    from storage.transaction import Transaction

log = structlog.get_logger()

_SHOWN = "/-/shown-"
"""In those of sealed answers as a group was shown them."""


class Erasing:
    """Erases, inside one transaction; what is posted goes when the outbox has been drained."""

    def __init__(
        self,
        world: World,
        *,
        corrections: Corrections,
        contacts: Contacts,
        tables: TablesMessage,
    ) -> None:
        self._world = world
        self._corrections = corrections
        self._contacts = contacts
        self._tables = tables

    def person(
        self,
        tx: Transaction,
        user_id: UserId,
        later: Later,
        *,
        now: datetime,
        actor: str = "participant",
        reason: str = "",
    ) -> int:
        """Erase everything of a person; returns how many standing answers there were.

        Those that she gave as somebody asked via link are among them.

        `actor` and `reason` are what the log of deeds says: who ordered it, if not she herself.
        """
        seats = tx.people.seats(user_id)
        replies = [
            reply
            for dialogue_id, number in seats
            for reply in tx.replies.of_person(dialogue_id, number)
        ]
        standing = [reply for reply in replies if reply.withdrawn_ms is None]
        for reply in standing:
            self._corrections.take_back(tx, reply, later, now_ms=to_ms(now))
        for reply in replies:
            tx.holds.release(reply.reply_no)
        self._unsay_quotes(tx, user_id, replies, {one for one, _ in seats}, now=now)
        answered = len(tx.contacts.of_answerer(user_id))
        self._contacts.forget(tx, user_id, now=now)
        self._contacts.let_go(tx, user_id, now=now)
        tx.replies.cut_off([reply.reply_no for reply in replies])
        self._forget_rows(tx, user_id, now)
        count = len(standing) + answered
        tx.audit.add(Act.ERASE, actor=actor, at_ms=to_ms(now), subject=str(count), reason=reason)
        self._world.see_rooms(tx)
        self._world.see_rounds(tx)
        log.info("person.forgotten", replies=count)
        return count

    def _unsay_quotes(
        self,
        tx: Transaction,
        user_id: UserId,
        replies: Sequence[Reply],
        answered_in: set[DialogueId],
        *,
        now: datetime,
    ) -> None:
        """Take back whatever the bot has posted that quotes her, or may."""
        # Where she was asked via link, or has asked somebody, digests quote that too.
        asked = (*tx.contacts.of_answerer(user_id), *tx.contacts.of_asker(user_id))
        for dialogue_id in sorted(answered_in | {one.asking.dialogue_id for one in asked}):
            self.unsay(tx, dialogue_id, now=now)
        self.unsay_in_private(tx, {user_id}, now=now)
        quoted = tx.told.take_of_person(user_id, [reply.reply_no for reply in replies])
        unsay_these(tx, quoted, now=now)

    def _forget_rows(self, tx: Transaction, user_id: UserId, now: datetime) -> None:
        """Everything that is kept under her account."""
        tx.replies.forget_marks(user_id)
        tx.journal.forget_sender(user_id)
        tx.early.forget_sender(user_id)
        tx.care.forget(user_id)
        tx.consents.forget(user_id)
        for number in tx.seatings.forget(user_id):
            self._forget_on_list(tx, number, now)
        tx.rooms.forget_name(user_id)
        tx.outbox.forget_keys(user_id)
        tx.people.forget(user_id)
        tx.erase_for_good()

    def name(
        self, tx: Transaction, name: str, *, now: datetime, actor: str, reason: str = ""
    ) -> None:
        """Erase somebody without an account from the lists of participants, by her name."""
        lists = tx.seatings.forget_name(name)
        if not lists:
            return
        for number in lists:
            self._forget_on_list(tx, number, now)
        tx.erase_for_good()
        tx.audit.add(Act.ERASE, actor=actor, at_ms=to_ms(now), subject="list", reason=reason)
        log.info("name.forgotten", lists=len(lists))

    def _forget_on_list(self, tx: Transaction, number: int, now: datetime) -> None:
        """Show a list without somebody, and take back files that have the whole of it."""
        self._tables.without(tx, number, now=now)
        rooms = {room.room_id for room in tx.seatings.rooms(number)}
        for dialogue in tx.dialogues.in_status():
            if any(group.room_id in rooms for group in dialogue.groups):
                unsay(tx, f"{dialogue.id}/-/-/export/", now=now)

    def lists_of(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Erase the lists of participants of a dialogue's tables, unless another needs them."""
        rooms = {group.room_id for group in dialogue.groups}
        others = tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
        rooms -= {
            group.room_id for other in others if other.id != dialogue.id for group in other.groups
        }
        for number in tx.seatings.of_rooms(rooms):
            self._tables.take_back(tx, number, now=now)
            tx.seatings.erase(number)

    def unsay(
        self, tx: Transaction, dialogue_id: DialogueId, *, now: datetime, anew: bool = True
    ) -> None:
        """Take back whatever may quote anybody, and have the digests made `anew`."""
        unsay_digests(tx, dialogue_id, now=now, anew=anew)
        if not anew:
            unsay(tx, f"{dialogue_id}/", _SHOWN, now=now)
            unsay_these(tx, tx.told.take_of_dialogue(dialogue_id), now=now)

    def unsay_in_private(
        self, tx: Transaction, people: Collection[UserId], *, now: datetime
    ) -> None:
        """What people were shown of their own answers, in private chats, left ones too."""
        rooms = {one.room_id for one in self._world.rooms.values() if one.peer in people}
        for what in ("/-/-/own-words-", "/-/-/held/"):
            unsay_in(tx, rooms, what, now=now)
