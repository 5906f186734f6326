"""Commands about who sits where."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.commands.registry import Answer, Call, Command
from bot.commands.seating_list import ADD, FORGET, REMOVE
from bot.commands.seating_now import (
    SPREAD,
    has_tables,
    is_proposed,
    keep_change,
    seating_at,
    show_change,
)
from bot.commands.seating_rooms import INVITE, SEAT, USE
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.seating.listed import LONGEST
from bot.seating.naming import who
from bot.seating.rule_words import how_to_write_rules, rule_of, size_of
from flows.grouping.people import folded
from flows.grouping.propose import contradictions
from flows.grouping.rules import Apart, Rule, Rules, Together
from storage.seating import Seating, Stage, Todo

# ---------------------------------------------------------------- looking


def _tables(call: Call) -> Answer:
    seating = seating_at(call, *SPREAD)
    if seating.todo in {Todo.PROPOSE, Todo.REBALANCE}:
        raise CommandError(call.words.say("I am working the tables out; a moment."))
    call.tools.tables.show(call.tx, seating, now=call.now, anew=True)
    return Answer(markdown="")


TABLES = Command(
    swedish="bord",
    english="tables",
    usage=lambda words: words.say("– who sits where, as a new message"),
    run=_tables,
    available=has_tables,
)


def _sheet(call: Call) -> Answer:
    seating = seating_at(call, Stage.UNCLEAR)
    if not call.argument or seating.file is None:
        raise CommandError(call.words.say("Write which sheet, for example `!sheet 1`."))
    keep_change(
        call, replace(seating, stage=Stage.READING, sheet=call.argument[:LONGEST]), Todo.READ
    )
    return Answer(markdown="")


SHEET = Command(
    swedish="blad",
    english="sheet",
    usage=lambda words: words.say("`1` – which sheet of the file holds the list"),
    run=_sheet,
    available=lambda call: (
        (found := call.tx.seatings.newest()) is not None and found.stage is Stage.UNCLEAR
    ),
)


# ---------------------------------------------------------------- moving


def _move(call: Call) -> Answer:
    seating = seating_at(call, *SPREAD)
    found = re.fullmatch(r"(.+?)\s+(?:till |to )?(?:bord |table )?(\d{1,3})", call.argument)
    if found is None:
        message = call.words.say("Write who and where: `!move Ann 3` moves Ann to table 3.")
        raise CommandError(message)
    table = int(found[2])
    if not 1 <= table <= seating.groups:
        message = call.words.say(
            "There is no table {table}; they are numbered from 1 to {groups}.",
            table=table,
            groups=seating.groups,
        )
        raise CommandError(message)
    one = who(found[1], call.tx.seatings.people(seating.number), call.words)
    call.tx.seatings.seat(seating.number, {one.person.id: table})
    # Where an organizer has put somebody, no shuffling takes her away again.
    call.tx.seatings.lock(seating.number, [one.person.id], locked=True)
    show_change(call, seating)
    text = call.words.say(
        "🔒 {name} sits at table {table} now, and stays there when the others are shuffled.",
        name=escape(one.person.name),
        table=table,
    )
    return Answer(markdown=text)


MOVE = Command(
    swedish="flytta",
    english="move",
    usage=lambda words: words.say("`Ann 3` – move Ann to table 3, and lock her there"),
    run=_move,
    available=has_tables,
)


def _lock(call: Call) -> Answer:
    first, _, rest = call.argument.partition(" ")
    if folded(first) == "upp":
        return _set_lock(call, rest.strip(), locked=False)
    return _set_lock(call, call.argument, locked=True)


def _unlock(call: Call) -> Answer:
    return _set_lock(call, call.argument, locked=False)


def _set_lock(call: Call, name: str, *, locked: bool) -> Answer:
    seating = seating_at(call, *SPREAD)
    people = call.tx.seatings.people(seating.number)
    if not name and locked:
        raise CommandError(call.words.say("Write who shall stay: `!lock Ann`."))
    # Without a name, everybody is unlocked.
    meant = [who(name, people, call.words)] if name else people
    call.tx.seatings.lock(seating.number, [one.person.id for one in meant], locked=locked)
    show_change(call, seating)
    if not name:
        return Answer(markdown=call.words.say("🔓 Nobody is locked any more."))
    shown = escape(meant[0].person.name)
    if locked:
        return Answer(markdown=call.words.say("🔒 {name} stays at that table.", name=shown))
    return Answer(markdown=call.words.say("🔓 {name} is not locked any more.", name=shown))


LOCK = Command(
    swedish="lås",
    english="lock",
    usage=lambda words: words.say("`Ann` – Ann stays at her table whatever changes"),
    run=_lock,
    available=has_tables,
)
UNLOCK = Command(
    swedish="låsupp",
    english="unlock",
    usage=lambda words: words.say("`Ann` – Ann may be moved again; without a name, everybody"),
    run=_unlock,
    available=has_tables,
)


def _shuffle(call: Call) -> Answer:
    seating = seating_at(call, Stage.PROPOSED)
    keep_change(call, replace(seating, seed=seating.seed + 1), Todo.PROPOSE)
    return Answer(markdown="")


SHUFFLE = Command(
    swedish="blanda",
    english="shuffle",
    usage=lambda words: words.say("– seat everybody anew who is not locked"),
    run=_shuffle,
    available=is_proposed,
)


# ---------------------------------------------------------------- rules


def resize(call: Call) -> Answer:
    """Other numbers or sizes of tables; `!groups 12`."""
    seating = seating_at(call, Stage.PROPOSED)
    rules = replace(seating.rules, size=size_of(call.argument, call.words))
    keep_change(call, replace(seating, rules=rules), Todo.PROPOSE)
    return Answer(markdown="")


def _rule(call: Call) -> Answer:
    seating = seating_at(call, Stage.PROPOSED)
    first, _, rest = call.argument.partition(" ")
    if folded(first) in {"bort", "remove"}:
        return _without(call, seating, rest.strip())
    return _with(call, seating, rule_of(call.argument, call.words), Todo.PROPOSE)


def _without(call: Call, seating: Seating, which: str) -> Answer:
    rules = seating.rules.rules
    if not which.isdecimal() or not 1 <= int(which) <= len(rules):
        raise CommandError(how_to_write_rules(call.words))
    left = (*rules[: int(which) - 1], *rules[int(which) :])
    keep_change(call, replace(seating, rules=replace(seating.rules, rules=left)), Todo.PROPOSE)
    return Answer(markdown="")


def _with(call: Call, seating: Seating, rule: Rule, todo: Todo) -> Answer:
    if rule in seating.rules.rules:
        raise CommandError(call.words.say("That rule is there already."))
    rules = Rules(size=seating.rules.size, rules=(*seating.rules.rules, rule))
    if contradictions(rules) != contradictions(seating.rules):
        message = call.words.say(
            "That contradicts an earlier rule: the same people cannot sit together and apart. "
            "Remove the other one first, with `!rule remove` and its number."
        )
        raise CommandError(message)
    keep_change(call, replace(seating, rules=rules), todo)
    return Answer(markdown="")


RULE = Command(
    swedish="regel",
    english="rule",
    usage=lambda words: words.say("`at most 2 of the same organisation` – ask more of the tables"),
    run=_rule,
    available=is_proposed,
)


def _wish(make: Callable[[frozenset[int]], Rule]) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        seating = seating_at(call, Stage.PROPOSED)
        people = call.tx.seatings.people(seating.number)
        names = _names(call.argument)
        meant = frozenset(who(name, people, call.words).person.id for name in names)
        if len(meant) < 2:  # noqa: PLR2004  it takes two to be together, or apart
            raise CommandError(call.words.say("Write at least two names: `!together Ann, Bo`."))
        return _with(call, seating, make(meant), Todo.REBALANCE)

    return run


def _names(argument: str) -> Sequence[str]:
    return [name for name in re.split(r"[;,]| och | and ", argument) if name.strip()]


TOGETHER = Command(
    swedish="tillsammans",
    english="together",
    usage=lambda words: words.say("`Ann, Bo` – at the same table"),
    run=_wish(Together),  # type: ignore[arg-type]  # a person's id is a number
    available=is_proposed,
)
APART = Command(
    swedish="isär",
    english="apart",
    usage=lambda words: words.say("`Ann, Bo` – at different tables"),
    run=_wish(Apart),  # type: ignore[arg-type]  # a person's id is a number
    available=is_proposed,
)


SEATING_COMMANDS: tuple[Command, ...] = (
    TABLES,
    SHEET,
    MOVE,
    LOCK,
    UNLOCK,
    SHUFFLE,
    RULE,
    TOGETHER,
    APART,
    ADD,
    REMOVE,
    SEAT,
    USE,
    INVITE,
    FORGET,
)
"""In the order in which an organizer needs them."""
