"""What a list of participants says, and what is wrong with it: values, as JSON and back.

They cross from the child process that read the file, so everything in them is plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

LONGEST = 120
"""So many characters of one thing about somebody are kept, of her name or her organisation."""


class Fault(StrEnum):
    """What can be wrong. Those of the whole file come first; no list is made of such a file."""

    TOO_LARGE = "too_large"
    OLD_FORMAT = "old_format"
    OTHER_FORMAT = "other_format"
    BROKEN = "broken"
    BOMB = "bomb"
    NO_TEXT = "no_text"
    TOO_MANY = "too_many"
    NOBODY = "nobody"
    WHICH_SHEET = "which_sheet"
    NO_SUCH_SHEET = "no_such_sheet"
    # Of the table as a whole, to be known:
    NO_HEADER = "no_header"
    UNKNOWN_COLUMN = "unknown_column"
    EMAIL_UNUSED = "email_unused"
    HIDDEN_ROWS = "hidden_rows"
    # Of one row:
    NO_NAME = "no_name"
    LONG = "long"
    SAME_ACCOUNT = "same_account"
    SAME_PERSON = "same_person"
    BAD_ACCOUNT = "bad_account"
    BAD_TABLE = "bad_table"
    FORMULA = "formula"
    UNKNOWN_FRIEND = "unknown_friend"
    MANY_FRIENDS = "many_friends"


WHOLE_FILE = frozenset(
    {
        Fault.TOO_LARGE,
        Fault.OLD_FORMAT,
        Fault.OTHER_FORMAT,
        Fault.BROKEN,
        Fault.BOMB,
        Fault.NO_TEXT,
        Fault.TOO_MANY,
        Fault.NOBODY,
        Fault.WHICH_SHEET,
        Fault.NO_SUCH_SHEET,
    }
)
"""With one of these nobody can be seated."""


@dataclass(frozen=True, slots=True)
class ListProblem:
    """Something wrong. `row` counts as a spreadsheet does; None is the whole file."""

    fault: Fault
    row: int | None = None
    values: Mapping[str, str] = ()  # type: ignore[assignment]  # an empty mapping in effect, and immutable


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person as her row has her. `together` and `apart` are rows of others."""

    row: int
    name: str
    role: str = ""
    organisation: str = ""
    account: str = ""
    table: int | None = None
    together: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """Everything that was read of a file."""

    people: tuple[Listed, ...] = ()
    problems: tuple[ListProblem, ...] = ()
    sheets: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether people can be seated by it."""
        return not any(one.fault in WHOLE_FILE for one in self.problems)


def as_json(read: ReadList) -> dict[str, Any]:
    """For the way out of the child."""
    return {
        "people": [asdict(one) for one in read.people],
        "problems": [[one.fault.value, one.row, dict(one.values)] for one in read.problems],
        "sheets": list(read.sheets),
    }


def from_json(value: Mapping[str, Any]) -> ReadList:
    """And back."""
    people = tuple(
        Listed(
            row=one["row"],
            name=one["name"],
            role=one["role"],
            organisation=one["organisation"],
            account=one["account"],
            table=one["table"],
            together=tuple(one["together"]),
            apart=tuple(one["apart"]),
        )
        for one in value["people"]
    )
    problems = tuple(ListProblem(Fault(fault), row, said) for fault, row, said in value["problems"])
    return ReadList(people=people, problems=problems, sheets=tuple(value["sheets"]))
