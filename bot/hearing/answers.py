"""What people write, mark, edit and take back, turned into rows: the short path.

Runs inside the transaction that keeps the read position. New replies of a batch are
gathered and inserted together; everything rarer is handled one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from bot.dialogues.own_pace import says_done
from bot.later import Asked, Later, half_said
from bot.sending.reactions import LATE_MARK, TAKEN_MARK, Mark, acknowledgement
from flows.choices import read_choices, tapped
from flows.collection import GROUP_MARK, Placement, RoomView, Unclear, place
from flows.contacts import asked
from flows.digest.snapshot import ReplyKind
from flows.messages import Edited, Incoming, Marked, Withdrawn, Written
from flows.requests import CALL_MARK, RIGHTS, Request, name_of_command, request_of
from storage.hot import Row
from storage.replies import reply_row
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.replies.consenting import Consenting
    from bot.replies.corrections import Corrections
    from bot.replies.voting import Voting
    from bot.world import World
    from flows.ids import DialogueId, RoomId
    from storage.transaction import Transaction

_DAY_MS = 24 * 3_600_000
_CLOCKS_APART_MS = 60_000
"""So much the clocks of two homeservers may honestly differ."""


class Answers:
    """Takes what people do in rooms, one transaction at a time.

    `is_command` knows the names of the organizers' commands, `is_release` whether somebody on duty
    releases a reply.
    """

    def __init__(
        self,
        world: World,
        corrections: Corrections,
        voting: Voting,
        consenting: Consenting,
        *,
        is_command: Callable[[str], bool],
        is_release: Callable[[Written], bool],
    ) -> None:
        self._world = world
        self._corrections = corrections
        self._voting = voting
        self._consenting = consenting
        self._is_command = is_command
        self._is_release = is_release

    def take(
        self, tx: Transaction, incoming: Iterable[Incoming], *, now_ms: int, long_ago: bool = False
    ) -> Later:
        """Act on what people did; returns what else is to be done in this transaction.

        Args:
            now_ms: when it was received.
            long_ago: whether steps may have opened since.
        """
        batch = _Batch(tx, now_ms, long_ago=long_ago)
        later = Later()
        # Forged, or a clock gone wrong: it would come before all that is yet to come.
        too_new_ms = now_ms + _CLOCKS_APART_MS
        for one in incoming:
            if isinstance(one, Written):
                in_time = one if one.sent_ms <= too_new_ms else one._replace(sent_ms=now_ms)
                self._written(tx, in_time, batch, later)
            else:
                in_past = one if one.sent_ms <= too_new_ms else replace(one, sent_ms=now_ms)
                # It may speak of a reply that is still in the batch.
                batch.write()
                self._pointing(tx, in_past, later, now_ms)
        batch.write()
        return later

    def _written(self, tx: Transaction, message: Written, batch: _Batch, later: Later) -> None:
        match self._world.use_of(message.room_id):
            case RoomUse.GROUP:
                self._in_group(tx, message, batch, later)
            case RoomUse.DIRECT:
                self._in_private(tx, message, batch, later)
            case RoomUse.ORGANIZERS:
                later.for_organizers.append(message)
            case RoomUse.CONTACT:
                self._of_contact(message, later)
            case _:
                return

    def _of_contact(self, message: Written, later: Later) -> None:
        """What somebody asked via link writes: an answer, or her rights."""
        asked = request_of(message.text)
        if asked is None or asked[0] not in RIGHTS:
            later.from_contacts.append(message)
        else:
            later.asked.append(Asked(message=message, request=asked[0], language=asked[1]))

    def _in_group(self, tx: Transaction, message: Written, batch: _Batch, later: Later) -> None:
        if message.sender in self._world.onlookers:
            return
        waits = self._world.waits_for_yes(message.room_id, message.sender)
        if waits is not None:
            view = batch.then(self._world.view(message.room_id))
            self._before_yes(tx, message, waits, view=view, batch=batch, later=later)
            return
        if self._asks_contact(message):
            later.to_contacts.append(message)
            return
        if self._is_done(message):
            later.said_done.append(message)
            return
        view = batch.then(self._world.view(message.room_id))
        placement = _placed(message, view, batch, later)
        if self._is_for_us(message, placement, later):
            placement = None
        self._keep(tx, message, placement, batch, later)

    def _is_done(self, message: Written) -> bool:
        return says_done(message.text) and self._world.at_own_pace(message.room_id) is not None

    def _asks_contact(self, message: Written) -> bool:
        dialogue = self._world.asking.get(message.room_id)
        return dialogue is not None and asked(message.text, dialogue.pack.contacts) is not None

    def _before_yes(
        self,
        tx: Transaction,
        message: Written,
        dialogue_id: DialogueId,
        *,
        view: RoomView,
        batch: _Batch,
        later: Later,
    ) -> None:
        """Of somebody who has not consented to a dialogue nothing is kept but the yes."""
        # Nothing of it is kept; but whoever is in danger is heard, whatever she has agreed to.
        later.unplaced.append(message)
        now_ms = batch.now_ms
        if not view.private and self._is_done(message):
            later.said_done.append(message)
            return
        # "Yes" may be an option of the open question too, and was not meant for this one then.
        is_for_us = self._consenting.points_at_question(message)
        may_be_yes = is_for_us or not _names_an_option(message, view)
        if may_be_yes and self._consenting.hears_yes(tx, message, dialogue_id, now_ms=now_ms):
            return
        found = place(message, view, now_ms=now_ms)
        if not view.private:
            placement = None if isinstance(found, Unclear) else found
            if self._is_for_us(message, placement, later):
                return
        if found is not None or self._asks_contact(message):
            self._consenting.leave_aside(tx, message, dialogue_id, later, now_ms=now_ms)
        elif view.private:
            later.answered_nothing.append(message)

    def _in_private(self, tx: Transaction, message: Written, batch: _Batch, later: Later) -> None:
        if self._is_release(message):
            later.care_releases.append(message)
            return
        view = self._world.private_view(message.sender)
        view = None if view is None else batch.then(view)
        asked = request_of(message.text)
        if asked is not None and asked[0] is Request.LEAVE and not self._may_leave(tx, message):
            asked = None
        if asked is not None and (view is None or not _names_an_option(message, view)):
            later.asked.append(Asked(message=message, request=asked[0], language=asked[1]))
            return
        waits = self._consenting.waits_for(message.room_id, message.sender)
        if view is not None and waits is not None:
            self._before_yes(tx, message, waits, view=view, batch=batch, later=later)
            return
        unclear = len(later.half_said)
        placement = None if view is None else _placed(message, view, batch, later)
        if placement is None and len(later.half_said) == unclear:
            later.answered_nothing.append(message)
        self._keep(tx, message, placement, batch, later)

    def _may_leave(self, tx: Transaction, message: Written) -> bool:
        """Whether something was said in this chat that must go from the screen at a word.

        Everywhere else the word is an answer like another.
        """
        if self._world.asks_sensitively(message.sender):
            return True
        day_ago = message.sent_ms - _DAY_MS
        return bool(tx.care.since(message.sender, from_ms=day_ago))

    def _is_for_us(self, message: Written, placement: Placement | None, later: Later) -> bool:
        """Whether a message in a group's room is a word to the bot and no answer."""
        asked = request_of(message.text)
        if asked is None:
            name = name_of_command(message.text)
            if name is None or not self._is_command(name):
                return False
            later.tried_command.append(message)
            return True
        request, language = asked
        if request is Request.LEAVE:
            return False
        # In a group step it may be said to each other; otherwise it is said to the bot.
        is_talk = placement is not None and placement.kind is ReplyKind.TALK
        chooses = placement is not None and bool(placement.choices)
        if chooses or (is_talk and request.is_plain_word):
            return False
        later.asked.append(Asked(message=message, request=request, language=language))
        return True

    def _keep(
        self,
        tx: Transaction,
        message: Written,
        placement: Placement | None,
        batch: _Batch,
        later: Later,
    ) -> None:
        if placement is not None:
            self._add(tx, message, placement, batch, later)
            return
        later.unplaced.append(message)
        if message.event_id in self._world.early:
            # Nothing of it is kept: nor are the words of its edits.
            tx.early.take(message.room_id, message.event_id)

    def _add(
        self,
        tx: Transaction,
        message: Written,
        placement: Placement,
        batch: _Batch,
        later: Later,
    ) -> None:
        round_ = placement.round
        seat = self._world.seat(tx, round_.dialogue_id, message.sender, round_.group_id)
        batch.add(message, placement, seat)
        later.touched.add(round_.dialogue_id)
        if placement.after_close:
            later.overtaken.add(round_.round_no)
        if placement.incomplete:
            later.half_said.append(half_said(message, round_.round_no, kept=True))
        shown_without_it = placement.sealed and placement.after_close
        rare = placement.kind is not ReplyKind.INDIVIDUAL or shown_without_it
        if rare or message.event_id in self._world.early:
            batch.write()
            self._after_rare(tx, message, placement, later, batch.now_ms)

    def _after_rare(
        self, tx: Transaction, message: Written, placement: Placement, later: Later, now_ms: int
    ) -> None:
        if message.event_id in self._world.early:
            for waiting in tx.early.take(message.room_id, message.event_id):
                self._pointing(tx, waiting, later, now_ms)
            self._world.early.discard(message.event_id)
        if placement.kind is ReplyKind.GROUP:
            self._corrections.show_standing(tx, placement.round.round_no, now_ms=now_ms)
        if placement.sealed and placement.after_close:
            later.to_show_again.add(placement.round.round_no)

    def _pointing(
        self, tx: Transaction, one: Edited | Withdrawn | Marked, later: Later, now_ms: int
    ) -> None:
        if not isinstance(one, Marked) and self._is_of_contacts(tx, one, later):
            later.of_contacts.append(one)
            return
        if self._consenting.takes(tx, one, later, now_ms=now_ms):
            later.hear(one)
            return
        match one:
            case Edited():
                self._corrections.edit(tx, one, later, now_ms=now_ms)
            case Withdrawn():
                self._corrections.withdraw(tx, one, later, now_ms=now_ms)
            case Marked():
                if self._world.use_of(one.room_id) is RoomUse.ORGANIZERS:
                    later.marked_by_organizers.append(one)
                elif one.mark.startswith(GROUP_MARK):
                    self._corrections.mark(tx, one, later, now_ms=now_ms)
                elif (number := tapped(one.mark)) is not None:
                    self._voting.tap(tx, one, number, later, now_ms=now_ms)
                elif one.mark.startswith(CALL_MARK) and self._is_on_prompt(one):
                    later.called.append(one)
            case _:
                assert_never(one)

    def _is_of_contacts(self, tx: Transaction, one: Edited | Withdrawn, later: Later) -> bool:
        """Whether it changes a question to a contact, or an answer of one."""
        use = self._world.use_of(one.room_id)
        if use is not RoomUse.CONTACT and one.room_id not in self._world.asking:
            return False
        just_heard = (*later.to_contacts, *later.from_contacts)
        return any(each.event_id == one.target for each in just_heard) or tx.contacts.concerns(
            one.room_id, one.target
        )

    def _is_on_prompt(self, mark: Marked) -> bool:
        """Whether a participant has marked a prompt of ours; among people a mark is talk."""
        is_participant = mark.sender in self._world.participants(mark.room_id)
        return is_participant and mark.target in self._world.view(mark.room_id).prompts


