"""Choosing by other means than a message: a tap on a keycap, or an edit that makes it clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import keys
from bot.later import Later, half_said
from flows.choices import tapped
from flows.collection import DELAY_MS, Placement, RoundView, Unclear, place, place_tap
from flows.messages import Edited, Marked, Written
from storage.replies import reply_row
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from flows.ids import EventId, RoomId
    from storage.rounds import Round
    from storage.transaction import Transaction


class Voting:
    """Takes answers to polls and check-ins that are no new messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tap(self, tx: Transaction, mark: Marked, number: int, later: Later, *, now_ms: int) -> None:
        """A person's keycap on the prompt of a poll or a check-in is an answer."""
        private = self._world.use_of(mark.room_id) is RoomUse.DIRECT
        round_ = self._tapped(tx, mark, now_ms) if private else self._tapped_in_room(mark)
        if round_ is None:
            self._keep_until_known(tx, mark)
            return
        placement = place_tap(mark, number, round_, private=private, now_ms=now_ms)
        if placement is None:
            return
        message = Written(
            room_id=mark.room_id,
            event_id=mark.event_id,
            sender=mark.sender,
            sent_ms=mark.sent_ms,
            text=mark.mark,
        )
        self._add(tx, message, placement, later, now_ms)
        if placement.incomplete:
            later.half_said.append(half_said(mark, round_.round_no, kept=True))

    def _keep_until_known(self, tx: Transaction, mark: Marked) -> None:
        """Keep a tap on a prompt so new that its being sent is not noted yet."""
        private = self._world.use_of(mark.room_id) is RoomUse.DIRECT
        view = self._world.private_view(mark.sender) if private else self._world.view(mark.room_id)
        current = None if view is None else view.current
        if view is None or current is None or current.ballot is None:
            return
        if private or current not in view.prompts.values():
            tx.early.keep(mark)
            self._world.early.add(mark.target)

    def prompt_is_known(
        self, tx: Transaction, room_id: RoomId, prompt: EventId, *, now_ms: int
    ) -> None:
        """Count what was tapped on a prompt before it was noted as sent."""
        if prompt not in self._world.early:
            return
        self._world.early.discard(prompt)
        for one in tx.early.take(room_id, prompt):
            number = tapped(one.mark) if isinstance(one, Marked) else None
            if isinstance(one, Marked) and number is not None:
                self.tap(tx, one, number, Later(), now_ms=now_ms)

    def _tapped_in_room(self, mark: Marked) -> RoundView | None:
        if mark.sender not in self._world.participants(mark.room_id):
            return None
        return self._world.view(mark.room_id).prompts.get(mark.target)

    def _tapped(self, tx: Transaction, mark: Marked, now_ms: int) -> RoundView | None:
        """The round whose prompt in a private chat bears the mark, if it is (or just was) open."""
        view = self._world.private_view(mark.sender)
        for round_ in () if view is None else reversed(view.rounds):
            if round_.closed_ms is not None and now_ms - round_.closed_ms > DELAY_MS:
                return None
            stored = tx.rounds.get(round_.round_no)
            if stored is None:
                continue
            if self._is_prompt(tx, mark, stored):
                return round_
        return None

    def _is_prompt(self, tx: Transaction, mark: Marked, round_: Round) -> bool:
        """Whether the round was asked about in the marked message, the first time or again."""
        time = 0
        place = (round_.dialogue_id, round_.step_id, mark.sender)
        while (fate := tx.outbox.fate(keys.private_prompt(*place, time))) is not None:
            if fate.event_id == mark.target:
                return True
            time += 1
        return False

    def _add(
        self, tx: Transaction, message: Written, placement: Placement, later: Later, now_ms: int
    ) -> None:
        round_ = placement.round
        seat = self._world.seat(tx, round_.dialogue_id, message.sender, round_.group_id)
        row = reply_row(message, placement, participant_no=seat, received_ms=now_ms)
        tx.replies.add([row])
        later.touched.add(round_.dialogue_id)
        if placement.after_close:
            later.overtaken.add(round_.round_no)
            if placement.sealed:
                later.to_show_again.add(round_.round_no)

    def edited(self, tx: Transaction, edit: Edited, later: Later, *, now_ms: int) -> None:
        """What named no option was not kept; edited as it was told, it is an answer."""
        private = self._world.use_of(edit.room_id) is RoomUse.DIRECT
        view = self._world.private_view(edit.sender) if private else self._world.view(edit.room_id)
        current = None if view is None else view.current
        if view is None or current is None or current.ballot is None:
            return
        if not (private or edit.sender in self._world.participants(edit.room_id)):
            return
        message = Written(
            room_id=edit.room_id,
            event_id=edit.target,
            sender=edit.sender,
            sent_ms=edit.sent_ms,
            text=edit.text,
        )
        found = place(message, view, now_ms=now_ms)
        if isinstance(found, Unclear):
            later.half_said.append(half_said(edit, found.round.round_no, kept=False))
        elif found is not None and found.choices:
            self._add(tx, message, found, later, now_ms)
