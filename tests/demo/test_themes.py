"""The demo tells which model found the themes, and fails if none did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from demo.patience import StageError
from demo.themes import ThemesFound, last_themes, themes_found
from flows.dialogue import Status
from flows.digest.analyse import FEWEST
from flows.digest.book import Origin
from flows.digest.compose import compose
from flows.digest.document import as_json
from flows.digest.findings import Findings, Theme
from flows.digest.sentences import model_name
from flows.ids import ReplyNo, ThemeNo
from flows.packs.pack import StepKind
from storage.database import Database
from storage.transaction import Transaction
from tests.builders import MONDAY_9H, dialogue, pack_toml, step, step_toml
from tests.flows.digest.samples import said, snapshot

SHOWN = Theme(number=ThemeNo(1), origin=Origin.FOUND, title="Soup", replies=(ReplyNo(1),))
HIDDEN = replace(SHOWN, number=ThemeNo(2), hidden=True)


def document(*themes: Theme, model: str, answers: int = FEWEST) -> dict[str, Any]:
    """A digest as the bot keeps it."""
    replies = [said(number, "Soup") for number in range(1, answers + 1)]
    return as_json(compose(snapshot(*replies), Findings(themes=themes, model=model)))


def test_themes_are_counted_as_they_are_shown_and_name_their_model() -> None:
    found = themes_found(document(SHOWN, HIDDEN, model="m-1/small"), "m-1/small")
    assert found == ThemesFound(number=1, answers=FEWEST, model="m-1/small", installed="m-1/small")
    assert found.problem == ""


@pytest.mark.parametrize(
    ("found", "installed", "problem"),
    [
        (document(SHOWN, model=""), "m-1", "themes were found with no model, not with m-1"),
        (document(SHOWN, model="m-0"), "m-1", "themes were found with m-0, not with m-1"),
        (document(HIDDEN, model="m-1"), "m-1", "no theme was found with m-1"),
        (
            document(SHOWN, model=""),
            None,
            "the sentence model is not installed; `make setup` does it",
        ),
    ],
)
def test_anything_else_is_told(found: dict[str, Any], installed: str | None, problem: str) -> None:
    assert themes_found(found, installed).problem == problem


def test_in_few_answers_no_themes_are_looked_for() -> None:
    few = themes_found(document(model="", answers=FEWEST - 1), "m-1")
    enough = themes_found(document(model="", answers=FEWEST), "m-1")

    assert (few.are_too_few, few.problem) == (True, "")
    assert enough.problem == "themes were found with no model, not with m-1"


async def test_it_is_read_from_what_the_bot_has_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runda.db"
    model = model_name()
    assert model is not None
    ended = dialogue(step(StepKind.INDIVIDUAL), status=Status.ENDED)
    database = Database.open(url)

    def begins(tx: Transaction) -> None:
        source = pack_toml(step_toml("individual", "alone", length="10 min"))
        tx.dialogues.add(ended, number=1, pack_text=source, now=MONDAY_9H)

    def is_posted(tx: Transaction) -> None:
        for one in ("", model):
            kept = orjson.dumps(document(SHOWN, model=one)).decode()
            tx.digests.add(ended.id, None, document=kept, made_ms=0)

    try:
        await database.write(begins)
        with pytest.raises(StageError, match="keeps no digest"):
            last_themes(url)
        await database.write(is_posted)
    finally:
        database.close()

    assert last_themes(url) == ThemesFound(number=1, answers=FEWEST, model=model, installed=model)
