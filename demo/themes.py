"""Whether the themes of the last digest were found with the sentence model.

It reads what the bot kept of the digest that it posted; nothing is looked at anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from demo.patience import StageError
from flows.dialogue import Status
from flows.digest.analyse import FEWEST
from flows.digest.sentences import model_name
from storage.overview import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemesFound:
    """How many themes a digest has, and the model they were found with, "" for none.

    `answers` are those of the digest; in fewer than `FEWEST` nobody looks for themes.
    `installed` is the model that this program has.
    """

    number: int
    answers: int
    model: str
    installed: str | None

    @property
    def are_too_few(self) -> bool:
        """The answers are read one by one."""
        return self.answers < FEWEST and not self.number

    @property
    def problem(self) -> str:
        """What is wrong with it, "" if nothing is."""
        if self.installed is None:
            return "the sentence model is not installed; `make setup` does it"
        if self.are_too_few:
            return ""
        if self.model != self.installed:
            return f"themes were found with {self.model or 'no model'}, not with {self.installed}"
        if not self.number:
            return f"no theme was found with {self.installed}"
        return ""


def themes_found(document: Mapping[str, Any], installed: str | None) -> ThemesFound:
    """What a digest, as the bot keeps it, says of its themes."""
    found = document["findings"]
    return ThemesFound(
        answers=document["total"]["replies"],
        number=sum(not theme["hidden"] for theme in found["themes"]),
        model=found["model"],
        installed=installed,
    )


def last_themes(database_url: str) -> ThemesFound:
    """Those of the newest digest of the dialogue that has ended.

    Raises:
        StageError: the bot keeps no such digest.
    """
    with reading(database_url) as seen:
        ended = seen.tx.dialogues.in_status(Status.ENDED)
        kept = seen.tx.digests.newest_of(ended[-1].id, None) if ended else None
    if kept is None:
        raise StageError("the bot keeps no digest of the dialogue")
    return themes_found(orjson.loads(kept.document), model_name())
