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

_WIDTH_IN = 6.3
_BAR_IN = 0.27
_FRAME_IN = 0.45
_MOST_LETTERS = 34
_PNG_DPI = 170

_STYLE: dict[Any, Any] = {
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
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_IN, _FRAME_IN + _BAR_IN * len(chart.bars)))
        _plot(figure, chart)
        written = io.BytesIO()
        nothing = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(
            written,
            format=form,
            dpi=_PNG_DPI,
            metadata=nothing,
            bbox_inches="tight",
            pad_inches=0.06,
        )
    return written.getvalue()


def _plot(figure: Figure, chart: Chart) -> None:
    axes = figure.add_subplot()
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
        )
    axes.set_yticks(list(places), [printable(bar.label) for bar in chart.bars], color=INK)
    axes.invert_yaxis()
    axes.set_ylim(len(chart.bars) - 0.4, -0.6)
    axes.set_xlim(0, longest * 1.1)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color("#93a4ad")


def _value(bar: Bar) -> str:
    return str(bar.value) if bar.of is None else f"{bar.value}/{bar.of}"


def printable(label: str) -> str:
    """The label with signs left out that the font cannot draw, cut where it is long."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    known = font.get_charmap()
    line = " ".join("".join(sign for sign in label if sign == " " or ord(sign) in known).split())
    return line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1].rstrip() + "…"
