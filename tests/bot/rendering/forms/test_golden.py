"""Each form of one digest, beside a file that shows what is in it.

After a change that is meant: ``python -m tests.bot.rendering.forms.test_golden`` writes them
anew; read the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.rendering import markdown
from bot.rendering.digest import render
from bot.rendering.forms.form import Form, Length, Wanted, every
from bot.rendering.forms.making import File, make
from bot.wording import wording
from flows.ids import RoomId
from tests.bot.rendering.forms import dumps
from tests.bot.rendering.forms.materials import workshop

GOLDEN = Path(__file__).parents[1] / "golden"


def _text(data: bytes) -> str:
    return data.decode()


READABLE: dict[Form, Callable[[bytes], str]] = {
    Form.PDF: dumps.pdf,
    Form.DOCX: dumps.word,
    Form.XLSX: dumps.workbook,
    Form.CSV: _text,
    Form.JSON: _text,
    Form.MARKDOWN: _text,
}
NAMES = {wanted: f"{wanted.length}.{wanted.form}.txt" for wanted in every()}


def made(wanted: Wanted) -> tuple[File, ...]:
    return make(workshop(), (wanted,), "sv")


def readable(wanted: Wanted) -> str:
    texts = [READABLE[wanted.form](file.data) for file in made(wanted)]
    names = [f"\n== {file.name}\n" for file in made(wanted)]
    # Further files stand under their names; the first is the one that was asked for.
    text = texts[0] + "".join(map("".join, zip(names[1:], texts[1:], strict=True)))
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


@pytest.mark.parametrize("wanted", every(), ids=lambda wanted: NAMES[wanted])
def test_a_form_is_as_it_was_looked_at(wanted: Wanted) -> None:
    assert readable(wanted) == (GOLDEN / NAMES[wanted]).read_text(encoding="utf-8")


def test_the_same_digest_gives_the_same_bytes() -> None:
    wanted = Wanted(form=Form.PDF, length=Length.FULL)
    assert made(wanted) == made(wanted)


def chat(language: str = "sv") -> str:
    """Every message of a digest as it is written, and as a client without HTML shows it."""
    material = workshop()
    words = wording(language)
    parts = render(material.digest, words, permalink=_permalink, made_at=material.made_at)
    whole = []
    for number, part in enumerate(parts):
        place = "overview" if number == 0 else f"thread {number}"
        text = markdown.render(part.markdown).text
        whole.append(f"== {place}\n{part.markdown}\n\n-- as text\n{text}\n")
    return "\n".join(whole)


def _permalink(_room_id: RoomId, event_id: str) -> str:
    # The token of a message that is not sent yet would fill the line.
    return f"https://chat.example/{event_id if event_id.startswith('$') else 'later'}"


def test_a_digest_in_chat_is_as_it_was_looked_at() -> None:
    assert chat() == (GOLDEN / "chat.md.txt").read_text(encoding="utf-8")


def test_what_is_masked_is_not_in_chat() -> None:
    assert "Kalle" not in chat()
    assert "070-123" not in chat()


def _write_all() -> None:
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "chat.md.txt").write_text(chat(), encoding="utf-8")
    for wanted, name in NAMES.items():
        (GOLDEN / name).write_text(readable(wanted), encoding="utf-8")


if __name__ == "__main__":
    _write_all()
