"""What concerns one person alone: who is asked from afar, who asks for help, who is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.persons.contacts import Contacts
from bot.persons.erasing import Erasing
from bot.persons.helping import Helping
from bot.persons.ordered import Ordered
from bot.persons.retention import Retention
from bot.seating.showing import TablesMessage

if TYPE_CHECKING:
    from bot.wiring.digests import DigestParts
    from bot.wiring.given import Given
    from bot.wiring.replies import ReplyParts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonParts:
    """`ordered` carries out what an operator has ordered for somebody."""

    contacts: Contacts
    helping: Helping
    erasing: Erasing
    ordered: Ordered
    retention: Retention


def wire_persons(given: Given, digests: DigestParts, replies: ReplyParts) -> PersonParts:
    """Make them."""
    world, language = given.world, given.config.language
    contacts = Contacts(world, digests.orders, replies.consenting, language)
    erasing = Erasing(
        world,
        corrections=replies.corrections,
        contacts=contacts,
        tables=TablesMessage(world, given.links),
    )
    return PersonParts(
        contacts=contacts,
        helping=Helping(world, language, given.config.zone),
        erasing=erasing,
        ordered=Ordered(corrections=replies.corrections, erasing=erasing),
        retention=Retention(world, erasing=erasing, contacts=contacts),
    )
