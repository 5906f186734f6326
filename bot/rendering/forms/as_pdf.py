"""A report as pages to be printed, and to be read aloud. Loads slowly: never at start."""

from __future__ import annotations

from dataclasses import asdict
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import matplotlib as mpl
import orjson
import typst

from bot.rendering.forms.charts import draw
from bot.rendering.forms.report import Block, Chart, Heading, Report, Table
from bot.rendering.forms.text import writable

_TEMPLATE = Path(__file__).with_name("report.typ")


def to_pdf(report: Report) -> bytes:
    """The report on A4, tagged for screen readers."""
    # The plotting library brings fonts with letters that the typesetter has none for.
    fonts = typst.Fonts(font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
    compiler = typst.Compiler(
        _TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"report": orjson.dumps(_data(report)).decode()},
    )
    written = compiler.compile(
        format="pdf",
        # PDF/UA: headings, lists, tables and pictures are told apart for those who listen.
        pdf_standards=["ua-1"],
        timestamp=int(report.made_at.timestamp()),
    )
    if not isinstance(written, bytes):
        raise TypeError(f"the typesetter gave {type(written).__name__}, not one file")
    return written


def _data(report: Report) -> dict[str, Any]:
    made = report.made_at
    named: dict[str, Any] = {
        name: " ".join(writable(getattr(report, name)).split())
        for name in ("kicker", "title", "subtitle", "language", "made", "contents")
    }
    blocks = [_block(block) for block in report.blocks]
    before = list(takewhile(_is_no_chapter, blocks))
    after = list(dropwhile(_is_no_chapter, blocks))
    return named | {
        # A document must have a title; one that nobody gave is not worth failing over.
        "title": named["title"] or named["kicker"],
        "date": [made.year, made.month, made.day],
        "opening": before,
        "blocks": after,
    }


def _is_no_chapter(block: dict[str, Any]) -> bool:
    return bool(block["kind"] != Heading.__name__.lower())


def _block(block: Block) -> dict[str, Any]:
    values: dict[str, Any] = _writable(asdict(block))
    if isinstance(block, Table):
        values["numeric"] = sorted(block.numeric)
    if isinstance(block, Chart):
        values["svg"] = draw(block, "svg").decode()
    return {"kind": type(block).__name__.lower()} | values


def _writable(value: Any) -> Any:  # noqa: ANN401  a tree of what JSON can hold
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, dict):
        return {name: _writable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    return value
