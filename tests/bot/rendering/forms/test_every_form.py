"""What people wrote is in every form to the letter, and is nothing but text there."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import jsonschema  # type: ignore[import-untyped]  # it comes without types
import openpyxl
import pypdf
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typing_extensions import override

from bot.rendering import markdown
from bot.rendering.export import original
from bot.rendering.forms.as_csv import to_csv
from bot.rendering.forms.as_docx import to_docx
from bot.rendering.forms.as_json import to_json
from bot.rendering.forms.as_markdown import to_markdown
from bot.rendering.forms.as_pdf import to_pdf
from bot.rendering.forms.as_xlsx import MOST_SIGNS, to_xlsx
from bot.rendering.forms.cells import replies_sheet
from bot.rendering.forms.form import Form, Length, Wanted, every
from bot.rendering.forms.full import full_report
from bot.rendering.forms.making import File, NotMade, make, make_apart
from bot.rendering.forms.material import Lines, Material
from bot.rendering.forms.report import Quotes
from bot.rendering.forms.text import writable
from bot.wording import wording
from tests.bot.rendering.forms.materials import of_replies, workshop
from tests.bot.rendering.forms.test_polls import polled
from tests.flows.digest.samples import said, texts

REPOSITORY = Path(__file__).parents[4]
SWEDISH = wording("sv")
SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
_NUMBERED = re.compile("_x([0-9A-Fa-f]{4})_")

TRAPS = (
    '=HYPERLINK("https://example.org";"x")',
    "+46 70 123",
    "@SUM(A1)",
    "-1",
    "_x0041_ and _x000D_",
    '#let x = 1 *bold* $x^2$ _y_ @ref <label> #image("x")',
    "<script>alert(1)</script> & &amp;",
    "{\\rtf1} \\n",
    "zero\u200bwidth\u200djoined\ufeff",
    "שלום \u202eabc\u202c 12",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "tab\tand\x00control\x1b",
    "Antidisestablishmentarianism" * 12,
    "line\nline\n\nline",
    "ord " * 1000,
)


def shown(material: Material) -> list[str]:
    """What each answer shows, in the order of the digest."""
    lines = Lines(material, SWEDISH)
    return [lines.words(quote) for quote in material.digest.all_quotes]


def replies_csv(material: Material) -> bytes:
    return to_csv(replies_sheet(Lines(material, SWEDISH)), SWEDISH)


def in_workbook(text: str) -> str:
    """A cell's text as a spreadsheet reads it."""
    return _NUMBERED.sub(lambda found: chr(int(found[1], 16)), text)


# --------------------------------------------------------------------- verbatim


@given(said_texts=st.lists(texts, max_size=3))
def test_json_holds_every_answer_to_the_letter(said_texts: list[str]) -> None:
    material = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    document: dict[str, Any] = json.loads(to_json(material, SWEDISH))
    replies = [
        reply
        for step in document["steps"]
        for group in step["groups"]
        for reply in group["replies"]
    ]
    assert [reply["text"] for reply in replies] == shown(material)


@given(said_texts=st.lists(texts, max_size=3))
def test_the_table_holds_every_answer_to_the_letter(said_texts: list[str]) -> None:
    material = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    read = csv.DictReader(
        io.StringIO(replies_csv(material).decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert [original(row["Svar"]) for row in read] == shown(material)


@given(text=texts, title=texts)
def test_no_cell_of_the_table_runs(text: str, title: str) -> None:
    material = of_replies(said(1, text), said(2, title, media=title))
    for row in csv.reader(
        io.StringIO(replies_csv(material).decode("utf-8-sig"), newline=""), delimiter=";"
    ):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)  # noqa: RUF001  the wide signs are meant


@SLOW
@given(said_texts=st.lists(st.one_of(texts, st.sampled_from(TRAPS)), min_size=1, max_size=4))
def test_the_workbook_holds_every_answer_as_text(said_texts: list[str]) -> None:
    material = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(material, SWEDISH))).worksheets[0]
    cells = [row[5] for row in sheet.iter_rows(min_row=2)]
    assert [in_workbook(str(cell.value or "")) for cell in cells] == [
        writable(text) for text in shown(material)
    ]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert all(cell.quotePrefix for cell in cells if cell.value is not None)


