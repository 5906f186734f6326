"""A preview of a pack in the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bot.rendering.markdown import render
from bot.rendering.preview import Part, Preview

_WIDTH = 88


def preview_lines(preview: Preview) -> Iterator[str]:
    """All of it, line by line."""
    yield preview.title
    yield from textwrap.wrap(preview.purpose, _WIDTH)
    for part in preview.parts():
        yield ""
        yield from _part_lines(part)
    yield ""
    yield preview.total()


def _part_lines(part: Part) -> Iterator[str]:
    yield f"── {part.heading} ──"
    for shown in part.shown:
        yield f"  {shown.place}"
        if not shown.markdown:
            continue
        for line in render(shown.markdown).text.splitlines():
            for piece in textwrap.wrap(line, _WIDTH - 4) or [""]:
                yield f"  │ {piece}".rstrip()
