"""A report as a document for word processors. Loads slowly: never at start."""

from __future__ import annotations

import io
from typing import Any, assert_never

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from bot.rendering.forms.charts import draw
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

_DEEP = RGBColor(0x0B, 0x5C, 0x7A)
_GREY = RGBColor(0x55, 0x61, 0x68)
_LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
_WIDTH_CM = 16.0
_NUMBER_CM = 2.4
_WORDS_CM = 3.0
"""The least that a column of words has."""
_TITLE_CM = 5.0
_LETTER_CM = 0.21
_MARGIN_CM = 0.5
_TITLE_LINES = 3
_SHORT_SIGNS = 1_000


def to_docx(report: Report) -> bytes:
    """The report with real headings, a table of contents, and tables that repeat their header."""
    document = Document()
    _styles(document, _LANGUAGES.get(report.language, report.language))
    _properties(document, report)
    document.add_paragraph(writable(report.kicker), style="Subtitle")
    document.add_paragraph(_line(report.title), style="Title")
    under = " · ".join(_line(text) for text in (report.subtitle, report.made) if text)
    document.add_paragraph(under, style="Aside")
    writer = _Writer(document)
    blocks = list(report.blocks)
    while blocks and not isinstance(blocks[0], Heading):
        writer.write(blocks.pop(0))
    if report.contents:
        _contents(document, report.contents, blocks)
    for block in blocks:
        writer.write(block)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _properties(document: WordDocument, report: Report) -> None:
    known = document.core_properties
    known.title = _line(report.title)
    known.subject = _line(report.kicker)
    known.language = report.language
    known.author = "Runda"
    known.comments = ""
    known.created = known.modified = report.made_at.replace(tzinfo=None)


def _styles(document: WordDocument, language: str) -> None:
    styles = document.styles
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.3)
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    run = styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spoken = run.find(qn("w:lang"))
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        spoken.set(qn(name), {"w:val": language, "w:eastAsia": "zh-CN", "w:bidi": "ar-SA"}[name])
    for name, size in (("Title", 26), ("Heading 1", 17), ("Heading 2", 13), ("Heading 3", 11)):
        style = styles[name]
        style.font.size, style.font.color.rgb = Pt(size), _DEEP
        _font(style, "Calibri")
    styles["Subtitle"].font.color.rgb = _GREY
    styles["Subtitle"].font.italic = False
    _font(styles["Subtitle"], "Calibri")
    styles["Caption"].font.color.rgb = _GREY
    styles["Caption"].font.size = Pt(9)
    aside = styles.add_style("Aside", WD_STYLE_TYPE.PARAGRAPH)
    aside.base_style = normal
    aside.font.color.rgb, aside.font.size = _GREY, Pt(9.5)
    quote = styles["Quote"]
    quote.font.italic, quote.font.color.rgb = False, RGBColor(0x1F, 0x2A, 0x30)
    quote.paragraph_format.left_indent = Cm(0.6)
    quote.paragraph_format.space_after = Pt(0)
    quote.paragraph_format.keep_with_next = True
    source = styles.add_style("Quote Source", WD_STYLE_TYPE.PARAGRAPH)
    source.base_style = aside
    source.paragraph_format.left_indent = Cm(0.6)
    source.paragraph_format.space_after = Pt(9)


def _font(style: Any, name: str) -> None:  # noqa: ANN401  python-docx does not name this type
    style.font.name = name
    fonts = style.element.rPr.rFonts
    # A theme's font would win over the one that is named.
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{attribute}"), None)


def _contents(document: WordDocument, title: str, blocks: list[Block]) -> None:
    """A field that the word processor fills with page numbers; until then it shows the names."""
    document.add_paragraph(title, style="Aside").paragraph_format.keep_with_next = True
    paragraph = document.add_paragraph()
    begin = _field(paragraph, "begin")
    begin.set(qn("w:dirty"), "true")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = r'TOC \o "1-2" \h \z \u'
    paragraph.add_run()._r.append(instruction)  # noqa: SLF001  python-docx has no fields of its own
    _field(paragraph, "separate")
    names = [block.text for block in blocks if isinstance(block, Heading) and block.level == 1]
    for place, name in enumerate(names):
        run = paragraph.add_run(_line(name))
        if place < len(names) - 1:
            run.add_break()
    _field(paragraph, "end")


def _field(paragraph: WordParagraph, kind: str) -> Any:  # noqa: ANN401  an XML element
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)  # noqa: SLF001  python-docx has no fields of its own
    return mark


