"""The replies of a digest as a table in text, to be opened by a double click."""

from __future__ import annotations

import csv
import io

from bot.rendering.export import neutral
from bot.rendering.forms.cells import replies_sheet
from bot.rendering.forms.material import Lines, Material
from bot.wording import Wording

_SEPARATORS = {"sv": ";"}
"""Where the decimal sign is a comma, a spreadsheet takes a comma for no end of a cell."""


def to_csv(material: Material, wording: Wording) -> bytes:
    """One row per reply: UTF-8 with a byte order mark, and no cell that runs as a formula."""
    sheet = replies_sheet(Lines(material, wording))
    table = io.StringIO(newline="")
    rows = csv.writer(
        table, delimiter=_SEPARATORS.get(wording.language, ","), quoting=csv.QUOTE_ALL
    )
    rows.writerow(column.title for column in sheet.columns)
    for row in sheet.rows:
        rows.writerow(neutral("" if cell is None else str(cell)) for cell in row)
    return table.getvalue().encode("utf-8-sig", errors="replace")
