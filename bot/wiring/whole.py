"""All subjects wired, in the order in which they need each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.wiring.alarms import wire_alarms
from bot.wiring.dialogues import wire_dialogues
from bot.wiring.digests import wire_digests
from bot.wiring.hearing import Behind, wire_hearing
from bot.wiring.persons import wire_persons
from bot.wiring.replies import wire_replies
from bot.wiring.safety import wire_safety
from bot.wiring.sending import wire_sending
from bot.wiring.sent import wire_sent
from bot.wiring.steering import wire_steering

if TYPE_CHECKING:
    from bot.wiring.alarms import Alarms
    from bot.wiring.given import Given
    from bot.wiring.hearing import HearingParts
    from bot.wiring.sent import SentTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Every part, and the two tables of who is told what."""

    behind: Behind
    hearing: HearingParts
    alarms: Alarms
    sent: SentTable


def wire(given: Given) -> Whole:
    """Make every part."""
    digests = wire_digests(given)
    safety = wire_safety(given, digests)
    replies = wire_replies(given)
    persons = wire_persons(given, digests, replies)
    dialogues = wire_dialogues(given, digests=digests, replies=replies, persons=persons)
    behind = Behind(
        digests=digests,
        safety=safety,
        replies=replies,
        persons=persons,
        dialogues=dialogues,
        sending=wire_sending(given),
        steering=wire_steering(given, digests=digests, persons=persons, dialogues=dialogues),
    )
    hearing = wire_hearing(given, behind)
    return Whole(
        behind=behind,
        hearing=hearing,
        alarms=wire_alarms(given.world, persons=persons, dialogues=dialogues, hearing=hearing),
        sent=wire_sent(given, behind, hearing),
    )
