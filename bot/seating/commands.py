"""Commands about who sits where."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.seating.columns import ACCOUNT
from bot.seating.naming import who
from bot.seating.rooms import bind_rooms, invite_all, make_rooms
from bot.seating.rule_words import how_to_write_rules, rule_of, size_of
from bot.wording import Wording
from flows.audit import Act
from flows.grouping.people import Person, folded
from flows.grouping.propose import contradictions
from flows.grouping.rules import Apart, Rule, Rules, Together
from flows.ids import UserId
from storage.instants import to_ms
from storage.seating import Seated, Seating, Stage, Todo

_LONGEST = 120
_PARTS = re.compile(r"\s*[;,]\s*")
_SPREAD = (Stage.PROPOSED, Stage.SETTLED)


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


def _seating(call: Call, *stages: Stage) -> Seating:
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


def _changed(call: Call, seating: Seating, todo: Todo) -> None:
    """Keep a change, and let what follows from it be worked out."""
    if seating.todo is Todo.CARDS and todo is not Todo.CARDS:
        # The cards say nothing of people.
        todo = Todo.CARDS
    kept = replace(seating, todo=todo, revision=seating.revision + 1, changed_ms=to_ms(call.now))
    call.tx.seatings.save(kept)
    call.tx.after_commit(call.tools.seating.wake)


def _show(call: Call, seating: Seating) -> None:
    """Show what was changed by hand."""
    kept = replace(
        seating,
        moved=0,
        proved=False,
        revision=seating.revision + 1,
        changed_ms=to_ms(call.now),
    )
    call.tools.tables.show(call.tx, kept, now=call.now)


# ---------------------------------------------------------------- looking


def _tables(call: Call) -> Answer:
    seating = _seating(call, *_SPREAD)
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
    seating = _seating(call, Stage.UNCLEAR)
    if not call.argument or seating.file is None:
        raise CommandError(call.words.say("Write which sheet, for example `!sheet 1`."))
    _changed(call, replace(seating, stage=Stage.READING, sheet=call.argument[:_LONGEST]), Todo.READ)
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
    seating = _seating(call, *_SPREAD)
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
    _show(call, seating)
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
    seating = _seating(call, *_SPREAD)
    people = call.tx.seatings.people(seating.number)
    if not name and locked:
        raise CommandError(call.words.say("Write who shall stay: `!lock Ann`."))
    # Without a name, everybody is unlocked.
    meant = [who(name, people, call.words)] if name else people
    call.tx.seatings.lock(seating.number, [one.person.id for one in meant], locked=locked)
    _show(call, seating)
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
    seating = _seating(call, Stage.PROPOSED)
    _changed(call, replace(seating, seed=seating.seed + 1), Todo.PROPOSE)
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
    seating = _seating(call, Stage.PROPOSED)
    rules = replace(seating.rules, size=size_of(call.argument, call.words))
    _changed(call, replace(seating, rules=rules), Todo.PROPOSE)
    return Answer(markdown="")


def _rule(call: Call) -> Answer:
    seating = _seating(call, Stage.PROPOSED)
    first, _, rest = call.argument.partition(" ")
    if folded(first) in {"bort", "remove"}:
        return _without(call, seating, rest.strip())
    return _with(call, seating, rule_of(call.argument, call.words), Todo.PROPOSE)


def _without(call: Call, seating: Seating, which: str) -> Answer:
    rules = seating.rules.rules
    if not which.isdecimal() or not 1 <= int(which) <= len(rules):
        raise CommandError(how_to_write_rules(call.words))
    left = (*rules[: int(which) - 1], *rules[int(which) :])
    _changed(call, replace(seating, rules=replace(seating.rules, rules=left)), Todo.PROPOSE)
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
    _changed(call, replace(seating, rules=rules), todo)
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
        seating = _seating(call, Stage.PROPOSED)
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


# ---------------------------------------------------------------- coming and going


def _add(call: Call) -> Answer:
    said = re.sub(r"^till\b\s*", "", call.argument, flags=re.IGNORECASE)
    parts = _PARTS.split(said.strip())
    accounts = [part for part in parts if part.startswith("@")]
    rest = [part[:_LONGEST] for part in parts if not part.startswith("@")]
    if not rest or not rest[0] or any(not ACCOUNT.fullmatch(account) for account in accounts):
        message = call.words.say(
            "Write who comes: `!add Ann Ek; teacher; The school; @ann:server.se`. "
            "The name is enough."
        )
        raise CommandError(message)
    seating = call.tx.seatings.newest()
    if seating is None:
        seating = call.tx.seatings.begin(None, language=call.words.language, now_ms=to_ms(call.now))
    seating = _seating(call, *_SPREAD)
    account = UserId(accounts[0]) if accounts else None
    person = Person(
        id=call.tx.seatings.next_person(seating.number),
        name=rest[0],
        role=rest[1] if len(rest) > 1 else "",
        organisation=", ".join(filter(None, rest[2:])),
        user_id=account,
    )
    _refuse_double(call, person, call.tx.seatings.people(seating.number))
    call.tx.seatings.add(seating.number, Seated(person=person))
    _changed(call, seating, Todo.REBALANCE if seating.groups else Todo.PROPOSE)
    return Answer(markdown="")


def _refuse_double(call: Call, person: Person, people: Sequence[Seated]) -> None:
    for one in people:
        same = (folded(one.person.name), folded(one.person.organisation)) == (
            folded(person.name),
            folded(person.organisation),
        )
        if same or (person.user_id is not None and one.person.user_id == person.user_id):
            message = call.words.say("{name} is on the list already.", name=escape(one.person.name))
            raise CommandError(message)


ADD = Command(
    swedish="lägg",
    english="add",
    second_words=("till", ""),
    usage=lambda words: words.say(
        "`Ann Ek; teacher; The school; @ann:server.se` – one person more"
    ),
    run=_add,
    also_english=("walkin",),
)


def _remove(call: Call) -> Answer:
    seating = _seating(call, *_SPREAD)
    name = re.sub(r"^bort\b\s*", "", call.argument, flags=re.IGNORECASE)
    if not name:
        raise CommandError(call.words.say("Write who does not come: `!remove Ann`."))
    one = who(name, call.tx.seatings.people(seating.number), call.words)
    call.tx.seatings.remove(seating.number, one.person.id)
    _changed(call, seating, Todo.REBALANCE)
    return Answer(markdown=call.words.say("{name} is off the list.", name=escape(one.person.name)))


REMOVE = Command(
    swedish="ta",
    english="remove",
    second_words=("bort", ""),
    usage=lambda words: words.say("`Ann` – Ann does not come"),
    run=_remove,
    available=has_tables,
)


# ---------------------------------------------------------------- rooms


def _seat(call: Call) -> Answer:
    seating = _seating(call, Stage.PROPOSED)
    # What is confirmed is the list that was shown, and none that has come since.
    is_other = call.confirmed and call.argument not in ("", str(seating.number))
    if is_other or seating.todo is not Todo.NOTHING or not seating.groups:
        message = call.words.say(
            "The tables are being worked out anew. Look at them, then put ✅ on them."
        )
        raise CommandError(message)
    if not call.confirmed:
        question = call.words.say_n(
            "Shall I make a room for {number} table? Put ✅ on this message.",
            "Shall I make rooms for {number} tables? Put ✅ on this message.",
            seating.groups,
        )
        return Answer(markdown=question, confirm=f"seat {seating.number}")
    settled = make_rooms(
        call.tx,
        seating,
        call.words,
        near=call.tools.world.organizers_room,
        encrypted=call.tools.encrypted_groups,
        now=call.now,
    )
    _show(call, settled)
    call.note(Act.APPROVE, subject=f"tables {seating.number}")
    return Answer(
        markdown=call.words.say("I make the rooms now; the cards come when they are there.")
    )


SEAT = Command(
    swedish="placera",
    english="seat",
    usage=lambda words: words.say("– confirm the tables, as ✅ on them does"),
    run=_seat,
    available=is_proposed,
)


def _use(call: Call) -> Answer:
    seating = _seating(call, Stage.PROPOSED)
    settled = bind_rooms(call.tx, seating)
    if settled is None:
        message = call.words.say(
            "There are {groups} tables and fewer rooms. Invite me to more rooms, or write "
            "`!groups` with a smaller number.",
            groups=seating.groups,
        )
        raise CommandError(message)
    _changed(call, settled, Todo.CARDS)
    call.note(Act.APPROVE, subject=f"tables {seating.number}")
    return Answer(markdown=call.words.say("I use the rooms that are there; the cards follow."))


USE = Command(
    swedish="använd",
    english="use",
    second_words=("rummen", "rooms"),
    usage=lambda words: words.say("`rooms` – seat people in the group rooms that are there"),
    run=_use,
    available=is_proposed,
)


def _invite(call: Call) -> Answer:
    seating = _seating(call, Stage.SETTLED)
    people = call.tx.seatings.people(seating.number)
    ordered = invite_all(call.tx, seating, people, now=call.now)
    if not ordered:
        message = call.words.say(
            "Nobody on the list has a chat id and no invitation yet. Others come by the cards."
        )
        raise CommandError(message)
    _show(call, seating)
    call.note(Act.INVITE, subject=f"list {seating.number}: {ordered}")
    text = call.words.say_n(
        "✉️ I send {number} invitation. The message with the tables shows how far I am.",
        "✉️ I send {number} invitations, some seconds apart. The message with the tables shows "
        "how far I am.",
        ordered,
    )
    return Answer(markdown=text)


INVITE = Command(
    swedish="bjud",
    english="invite",
    second_words=("in", ""),
    usage=lambda words: words.say("– invite everybody on the list who has a chat id"),
    run=_invite,
    available=is_settled,
)


def _forget(call: Call) -> Answer:
    seating = call.tx.seatings.newest()
    is_other = call.confirmed and seating is not None and call.argument != str(seating.number)
    if seating is None or is_other:
        raise CommandError(call.words.say("There is no list to forget."))
    if not call.confirmed:
        question = call.words.say(
            "Shall I erase the list, with everybody’s names and places? The rooms stay. Put ✅ on "
            "this message."
        )
        return Answer(markdown=question, confirm=f"forget {seating.number}")
    call.tx.confirmations.withdraw(call.tools.tables.key(seating))
    call.tools.tables.take_back(call.tx, seating.number, now=call.now)
    call.tx.seatings.erase(seating.number)
    call.note(Act.ERASE, subject=f"list {seating.number}")
    call.tx.erase_for_good()
    return Answer(markdown=call.words.say("🗑️ The list is erased."))


FORGET = Command(
    swedish="glöm",
    english="forget",
    second_words=("listan", "list"),
    usage=lambda words: words.say("– erase the list with all names; asks first"),
    run=_forget,
    available=has_tables,
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
