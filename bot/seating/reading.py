"""A dropped file into people, with every problem by row. Runs in a bounded child only.

`read_in_child` is what `bot.service.bounded` calls.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from bot.seating.cells import MOST_PEOPLE, Row, Sheet, Unreadable, sheets_of
from bot.seating.columns import ACCOUNT, Column, Layout, layout_of
from bot.seating.listed import LONGEST, Fault, Listed, ListProblem, ReadList, as_json
from flows.grouping.people import folded

_MOST_TABLES = 500
_BETWEEN_NAMES = re.compile(r"[;,/&]| och | and ")


def packed(data: bytes, sheet: str) -> bytes:
    """A file and the sheet that was chosen ("" for none), for the child."""
    return orjson.dumps(sheet) + b"\n" + data


def read_in_child(payload: bytes) -> dict[str, Any]:
    """What the child does."""
    sheet, _, data = payload.partition(b"\n")
    return as_json(read_list(data, sheet=orjson.loads(sheet)))


def read_list(data: bytes, *, sheet: str = "") -> ReadList:
    """Everything that a file says of people.

    Args:
        sheet: which of several sheets, by name or by number; "" if nobody has said.
    """
    try:
        sheets = sheets_of(data)
    except Unreadable as error:
        return ReadList(problems=(error.problem,))
    if not sheets:
        return ReadList(problems=(ListProblem(Fault.NOBODY),))
    chosen = _chosen(sheets, sheet)
    names = tuple(one.name for one in sheets)
    if chosen is None:
        fault = Fault.NO_SUCH_SHEET if sheet else Fault.WHICH_SHEET
        return ReadList(problems=(ListProblem(fault, None, {"sheet": sheet}),), sheets=names)
    return replace(_people_of(chosen), sheets=names)


def _chosen(sheets: Sequence[Sheet], wanted: str) -> Sheet | None:
    if len(sheets) == 1 and not wanted:
        return sheets[0]
    for place, sheet in enumerate(sheets, start=1):
        if wanted and (folded(sheet.name) == folded(wanted) or wanted == str(place)):
            return sheet
    return None


def _people_of(sheet: Sheet) -> ReadList:
    layout = layout_of(sheet.rows)
    rows = [row for row in sheet.rows if layout.heading is None or row.number > layout.heading]
    problems = list(_of_table(layout, sheet))
    people: list[Listed] = []
    wishes: list[tuple[Row, Listed]] = []
    for row in rows:
        listed, wrong = _person(row, layout)
        problems += wrong
        if listed is not None:
            people.append(listed)
            wishes.append((row, listed))
    if len(people) > MOST_PEOPLE:
        return ReadList(problems=(ListProblem(Fault.TOO_MANY, None, {"most": str(MOST_PEOPLE)}),))
    people, doubles = _without_doubles(people)
    problems += doubles
    if not people:
        problems.append(ListProblem(Fault.NOBODY))
    people, lost = _with_friends(people, wishes, layout)
    problems = sorted([*problems, *lost], key=lambda one: (one.row is not None, one.row or 0))
    return ReadList(people=tuple(people), problems=tuple(problems))


def _of_table(layout: Layout, sheet: Sheet) -> Iterable[ListProblem]:
    if layout.heading is None and Column.NAME in layout.columns:
        columns = (Column.NAME, Column.ROLE, Column.ORGANISATION)
        read = {one.value: str(layout.columns[one] + 1) for one in columns if one in layout.columns}
        yield ListProblem(Fault.NO_HEADER, None, read)
    if layout.unknown:
        yield ListProblem(Fault.UNKNOWN_COLUMN, None, {"columns": ", ".join(layout.unknown[:8])})
    if Column.EMAIL in layout.columns:
        yield ListProblem(Fault.EMAIL_UNUSED)
    if sheet.hidden:
        shown = ", ".join(str(row) for row in sheet.hidden[:12])
        yield ListProblem(
            Fault.HIDDEN_ROWS, None, {"rows": shown, "number": str(len(sheet.hidden))}
        )


def _person(row: Row, layout: Layout) -> tuple[Listed | None, list[ListProblem]]:
    problems = [
        ListProblem(Fault.FORMULA, row.number, {"column": _letter(place)})
        for place in sorted(row.formulas)
        if place in layout.columns.values()
    ]
    parts = (layout.cell(row, Column.FIRST_NAME), layout.cell(row, Column.LAST_NAME))
    name = layout.cell(row, Column.NAME) or " ".join(part for part in parts if part)
    if not name:
        if not problems and any(row.cells):
            problems.append(ListProblem(Fault.NO_NAME, row.number))
        return None, problems
    said = {
        "name": name,
        "role": layout.cell(row, Column.ROLE),
        "organisation": layout.cell(row, Column.ORGANISATION),
    }
    for what, words in said.items():
        if len(words) > LONGEST:
            problems.append(ListProblem(Fault.LONG, row.number, {"most": str(LONGEST)}))
            said[what] = words[:LONGEST].rstrip()
    account = layout.cell(row, Column.ACCOUNT)
    if account and not ACCOUNT.fullmatch(account):
        problems.append(ListProblem(Fault.BAD_ACCOUNT, row.number, {"account": account[:LONGEST]}))
        account = ""
    table, wrong = _table(row, layout.cell(row, Column.TABLE))
    listed = Listed(
        row=row.number,
        name=said["name"],
        role=said["role"],
        organisation=said["organisation"],
        account=account,
        table=table,
    )
    return listed, [*problems, *wrong]


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"{place + 1}"  # noqa: PLR2004  letters of a sheet


def _table(row: Row, said: str) -> tuple[int | None, list[ListProblem]]:
    if not said:
        return None, []
    found = re.fullmatch(r"\D*(\d{1,4})\D*", said)
    if found is None or not 1 <= int(found[1]) <= _MOST_TABLES:
        return None, [ListProblem(Fault.BAD_TABLE, row.number, {"table": said[:LONGEST]})]
    return int(found[1]), []


def _without_doubles(people: Sequence[Listed]) -> tuple[list[Listed], list[ListProblem]]:
    """The first of those with one account, or with one name in one organisation."""
    kept: list[Listed] = []
    problems = []
    accounts: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for one in people:
        account = one.account.casefold()
        whole = (folded(one.name), folded(one.organisation))
        if account and account in accounts:
            said = {"first": str(accounts[account])}
            problems.append(ListProblem(Fault.SAME_ACCOUNT, one.row, said))
        elif whole in names:
            said = {"first": str(names[whole])}
            problems.append(ListProblem(Fault.SAME_PERSON, one.row, said))
        else:
            kept.append(one)
            names[whole] = one.row
            if account:
                accounts[account] = one.row
    return kept, problems


def _with_friends(
    people: Sequence[Listed], wishes: Sequence[tuple[Row, Listed]], layout: Layout
) -> tuple[list[Listed], list[ListProblem]]:
    """Names of others as their rows."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for one in people:
        by_name[folded(one.name)].append(one.row)
    rows = {listed.row: row for row, listed in wishes}
    found, problems = [], []
    for one in people:
        row = rows[one.row]
        together, lost = _rows_of(row, layout.cell(row, Column.TOGETHER), by_name)
        apart, lost_too = _rows_of(row, layout.cell(row, Column.APART), by_name)
        found.append(replace(one, together=together, apart=apart))
        problems += [*lost, *lost_too]
    return found, problems


def _rows_of(
    row: Row, said: str, by_name: dict[str, list[int]]
) -> tuple[tuple[int, ...], list[ListProblem]]:
    rows, problems = [], []
    for name in filter(None, (part.strip() for part in _BETWEEN_NAMES.split(said))):
        there = by_name.get(folded(name), [])
        if len(there) == 1:
            rows.append(there[0])
        else:
            fault = Fault.MANY_FRIENDS if there else Fault.UNKNOWN_FRIEND
            problems.append(ListProblem(fault, row.number, {"name": name[:LONGEST]}))
    return tuple(sorted({*rows} - {row.number})), problems
