"""What carries a dialogue from step to step, and shows how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogues.board import Board
from bot.dialogues.boards import Boards
from bot.dialogues.dispatcher import Dispatcher
from bot.dialogues.live import LiveDigest
from bot.dialogues.prompting import Prompting
from bot.dialogues.reminding import Reminding
from bot.dialogues.returns import Returns

if TYPE_CHECKING:
    from bot.wiring.digests import DigestParts
    from bot.wiring.given import Given
    from bot.wiring.persons import PersonParts
    from bot.wiring.replies import ReplyParts


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueParts:
    """`returns` begins dialogues that follow from others."""

    prompting: Prompting
    dispatcher: Dispatcher
    returns: Returns
    board: Board
    boards: Boards


def wire_dialogues(
    given: Given, *, digests: DigestParts, replies: ReplyParts, persons: PersonParts
) -> DialogueParts:
    """Make them."""
    world = given.world
    prompting = Prompting(
        world,
        given.links,
        persons.contacts,
        replies.consenting,
        help_lines=given.config.care.lines,
    )
    dispatcher = Dispatcher(
        world,
        retention=persons.retention,
        prompting=prompting,
        reminding=Reminding(world, given.links),
        showing=digests.showing,
        digests=digests.orders,
    )
    board = Board(world)
    boards = Boards(
        database=given.database,
        world=world,
        board=board,
        live=LiveDigest(world) if given.config.live_digest else None,
        now=given.now,
        posted=given.posted,
    )
    return DialogueParts(
        prompting=prompting,
        dispatcher=dispatcher,
        returns=Returns(world, dispatcher),
        board=board,
        boards=boards,
    )
