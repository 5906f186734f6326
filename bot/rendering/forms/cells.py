"""The tables of a digest, for spreadsheets: every text as it may be shown, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from bot.rendering.forms.material import Lines, Material, Row, State
from bot.wording import Wording
from flows.digest.book import Origin
from flows.digest.document import ContactState, GroupAnswer
from flows.digest.findings import Theme
from flows.packs.pack import StepKind

Cell = str | int | None
"""A cell; None for one that is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `width` is in letters, and `long` texts are wrapped."""

    title: str
    width: int = 12
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a name."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(material: Material, wording: Wording) -> tuple[Sheet, ...]:
    """Replies, themes, proposals, participation; polls and questions via link if there are any."""
    lines = Lines(material, wording)
    return (
        replies_sheet(lines),
        _themes_sheet(lines),
        _proposals_sheet(lines),
        _participation_sheet(lines),
        *sheets_beside(lines),
    )


def sheets_beside(lines: Lines) -> tuple[Sheet, ...]:
    """What was chosen, and what was asked via link: what no reply's row tells."""
    return tuple(sheet for sheet in (_polls_sheet(lines), _asked_sheet(lines)) if sheet.rows)


# -------------------------------------------------------------------- replies


def replies_sheet(lines: Lines) -> Sheet:
    """One row for every reply that was received and not withdrawn."""
    say = lines.wording.say
    return Sheet(
        name=say("Replies"),
        columns=(
            Column(title=say("No."), width=7),
            Column(title=say("Step"), width=24),
            Column(title=say("Scenario"), width=14),
            Column(title=say("Group"), width=26),
            Column(title=say("Kind"), width=14),
            Column(title=say("Reply"), width=100, long=True),
            Column(title=say("File"), width=18),
            Column(title=say("Theme"), width=24),
            Column(title=say("Proposal"), width=10),
            Column(title=say("After the close"), width=10),
            Column(title=say("State"), width=14),
            Column(title=say("Source"), width=24),
        ),
        rows=tuple(_reply_rows(lines)),
    )


def _reply_rows(lines: Lines) -> Iterator[tuple[Cell, ...]]:
    themes = lines.theme_by_reply()
    proposals = {one.quote.reply_no: one.number for one in lines.digest.findings.proposals}
    for row in lines.rows():
        place: tuple[Cell, ...] = (
            row.number,
            _one_line(row.step.title),
            row.step.scenario or None,
            lines.group(row.part.group_id),
        )
        quote = row.quote
        state = _state(row.state, lines.wording)
        if quote is None:
            yield (*place, _kind(row, lines.wording), *(None,) * 5, state, None)
            continue
        theme = themes.get(quote.reply_no)
        yield (
            *place,
            _kind(row, lines.wording),
            lines.words(quote) or None,
            lines.file(quote) or None,
            None if theme is None else lines.theme(theme),
            proposals.get(quote.reply_no),
            lines.wording.say("yes") if lines.is_late(quote) else None,
            state,
            lines.link(quote),
        )


def _kind(row: Row, wording: Wording) -> str:
    if row.standing or row.state is State.REPLACED:
        return wording.say("group answer")
    if row.step.kind is StepKind.GROUP and row.quote is None:
        return wording.say("group answer")
    return wording.say("individual")


def _state(state: State, wording: Wording) -> str:
    match state:
        case State.SHOWN:
            return wording.say("shown")
        case State.SEALED:
            return wording.say("sealed")
        case State.HELD:
            return wording.say("held back")
        case State.REPLACED:
            return wording.say("replaced")
        case _:
            assert_never(state)


# ------------------------------------------------------- themes and proposals


def _themes_sheet(lines: Lines) -> Sheet:
    say = lines.wording.say
    return Sheet(
        name=say("Themes"),
        columns=(
            Column(title=say("No."), width=7),
            Column(title=say("Theme"), width=36, long=True),
            Column(title=say("From"), width=16),
            Column(title=say("Replies"), width=10),
            Column(title=say("People"), width=10),
            Column(title=say("Groups"), width=10),
            Column(title=say("Reply numbers"), width=60, long=True),
            Column(title=say("Unsure"), width=24, long=True),
        ),
        rows=tuple(_theme_row(theme, lines) for theme in lines.digest.findings.shown),
    )


def _theme_row(theme: Theme, lines: Lines) -> tuple[Cell, ...]:
    return (
        theme.number,
        lines.theme(theme),
        _origin(theme.origin, lines.wording),
        len(theme.replies),
        theme.persons,
        len(theme.groups),
        lines.marks(theme.replies) or None,
        lines.marks(theme.unsure) or None,
    )


def _origin(origin: Origin, wording: Wording) -> str:
    match origin:
        case Origin.PACK:
            return wording.say("the organizers")
        case Origin.FOUND:
            return wording.say("found")
        case Origin.MADE:
            return wording.say("made by hand")
        case _:
            assert_never(origin)


