"""Where everything heard comes in: journal, answers, rooms and commands in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from bot.throttle import Turn, for_people
from flows.collection import GROUP_MARK
from flows.messages import Edited, Incoming, Marked
from flows.requests import Request
from storage.instants import to_ms
from storage.journal import Batch, InboxState, Resolved

if TYPE_CHECKING:
    from bot.commands.desk import CommandDesk
    from bot.dialogues.dispatcher import Dispatcher
    from bot.dialogues.own_pace import OwnPace
    from bot.dialogues.showing import Showing
    from bot.digest.digests import Digests
    from bot.hearing.answers import Answers
    from bot.hearing.doorkeeper import Doorkeeper
    from bot.hearing.dropped import DroppedFileDesk
    from bot.hearing.taking_in import Fetched
    from bot.hearing.unreadable import Unreadable
    from bot.later import HalfSaid, Later
    from bot.persons.care import Care
    from bot.persons.contacts import Contacts
    from bot.persons.helping import Helping
    from bot.persons.own_words import OwnWords
    from bot.persons.private import PrivateChats
    from bot.replies.consenting import Consenting
    from bot.world import World
    from flows.ids import DialogueId, RoomId
    from storage.calls import HelpCall
    from storage.consents import LeftAside
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

_Said = TypeVar("_Said", bound="Incoming | HalfSaid")

_ALWAYS = frozenset(
    {Request.CALL, Request.FORGET, Request.FORGET_NOW, Request.LEAVE, Request.WITHDRAW}
)
"""What is done for a person also when she has been answered too often: it cannot wait."""


class DurableIntake:
    """An `Intake`: what it has taken is on disk, and acted on as far as it can be read.

    `changed` is called after each commit with the dialogues whose board may have changed;
    `outbox_filled` when there may be something to send.
    """

    def __init__(
        self,
        *,
        database: Database,
        world: World,
        answers: Answers,
        doorkeeper: Doorkeeper,
        private: PrivateChats,
        own_words: OwnWords,
        helping: Helping,
        commands: CommandDesk,
        dropped: DroppedFileDesk,
        showing: Showing,
        digests: Digests,
        dispatcher: Dispatcher,
        own_pace: OwnPace,
        contacts: Contacts,
        care: Care,
        consenting: Consenting,
        unreadable: Unreadable,
        now: Callable[[], datetime],
        changed: Callable[[set[DialogueId]], None],
        outbox_filled: Callable[[], None],
    ) -> None:
        self._database = database
        self._world = world
        self._answers = answers
        self._doorkeeper = doorkeeper
        self._private = private
        self._own_words = own_words
        self._helping = helping
        self._commands = commands
        self._dropped = dropped
        self._showing = showing
        self._digests = digests
        self._dispatcher = dispatcher
        self._own_pace = own_pace
        self._contacts = contacts
        self._unreadable = unreadable
        self._care = care
        self._consenting = consenting
        self._now = now
        self._throttle = for_people()
        self._changed = changed
        self._outbox_filled = outbox_filled

    async def take(self, batch: Batch) -> None:
        """Keep a batch and act on it; see `bot.chat.Intake`."""
        touched = await self._database.write(lambda tx: self._take(tx, batch))
        self._tell(touched)

    async def resolve(self, resolved: Sequence[Resolved]) -> None:
        """Act on events that have been decrypted; see `bot.chat.Intake`."""
        touched = await self._database.write(lambda tx: self._resolve(tx, resolved))
        self._tell(touched)

    async def take_in(self, fetched: Sequence[Fetched]) -> None:
        """Act on what was left aside, as of when it was heard; see `bot.hearing.taking_in`."""
        touched = await self._database.write(lambda tx: self._take_in(tx, fetched))
        self._tell(touched)

    def _take_in(self, tx: Transaction, fetched: Sequence[Fetched]) -> set[DialogueId]:
        touched: set[DialogueId] = set()
        self._world.ready(tx)
        for aside, incoming in fetched:
            if self._consenting.waits_for(aside.room_id, aside.user_id) is not None:
                continue  # She has taken her yes back.
            if not tx.consents.drop(aside.room_id, aside.event_id):
                continue  # She has deleted it.
            if incoming is None or not self._consenting.is_of(aside):
                log.info("aside.dropped", event_id=aside.event_id)
                continue
            act = partial(self._answer_late, tx, aside, incoming, touched)
            ids = {"room_id": aside.room_id, "event_id": aside.event_id}
            if not self._could(tx, act, "event.failed", ids):
                tx.journal.set_aside(incoming)
        return touched

    def _answer_late(
        self, tx: Transaction, aside: LeftAside, incoming: Incoming, touched: set[DialogueId]
    ) -> None:
        later = self._answers.take(tx, [incoming], now_ms=aside.received_ms, long_ago=True)
        self.do_later(tx, later, self._now())
        touched |= later.touched

    def _tell(self, touched: set[DialogueId]) -> None:
        self._changed(touched)
        self._outbox_filled()
        self._dropped.poke()

    def _take(self, tx: Transaction, batch: Batch) -> set[DialogueId]:
        now = self._now()
        self._world.ready(tx)
        fresh = tx.journal.add(batch.events)
        tx.journal.keep_device_messages(batch.to_device)
        tx.journal.keep_gaps(batch.gaps)
        if batch.gap_progress is not None:
            tx.journal.move_gap(batch.gap_progress)
        if batch.position is not None:
            tx.journal.move_position(batch.account, batch.position)
        self._let_in(tx, batch, now)
        return self._act(tx, [one.incoming for one in fresh if one.incoming is not None], now)

    def _let_in(self, tx: Transaction, batch: Batch, now: datetime) -> None:
        """Act on what came of rooms and people; if it cannot be at once, on each by itself.

        As with messages: what is odd about one room never stops the others.
        """
        if not (batch.rooms or batch.members or batch.departures or batch.invitations):
            return
        counts = {"rooms": len(batch.rooms), "members": len(batch.members)}
        if self._could(tx, partial(self._open_door, tx, batch, now), "rooms.failed", counts):
            return
        for room_id, one in _one_by_one(batch):
            act = partial(self._open_door, tx, one, now)
            self._could(tx, act, "room.failed", {"room_id": room_id})

    def _open_door(self, tx: Transaction, batch: Batch, now: datetime) -> None:
        if batch.rooms or batch.members or batch.departures:
            entered = self._doorkeeper.learn(
                tx,
                rooms=batch.rooms,
                members=batch.members,
                departures=batch.departures,
                now=now,
            )
            self._contacts.members_changed(tx, batch.members, now=now)
            for room_id in entered:
                self._private.welcome(tx, room_id, now=now)
            # Who was waited for may have left.
            self._dispatcher.note_answers(tx, set(self._world.running), now=now)
        if batch.invitations:
            self._doorkeeper.answer(tx, batch.invitations, now=now)

    def _resolve(self, tx: Transaction, resolved: Sequence[Resolved]) -> set[DialogueId]:
        now = self._now()
        self._world.ready(tx)
        changed = tx.journal.mark(resolved)
        self._unreadable.note(tx, changed, now=now)
        read = [one.incoming for one in changed if one.state is InboxState.DONE]
        return self._act(tx, [one for one in read if one is not None], now)

    def _act(self, tx: Transaction, incoming: list[Incoming], now: datetime) -> set[DialogueId]:
        """Act on everything at once; if something of it cannot be, on each by itself.

        The journal of this transaction stays in any case: one odd message never stops
        the others, and never the read position.
        """
        touched: set[DialogueId] = set()
        if not incoming:
            return touched
        act = partial(self._answer, tx, incoming, now, touched)
        if self._could(tx, act, "batch.failed", {"events": len(incoming)}):
            return touched
        for one in incoming:
            act = partial(self._answer, tx, [one], now, touched)
            ids = {"room_id": one.room_id, "event_id": one.event_id}
            # What is set aside is kept with its words, and these may not be kept before her yes.
            if not self._could(tx, act, "event.failed", ids) and (
                self._consenting.waits_for(one.room_id, one.sender) is None
            ):
                tx.journal.set_aside(one)
        return touched

    def _could(
        self, tx: Transaction, act: Callable[[], None], failed: str, ids: Mapping[str, object]
    ) -> bool:
        """Do something; False if it cannot be done, and then it leaves no trace but in the log."""
        try:
            with tx.savepoint():
                act()
        except Exception:
            log.exception(failed, **ids)
            self._world.forget()
            self._world.ready(tx)
            return False
        return True

    def _answer(
        self, tx: Transaction, incoming: Iterable[Incoming], now: datetime, touched: set[DialogueId]
    ) -> None:
        later = self._answers.take(tx, incoming, now_ms=to_ms(now))
        self.do_later(tx, later, now)
        touched |= later.touched

    def _listen(self, tx: Transaction, later: Later, now: datetime) -> None:
        """Hear danger in what is no reply, and is looked at nowhere else."""
        heard = {
            one.event_id
            for one in (*later.unplaced, *later.to_contacts)
            if self._care.listens_to(tx, one, now=now)
        }
        heard |= {
            one.event_id
            for one in later.of_contacts
            if isinstance(one, Edited) and self._care.listens_to(tx, one, now=now)
        }
        heard |= {
            one.event_id
            for one in later.from_contacts
            if self._care.listens_to(tx, one, now=now, only_own=True)
        }
        if heard:
            # She has been answered already; and nobody from afar is asked that.
            later.to_contacts = [one for one in later.to_contacts if one.event_id not in heard]
            later.from_contacts = [one for one in later.from_contacts if one.event_id not in heard]
            later.of_contacts = [one for one in later.of_contacts if one.event_id not in heard]
            later.half_said = [one for one in later.half_said if one.event_id not in heard]
            later.answered_nothing = [
                one for one in later.answered_nothing if one.event_id not in heard
            ]

    def do_later(self, tx: Transaction, later: Later, now: datetime) -> None:
        """Do what taking something has left to be done in its transaction."""
        self._listen(tx, later, now)
        for message in later.care_releases:
            later.touched |= self._care.release(tx, message, now=now)
        self._tell_people(tx, later, now)
        for round_no in later.overtaken:
            self._digests.overtaken(tx, round_no, now=now)
        for round_no in later.to_show_again:
            round_ = tx.rounds.get(round_no)
            dialogue = None if round_ is None else tx.dialogues.get(round_.dialogue_id)
            if round_ is not None and dialogue is not None and round_.shown:
                self._showing.show(tx, dialogue, round_, now=now)
        later.to_contacts = self._in_turn(tx, later.to_contacts, now)
        later.touched |= self._contacts.take(tx, later, now=now)
        for message in later.for_organizers:
            later.touched |= self._commands.handle(tx, message, now=now)
            self._dropped.note(tx, message)
        for mark in later.marked_by_organizers:
            helped = self._helped(tx, mark)
            if helped is None:
                later.touched |= self._commands.handle_mark(tx, mark, now=now)
            else:
                later.touched |= self._helping.clear(tx, helped, now=now)
        for message in later.said_done:
            later.touched |= self._own_pace.said_done(tx, message, now=now)
        self._dispatcher.note_answers(tx, later.touched, now=now)

    def _tell_people(self, tx: Transaction, later: Later, now: datetime) -> None:
        """Answer what participants have said to the bot itself."""
        for asked in later.asked:
            if not self._has_turn(tx, asked.message, now) and asked.request not in _ALWAYS:
                continue
            if asked.request is Request.HELP:
                self._private.help(tx, asked, now=now)
            else:
                self._own_words.answer(tx, asked, later, now=now)
        for mark in later.called:
            later.touched |= self._helping.call(tx, mark.room_id, mark.event_id, now=now)
        for message in self._in_turn(tx, later.tried_command, now):
            self._own_words.no_command(tx, message, now=now)
        for first in later.not_kept:
            self._consenting.tell(tx, first, now=now)
        for one in self._in_turn(tx, later.half_said, now):
            self._private.what_is_missing(tx, one, now=now)
        for change in self._in_turn(tx, later.too_late, now):
            self._private.too_late(tx, change, now=now)
        for message in self._in_turn(tx, later.answered_nothing, now):
            self._private.nothing_open(tx, message, now=now)

    def _in_turn(self, tx: Transaction, said: Iterable[_Said], now: datetime) -> list[_Said]:
        """What of it is answered."""
        return [one for one in said if self._has_turn(tx, one, now)]

    def _has_turn(self, tx: Transaction, one: Incoming | HalfSaid, now: datetime) -> bool:
        """Whether somebody is answered; who writes faster than that is told so once."""
        turn = self._throttle.turn(one.sender, now)
        if turn is Turn.SLOWER:
            log.warning("person.too_fast", room_id=one.room_id, event_id=one.event_id)
            self._private.slower(tx, one.sender, one.room_id, one.event_id, now=now)
        return turn is Turn.ANSWER

    def _helped(self, tx: Transaction, mark: Marked) -> HelpCall | None:
        """The call for help that an organizer's mark says is answered."""
        if not mark.mark.startswith(GROUP_MARK) or mark.sender not in self._world.organizers:
            return None
        return tx.calls.told_in(mark.target)


def _one_by_one(batch: Batch) -> Iterator[tuple[RoomId, Batch]]:
    """What came of rooms and people, each a batch of its own, in the order they are acted on."""
    account = batch.account
    for facts in batch.rooms:
        yield facts.room_id, Batch(account=account, rooms=[facts])
    for member in batch.members:
        yield member.room_id, Batch(account=account, members=[member])
    for departure in batch.departures:
        yield departure.room_id, Batch(account=account, departures=[departure])
    for invitation in batch.invitations:
        yield invitation.room_id, Batch(account=account, invitations=[invitation])
