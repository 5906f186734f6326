"""Which column of a list says what: by its heading, or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.seating.cells import Row
from flows.grouping.people import folded

_FIRST_ROWS = 10
_ENOUGH = 2

ACCOUNT = re.compile(r"@[^\s:@]+:[^\s@]+")
"""A Matrix account."""
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


class Column(StrEnum):
    """What a column can say."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ROLE = "role"
    ORGANISATION = "organisation"
    ACCOUNT = "account"
    EMAIL = "email"
    TABLE = "table"
    TOGETHER = "together"
    APART = "apart"


_HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.NAME: ("namn", "name", "deltagare", "participant", "fullständigt namn", "full name"),
    Column.FIRST_NAME: ("förnamn", "first name", "given name", "firstname"),
    Column.LAST_NAME: ("efternamn", "last name", "surname", "family name", "lastname"),
    Column.ROLE: (
        "roll",
        "role",
        "titel",
        "title",
        "yrke",
        "befattning",
        "profession",
        "job title",
    ),
    Column.ORGANISATION: (
        "organisation",
        "organization",
        "arbetsgivare",
        "arbetsplats",
        "employer",
        "workplace",
        "företag",
        "company",
        "förvaltning",
        "enhet",
        "verksamhet",
        "unit",
    ),
    Column.ACCOUNT: (
        "chatt-id",
        "chattid",
        "chatt",
        "chat id",
        "chat-id",
        "matrix",
        "matrix-id",
        "matrix id",
        "konto",
        "account",
        "användare",
        "user id",
    ),
    Column.EMAIL: ("e-post", "epost", "e-mail", "email", "mail", "mejl", "e-postadress"),
    Column.TABLE: ("grupp", "bord", "group", "table", "bordsnummer", "gruppnummer"),
    Column.TOGETHER: ("tillsammans med", "tillsammans", "together with", "together"),
    Column.APART: ("inte med", "ej med", "isär", "apart from", "apart", "not with"),
}
_MEANING = {folded(word): column for column, words in _HEADINGS.items() for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands. `heading` is the row of the headings, None if there is none."""

    columns: dict[Column, int]
    heading: int | None
    unknown: tuple[str, ...] = ()

    def cell(self, row: Row, column: Column) -> str:
        """What a row says in a column, "" if nothing."""
        place = self.columns.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


def layout_of(rows: Sequence[Row]) -> Layout:
    """Find the headings, or guess."""
    for row in rows[:_FIRST_ROWS]:
        found: dict[Column, int] = {}
        unknown = []
        for place, cell in enumerate(row.cells):
            column = _MEANING.get(folded(cell.strip(" :*")))
            if column is None:
                unknown += [cell] if cell else []
            else:
                found.setdefault(column, place)
        named = {Column.NAME, Column.FIRST_NAME, Column.LAST_NAME} & found.keys()
        if named and (len(found) >= _ENOUGH or not unknown):
            return Layout(columns=found, heading=row.number, unknown=tuple(unknown))
    return Layout(columns=_guessed(rows), heading=None)


def _guessed(rows: Sequence[Row]) -> dict[Column, int]:
    """Accounts and numbers by their look; the rest is name, role and organisation in turn."""
    found: dict[Column, int] = {}
    left = [Column.NAME, Column.ROLE, Column.ORGANISATION]
    for place in range(max((len(row.cells) for row in rows), default=0)):
        cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
        if not cells:
            continue
        if _mostly(ACCOUNT, cells):
            found.setdefault(Column.ACCOUNT, place)
        elif _mostly(_EMAIL, cells):
            found.setdefault(Column.EMAIL, place)
        elif not _mostly(re.compile(r"\d+\W*"), cells) and left:
            found[left.pop(0)] = place
    return found


def _mostly(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    return sum(pattern.fullmatch(cell) is not None for cell in cells) * 2 > len(cells)
