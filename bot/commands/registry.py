"""Which commands there are: their names in both languages, and what each is for.

Help and the list of known names come from here, so that a command cannot be forgotten
in either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.wording import Wording

if TYPE_CHECKING:
    from bot.commands.tools import Tools
    from flows.ids import DialogueId
    from flows.messages import Written
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command as it was written, and what it may use.

    `argument` is what stands after the command's name, without space around it.
    """

    tx: Transaction
    message: Written
    argument: str
    now: datetime
    words: Wording
    tools: Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the room reads, as Markdown ("" for nothing), and whose board has changed."""

    markdown: str
    touched: frozenset[DialogueId] = frozenset()


Run = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its Swedish and English names, and its line in the help."""

    swedish: str
    english: str
    usage: Callable[[Wording], str]
    run: Run

    def name(self, words: Wording) -> str:
        """Its name in a language."""
        return self.swedish if words.language == "sv" else self.english


def find(name: str, commands: Sequence[Command]) -> tuple[Command, str] | None:
    """The command of that name and the language it was called in; å, ä, ö may be a and o."""
    wanted = _plain(name)
    for command in commands:
        if wanted == _plain(command.english):
            return command, "en"
        if wanted == _plain(command.swedish):
            return command, "sv"
    return None


def nearest(name: str, commands: Sequence[Command]) -> Command | None:
    """The command with the name most like this one, None if none is alike."""
    names = {_plain(known): one for one in commands for known in (one.swedish, one.english)}
    close = get_close_matches(_plain(name), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


_FOLDED = str.maketrans("åäöé", "aaoe")


def _plain(name: str) -> str:
    return name.casefold().translate(_FOLDED)
