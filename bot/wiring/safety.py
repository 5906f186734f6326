"""What looks at answers before anybody is shown them, and is there for whoever is in danger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogues.holds import HoldsBack
from bot.hearing.watch import Watch
from bot.persons.care import Care
from bot.persons.whisper import Whisper

if TYPE_CHECKING:
    from bot.wiring.digests import DigestParts
    from bot.wiring.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyParts:
    """Looking, holding back, caring."""

    whisper: Whisper
    care: Care
    watch: Watch


def wire_safety(given: Given, digests: DigestParts) -> SafetyParts:
    """Make them; what is held back leaves the digests and showings it stood in."""
    config = given.config
    whisper = Whisper(given.world)
    holds = HoldsBack(digests.orders, digests.showing)
    care = Care(
        config.care,
        given.world,
        whisper=whisper,
        links=given.links,
        holds=holds,
        language=config.language,
        zone=config.zone,
    )
    watch = Watch(
        database=given.database,
        world=given.world,
        care=care,
        holds=holds,
        whisper=whisper,
        now=given.now,
        changed=given.changed,
        language=config.language,
    )
    return SafetyParts(whisper=whisper, care=care, watch=watch)