class _Writer:
    def __init__(self, document: WordDocument) -> None:
        self._document = document

    def write(self, block: Block) -> None:
        """Add one block at the end."""
        document = self._document
        match block:
            case Heading():
                document.add_heading(_line(block.text), level=block.level)
            case Paragraph():
                style = "Aside" if block.aside else "Normal"
                document.add_paragraph(writable(block.text), style=style)
            case Figures():
                self._figures(block)
            case Bullets():
                for item in block.items:
                    document.add_paragraph(writable(item), style="List Bullet")
            case Table():
                self._table(block)
            case Quotes():
                for said in block.items:
                    self._said(said)
            case Chart():
                self._chart(block)
            case _:
                assert_never(block)

    def _figures(self, figures: Figures) -> None:
        table = self._document.add_table(rows=2, cols=len(figures.items))
        for place, figure in enumerate(figures.items):
            value = table.cell(0, place).paragraphs[0]
            value.paragraph_format.space_after = Pt(0)
            run = value.add_run(writable(figure.value))
            run.font.size, run.font.bold, run.font.color.rgb = Pt(14), True, _DEEP
            label = table.cell(1, place).paragraphs[0]
            label.style = self._document.styles["Aside"]
            label.add_run(writable(figure.label))
        self._document.add_paragraph()

    def _table(self, table: Table) -> None:
        caption = self._document.add_paragraph(writable(table.caption), style="Caption")
        caption.paragraph_format.keep_with_next = True
        made = self._document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
        made.alignment = WD_TABLE_ALIGNMENT.LEFT
        made.autofit = False
        self._row(made.rows[0], table.columns, table.numeric)
        for cell in made.rows[0].cells:
            _shade(cell)
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        made.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  python-docx cannot say it
        for row in table.rows:
            self._row(made.add_row(), row, table.numeric)
        for column, width in zip(made.columns, _widths(table), strict=True):
            column.width = Cm(width)
            for cell in column.cells:
                cell.width = Cm(width)
        self._document.add_paragraph()

    def _row(self, row: Any, cells: tuple[str, ...], numeric: frozenset[int]) -> None:  # noqa: ANN401  python-docx's row
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)  # noqa: SLF001  as above
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.add_run(_line(text)).font.size = Pt(9.5)
            if place in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _said(self, said: Said) -> None:
        if said.words:
            words = self._document.add_paragraph(writable(said.words), style="Quote")
            # Kept on one page with its source, a long one would leave the page before it empty.
            words.paragraph_format.keep_with_next = len(said.words) <= _SHORT_SIGNS
        source = self._document.add_paragraph(style="Quote Source")
        if said.link is None:
            source.add_run(writable(said.mark))
        else:
            _link(source, said.mark, said.link)
        rest = [_line(text) for text in (said.by, said.note) if text]
        source.add_run("".join(f" · {text}" for text in rest))

    def _chart(self, chart: Chart) -> None:
        title = self._document.add_paragraph(writable(chart.title), style="Caption")
        title.paragraph_format.keep_with_next = True
        self._document.add_picture(io.BytesIO(draw(chart, "png")), width=Cm(_WIDTH_CM))
        picture = self._document.inline_shapes[-1]._inline.docPr  # noqa: SLF001  python-docx knows no alt text
        picture.set("descr", _line(chart.alt))
        picture.set("title", _line(chart.title))


def _widths(table: Table) -> list[float]:
    """How wide each column is, in cm: numbers need what their title does, words have the rest."""
    needed = {place: _needed(table.columns[place]) for place in table.numeric}
    words = len(table.columns) - len(needed)
    # So many options can be side by side that no title has the room it needs.
    most = _WIDTH_CM - _WORDS_CM * words
    scale = min(1.0, most / (sum(needed.values()) or 1.0))
    left = (_WIDTH_CM - scale * sum(needed.values())) / max(words, 1)
    return [scale * needed.get(place, left / scale) for place in range(len(table.columns))]


def _needed(title: str) -> float:
    """Room for the longest word of a title, and for the whole of it in a few lines."""
    longest = max(map(len, title.split()), default=0)
    wanted = max(longest, len(title) / _TITLE_LINES) * _LETTER_CM + _MARGIN_CM
    return min(max(wanted, _NUMBER_CM), _TITLE_CM)


def _shade(cell: Any) -> None:  # noqa: ANN401  python-docx's cell
    """A dark field with light letters."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", str(_DEEP))):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  python-docx cannot say it
    for run in cell.paragraphs[0].runs:
        run.font.bold, run.font.color.rgb = True, RGBColor(0xFF, 0xFF, 0xFF)


def _link(paragraph: WordParagraph, text: str, address: str) -> None:
    number = paragraph.part.relate_to(
        writable(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True
    )
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    run = paragraph.add_run(writable(text))
    run.font.color.rgb, run.font.underline = _DEEP, True
    link.append(run._r)  # noqa: SLF001  python-docx has no links of its own
    paragraph._p.append(link)  # noqa: SLF001  the same


def _line(text: str) -> str:
    return " ".join(writable(text).split())
