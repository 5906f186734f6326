"""That files of one digest tell the same counts, and hold as many replies as are stored."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping

import docx
import openpyxl
import pypdf


def unzipped(archive: bytes) -> dict[str, bytes]:
    """The files in an archive, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def words_of(pages: bytes) -> str:
    """What is written on the pages of a PDF."""
    return " ".join(
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pages)).pages
    )


def assert_they_add_up(
    data: Mapping[str, bytes], stored: Mapping[str, int], *, stem: str, sentence: str
) -> None:
    """Each form tells what is stored.

    Args:
        data: every form of the digest, by the names of the files, which begin with `stem`.
        sentence: how a report tells it.
    """
    counts = json.loads(data[f"{stem}.json"])["counts"]
    assert {name: counts[name] for name in stored} == stored
    book = openpyxl.load_workbook(io.BytesIO(data[f"{stem}.xlsx"]))
    assert book.worksheets[0].max_row - 1 == stored["exported"]
    table = io.StringIO(data[f"{stem}.csv"].decode("utf-8-sig"), newline="")
    separator = ";" if ";" in table.readline() else ","
    assert len(list(csv.reader(table, delimiter=separator))) == stored["exported"]
    assert sentence in words_of(data[f"{stem}.pdf"])
    written = [one.text for one in docx.Document(io.BytesIO(data[f"{stem}.docx"])).paragraphs]
    assert any(sentence in one for one in written), written
    assert sentence in data[f"{stem}.md"].decode().replace("\\", "")
