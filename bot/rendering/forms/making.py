"""Making files of a digest, in a process of its own.

What draws charts, sets pages and writes workbooks is large and slow to load. It is loaded in a
child that ends when the files are made: the bot stays small, and answers people meanwhile.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from bot.errors import RundaError
from bot.rendering.forms.as_csv import to_csv
from bot.rendering.forms.as_json import to_json
from bot.rendering.forms.as_markdown import to_markdown
from bot.rendering.forms.cells import replies_sheet, sheets_beside
from bot.rendering.forms.form import MIME, Form, Length, Wanted, file_name
from bot.rendering.forms.full import full_report
from bot.rendering.forms.material import Lines, Material
from bot.rendering.forms.report import Report
from bot.rendering.forms.summary import public_summary
from bot.wording import Wording, wording

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TAKES_AT_MOST_S = 600.0
"""By the wall, on a slow and busy machine: of what takes longer something is wrong."""
_LOOKS_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was made."""

    wanted: Wanted
    name: str
    mime: str
    data: bytes


class NotMade(RundaError):
    """The child ended without the files, or took too long."""


def make_apart(
    material: Material,
    wanted: Sequence[Wanted],
    language: str,
    *,
    within_s: float = TAKES_AT_MOST_S,
    unwanted: threading.Event | None = None,
) -> tuple[File, ...]:
    """`make` in a child process. Blocks while it works: call it from a thread that may wait.

    Args:
        unwanted: when it is set the child is ended, for nobody waits for the files any more.

    Raises:
        NotMade: the child failed, or was ended because it took longer than `within_s`.
    """
    import multiprocessing  # noqa: PLC0415  only when there is something to make

    # A fork would copy a process full of threads and open connections.
    fresh = multiprocessing.get_context("spawn")
    ours, its = fresh.Pipe(duplex=False)
    work = (its, material, tuple(wanted), language)
    child = fresh.Process(target=_make_and_send, args=work, daemon=True)
    child.start()
    its.close()
    try:
        give_up_at = time.monotonic() + within_s
        while not ours.poll(_LOOKS_EVERY_S):
            if unwanted is not None and unwanted.is_set():
                raise NotMade("nobody waits for them any more")
            if time.monotonic() >= give_up_at:
                raise NotMade(f"it took longer than {within_s:g} s")
        made: tuple[File, ...] | None = ours.recv()
    except EOFError as error:
        raise NotMade("the process that makes them ended") from error
    finally:
        ours.close()
        child.kill()
        child.join()
        child.close()
    if made is None:
        raise NotMade("the process that makes them failed")
    return made


def _make_and_send(
    pipe: Connection, material: Material, wanted: Sequence[Wanted], language: str
) -> None:
    """The child's life."""
    try:
        made = make(material, wanted, language)
    except Exception as error:  # noqa: BLE001  the bot is told, and tells the organizers
        # The kind and the place, not the text: the words of people may be in that.
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        sys.stderr.write(f"making files failed with {type(error).__name__} at {place}\n")
        pipe.send(None)
    else:
        pipe.send(made)


def make(material: Material, wanted: Sequence[Wanted], language: str) -> tuple[File, ...]:
    """The files, in this process."""
    return tuple(
        File(
            wanted=one,
            name=_name(material, one, language, table),
            mime=MIME[one.form],
            data=data,
        )
        for one in wanted
        for table, data in _written(material, one, language)
    )


def _name(material: Material, wanted: Wanted, language: str, table: str) -> str:
    scope = material.digest.scope
    parts = [] if scope is None else [str(scope)]
    if table:
        parts.append(table)
    if wanted.length is Length.PUBLIC:
        parts.append(wording(language).say("public"))
    return file_name(material.digest.dialogue_id, wanted, " ".join(parts))


def _written(material: Material, wanted: Wanted, language: str) -> Iterator[tuple[str, bytes]]:
    """The files of one form, each with what it is called beside the others.

    A text holds one table: polls and what was asked via link have files of their own, where
    there are any.
    """
    words = wording(language)
    match wanted.form:
        case Form.PDF:
            from bot.rendering.forms.as_pdf import to_pdf  # noqa: PLC0415  loads slowly

            yield "", to_pdf(_report(material, wanted.length, words))
        case Form.DOCX:
            from bot.rendering.forms.as_docx import to_docx  # noqa: PLC0415  loads slowly

            yield "", to_docx(_report(material, wanted.length, words))
        case Form.MARKDOWN:
            yield "", to_markdown(_report(material, wanted.length, words))
        case Form.XLSX:
            from bot.rendering.forms.as_xlsx import to_xlsx  # noqa: PLC0415  loads slowly

            yield "", to_xlsx(material, words)
        case Form.CSV:
            lines = Lines(material, words)
            yield "", to_csv(replies_sheet(lines), words)
            for sheet in sheets_beside(lines):
                yield sheet.name, to_csv(sheet, words)
        case Form.JSON:
            yield "", to_json(material, words)
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
