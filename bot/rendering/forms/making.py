"""Making files of a digest, in a process of its own.

What draws charts, sets pages and writes workbooks is large and slow to load. It is loaded in a
child that ends when the files are made: the bot stays small, and answers people meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.rendering.forms.as_csv import to_csv
from bot.rendering.forms.as_json import to_json
from bot.rendering.forms.as_markdown import to_markdown
from bot.rendering.forms.form import MIME, Form, Length, Wanted, file_name
from bot.rendering.forms.full import full_report
from bot.rendering.forms.material import Material
from bot.rendering.forms.report import Report
from bot.rendering.forms.summary import public_summary
from bot.wording import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was made."""

    wanted: Wanted
    name: str
    mime: str
    data: bytes


def make_apart(material: Material, wanted: Sequence[Wanted], language: str) -> tuple[File, ...]:
    """`make` in a child process. Blocks while it works: call it from a thread that may wait."""
    import multiprocessing  # noqa: PLC0415  only when there is something to make
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  the same

    # A fork would copy a process full of threads and open connections.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as child:
        return child.submit(make, material, tuple(wanted), language).result()


def make(material: Material, wanted: Sequence[Wanted], language: str) -> tuple[File, ...]:
    """The files, in this process."""
    return tuple(
        File(
            wanted=one,
            name=_name(material, one, language),
            mime=MIME[one.form],
            data=_written(material, one, language),
        )
        for one in wanted
    )


def _name(material: Material, wanted: Wanted, language: str) -> str:
    scope = material.digest.scope
    parts = [] if scope is None else [str(scope)]
    if wanted.length is Length.PUBLIC:
        parts.append(wording(language).say("public"))
    return file_name(material.digest.dialogue_id, wanted, " ".join(parts))


def _written(material: Material, wanted: Wanted, language: str) -> bytes:
    words = wording(language)
    match wanted.form:
        case Form.PDF:
            from bot.rendering.forms.as_pdf import to_pdf  # noqa: PLC0415  loads slowly

            return to_pdf(_report(material, wanted.length, words))
        case Form.DOCX:
            from bot.rendering.forms.as_docx import to_docx  # noqa: PLC0415  loads slowly

            return to_docx(_report(material, wanted.length, words))
        case Form.MARKDOWN:
            return to_markdown(_report(material, wanted.length, words))
        case Form.XLSX:
            from bot.rendering.forms.as_xlsx import to_xlsx  # noqa: PLC0415  loads slowly

            return to_xlsx(material, words)
        case Form.CSV:
            return to_csv(material, words)
        case Form.JSON:
            return to_json(material, words)
        case _:
            assert_never(wanted.form)


def _report(material: Material, length: Length, words: Wording) -> Report:
    match length:
        case Length.FULL:
            return full_report(material, words)
        case Length.PUBLIC:
            return public_summary(material, words)
        case _:
            assert_never(length)
