"""The tables of a digest as a workbook. Loads slowly: never at start."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import count

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as WorkbookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.rendering.forms.cells import Cell, Column, Sheet, sheets
from bot.rendering.forms.material import Material
from bot.rendering.forms.text import writable
from bot.wording import Wording

MOST_SIGNS = 32_000
"""A cell takes 32,767 signs of 16 bits, and spreadsheets cut the rest without a word."""

_HEAD = PatternFill("solid", fgColor="0B5C7A")
_HEAD_FONT = Font(bold=True, color="FFFFFF")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""In a workbook `_x0041_` is read as `A`; a `_` of the text's own is written as its number."""
_LINE_POINTS = 15.0
_MOST_LINES = 26
"""A spreadsheet draws no row higher than 409 points."""


def to_xlsx(material: Material, wording: Wording) -> bytes:
    """Sheets of replies, themes, proposals, participation, polls and what was asked via link.

    What people wrote stands in cells of text, marked as such: a spreadsheet shows it and does
    not run it, not even after somebody has edited the cell.
    """
    workbook = Workbook()
    for worksheet in list(workbook.worksheets):
        workbook.remove(worksheet)
    for sheet in sheets(material, wording):
        _fill(workbook.create_sheet(sheet.name), sheet)
    known = workbook.properties
    known.creator = "Runda"
    known.title = writable(material.digest.title)
    known.language = wording.language
    known.created = known.modified = material.made_at.replace(tzinfo=None)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, start=1):
        cell = worksheet.cell(1, place)
        # A group's name is a title too.
        _text(cell, writable(column.title))
        cell.font, cell.fill = _HEAD_FONT, _HEAD
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        worksheet.column_dimensions[get_column_letter(place)].width = column.width
    worksheet.row_dimensions[1].height = 2 * _LINE_POINTS
    numbers = count(2)
    for row in sheet.rows:
        for cells in _parts(row):
            _write(worksheet, next(numbers), cells, sheet.columns)
    worksheet.freeze_panes = "A2"
    last = get_column_letter(len(sheet.columns))
    worksheet.auto_filter.ref = f"A1:{last}{max(worksheet.max_row, 1)}"
    worksheet.print_title_rows = "1:1"
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _parts(row: tuple[Cell, ...]) -> Iterator[tuple[Cell, ...]]:
    """The row, and further ones for what of a text does not fit into one cell."""
    rest = tuple(writable(cell) if isinstance(cell, str) else cell for cell in row)
    yield tuple(cell[: _fitting(cell)] if isinstance(cell, str) else cell for cell in rest)
    while any(isinstance(cell, str) and len(cell) > _fitting(cell) for cell in rest):
        rest = tuple(
            (cell[_fitting(cell) :] or None) if isinstance(cell, str) else None for cell in rest
        )
        yield tuple(cell[: _fitting(cell)] if isinstance(cell, str) else cell for cell in rest)


def _fitting(text: str) -> int:
    """How many characters of a text go into one cell."""
    if len(text.encode("utf-16-le")) // 2 <= MOST_SIGNS:
        return len(text)
    return len(text.encode("utf-16-le")[: MOST_SIGNS * 2].decode("utf-16-le", errors="ignore"))


def _write(
    worksheet: Worksheet, number: int, cells: tuple[Cell, ...], columns: tuple[Column, ...]
) -> None:
    lines = 1
    for place, (value, column) in enumerate(zip(cells, columns, strict=True), start=1):
        if value is None:
            continue
        cell = worksheet.cell(number, place)
        cell.alignment = Alignment(vertical="top", wrap_text=column.long)
        if isinstance(value, str):
            _text(cell, value)
            if column.long:
                lines = max(lines, _lines(value, column.width))
        else:
            cell.value = value
            if place == 1:  # its number, which else would touch the text beside it
                cell.alignment = Alignment(vertical="top", horizontal="left")
    worksheet.row_dimensions[number].height = _LINE_POINTS * min(lines, _MOST_LINES)


def _text(cell: WorkbookCell | MergedCell, value: str) -> None:
    cell.value = _ESCAPE.sub("_x005F_", value)
    # Only now: setting a value guesses its type, and takes `=` for a formula.
    cell.data_type = "s"
    cell.quotePrefix = True


def _lines(text: str, width: int) -> int:
    return sum(-(-len(line) // width) or 1 for line in text.split("\n"))
