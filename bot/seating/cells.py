"""A file as rows of text, whatever program wrote it. Runs in a bounded child only."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.seating.listed import Fault, ListProblem

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES = 5_000_000
MOST_PEOPLE = 2_000
_MOST_ROWS = 20_000
_MOST_COLUMNS = 60
_MOST_UNPACKED = 60_000_000
_MOST_PARTS = 1_000

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_PDF = b"%PDF"
_SEPARATORS = ";\t,|"
_LOOKED_AT = 50


class Unreadable(Exception):
    """No table can be made of the file; `problem` says why."""

    def __init__(self, fault: Fault, **values: str) -> None:
        self.problem = ListProblem(fault, None, values)
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something in it. `formulas` are columns whose value nobody has computed."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of a table, and those of them that are hidden."""

    name: str
    rows: tuple[Row, ...]
    hidden: tuple[int, ...] = ()


def sheets_of(data: bytes) -> tuple[Sheet, ...]:
    """The tables of a file that have anything in them.

    Raises:
        Unreadable: it is no list, or one that would hurt to read.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(Fault.TOO_LARGE, megabytes=str(MOST_BYTES // 1_000_000))
    if data.startswith(_OLD_OFFICE):
        raise Unreadable(Fault.OLD_FORMAT)
    if data.startswith(_PDF):
        raise Unreadable(Fault.OTHER_FORMAT)
    if data.startswith(_ZIP):
        return tuple(sheet for sheet in _of_workbook(data) if sheet.rows)
    rows = tuple(_of_text(_decoded(data)))
    return (Sheet(name="", rows=rows),) if rows else ()


# ---------------------------------------------------------------- text


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\0" in data:
        # UTF-16 without its mark: every other byte of Swedish text is nothing.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if max(even, odd) * 4 < len(data):
            raise Unreadable(Fault.NO_TEXT)
        return _strictly(data, "utf-16-be" if even > odd else "utf-16-le")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _guessed(data)
    return _only_text(text)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return _only_text(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise Unreadable(Fault.NO_TEXT) from error


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  in the child, and rarely

    # What spreadsheets in Sweden write: Windows, an old Mac, and DOS.
    best = from_bytes(data, cp_isolation=["cp1252", "mac_roman", "cp850"]).best()
    return data.decode("cp1252", "replace") if best is None else str(best)


def _only_text(text: str) -> str:
    odd = sum(1 for letter in text if letter < " " and letter not in "\t\r\n")
    if odd * 50 > len(text):
        raise Unreadable(Fault.NO_TEXT)
    return text


def _of_text(text: str) -> Iterator[Row]:
    lines = text.splitlines()
    separator = _separator(text)
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0]) == len("sep=;"):
        # Excel's own way to say it.
        separator, text = lines[0][-1], "\n" + text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            row = _row(reader.line_num, cells)
            if row is not None:
                yield row
            if reader.line_num > _MOST_ROWS:
                raise Unreadable(Fault.TOO_MANY, most=str(MOST_PEOPLE))
    except csv.Error as error:
        raise Unreadable(Fault.BROKEN) from error


def _separator(text: str) -> str:
    """The one that cuts most rows into equally many cells."""
    start = io.StringIO("\n".join(text.splitlines()[:_LOOKED_AT]), newline="").getvalue()

    def worth(separator: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(io.StringIO(start, newline=""), delimiter=separator))
        except csv.Error:
            return (0, 0)
        counts = Counter(len(row) for row in rows if len(row) > 1)
        if not counts:
            return (0, 0)
        width, rows_of_it = counts.most_common(1)[0]
        return (rows_of_it, width)

    return max(_SEPARATORS, key=worth)


def _row(number: int, cells: list[str], formulas: frozenset[int] = frozenset()) -> Row | None:
    tidy = tuple(" ".join(cell.split()) for cell in cells[:_MOST_COLUMNS])
    return Row(number, tidy, formulas) if any(tidy) or formulas else None


# ---------------------------------------------------------------- workbooks


def _of_workbook(data: bytes) -> list[Sheet]:
    _check_zip(data)
    # Both forms: values as they were computed, and which cells were computed at all.
    import openpyxl  # noqa: PLC0415  in the child

    try:
        shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        written = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        return [
            _sheet(sheet, written[sheet.title])
            for sheet in shown.worksheets
            if sheet.sheet_state == "visible"
        ]
    except Unreadable:
        raise
    except MemoryError:
        raise
    except Exception as error:  # a broken file breaks the library in more ways than it names
        raise Unreadable(Fault.BROKEN) from error


def _check_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Unreadable(Fault.BOMB)
            names = {part.filename for part in parts}
    except zipfile.BadZipFile as error:
        raise Unreadable(Fault.BROKEN) from error
    if "xl/workbook.xml" not in names:
        raise Unreadable(Fault.OTHER_FORMAT)


def _sheet(shown: Worksheet, written: Worksheet) -> Sheet:
    if shown.max_row > _MOST_ROWS:
        raise Unreadable(Fault.TOO_MANY, most=str(MOST_PEOPLE))
    merged = _merged(shown)
    columns = min(shown.max_column, _MOST_COLUMNS)
    rows: list[Row] = []
    hidden: list[Row] = []
    for number in range(1, shown.max_row + 1):
        cells, formulas = [], set()
        for column in range(1, columns + 1):
            at = merged.get((number, column), (number, column))
            value = shown.cell(*at).value
            if value is None and written.cell(*at).data_type == "f":
                formulas.add(column - 1)
            cells.append(_text(value))
        row = _row(number, cells, frozenset(formulas))
        if row is not None:
            is_hidden = number in shown.row_dimensions and shown.row_dimensions[number].hidden
            (hidden if is_hidden else rows).append(row)
    return Sheet(name=shown.title, rows=tuple(rows), hidden=tuple(row.number for row in hidden))


def _merged(sheet: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Where the value of a cell stands that is merged with others, downwards only.

    One employer beside several people is meant for all of them; a heading across the columns
    is meant for none.
    """
    found = {}
    for area in list(sheet.merged_cells.ranges)[:_MOST_ROWS]:
        if area.min_col == area.max_col:
            for row in range(area.min_row, min(area.max_row, _MOST_ROWS) + 1):
                found[row, area.min_col] = (area.min_row, area.min_col)
    return found


def _text(value: Any) -> str:  # noqa: ANN401  whatever a cell may hold
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
