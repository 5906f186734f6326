"""What commands work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.dialogues.board import Board
    from bot.dialogues.dispatcher import Dispatcher
    from bot.dialogues.showing import Showing
    from bot.digest.digests import Digests
    from bot.packs.known import PackFile
    from bot.packs.shelf import Shelf
    from bot.persons.contacts import Contacts
    from bot.persons.helping import Helping
    from bot.persons.retention import Retention
    from bot.rehearsal.rehearsals import Rehearsals
    from bot.seating.showing import TablesMessage
    from bot.seating.work import SeatingWork
    from bot.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The parts of the bot that commands use, and the installation's settings.

    `packs` lists the packs there are now: an organizer's new file counts without a restart.
    `shelf` keeps those that were dropped in the room. `private_chat` is the link to one.
    """

    world: World
    board: Board
    dispatcher: Dispatcher
    digests: Digests
    helping: Helping
    showing: Showing
    contacts: Contacts
    retention: Retention
    packs: Callable[[], tuple[PackFile, ...]]
    shelf: Shelf
    rehearsals: Rehearsals
    private_chat: str
    zone: str
    language: str
    pace: float
    seating: SeatingWork
    tables: TablesMessage
    encrypted_groups: bool
