"""What is in a file, as text that a reviewer can read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import openpyxl
import pypdf
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from openpyxl.worksheet.worksheet import Worksheet


def pdf(data: bytes) -> str:
    """Language, title, outline, the words on the pages, and what pictures show."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    root: Any = reader.trailer["/Root"]
    lines = [
        f"language: {root['/Lang']}",
        f"title: {reader.metadata.title if reader.metadata else None}",
        f"tagged: {bool(root['/MarkInfo']['/Marked'])}",
        "",
        "== outline",
        *_outline(reader.outline, 0),
        "",
        "== tags",
        *(f"{tag}: {number}" for tag, number in sorted(tags(reader).items())),
        "",
        "== pictures",
        *_alternatives(root["/StructTreeRoot"]),
    ]
    for number, page in enumerate(reader.pages, start=1):
        lines += ["", f"== page {number}", page.extract_text()]
    return "\n".join(lines)


def _outline(entries: Any, depth: int) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(entry, depth + 1)
        else:
            yield "  " * depth + str(entry.title)


def tags(reader: pypdf.PdfReader) -> dict[str, int]:
    """How many there are of each kind of element a screen reader is told."""
    found: dict[str, int] = {}
    root: Any = reader.trailer["/Root"]
    for element in _elements(root["/StructTreeRoot"]):
        tag = str(element.get("/S", ""))
        found[tag] = found.get(tag, 0) + 1
    found.pop("", None)
    return found


def _alternatives(tree: Any) -> Iterator[str]:
    for element in _elements(tree):
        if "/Alt" in element:
            yield str(element["/Alt"])


def _elements(node: Any) -> Iterator[Any]:
    read = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(read, list):
        for one in read:
            yield from _elements(one)
    elif isinstance(read, dict):
        yield read
        if "/K" in read:
            yield from _elements(read["/K"])


def word(data: bytes) -> str:
    """Every paragraph with its style, every table row, every field, what pictures show."""
    document = docx.Document(io.BytesIO(data))
    lines = [f"language: {document.core_properties.language}", ""]
    for element in document.element.body.iterchildren():
        lines += _element(element, document)
    return "\n".join(lines)


def _element(element: Any, document: Document) -> Iterator[str]:
    if element.tag == qn("w:p"):
        paragraph = Paragraph(element, document)
        style = "" if paragraph.style is None else paragraph.style.name
        text = paragraph.text.replace("\n", "⏎")
        yield f"[{style}] {text}".rstrip()
        yield from (f"  field: {field.text}" for field in element.iter(qn("w:instrText")))
        yield from (f"  picture: {one.get('descr')}" for one in element.iter(qn("wp:docPr")))
        for link in paragraph.hyperlinks:
            yield f"  link: {link.text} -> {link.address}"
    elif element.tag == qn("w:tbl"):
        for row in Table(element, document).rows:
            head = "head" if row._tr.find(f".//{qn('w:tblHeader')}") is not None else "row"
            yield f"  {head}: {' | '.join(cell.text for cell in row.cells)}"


def workbook(data: bytes) -> str:
    """Every sheet with what is frozen and filtered, every cell with its type."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n\n".join("\n".join(_sheet(sheet)) for sheet in book.worksheets)


def _sheet(sheet: Worksheet) -> Iterator[str]:
    yield f"== {sheet.title}; frozen at {sheet.freeze_panes}; filter {sheet.auto_filter.ref}"
    for row in sheet.iter_rows():
        cells = [
            f"{cell.data_type}:{str(cell.value).replace(chr(10), '⏎')}"
            for cell in row
            if cell.value is not None
        ]
        yield " | ".join(cells)
