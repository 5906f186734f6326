"""The tables as a message: who sits where, what could not be met, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.rendering.markdown import escape
from bot.seating.list_problems import problem_lines
from bot.seating.listed import ListProblem
from bot.seating.naming import described
from bot.seating.rule_words import rule_text
from bot.wording import Wording
from flows.grouping.people import PersonId
from flows.grouping.propose import Unmet, judge
from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Together
from storage.seating import Seated, Seating, Stage, TableRoom, plan_of

_LONGEST = 14_000
"""Bytes of Markdown; with its HTML beside it, well below what a message may be."""
_UNMET_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """How far invitations have come."""

    sent: int = 0
    of: int = 0


def tables_markdown(
    seating: Seating,
    people: Sequence[Seated],
    rooms: Sequence[TableRoom],
    problems: Sequence[ListProblem],
    words: Wording,
    *,
    links: Mapping[int, str],
    invited: Invited,
) -> str:
    """The whole message; a long list shows names alone, and a very long one numbers."""
    parts = [*_head(seating, people, problems, words, invited)]
    tail = _tail(seating, rooms, words)
    text = ""
    for line in (described, _name_alone, None):
        body = _tables(seating, people, words, links, line)
        text = "\n\n".join([*parts, *body, *tail])
        if len(text.encode()) <= _LONGEST:
            break
    return text


def _name_alone(one: Seated) -> str:
    return escape(one.person.name)


def _head(
    seating: Seating,
    people: Sequence[Seated],
    problems: Sequence[ListProblem],
    words: Wording,
    invited: Invited,
) -> list[str]:
    settled = seating.stage is Stage.SETTLED
    title = words.say("🪑 **Tables**") if settled else words.say("🪑 **Proposed tables**")
    persons = words.say_n("{number} person", "{number} people", len(people))
    tables = words.say_n("at {number} table", "at {number} tables", seating.groups)
    parts = [f"{title}: {persons} {tables}"]
    if problems:
        head = words.say("⚠️ **About the list**")
        parts.append("\n".join([head, "", *problem_lines(problems, words)]))
    names = {one.person.id: one.person.name for one in people}
    if seating.rules.rules:
        head = words.say("**Rules**")
        rules = enumerate(seating.rules.rules, start=1)
        lines = [f"{place}. {rule_text(rule, names, words)}" for place, rule in rules]
        parts.append("\n".join([head, "", *lines]))
    parts += _unmet(seating, people, names, words)
    if seating.moved:
        parts.append(
            words.say_n(
                "{number} person had to change tables.",
                "{number} people had to change tables.",
                seating.moved,
            )
        )
    if invited.of:
        parts.append(
            words.say("✉️ {sent} of {all} invitations sent", sent=invited.sent, all=invited.of)
        )
    return parts


def _unmet(
    seating: Seating, people: Sequence[Seated], names: dict[PersonId, str], words: Wording
) -> list[str]:
    if any(one.table is None for one in people) or not people:
        return []
    plan = plan_of(seating.groups, people)
    unmet = judge(plan, [one.person for one in people], seating.rules).unmet
    if not unmet:
        return [words.say("Everything you asked for is met.")] if seating.rules.rules else []
    head = words.say("⚠️ **Could not be met**")
    lines = [f"- {unmet_text(one, names, words)}" for one in unmet[:_UNMET_SHOWN]]
    if len(unmet) > _UNMET_SHOWN:
        left = len(unmet) - _UNMET_SHOWN
        lines.append("- " + words.say_n("… and {number} more", "… and {number} more", left))
    parts = ["\n".join([head, "", *lines])]
    if seating.proved:
        parts.append(words.say("No other seating does better by these rules."))
    return parts


def unmet_text(unmet: Unmet, names: dict[PersonId, str], words: Wording) -> str:
    """One wish that could not be met, with its numbers."""
    tables = ", ".join(str(table) for table in sorted(unmet.tables))
    numbers = ", ".join(str(unmet.tables[table]) for table in sorted(unmet.tables))
    who = escape(unmet.named)
    match unmet.rule:
        case None:
            return words.say(
                "Size: table {tables} has {numbers} people instead of {wanted}.",
                tables=tables,
                numbers=numbers,
                wanted=unmet.wanted,
            )
        case AtMost():
            return words.say(
                "{who}: more than {wanted} at table {tables} (there are {all} in all).",
                who=who,
                wanted=unmet.wanted,
                tables=tables,
                all=unmet.there_are,
            )
        case AtLeastEach() | AtLeast():
            return words.say(
                "{who}: fewer than {wanted} at table {tables} (there are {all} in all).",
                who=who,
                wanted=unmet.wanted,
                tables=tables,
                all=unmet.there_are,
            )
        case Together(people):
            return words.say(
                "{names} sit at different tables: {tables}.",
                names=_names(people, names),
                tables=tables,
            )
        case Apart(people):
            return words.say(
                "Of {names}, more than one sits at table {tables}.",
                names=_names(people, names),
                tables=tables,
            )
        case _:
            assert_never(unmet.rule)


def _names(people: frozenset[PersonId], names: dict[PersonId, str]) -> str:
    return ", ".join(escape(names[one]) for one in sorted(people) if one in names)


def _tables(
    seating: Seating,
    people: Sequence[Seated],
    words: Wording,
    links: Mapping[int, str],
    line: object,
) -> list[str]:
    seated: dict[int, list[Seated]] = {table: [] for table in range(1, seating.groups + 1)}
    for one in people:
        if one.table is not None:
            seated.setdefault(one.table, []).append(one)
    parts = []
    for table, there in seated.items():
        name = words.say("Table {number}", number=table)
        link = links.get(table)
        title = f"[**{name}**]({link})" if link else f"**{name}**"
        head = f"{title} ({len(there)})"
        if callable(line):
            lines = [f"- {'🔒 ' if one.locked else ''}{line(one)}" for one in there]
            parts.append("\n".join([head, "", *lines]) if lines else head)
        else:
            parts.append(head)
    return parts if callable(line) else [" · ".join(parts)]


def _tail(seating: Seating, rooms: Sequence[TableRoom], words: Wording) -> list[str]:
    if seating.stage is Stage.SETTLED:
        waiting = sum(room.room_id is None for room in rooms)
        if waiting:
            return [
                words.say_n(
                    "{number} room is still being made.",
                    "{number} rooms are still being made.",
                    waiting,
                )
            ]
        return [words.say("Somebody comes or does not come? Write `!add` or `!remove`.")]
    return [
        words.say(
            "Change it with `!move Ann 3`, `!lock Ann`, `!shuffle`, `!groups 12`, `!rule`, "
            "`!together A, B`, `!apart A, B`, `!add` and `!remove`."
        ),
        words.say(
            "**Put ✅ on this message** and I make a room for each table, with cards to print."
        ),
    ]
