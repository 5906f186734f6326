"""What an operator has ordered for a person who asked outside the chat.

The order was written by another process (`runda person`); an alarm that is due at once makes the
running bot carry it out, with all that follows from it.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import structlog

from flows.audit import Act
from flows.ids import DialogueId, EffectKey, ReplyNo, UserId
from storage.instants import to_ms
from storage.occurrences import Occurrence, of_no_step
from storage.person_orders import PersonOrder, Wanted

if TYPE_CHECKING:
    from bot.later import Later
    from bot.persons.erasing import Erasing
    from bot.replies.corrections import Corrections
    from storage.replies import Reply
    from storage.transaction import Transaction

log = structlog.get_logger()

ALARM = "person-order/"
"""How keys of alarms for such orders begin."""
_ALARMS_OF = DialogueId("person-orders")


def new_key() -> EffectKey:
    """A key that was never used, and names nobody: it stays when the order is forgotten."""
    return EffectKey(f"{ALARM}{secrets.token_hex(8)}")


def order(tx: Transaction, wanted: PersonOrder) -> None:
    """Keep an order, and have the bot carry it out now, or as soon as it runs."""
    tx.person_orders.add(wanted)
    tx.occurrences.plan(of_no_step(wanted.key, whose=_ALARMS_OF, due_ms=wanted.ordered_ms))


def reply_of(tx: Transaction, user_id: UserId, reply_no: ReplyNo) -> Reply | None:
    """A standing reply of a person, by its number; None for another's, or one taken back."""
    reply = tx.replies.find_number(reply_no)
    numbers = {number for _, number in tx.people.seats(user_id)}
    if reply is None or reply.withdrawn_ms is not None or reply.participant_no not in numbers:
        return None
    return reply


class Ordered:
    """Carries orders out, inside the transaction of their alarm."""

    def __init__(self, *, corrections: Corrections, erasing: Erasing) -> None:
        self._corrections = corrections
        self._erasing = erasing

    def ring(self, tx: Transaction, occurrence: Occurrence, later: Later, *, now: datetime) -> None:
        """Do what was ordered, and note who had it done."""
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        wanted = tx.person_orders.take(occurrence.key)
        if wanted is None:
            return
        match wanted.wanted:
            case Wanted.FORGET:
                self._erasing.person(
                    tx,
                    UserId(wanted.who),
                    later,
                    now=now,
                    actor=wanted.actor,
                    reason=wanted.reason,
                )
            case Wanted.FORGET_NAME:
                self._erasing.name(
                    tx, wanted.who, now=now, actor=wanted.actor, reason=wanted.reason
                )
            case Wanted.WITHDRAW:
                self._withdraw(tx, wanted, later, now)
            case _:
                assert_never(wanted.wanted)
        # The order itself named somebody.
        tx.erase_for_good()
        log.info("person.order_done", wanted=wanted.wanted.value)

    def _withdraw(self, tx: Transaction, wanted: PersonOrder, later: Later, now: datetime) -> None:
        reply = None
        if wanted.reply_no is not None:
            reply = reply_of(tx, UserId(wanted.who), wanted.reply_no)
        if reply is None:
            return
        self._corrections.take_back(tx, reply, later, now_ms=to_ms(now))
        round_ = tx.rounds.get(reply.round_no)
        tx.audit.add(
            Act.TAKE_BACK,
            actor=wanted.actor,
            at_ms=to_ms(now),
            dialogue="" if round_ is None else round_.dialogue_id,
            subject=str(reply.reply_no),
            reason=wanted.reason,
        )
