"""Where everything heard comes in, and what looks whether everything has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogues.own_pace import OwnPace
from bot.hearing.answers import Answers
from bot.hearing.doorkeeper import Doorkeeper
from bot.hearing.intake import DurableIntake
from bot.hearing.recount import Recount
from bot.hearing.unreadable import Unreadable
from bot.hearing.upgrades import Upgrades
from bot.hearing.wrong_room import WrongRoom
from bot.persons.own_words import OwnWords
from bot.persons.private import PrivateChats

if TYPE_CHECKING:
    from bot.wiring.dialogues import DialogueParts
    from bot.wiring.digests import DigestParts
    from bot.wiring.given import Given
    from bot.wiring.persons import PersonParts
    from bot.wiring.replies import ReplyParts
    from bot.wiring.safety import SafetyParts
    from bot.wiring.sending import SendingParts
    from bot.wiring.steering import SteeringParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The parts of other subjects, between which what is heard is shared out."""

    digests: DigestParts
    safety: SafetyParts
    replies: ReplyParts
    persons: PersonParts
    dialogues: DialogueParts
    sending: SendingParts
    steering: SteeringParts


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingParts:
    """`recount` reads back at night; `unreadable` and `wrong_room` write to people later."""

    unreadable: Unreadable
    wrong_room: WrongRoom
    intake: DurableIntake
    recount: Recount


def wire_hearing(given: Given, behind: Behind) -> HearingParts:
    """Make them."""
    config, world = given.config, given.world
    unreadable = Unreadable(world, config.zone, config.language)
    wrong_room = WrongRoom(world, given.links, config.language)
    intake = DurableIntake(
        database=given.database,
        unreadable=unreadable,
        world=world,
        answers=_answers(given, behind),
        doorkeeper=_doorkeeper(given, behind, wrong_room),
        private=PrivateChats(world, behind.dialogues.prompting, config.language),
        own_words=_own_words(given, behind),
        helping=behind.persons.helping,
        commands=behind.steering.desk,
        dropped=behind.steering.dropped,
        showing=behind.digests.showing,
        digests=behind.digests.orders,
        dispatcher=behind.dialogues.dispatcher,
        own_pace=OwnPace(world, behind.dialogues.dispatcher),
        contacts=behind.persons.contacts,
        care=behind.safety.care,
        consenting=behind.replies.consenting,
        now=given.now,
        changed=given.heard,
        outbox_filled=given.posted,
    )
    recount = Recount(
        database=given.database,
        chat=given.chat,
        intake=intake,
        world=world,
        zone=config.zone,
        language=config.language,
        now=given.now,
        posted=given.posted,
    )
    return HearingParts(
        unreadable=unreadable, wrong_room=wrong_room, intake=intake, recount=recount
    )


def _answers(given: Given, behind: Behind) -> Answers:
    return Answers(
        given.world,
        behind.replies.corrections,
        behind.replies.voting,
        behind.replies.consenting,
        is_command=behind.steering.desk.knows,
        is_release=behind.safety.care.is_release,
    )


def _doorkeeper(given: Given, behind: Behind, wrong_room: WrongRoom) -> Doorkeeper:
    return Doorkeeper(
        given.world,
        wrong_room,
        Upgrades(given.world, behind.dialogues.prompting, given.config.language),
        behind.sending.away,
        given.config.language,
        allowed_servers=given.config.allowed_servers,
    )


def _own_words(given: Given, behind: Behind) -> OwnWords:
    return OwnWords(
        given.world,
        links=given.links,
        corrections=behind.replies.corrections,
        helping=behind.persons.helping,
        contacts=behind.persons.contacts,
        consenting=behind.replies.consenting,
        erasing=behind.persons.erasing,
        whisper=behind.safety.whisper,
        language=given.config.language,
        zone=given.config.zone.key,
    )
