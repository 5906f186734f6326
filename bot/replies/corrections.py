"""Edits, withdrawals and marks: what people change of what they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.later import Later, half_said
from bot.sending.parcels import react, take_back
from flows.choices import Ballot, ballot_of, read_choices
from flows.collection import GROUP_MARK
from flows.digest.snapshot import ReplyKind
from flows.group_answer import is_group_answer
from flows.ids import EffectKey, EventId, RoundNo
from flows.messages import Edited, Marked, Withdrawn
from storage.replies import Reply
from storage.rooms import RoomUse
from storage.rounds import Round, RoundStatus

if TYPE_CHECKING:
    from bot.replies.voting import Voting
    from bot.world import World
    from storage.transaction import Transaction

log = structlog.get_logger()


class Corrections:
    """Applies changes to stored replies."""

    def __init__(self, world: World, voting: Voting) -> None:
        self._world = world
        self._voting = voting

    def edit(self, tx: Transaction, edit: Edited, later: Later, *, now_ms: int) -> None:
        """Give a reply its new wording; only its own author may."""
        reply = tx.replies.find(edit.room_id, edit.target)
        if reply is None:
            if self._is_too_late(edit):
                later.too_late.append(edit)
            elif not self._keep_early(tx, edit):
                later.unplaced.append(edit)
                self._voting.edited(tx, edit, later, now_ms=now_ms)
            return
        round_ = tx.rounds.get(reply.round_no)
        if round_ is None or reply.withdrawn_ms is not None or reply.text == edit.text:
            return
        if not self._is_author(tx, round_, reply, edit):
            return
        if reply.edited_ms is not None and edit.sent_ms < reply.edited_ms:
            # It stood in a hole, and a newer one was heard before it.
            log.info("edit.overtaken", event_id=edit.event_id)
            return
        ballot = self._ballot(tx, round_)
        choices = () if ballot is None else read_choices(edit.text, ballot)
        tx.replies.revise(
            reply, edit=edit.event_id, text=edit.text, edited_ms=edit.sent_ms, choices=choices
        )
        self._changed(reply, round_, later)
        if ballot is not None and not choices and round_.status is RoundStatus.OPEN:
            later.half_said.append(half_said(edit, round_.round_no, kept=True))
        if round_.step_kind.collects and reply.kind is not ReplyKind.INDIVIDUAL:
            self._edited_in_group_step(tx, reply, round_, edit, now_ms)

    def _ballot(self, tx: Transaction, round_: Round) -> Ballot | None:
        if not round_.step_kind.offers_options:
            return None
        dialogue = tx.dialogues.get(round_.dialogue_id)
        step = None if dialogue is None else dialogue.pack.step(round_.step_id)
        return None if step is None else ballot_of(step)

    def _edited_in_group_step(
        self, tx: Transaction, reply: Reply, round_: Round, edit: Edited, now_ms: int
    ) -> None:
        """An edit can make a message the group's answer by its first word, or no more so."""
        is_answer = is_group_answer(edit.text, has_media=reply.media is not None)
        marked_ms = tx.replies.newest_mark_ms(reply.room_id, reply.event_id)
        is_open = round_.status is RoundStatus.OPEN
        if is_answer and reply.kind is ReplyKind.TALK and is_open:
            tx.replies.declare(reply.reply_no, kind=ReplyKind.GROUP, declared_ms=edit.sent_ms)
        elif not is_answer and reply.kind is ReplyKind.GROUP and marked_ms is None and is_open:
            tx.replies.declare(reply.reply_no, kind=ReplyKind.TALK, declared_ms=None)
        self.show_standing(tx, round_.round_no, now_ms=now_ms)

    def _is_author(self, tx: Transaction, round_: Round, reply: Reply, edit: Edited) -> bool:
        # Homeservers pass edits on without asking who may; clients ignore strangers' ones.
        people = tx.people.of_dialogue(round_.dialogue_id)
        author = next((one.user_id for one in people if one.number == reply.participant_no), None)
        if author != edit.sender:
            log.warning("edit.refused", event_id=edit.event_id, reason="not the author")
        return author == edit.sender

    def withdraw(self, tx: Transaction, one: Withdrawn, later: Later, *, now_ms: int) -> None:
        """Take back a reply, a mark, or what has not been read yet."""
        reply = tx.replies.find(one.room_id, one.target)
        if reply is not None:
            self.take_back(tx, reply, later, now_ms=now_ms)
            return
        marked = tx.replies.remove_mark(one.room_id, one.target)
        if marked is not None:
            self._mark_gone(tx, one, marked, later, now_ms)
            return
        call = tx.calls.open().get(one.room_id)
        if call is not None and call.event_id == one.target:
            tx.calls.clear(call, now_ms=now_ms)
            return
        here = (one.room_id, one.target)
        known = tx.journal.forget_raw(*here) or tx.early.forget(*here)
        if one.target in self._world.early:
            # What waited for it may hold its words.
            known = bool(tx.early.take(one.room_id, one.target)) or known
        if known:
            tx.erase_for_good()
        if not known and self._is_too_late(one):
            later.too_late.append(one)
        elif not known:
            self._keep_early(tx, one)

    def take_back(self, tx: Transaction, reply: Reply, later: Later, *, now_ms: int) -> None:
        """Erase a reply's words, and let go what rested on them."""
        round_ = tx.rounds.get(reply.round_no)
        if round_ is None or reply.withdrawn_ms is not None:
            return
        tx.replies.withdraw(reply.reply_no, now_ms=now_ms)
        tx.erase_for_good()
        self._changed(reply, round_, later)
        if reply.kind is ReplyKind.GROUP:
            self.show_standing(tx, round_.round_no, now_ms=now_ms)

    def mark(self, tx: Transaction, mark: Marked, later: Later, *, now_ms: int) -> None:
        """A member's ✅ makes a message of an open group step the group's answer."""
        reply = tx.replies.find(mark.room_id, mark.target)
        if reply is None:
            if not self._keep_early(tx, mark) and tx.consents.aside_for(mark.room_id, mark.target):
                # It counts when the message does.
                tx.early.keep(mark)
                self._world.early.add(mark.target)
            return
        round_ = tx.rounds.get(reply.round_no)
        may = mark.sender in self._world.participants(mark.room_id)
        if round_ is None or not may or reply.kind is ReplyKind.INDIVIDUAL:
            return
        if round_.status is not RoundStatus.OPEN or reply.withdrawn_ms is not None:
            return
        tx.replies.add_mark(
            room_id=mark.room_id,
            event_id=mark.event_id,
            target=mark.target,
            sender=mark.sender,
            sent_ms=mark.sent_ms,
        )
        # A mark on what is an answer already says that this one counts.
        declared_ms = max(mark.sent_ms, reply.declared_ms or 0)
        tx.replies.declare(reply.reply_no, kind=ReplyKind.GROUP, declared_ms=declared_ms)
        later.touched.add(round_.dialogue_id)
        self.show_standing(tx, round_.round_no, now_ms=now_ms)

    def _mark_gone(
        self, tx: Transaction, one: Withdrawn, target: EventId, later: Later, now_ms: int
    ) -> None:
        reply = tx.replies.find(one.room_id, target)
        round_ = None if reply is None else tx.rounds.get(reply.round_no)
        if reply is None or round_ is None or round_.status is not RoundStatus.OPEN:
            return
        # As it was before the mark: by an earlier one, by its first word, or no answer.
        declared_ms = tx.replies.newest_mark_ms(one.room_id, target)
        if is_group_answer(reply.text, has_media=reply.media is not None):
            declared_ms = max(reply.sent_ms, declared_ms or 0)
        kind = ReplyKind.TALK if declared_ms is None else ReplyKind.GROUP
        tx.replies.declare(reply.reply_no, kind=kind, declared_ms=declared_ms)
        later.touched.add(round_.dialogue_id)
        self.show_standing(tx, round_.round_no, now_ms=now_ms)

    def show_standing(self, tx: Transaction, round_no: RoundNo, *, now_ms: int) -> None:
        """Put the bot's own ✅ on the answer that counts, and take it off an earlier one.

        Each move has a number of its own, so that going back and forth between two messages
        is so many effects and not a repetition.
        """
        standing = tx.replies.standing_answer(round_no)
        newest = tx.rounds.standing(round_no)
        shown = None if newest is None else newest[1]
        wanted = None if standing is None else standing.event_id
        if shown == wanted:
            return
        number = 1 if newest is None else newest[0] + 1
        effects = []
        round_ = tx.rounds.get(round_no)
        if round_ is None:
            return
        if newest is not None and shown is not None:
            old = _standing_key(round_no, newest[0], shown)
            effects.append(take_back(EffectKey(f"{old}/gone"), round_.room_id, old))
        if wanted is not None:
            key = _standing_key(round_no, number, wanted)
            effects.append(react(key, round_.room_id, wanted, GROUP_MARK))
        tx.outbox.put(effects, now_ms=now_ms)
        tx.rounds.note_standing(round_no, number=number, event_id=wanted)

    def _changed(self, reply: Reply, round_: Round, later: Later) -> None:
        later.touched.add(round_.dialogue_id)
        if round_.status is RoundStatus.CLOSED:
            later.overtaken.add(round_.round_no)
        if reply.sealed and round_.shown:
            later.to_show_again.add(round_.round_no)

    def _is_too_late(self, one: Edited | Withdrawn) -> bool:
        """Whether it may mean an answer that nobody can find any more, by design."""
        in_private = self._world.use_of(one.room_id) is RoomUse.DIRECT
        return in_private and self._world.closed_anonymous(one.sender) is not None

    def _keep_early(self, tx: Transaction, one: Edited | Withdrawn | Marked) -> bool:
        """Keep it if its target may still come: something of the room is unread."""
        unread = tx.journal.unread(one.room_id)
        if unread:
            tx.early.keep(one)
            self._world.early.add(one.target)
        return bool(unread)


def _standing_key(round_no: RoundNo, number: int, event_id: EventId) -> EffectKey:
    return EffectKey(f"round/{round_no}/standing/{number}/{event_id}")
