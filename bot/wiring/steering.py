"""What organizers steer with: commands, packs and lists they drop, dry runs, seating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.commands.desk import CommandDesk
from bot.commands.tools import Tools
from bot.hearing.dropped import DroppedFileDesk
from bot.hearing.dropped_packs import DroppedPacks
from bot.packs.known import find_packs
from bot.packs.shelf import Shelf
from bot.rehearsal.rehearsals import Rehearsals
from bot.seating.showing import TablesMessage
from bot.seating.work import SeatingWork

if TYPE_CHECKING:
    from bot.packs.known import PackFile
    from bot.wiring.dialogues import DialogueParts
    from bot.wiring.digests import DigestParts
    from bot.wiring.given import Given
    from bot.wiring.persons import PersonParts


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringParts:
    """`desk` answers commands, `dropped` files."""

    rehearsals: Rehearsals
    seating: SeatingWork
    desk: CommandDesk
    dropped: DroppedFileDesk


def wire_steering(
    given: Given, *, digests: DigestParts, persons: PersonParts, dialogues: DialogueParts
) -> SteeringParts:
    """Make them."""
    config = given.config
    shelf = Shelf(config.kept_packs)
    packs = partial(find_packs, config.pack_folders)
    tables = TablesMessage(given.world, given.links)
    rehearsals = _rehearsals(given, packs)
    seating = _seating(given, tables)
    desk = CommandDesk(
        Tools(
            world=given.world,
            board=dialogues.board,
            dispatcher=dialogues.dispatcher,
            digests=digests.orders,
            helping=persons.helping,
            showing=digests.showing,
            contacts=persons.contacts,
            retention=persons.retention,
            packs=packs,
            shelf=shelf,
            rehearsals=rehearsals,
            private_chat=given.links.private_chat(),
            zone=config.zone.key,
            language=config.language,
            pace=config.pace,
            seating=seating,
            tables=tables,
            encrypted_groups=config.encrypted_groups,
        )
    )
    dropped = DroppedFileDesk(
        database=given.database,
        chat=given.chat,
        world=given.world,
        desk=desk,
        readers=(DroppedPacks(shelf=shelf, packs=packs),),
        language=config.language,
        now=given.now,
        answered=given.posted,
    )
    return SteeringParts(rehearsals=rehearsals, seating=seating, desk=desk, dropped=dropped)


def _rehearsals(given: Given, packs: Callable[[], tuple[PackFile, ...]]) -> Rehearsals:
    return Rehearsals(
        config=given.config,
        world=given.world,
        database=given.database,
        make_bot=given.make_bot,
        packs=packs,
        now=given.now,
        outbox_filled=given.posted,
    )


def _seating(given: Given, tables: TablesMessage) -> SeatingWork:
    return SeatingWork(
        database=given.database,
        chat=given.chat,
        links=given.links,
        world=given.world,
        message=tables,
        now=given.now,
        outbox_filled=given.posted,
    )
