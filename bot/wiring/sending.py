"""What sends, and tells the organizers of what cannot be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sending.away import Away
from bot.sending.sender import Sender
from bot.sending.troubles import Troubles
from bot.sending.undeliverable import Undeliverable

if TYPE_CHECKING:
    from bot.wiring.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParts:
    """`away` keeps what waits for a room that the bot was put out of."""

    away: Away
    troubles: Troubles
    sender: Sender


def wire_sending(given: Given) -> SendingParts:
    """Make them."""
    world, language = given.world, given.config.language
    away = Away(world, language)
    troubles = Troubles(
        world,
        given.database,
        given.vitals,
        zone=given.config.zone,
        language=language,
        now=given.now,
        ticks=given.ticks,
        clock_ahead_s=given.clock_ahead_s,
        posted=given.posted,
    )
    sender = Sender(
        database=given.database,
        away=away,
        chat=given.chat,
        undeliverable=Undeliverable(world, language),
        troubles=troubles,
        now=given.now,
        sent=given.sent,
    )
    return SendingParts(away=away, troubles=troubles, sender=sender)
