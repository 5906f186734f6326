"""What was chosen, as bars of characters: they stand in every client, and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.packs.pack import Step

_BREAK = "  \n"
"""A new line in the same paragraph."""
BAR_CHARS = 10
_LABEL_CHARS = 24
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def bar(count: int, most: int) -> str:
    """A bar for a count, `BAR_CHARS` long for the largest of all."""
    if not count or not most:
        return ""
    eighths = max(1, round(count / most * BAR_CHARS * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def bars_markdown(labels: Sequence[str], counts: Sequence[int]) -> str:
    """One line for each option: its number, its words, a bar and how many chose it."""
    most = max(counts, default=0)
    lines = []
    for number, (label, count) in enumerate(zip(labels, counts, strict=True), start=1):
        parts = [str(number), escape(label), bar(count, most), f"**{count}**"]
        lines.append(" ".join(filter(None, parts)))
    return _BREAK.join(lines)


def numbers_markdown(labels: Sequence[str], counts: Sequence[int]) -> str:
    """How many chose each option, in a line: "Yes 4 · No 0"."""
    told = zip(labels, counts, strict=True)
    return " · ".join(
        f"{_short(label) or number} **{count}**"
        for number, (label, count) in enumerate(told, start=1)
    )


def _short(label: str) -> str:
    return escape(shorten(label, _LABEL_CHARS, placeholder="…"))


def chosen_markdown(step: Step, counts: Sequence[int], words: Wording, language: str) -> str:
    """What a group has chosen; "" where nothing was to choose."""
    if not counts:
        return ""
    labels = [option.get(language) for option in step.options]
    head = words.say("This is what you chose:")
    return f"{head}\n\n{bars_markdown(labels, counts)}"
