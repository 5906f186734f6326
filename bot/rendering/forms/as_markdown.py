"""A report as Markdown, to be read as it is or put into a wiki."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from bot.rendering.forms.report import (
    Block,
    Bullets,
    Chart,
    Figures,
    Heading,
    Paragraph,
    Quotes,
    Report,
    Said,
    Table,
)
from bot.rendering.forms.text import writable
from bot.rendering.markdown import escape

_IN_ADDRESS = str.maketrans(
    {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20", "\\": "%5C"}
)


def to_markdown(report: Report) -> bytes:
    """The report in CommonMark with tables. A chart is told in words."""
    return "\n\n".join(_pieces(report)).encode() + b"\n"


def _pieces(report: Report) -> Iterator[str]:
    yield f"# {_line(report.title)}"
    yield "  \n".join(_line(text) for text in (report.kicker, report.subtitle, report.made) if text)
    for block in report.blocks:
        yield _block(block)


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * (block.level + 1)} {_line(block.text)}"
        case Paragraph():
            return _words(block.text)
        case Figures():
            return "\n".join(f"- **{_line(one.value)}** {_line(one.label)}" for one in block.items)
        case Bullets():
            return "\n".join(f"- {_line(item)}" for item in block.items)
        case Table():
            return _table(block)
        case Quotes():
            return "\n\n".join(map(_said, block.items))
        case Chart():
            return f"*{_line(block.alt)}*"
        case _:
            assert_never(block)


def _said(said: Said) -> str:
    mark = _line(said.mark)
    if said.link is not None:
        mark = f"[{mark}]({said.link.translate(_IN_ADDRESS)})"
    tail = " · ".join(filter(None, (mark, _line(said.by), _line(said.note))))
    words = _words(said.words)
    return "\n".join(f"> {line}" for line in f"{words}\n\n{tail}".strip("\n").split("\n"))


def _table(table: Table) -> str:
    rule = ["--:" if place in table.numeric else ":--" for place in range(len(table.columns))]
    rows = [
        tuple(map(_line, table.columns)),
        tuple(rule),
        *(tuple(map(_line, row)) for row in table.rows),
    ]
    return "\n".join(
        [f"**{_line(table.caption)}**", "", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def _line(text: str) -> str:
    return escape(" ".join(writable(text).split()))


def _words(text: str) -> str:
    return escape(writable(text))
