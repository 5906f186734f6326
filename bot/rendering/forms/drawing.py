"""Draws the picture of a digest for a phone's screen. Loads slowly: for a process of its own."""

from __future__ import annotations

import base64
import io
import textwrap
from typing import Any

import matplotlib as mpl
import orjson
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from PIL import Image

from bot.rendering.forms.charts import DEEP, INK, STYLE, drawable

_WIDTH_IN = 3.75
"""A phone shows a picture about so wide: letters are then as large as those around it."""
_DPI = 288
_EDGE_IN = 0.14
_LINE_IN = 0.175
_BAR_IN = 0.15
_CIRCLE_IN = 0.075
"""The radius."""
_GAP_IN = 0.13
_UNDER_IN = 0.05
"""Between a name, its bar, and the circles."""
_VALUE_IN = 0.42
_LETTERS, _SMALL_LETTERS = 42, 56
"""In a line, about; a label of more goes on in a second one."""
_MUTED = "#4d5b63"
_LINES = 2
_SHADES = 32


def as_png(data: bytes) -> str:
    """The picture of `bot.rendering.forms.picture`, given as bytes, as a PNG in base 64."""
    picture: dict[str, Any] = orjson.loads(data)
    with mpl.rc_context(STYLE):
        return base64.b64encode(_Drawing(picture).png()).decode()


class _Drawing:
    """Goes down the page line by line; everything is measured in inches from the top left."""

    def __init__(self, picture: dict[str, Any]) -> None:
        self._rows = [_Row(row) for row in picture["rows"]]
        self._title = _wrapped(picture["title"], _LETTERS)
        self._subtitle = _wrapped(picture["subtitle"], _SMALL_LETTERS)
        self._notes = [
            line for note in picture["notes"] for line in textwrap.wrap(note, _SMALL_LETTERS)
        ]
        self._height = (
            2 * _EDGE_IN
            + (len(self._title) + len(self._subtitle) + len(self._notes)) * _LINE_IN
            + sum(row.height + _GAP_IN for row in self._rows)
            + _GAP_IN
        )
        self._figure = Figure(figsize=(_WIDTH_IN, self._height), facecolor="white")
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, _WIDTH_IN)
        self._axes.set_ylim(self._height, 0)
        self._axes.set_axis_off()
        self._y = _EDGE_IN

    def png(self) -> bytes:
        for line in self._title:
            self._text(line, size=11, weight="bold")
        for line in self._subtitle:
            self._text(line, size=8, color=_MUTED)
        self._y += _GAP_IN
        longest = max(row.replies for row in self._rows)
        for row in self._rows:
            self._row(row, longest)
            self._y += _GAP_IN
        for line in self._notes:
            self._text(line, size=7.5, color=_MUTED)
        drawn, written = io.BytesIO(), io.BytesIO()
        self._figure.savefig(drawn, format="png", dpi=_DPI)
        # A few shades are all there is: a quarter of the bytes.
        with Image.open(drawn) as image:
            image.convert("RGB").quantize(_SHADES).save(written, format="PNG", optimize=True)
        return written.getvalue()

    def _text(self, line: str, *, size: float, color: str = INK, weight: str = "normal") -> None:
        middle = self._y + _LINE_IN / 2
        self._axes.text(
            _EDGE_IN, middle, line, size=size, color=color, weight=weight, va="center_baseline"
        )
        self._y += _LINE_IN

    def _row(self, row: _Row, longest: int) -> None:
        for line in row.lines:
            self._text(line, size=9, weight="bold")
        self._y += _UNDER_IN
        whole = _WIDTH_IN - 2 * _EDGE_IN - _VALUE_IN
        length = whole * row.replies / longest
        bar = Rectangle((_EDGE_IN, self._y), length, _BAR_IN, facecolor=DEEP, linewidth=0)
        self._axes.add_patch(bar)
        beside, middle = _EDGE_IN + length + 0.05, self._y + _BAR_IN / 2
        self._axes.text(beside, middle, str(row.replies), size=9, color=INK, va="center_baseline")
        self._y += _BAR_IN
        if row.raised:
            self._circles(row)
        elif row.groups:
            self._text(row.groups, size=7.5, color=_MUTED)

    def _circles(self, row: _Row) -> None:
        self._y += _UNDER_IN
        for place, raised in enumerate(row.raised):
            x, y = _EDGE_IN + _CIRCLE_IN * (1 + 2.7 * place), self._y + _CIRCLE_IN
            circle = Circle(
                (x, y),
                _CIRCLE_IN,
                facecolor=DEEP if raised else "white",
                edgecolor=DEEP if raised else "#93a4ad",
                linewidth=0.7,
            )
            self._axes.add_patch(circle)
            self._axes.text(
                x,
                y + 0.003,
                str(place + 1),
                size=6,
                color="white" if raised else _MUTED,
                ha="center",
                va="center_baseline",
            )
        self._y += 2 * _CIRCLE_IN


class _Row:
    """A theme as it is drawn."""

    def __init__(self, row: dict[str, Any]) -> None:
        name = drawable(row["name"])
        # A name of emoji alone, say.
        self.lines = _wrapped(name if any(map(str.isalnum, name)) else row["number_name"], _LETTERS)
        self.replies: int = row["replies"]
        self.groups: str = row["groups"]
        self.raised: list[bool] = row["raised"]

    @property
    def height(self) -> float:
        """With its bar and what stands under it."""
        under = _UNDER_IN + 2 * _CIRCLE_IN if self.raised else _LINE_IN * bool(self.groups)
        return len(self.lines) * _LINE_IN + _UNDER_IN + _BAR_IN + under


def _wrapped(text: str, letters: int) -> list[str]:
    return textwrap.wrap(drawable(text), letters, max_lines=_LINES, placeholder=" …")