class _Batch:
    """New replies and their acknowledgements, written in one statement each."""

    def __init__(self, tx: Transaction, now_ms: int, *, long_ago: bool) -> None:
        self._tx = tx
        self.now_ms = now_ms
        self._long_ago = long_ago
        self._replies: list[Row] = []
        self._marks: dict[RoomId, list[Mark]] = {}

    def then(self, view: RoomView) -> RoomView:
        """A room as it was when the batch was received."""
        return view.as_of(self.now_ms) if self._long_ago else view

    def add(self, message: Written, placement: Placement, seat: int) -> None:
        self._replies.append(
            reply_row(message, placement, participant_no=seat, received_ms=self.now_ms)
        )
        # Talk is not an answer, and a group's answer is confirmed by what now stands.
        if placement.kind is ReplyKind.INDIVIDUAL:
            mark = LATE_MARK if placement.late else TAKEN_MARK
            self._marks.setdefault(message.room_id, []).append((message.event_id, mark))

    def write(self) -> None:
        self._tx.replies.add(self._replies)
        self._tx.outbox.put_new(
            [
                acknowledgement(room_id, marks, now_ms=self.now_ms)
                for room_id, marks in self._marks.items()
            ]
        )
        self._replies, self._marks = [], {}


def _placed(message: Written, room: RoomView, batch: _Batch, later: Later) -> Placement | None:
    """As `place` says it; an answer that names no option is set aside for a word to its writer."""
    found = place(message, room, now_ms=batch.now_ms)
    if isinstance(found, Unclear):
        later.half_said.append(half_said(message, found.round.round_no, kept=False))
        return None
    return found


def _names_an_option(message: Written, room: RoomView) -> bool:
    """Whether what could be a word to the bot is an option of the open question."""
    current = room.current
    ballot = None if current is None else current.ballot
    return ballot is not None and bool(read_choices(message.text, ballot))