@SLOW
@given(said_texts=st.lists(st.one_of(texts, st.sampled_from(TRAPS)), min_size=1, max_size=4))
def test_the_document_holds_every_answer_as_text(said_texts: list[str]) -> None:
    material = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    document = docx.Document(io.BytesIO(to_docx(full_report(material, SWEDISH))))
    quoted = [
        paragraph.text
        for paragraph in document.paragraphs
        if paragraph.style is not None and paragraph.style.name == "Quote"
    ]
    assert quoted == [writable(text) for text in shown(material) if text]
    fields = [one.text for one in document.element.body.iter(qn("w:instrText"))]
    assert fields == [r'TOC \o "1-2" \h \z \u']


@given(text=texts)
def test_markdown_shows_the_answer_and_makes_nothing_of_it(text: str) -> None:
    material = of_replies(said(1, text))
    written = to_markdown(full_report(material, SWEDISH)).decode()
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
    flat = [inner for token in tokens for inner in (token, *(token.children or ()))]
    expected = to_markdown(full_report(of_replies(said(1, "x")), SWEDISH)).decode()
    plain = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(expected)
    kinds = ("heading_open", "bullet_list_open", "table_open", "blockquote_open")
    counted = [sum(token.type == kind for token in tokens) for kind in kinds]
    assert counted == [sum(token.type == kind for token in plain) for kind in kinds]
    assert not [token for token in flat if token.type in ("link_open", "image", "html_inline")]
    (words,) = shown(material)
    (alone,) = shown(of_replies(said(1, writable(words)))) or [""]
    assert markdown.render(markdown.escape(alone)).text in markdown.render(written).text.replace(
        "\n> ", "\n"
    )


@SLOW
@given(said_texts=st.lists(st.one_of(texts, st.sampled_from(TRAPS)), min_size=1, max_size=4))
def test_nothing_anybody_writes_stops_the_pages_or_becomes_a_heading(
    said_texts: list[str],
) -> None:
    material = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    plain = of_replies(*(said(no, "x") for no, _ in enumerate(said_texts, start=1)))

    assert outline(material) == outline(plain)


def outline(material: Material) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(full_report(material, SWEDISH))))
    titles: list[str] = []

    def walk(entries: Any) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry)
            else:
                titles.append(str(entry.title))

    walk(reader.outline)
    return titles


@pytest.mark.parametrize("text", TRAPS, ids=lambda text: repr(text[:20]))
def test_a_trap_is_text_in_the_report_that_all_pages_are_made_of(text: str) -> None:
    material = of_replies(said(1, text))
    report = full_report(material, SWEDISH)
    quotes = [
        one.words for block in report.blocks if isinstance(block, Quotes) for one in block.items
    ]
    assert quotes == [text.strip()]


@SLOW
@given(text=st.one_of(texts, st.sampled_from(TRAPS)))
def test_no_word_of_anybody_is_more_than_text_in_any_sheet(text: str) -> None:
    """Options, roles, questions, answers, names of groups: whatever somebody wrote."""
    material = polled((3, 1), (4, 2), (0, 0))
    digest = material.digest
    hostile = replace(
        digest,
        title=text,
        groups=tuple(replace(group, name=text) for group in digest.groups),
        steps=tuple(
            replace(step, title=text, options=(text,) * len(step.options)) for step in digest.steps
        ),
        contacts=tuple(
            replace(part, role=text, text=text, answer_text=text, group_name=text)
            for part in digest.contacts
        ),
    )
    written = replace(material, digest=hostile)

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(written, SWEDISH)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    for file in make(written, (Wanted(form=Form.CSV),), "sv"):
        table = io.StringIO(file.data.decode("utf-8-sig"), newline="")
        for row in csv.reader(table, delimiter=";"):
            assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)  # noqa: RUF001  the wide signs are meant


