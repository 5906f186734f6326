"""Whom an organizer means by a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import CommandError
from bot.nearest import nearest
from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.grouping.people import folded
from storage.seating import Seated

_SHOWN = 6
_SIGNS = re.compile(r"[(),]")


def who(name: str, people: Sequence[Seated], words: Wording) -> Seated:
    """The one person meant; case and å, ä, ö do not matter, and a part of the name may do.

    Raises:
        CommandError: nobody, or more than one; it says who there is.
    """
    wanted = folded(_SIGNS.sub(" ", name))
    for matches in (_whole, _beginning, _all_words):
        fitting = [one for one in people if wanted and matches(wanted, one)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise CommandError(_several(name, fitting, words))
    raise CommandError(_nobody(name, people, words))


def _whole(wanted: str, one: Seated) -> bool:
    return folded(one.person.name) == wanted or one.person.user_id == wanted


def _beginning(wanted: str, one: Seated) -> bool:
    return f"{folded(one.person.name)} ".startswith(f"{wanted} ")


def _all_words(wanted: str, one: Seated) -> bool:
    person = one.person
    said = folded(_SIGNS.sub(" ", f"{person.name} {person.role} {person.organisation}")).split()
    return all(any(word.startswith(part) for word in said) for part in wanted.split())


def _several(name: str, fitting: Sequence[Seated], words: Wording) -> str:
    known = "\n".join(f"- {described(one)}" for one in fitting[:_SHOWN])
    head = words.say(
        "More than one person fits “{name}”. Write more of the name, or the organisation after it:",
        name=escape(name),
    )
    return f"{head}\n\n{known}"


def _nobody(name: str, people: Sequence[Seated], words: Wording) -> str:
    names = {folded(one.person.name): one.person.name for one in people}
    guess = nearest(folded(name), list(names))
    if guess is None:
        return words.say("Nobody on the list is called “{name}”.", name=escape(name))
    return words.say(
        "Nobody on the list is called “{name}”. Did you mean {guess}?",
        name=escape(name),
        guess=escape(names[guess]),
    )


def described(one: Seated) -> str:
    """A person with her role and organisation, as Markdown."""
    more = ", ".join(escape(part) for part in (one.person.role, one.person.organisation) if part)
    name = escape(one.person.name)
    return f"{name} – {more}" if more else name
