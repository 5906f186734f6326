"""The tables of a digest as text, to be opened by a double click."""

from __future__ import annotations

import csv
import io

from bot.rendering.export import neutral
from bot.rendering.forms.cells import Sheet
from bot.wording import Wording

_SEPARATORS = {"sv": ";"}
"""Where the decimal sign is a comma, a spreadsheet takes a comma for no end of a cell."""


def to_csv(sheet: Sheet, wording: Wording) -> bytes:
    """One table: UTF-8 with a byte order mark, and no cell that runs as a formula."""
    table = io.StringIO(newline="")
    rows = csv.writer(
        table, delimiter=_SEPARATORS.get(wording.language, ","), quoting=csv.QUOTE_ALL
    )
    # A group's name is a title here, and somebody's words as well.
    rows.writerow(neutral(column.title) for column in sheet.columns)
    for row in sheet.rows:
        rows.writerow(neutral("" if cell is None else str(cell)) for cell in row)
    return table.getvalue().encode("utf-8-sig", errors="replace")
