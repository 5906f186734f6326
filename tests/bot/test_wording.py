"""Everything the bot says is there in Swedish and English, whole and with the same blanks."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import cast

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import bot
import flows
from bot.wording import LANGUAGES, wording
from flows.said import said

SOURCE = Path(bot.__file__).parent
SOURCES = (SOURCE, Path(flows.__file__).parent)
TEXTS = {"say": 1, "say_n": 2, "said": 1}
"""What takes texts, and how many each takes."""

Id = str | tuple[str, ...]


def said_in_the_code() -> set[Id]:
    """Read from the syntax tree: tools that read words miss a call inside an f-string."""
    return {
        _text_of(call, TEXTS[name])
        for source in SOURCES
        for path in source.rglob("*.py")
        if path.name != "wording.py"
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and (name := _name(call.func)) in TEXTS
    }


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _text_of(call: ast.Call, number: int) -> Id:
    texts = call.args[:number]
    where = f"line {call.lineno}: the text itself must stand in the call, for the catalogues"
    assert all(isinstance(t, ast.Constant) and isinstance(t.value, str) for t in texts), where
    values = tuple(str(text.value) for text in texts if isinstance(text, ast.Constant))
    return values[0] if len(values) == 1 else values


def _id(text: Message) -> Id:
    named = cast("Id", text.id)
    return named if isinstance(named, str) else tuple(named)


def catalogue(language: str) -> Catalog:
    path = SOURCE / "locale" / language / "LC_MESSAGES" / "runda.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def wordings_of(message: Message) -> tuple[str, ...]:
    text = message.string
    return (text,) if isinstance(text, str) else tuple(text or ())


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_in_the_catalogue_and_no_other(language: str) -> None:
    known = {_id(message) for message in messages(language)}

    assert sorted(map(str, said_in_the_code() - known)) == [], "run `make po` and translate"
    assert sorted(map(str, known - said_in_the_code())) == [], "run `make po`: said no more"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_empty_or_unsure(language: str) -> None:
    empty = [m.id for m in messages(language) if not all(wordings_of(m))]
    unsure = [m.id for m in messages(language) if m.fuzzy]

    assert empty == []
    assert unsure == []
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_blanks_of_the_original(language: str) -> None:
    for message in messages(language):
        originals = (message.id,) if isinstance(message.id, str) else message.id
        wanted = set().union(*(blanks(one) for one in originals))
        for text in wordings_of(message):
            assert blanks(text) <= wanted, message.id
            # "one minute" may leave the number out; nothing else may be left out.
            assert wanted - blanks(text) <= {"number"}, message.id


def test_swedish_is_swedish() -> None:
    # Names, addresses and marks are the same in both; a sentence never is.
    for message in messages("sv"):
        if isinstance(message.id, str) and isinstance(message.string, str):
            words = re.findall(r"[a-z]{2,}", re.sub(r"\{\w+\}", "", message.id))
            assert len(words) <= 2 or message.string != message.id, message.id


def test_texts_of_the_dialogue_come_out_in_the_language_asked_for() -> None:
    assert wording("sv").say_n("{number} minute", "{number} minutes", 2) == "2 minuter"
    assert wording("en").say_n("{number} minute", "{number} minutes", 2) == "2 minutes"
    assert wording("fi").language == "sv"


def test_what_flows_says_comes_out_in_the_language_asked_for_with_all_that_is_in_it() -> None:
    problem = said(
        '{key} must be a list of texts, e.g. ["…", "…"], not {it}',
        key="options",
        it=said("a number"),
    )

    assert wording("sv").tell(problem) == (
        'options ska vara en lista med texter, t.ex. ["…", "…"], inte ett tal'
    )
    assert wording("en").tell(problem) == str(problem)
