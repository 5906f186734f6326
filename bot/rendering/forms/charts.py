"""Bars drawn by a plotting library, for paper and for a chat. Loads slowly: never at start."""

from __future__ import annotations

import io
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from bot.rendering.forms.report import Bar, Chart

DEEP, PALE, INK = "#0b5c7a", "#d5dee2", "#1f2a30"
"""Told apart by lightness alone, so that they hold without colours too."""

_WIDTH_IN = 6.4
_BAR_IN = 0.23
_FRAME_IN = 0.12
_LETTER_IN = 0.068
"""How wide a letter of a label is, about."""
_VALUE_IN = 0.62
_MOST_LETTERS = 34
_PNG_DPI = 170

STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    # Letters as shapes: whoever opens the file needs no font.
    "svg.fonttype": "path",
    # The names of shapes in a file come from this, and not from chance.
    "svg.hashsalt": "runda",
    "text.parse_math": False,
    "axes.unicode_minus": False,
}


def draw(chart: Chart, form: Literal["png", "svg"]) -> bytes:
    """The chart as a picture. The same chart gives the same bytes."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH_IN, _FRAME_IN + _BAR_IN * len(chart.bars)))
        _plot(figure, chart)
        written = io.BytesIO()
        nothing = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(written, format=form, dpi=_PNG_DPI, metadata=nothing)
    return written.getvalue()


def _plot(figure: Figure, chart: Chart) -> None:
    labels = [printable(bar.label) for bar in chart.bars]
    # One scale for all pictures of a report: letters must not grow where bars are few.
    left_in = 0.15 + _LETTER_IN * max(map(len, labels), default=0)
    width, height = figure.get_size_inches()
    frame = _FRAME_IN / 2 / height
    right_in = width - left_in - _VALUE_IN
    axes = figure.add_axes((left_in / width, frame, right_in / width, 1 - 2 * frame))
    places = range(len(chart.bars))
    longest = max((max(bar.value, bar.of or 0) for bar in chart.bars), default=0) or 1
    wholes = [bar.of or 0 for bar in chart.bars]
    if any(wholes):
        axes.barh(places, wholes, height=0.62, color=PALE, edgecolor="#93a4ad", linewidth=0.6)
    values = [bar.value for bar in chart.bars]
    axes.barh(places, values, height=0.62, color=DEEP)
    for place, bar in zip(places, chart.bars, strict=True):
        axes.text(
            max(bar.value, bar.of or 0) + longest * 0.012,
            place,
            _value(bar),
            va="center",
            ha="left",
            color=INK,
            clip_on=False,
        )
    axes.set_yticks(list(places), labels, color=INK)
    axes.invert_yaxis()
    axes.set_ylim(len(chart.bars) - 0.4, -0.6)
    axes.set_xlim(0, longest)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color("#93a4ad")


def _value(bar: Bar) -> str:
    return str(bar.value) if bar.of is None else f"{bar.value}/{bar.of}"


def printable(label: str) -> str:
    """The label as it can be drawn, cut where it is long."""
    line = drawable(label)
    return line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1].rstrip() + "…"


def drawable(text: str) -> str:
    """The text in one line, with signs left out that the font cannot draw."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    known = font.get_charmap()
    return " ".join("".join(sign for sign in text if sign == " " or ord(sign) in known).split())
