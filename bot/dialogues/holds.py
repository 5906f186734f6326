"""Holding a reply back and releasing it, with what follows: showings, digests, the log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flows.audit import Act
from storage.holds import Hold, HoldKind
from storage.instants import to_ms
from storage.rounds import RoundStatus

if TYPE_CHECKING:
    from bot.dialogues.showing import Showing
    from bot.digest.digests import Digests
    from flows.ids import DialogueId, ReplyNo, UserId
    from storage.replies import Reply
    from storage.rounds import Round
    from storage.transaction import Transaction


class HoldsBack:
    """What the bot holds back by itself, inside a transaction."""

    def __init__(self, digests: Digests, showing: Showing) -> None:
        self._digests = digests
        self._showing = showing

    def hold(
        self,
        tx: Transaction,
        reply: Reply,
        round_: Round,
        kind: HoldKind,
        *,
        by: UserId,
        now: datetime,
    ) -> bool:
        """Hold a reply back; False if somebody does already."""
        hold = Hold(
            reply_no=reply.reply_no,
            event_id=reply.event_id,
            held_by=by,
            reason="",
            held_ms=to_ms(now),
            kind=kind,
        )
        if not tx.holds.add(hold):
            return False
        tx.audit.add(
            Act.HOLD,
            actor="runda",
            at_ms=to_ms(now),
            dialogue=round_.dialogue_id,
            subject=str(reply.reply_no),
            reason=kind.value,
        )
        self.follow(tx, reply, round_, now=now)
        return True

    def release(
        self, tx: Transaction, number: ReplyNo, *, only_care: bool, by: str, now: datetime
    ) -> DialogueId | None:
        """Release a reply; returns its dialogue, None if nothing held it (for that reason)."""
        reply = tx.replies.find_number(number)
        held = None if reply is None else tx.holds.of(reply)
        round_ = None if reply is None else tx.rounds.get(reply.round_no)
        if reply is None or held is None or round_ is None:
            return None
        if only_care and held.kind is not HoldKind.CARE:
            return None
        tx.holds.release(number)
        tx.audit.add(
            Act.RELEASE,
            actor=by,
            at_ms=to_ms(now),
            dialogue=round_.dialogue_id,
            subject=str(number),
            reason=held.kind.value,
        )
        self.follow(tx, reply, round_, now=now)
        return round_.dialogue_id

    def follow(self, tx: Transaction, reply: Reply, round_: Round, *, now: datetime) -> None:
        """The group sees its answers anew, with it or without; digests of it are overtaken."""
        dialogue = tx.dialogues.get(round_.dialogue_id)
        if reply.sealed and round_.shown and dialogue is not None:
            self._showing.show(tx, dialogue, round_, now=now)
        if round_.status is RoundStatus.CLOSED:
            self._digests.overtaken(tx, round_.round_no, now=now)