def test_what_does_not_fit_into_one_cell_goes_on_in_the_next_row() -> None:
    long = "😀" * MOST_SIGNS
    material = of_replies(said(1, long))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(material, SWEDISH))).worksheets[0]
    cells = [str(row[5].value) for row in sheet.iter_rows(min_row=2)]
    assert "".join(cells) == long
    assert [len(cell.encode("utf-16-le")) // 2 for cell in cells] == [MOST_SIGNS, MOST_SIGNS]


# ----------------------------------------------------------------------- counts


def test_counts_are_the_same_in_every_form() -> None:
    """Received less withdrawn is what is exported, wherever it is told."""
    material = workshop()
    total = material.digest.total
    made = make(material, every(), "sv")
    files = {file.wanted: file.data for file in reversed(made)}

    def full(form: Form) -> bytes:
        return files[Wanted(form=form)]

    document = json.loads(full(Form.JSON))
    book = openpyxl.load_workbook(io.BytesIO(full(Form.XLSX)))
    table = list(csv.reader(io.StringIO(full(Form.CSV).decode("utf-8-sig")), delimiter=";"))
    sums = [
        sum(int(str(row[place].value)) for row in book["Deltagande"].iter_rows(min_row=2))
        for place in (4, 5, 6)
    ]
    sentence = "14 svar kom in, 1 togs tillbaka och 13 visas eller räknas här."
    pages = pypdf.PdfReader(io.BytesIO(full(Form.PDF))).pages
    texts_of_forms = (
        " ".join("\n".join(page.extract_text() for page in pages).split()),
        "\n".join(one.text for one in docx.Document(io.BytesIO(full(Form.DOCX))).paragraphs),
        markdown.render(full(Form.MARKDOWN).decode()).text,
    )

    assert (total.replies, total.withdrawn) == (13, 1)
    assert document["counts"]["received"] - document["counts"]["withdrawn"] == 13
    assert document["counts"]["exported"] == 13
    assert sums == [14, 1, 13]
    assert book["Svar"].max_row - 1 == len(table) - 1 == 13
    assert [sentence in text for text in texts_of_forms] == [True, True, True]


# ------------------------------------------------------------------------ masks


def words_of(file: File) -> str:
    """All that can be read in a file."""
    data = io.BytesIO(file.data)
    match file.wanted.form:
        case Form.PDF:
            return " ".join(page.extract_text() for page in pypdf.PdfReader(data).pages)
        case Form.DOCX:
            return " ".join(one.text for one in docx.Document(data).paragraphs)
        case Form.XLSX:
            return str([list(one.values) for one in openpyxl.load_workbook(data).worksheets])
        case _:
            return file.data.decode()


@pytest.mark.parametrize("wanted", every(), ids=lambda one: f"{one.length}-{one.form}")
def test_what_is_masked_is_in_no_form(wanted: Wanted) -> None:
    read = " ".join(map(words_of, make(workshop(), (wanted,), "sv")))
    assert "Kalle" not in read
    assert "070-123" not in read
    assert "viskat" not in read
    assert "tills vidare" not in read
    assert "borta" not in read


@pytest.mark.parametrize("form", [Form.PDF, Form.DOCX, Form.MARKDOWN])
def test_nobody_is_quoted_in_public(form: Form) -> None:
    (file,) = make(workshop(), (Wanted(form=form, length=Length.PUBLIC),), "sv")
    read = words_of(file)
    quoted = [quote.text.split("\n")[0] for quote in workshop().digest.all_quotes if quote.text]
    assert [words for words in quoted if words in read] == []
    assert "Köerna" not in read
    assert "Table" not in read


# -------------------------------------------------------------------- the child


def test_a_child_process_makes_the_same_files() -> None:
    wanted = (Wanted(form=Form.JSON), Wanted(form=Form.CSV))
    assert make_apart(workshop(), wanted, "sv") == make(workshop(), wanted, "sv")


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(NotMade, match="it took longer than 0 s"):
        make_apart(workshop(), (Wanted(form=Form.JSON),), "sv", within_s=0)
    assert multiprocessing.active_children() == []


def test_a_child_whose_files_nobody_wants_any_more_is_ended() -> None:
    unwanted = threading.Event()
    unwanted.set()
    with pytest.raises(NotMade, match="nobody waits for them any more"):
        make_apart(workshop(), (Wanted(form=Form.JSON),), "sv", unwanted=unwanted)
    assert multiprocessing.active_children() == []


def test_a_child_that_fails_says_so_without_anybodys_words(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(NotMade, match="the process that makes them failed"):
        make_apart(workshop(), ("no such form",), "sv")  # type: ignore[arg-type]  # that is the point
    assert capfd.readouterr().err.startswith("making files failed with AttributeError at ")


class EndsItsProcess:
    """Ends the process that unpacks it: as out of memory, or by a fault in a library."""

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_a_child_that_dies() -> None:
    with pytest.raises(NotMade, match="the process that makes them ended"):
        make_apart(workshop(), (EndsItsProcess(),), "sv")  # type: ignore[arg-type]  # that is the point


@given(said_texts=st.lists(texts, max_size=3))
def test_the_json_is_as_its_schema_tells(said_texts: list[str]) -> None:
    schema = json.loads((REPOSITORY / "docs" / "digest-schema.json").read_text())
    drawn = of_replies(*(said(no, text) for no, text in enumerate(said_texts, start=1)))
    for material in (drawn, workshop()):
        document = json.loads(to_json(material, SWEDISH))
        jsonschema.validate(document, schema)
        assert set(document) == set(schema["required"])