def _proposals_sheet(lines: Lines) -> Sheet:
    say = lines.wording.say
    return Sheet(
        name=say("Proposals"),
        columns=(
            Column(title=say("No."), width=7),
            Column(title=say("Proposal"), width=100, long=True),
            Column(title=say("Group"), width=18),
            Column(title=say("Theme"), width=24),
            Column(title=say("Reply number"), width=12),
            Column(title=say("Like proposals"), width=16),
            Column(title=say("Source"), width=24),
        ),
        rows=tuple(
            (
                one.number,
                lines.words(one.quote) or None,
                lines.group(one.group_id),
                lines.theme_of(one.theme) or None,
                lines.number(one.quote.reply_no),
                ", ".join(map(str, one.like)) or None,
                lines.link(one.quote),
            )
            for one in lines.digest.findings.proposals
        ),
    )


# -------------------------------------------------------------- participation


def _participation_sheet(lines: Lines) -> Sheet:
    say = lines.wording.say
    return Sheet(
        name=say("Participation"),
        columns=(
            Column(title=say("Step"), width=28),
            Column(title=say("Group"), width=22),
            Column(title=say("Present"), width=11),
            Column(title=say("Answered"), width=11),
            Column(title=say("Received"), width=11),
            Column(title=say("Withdrawn"), width=13),
            Column(title=say("Exported"), width=12),
            Column(title=say("Shown"), width=10),
            Column(title=say("Sealed"), width=11),
            Column(title=say("Held back"), width=11),
            Column(title=say("Replaced"), width=11),
            Column(title=say("After the close"), width=11),
            Column(title=say("Group answer"), width=14),
        ),
        rows=tuple(_participation_rows(lines)),
    )


def _participation_rows(lines: Lines) -> Iterator[tuple[Cell, ...]]:
    for step in lines.digest.steps:
        for part in step.groups:
            counts = part.counts
            yield (
                _one_line(step.title),
                lines.group(part.group_id),
                counts.present,
                counts.answered,
                counts.replies + counts.withdrawn,
                counts.withdrawn,
                counts.replies,
                len(part.all_quotes),
                counts.sealed,
                counts.held,
                counts.replaced,
                counts.late,
                _answer(part.answer, lines.wording),
            )


def _answer(answer: GroupAnswer | None, wording: Wording) -> str | None:
    match answer:
        case None:
            return None
        case GroupAnswer.GIVEN:
            return wording.say("given")
        case GroupAnswer.MISSING:
            return wording.say("missing")
        case GroupAnswer.AWAITED:
            return wording.say("awaited")
        case _:
            assert_never(answer)


# ----------------------------------------------------- polls, and via link


def _polls_sheet(lines: Lines) -> Sheet:
    """A row for every option of every poll and check-in, a column for every group."""
    say = lines.wording.say
    groups = lines.digest.groups
    return Sheet(
        name=say("Polls"),
        columns=(
            Column(title=say("Step"), width=28),
            Column(title=say("Scenario"), width=14),
            Column(title=say("No."), width=7),
            Column(title=say("Option"), width=40, long=True),
            Column(title=say("All groups"), width=11),
            *(Column(title=lines.group(group.group_id), width=13) for group in groups),
        ),
        rows=tuple(_option_rows(lines)),
    )


def _option_rows(lines: Lines) -> Iterator[tuple[Cell, ...]]:
    for step in lines.digest.steps:
        chosen = {part.group_id: part.chosen for part in step.groups}
        for place, option in enumerate(step.options):
            numbers = [chosen.get(group.group_id, ()) for group in lines.digest.groups]
            yield (
                _one_line(step.title),
                step.scenario or None,
                place + 1,
                _one_line(option),
                step.chosen[place],
                *(own[place] if own else None for own in numbers),
            )


def _asked_sheet(lines: Lines) -> Sheet:
    say = lines.wording.say
    return Sheet(
        name=say("Via link"),
        columns=(
            Column(title=say("No."), width=7),
            Column(title=say("Asked"), width=22),
            Column(title=say("By group"), width=22),
            Column(title=say("Question"), width=70, long=True),
            Column(title=say("State"), width=22),
            Column(title=say("Answer"), width=90, long=True),
        ),
        rows=tuple(
            (
                part.number,
                _one_line(part.role),
                None if part.group_id is None else lines.group(part.group_id),
                lines.asked(part) or None,
                _contact_state(part.state, lines.wording),
                lines.answered(part) or None,
            )
            for part in lines.digest.contacts
        ),
    )


def _contact_state(state: ContactState, wording: Wording) -> str:
    match state:
        case ContactState.ANSWERED:
            return wording.say("answered")
        case ContactState.WAITS:
            return wording.say("has not answered yet")
        case ContactState.OVERDUE:
            return wording.say("has not answered in time")
        case _:
            assert_never(state)


def _one_line(text: str) -> str:
    return " ".join(text.split())
