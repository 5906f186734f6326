"""The tables that commands are about, and how a change of them by hand is kept and shown."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.registry import Call
from bot.errors import CommandError
from bot.wording import Wording
from storage.instants import to_ms
from storage.seating import Seating, Stage, Todo

SPREAD = (Stage.PROPOSED, Stage.SETTLED)
"""When people sit at tables."""


def has_tables(call: Call) -> bool:
    """Whether there is anything that these commands are about."""
    return call.tx.seatings.newest() is not None


def is_proposed(call: Call) -> bool:
    """Whether tables wait to be confirmed."""
    seating = call.tx.seatings.newest()
    return seating is not None and seating.stage is Stage.PROPOSED


def is_settled(call: Call) -> bool:
    """Whether there are tables with rooms."""
    return call.tx.seatings.settled() is not None


def seating_at(call: Call, *stages: Stage) -> Seating:
    """The newest tables.

    Raises:
        CommandError: there are none, or they have not come so far or are past it.
    """
    seating = call.tx.seatings.newest()
    if seating is None:
        message = call.words.say(
            "There is no list of participants yet. Drop one here as a file, Excel or CSV, with "
            "the columns Name, Role and Organisation."
        )
        raise CommandError(message)
    if seating.stage not in stages:
        raise CommandError(_not_now(seating, call.words))
    return seating


def _not_now(seating: Seating, words: Wording) -> str:
    match seating.stage:
        case Stage.SETTLED:
            return words.say(
                "The tables are confirmed and have their rooms. Now you can `!add` and `!remove` "
                "people, and `!move` them."
            )
        case Stage.READING:
            return words.say("I am still reading the list.")
        case _:
            return words.say("The list cannot be used yet; see what I wrote about it.")


def keep_change(call: Call, seating: Seating, todo: Todo) -> None:
    """Keep a change, and let what follows from it be worked out."""
    if seating.todo is Todo.CARDS and todo is not Todo.CARDS:
        # The cards say nothing of people.
        todo = Todo.CARDS
    kept = replace(seating, todo=todo, revision=seating.revision + 1, changed_ms=to_ms(call.now))
    call.tx.seatings.save(kept)
    call.tx.after_commit(call.tools.seating.wake)


def show_change(call: Call, seating: Seating) -> None:
    """Show what was changed by hand."""
    kept = replace(
        seating,
        moved=0,
        proved=False,
        revision=seating.revision + 1,
        changed_ms=to_ms(call.now),
    )
    call.tools.tables.show(call.tx, kept, now=call.now)
