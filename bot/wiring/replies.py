"""What becomes of a message that is an answer: votes, changes of it, consent to keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hearing.taking_in import TakingIn
from bot.replies.consenting import Consenting
from bot.replies.corrections import Corrections
from bot.replies.voting import Voting

if TYPE_CHECKING:
    from bot.wiring.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyParts:
    """`taking_in` fetches what was left aside until its author had said yes."""

    voting: Voting
    corrections: Corrections
    taking_in: TakingIn
    consenting: Consenting


def wire_replies(given: Given) -> ReplyParts:
    """Make them."""
    voting = Voting(given.world)
    corrections = Corrections(given.world, voting)
    taking_in = TakingIn(
        database=given.database, chat=given.chat, take=given.take_in, now=given.now
    )
    consenting = Consenting(given.world, corrections, let_in=taking_in.wake)
    return ReplyParts(
        voting=voting, corrections=corrections, taking_in=taking_in, consenting=consenting
    )
