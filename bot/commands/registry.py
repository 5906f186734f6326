"""Which commands there are: their names in both languages, and what each is for.

Help and the list of known names come from here, so that a command cannot be forgotten
in either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.wording import Wording
from storage.instants import to_ms
from storage.told import NOBODY, SpeaksOf

if TYPE_CHECKING:
    from bot.commands.tools import Tools
    from flows.audit import Act, Entry
    from flows.ids import DialogueId
    from flows.messages import Written
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command as it was written, and what it may use.

    `argument` is what stands after the command's name, without space around it.
    `confirmed`: an organizer has put ✅ on the bot's question whether to do it.
    """

    tx: Transaction
    message: Written
    argument: str
    now: datetime
    words: Wording
    tools: Tools
    confirmed: bool = False

    def note(
        self, act: Act, *, dialogue: DialogueId | None = None, subject: str = "", reason: str = ""
    ) -> Entry:
        """Note in the log that the organizer who wrote this has done something.

        What may stand in a note is said at `flows.audit.Deed`: no answer, no participant.
        """
        return self.tx.audit.add(
            act,
            actor=self.message.sender,
            at_ms=to_ms(self.now),
            dialogue=dialogue or "",
            room=self.message.room_id,
            subject=subject,
            reason=reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the room reads, as Markdown ("" for nothing), and whose board has changed.

    `confirm` is a command, in English and without its sign, that is run when an organizer puts
    ✅ on this answer within `CONFIRM_WITHIN`: once, as a `Call` that is `confirmed`, and
    answered in the thread of this answer.

    `speaks_of`: whom it quotes or names; it is taken back when they are forgotten.
    """

    markdown: str
    touched: frozenset[DialogueId] = frozenset()
    confirm: str = ""
    speaks_of: SpeaksOf = NOBODY


CONFIRM_WITHIN = timedelta(minutes=15)
"""After that, what the organizers meant may not be what they mean now."""

Run = Callable[[Call], Answer]


def always(_call: Call) -> bool:
    """Available whatever is going on."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its names, and its line in the help.

    `also_swedish` and `also_english` are further names that are understood. `available` says
    whether it can do something now; if not, the help names it last, and briefly.
    `second_words` are what people write after it, in Swedish and in English (*slå* ihop), where
    the name alone says nothing.
    """

    swedish: str
    english: str
    usage: Callable[[Wording], str]
    run: Run
    also_swedish: tuple[str, ...] = ()
    also_english: tuple[str, ...] = ()
    available: Callable[[Call], bool] = always
    second_words: tuple[str, str] = ("", "")

    def name(self, words: Wording) -> str:
        """Its name in a language."""
        return self.swedish if words.language == "sv" else self.english

    def full_name(self, words: Wording) -> str:
        """Its name in a language, with the second word if it has one."""
        second = self.second_words[0 if words.language == "sv" else 1]
        return f"{self.name(words)} {second}".rstrip()

    @property
    def names(self) -> dict[str, str]:
        """Every name it is understood by, folded, with its language; English comes first."""
        english = dict.fromkeys(map(_plain, (self.english, *self.also_english)), "en")
        return dict.fromkeys(map(_plain, (self.swedish, *self.also_swedish)), "sv") | english


def find(name: str, commands: Sequence[Command]) -> tuple[Command, str] | None:
    """The command of that name and the language it was called in; å, ä, ö may be a and o."""
    wanted = _plain(name)
    for command in commands:
        language = command.names.get(wanted)
        if language is not None:
            return command, language
    return None


def nearest(name: str, commands: Sequence[Command]) -> tuple[Command, str] | None:
    """The command with the name most like this one, and that name's language; None for none."""
    names = {known: (one, one.names[known]) for one in commands for known in one.names}
    close = get_close_matches(_plain(name), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


_FOLDED = str.maketrans("åäöé", "aaoe")


def _plain(name: str) -> str:
    # Some keyboards write the ring and the dots of å, ä, ö as signs of their own.
    return unicodedata.normalize("NFC", name).casefold().translate(_FOLDED)
