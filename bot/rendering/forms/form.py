"""Which forms there are, and what their files are called."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """A form of a digest, by the word with which it is asked for."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"


class Length(StrEnum):
    """How much of a digest a file tells, and to whom."""

    FULL = "full"
    """Everything, for the organizers."""
    PUBLIC = "public"
    """What everybody may read."""


READ = (Form.PDF, Form.DOCX, Form.MARKDOWN)
"""The forms that are read from top to bottom. Only they come as a public summary too: rows of
replies are nothing for the public."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
MIME = {
    Form.PDF: "application/pdf",
    Form.DOCX: f"{_OFFICE}.wordprocessingml.document",
    Form.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
    Form.MARKDOWN: "text/markdown; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that is to be made."""

    form: Form
    length: Length = Length.FULL


def every() -> tuple[Wanted, ...]:
    """Every file there is of a digest."""
    full = [Wanted(form=form) for form in Form]
    public = [Wanted(form=form, length=Length.PUBLIC) for form in READ]
    return (*full, *public)


def every_length(form: Form) -> tuple[Wanted, ...]:
    """The files there are of one form."""
    return tuple(wanted for wanted in every() if wanted.form is form)


def file_name(dialogue_id: str, wanted: Wanted, word: str = "") -> str:
    """What the file is called, in letters that every system takes; `word` marks a summary."""
    folded = unicodedata.normalize("NFKD", f"{dialogue_id} {word}").encode("ascii", "ignore")
    stem = re.sub(r"[^a-z0-9]+", "-", folded.decode().lower()).strip("-")
    return f"{stem or 'runda'}.{wanted.form}"
