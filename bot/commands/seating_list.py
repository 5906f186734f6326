"""Commands about who is on the list: one person more, one less, nobody any more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands.registry import Answer, Call, Command
from bot.commands.seating_now import SPREAD, has_tables, keep_change, seating_at
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.seating.columns import ACCOUNT
from bot.seating.listed import LONGEST
from bot.seating.naming import who
from flows.audit import Act
from flows.grouping.people import Person, folded
from flows.ids import UserId
from storage.instants import to_ms
from storage.seating import Seated, Todo

_PARTS = re.compile(r"\s*[;,]\s*")


def _add(call: Call) -> Answer:
    said = re.sub(r"^till\b\s*", "", call.argument, flags=re.IGNORECASE)
    parts = _PARTS.split(said.strip())
    accounts = [part for part in parts if part.startswith("@")]
    rest = [part[:LONGEST] for part in parts if not part.startswith("@")]
    if not rest or not rest[0] or any(not ACCOUNT.fullmatch(account) for account in accounts):
        message = call.words.say(
            "Write who comes: `!add Ann Ek; teacher; The school; @ann:server.se`. "
            "The name is enough."
        )
        raise CommandError(message)
    seating = call.tx.seatings.newest()
    if seating is None:
        seating = call.tx.seatings.begin(None, language=call.words.language, now_ms=to_ms(call.now))
    seating = seating_at(call, *SPREAD)
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
    keep_change(call, seating, Todo.REBALANCE if seating.groups else Todo.PROPOSE)
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
    seating = seating_at(call, *SPREAD)
    name = re.sub(r"^bort\b\s*", "", call.argument, flags=re.IGNORECASE)
    if not name:
        raise CommandError(call.words.say("Write who does not come: `!remove Ann`."))
    one = who(name, call.tx.seatings.people(seating.number), call.words)
    call.tx.seatings.remove(seating.number, one.person.id)
    keep_change(call, seating, Todo.REBALANCE)
    return Answer(markdown=call.words.say("{name} is off the list.", name=escape(one.person.name)))


REMOVE = Command(
    swedish="ta",
    english="remove",
    second_words=("bort", ""),
    usage=lambda words: words.say("`Ann` – Ann does not come"),
    run=_remove,
    available=has_tables,
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
