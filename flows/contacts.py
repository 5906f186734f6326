"""How a group asks somebody who takes part from afar: `fråga:` or `ask:`, perhaps with her role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.packs.pack import Contact

_QUESTION = re.compile(
    r"\s*[*_]*(?:fråga|fra\u030aga|fraga|ask)\b[ \t]*(?:till\b|to\b)?[ \t]*"
    r"(?P<who>[^:\n]{0,80}?)[ \t]*:[*_]*\s*(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_FOLDED = str.maketrans("åäöé", "aaoe")
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a contact; `contact` is None if there are several and none was named."""

    contact: Contact | None
    text: str


def asked(text: str, contacts: Sequence[Contact]) -> Asked | None:
    """What a message asks of one of the contacts; None if it asks nothing of any.

    `ask yourselves: …` names none of them, and is a message like another.
    """
    found = _QUESTION.fullmatch(text)
    if found is None or not contacts:
        return None
    who, question = found["who"], found["text"].rstrip()
    if not who:
        return Asked(contacts[0] if len(contacts) == 1 else None, question)
    named = [one for one in contacts if _is_called(one, who)]
    return Asked(named[0], question) if len(named) == 1 else None


def _is_called(contact: Contact, name: str) -> bool:
    wanted = _plain(name)
    names = [contact.id, *(title for _, title in contact.title.versions)]
    plain = [_plain(one) for one in names]
    # "strategen" for "strateg" and "strat" for it: Swedish bends the end of its words.
    bent = len(wanted) >= _SHORTEST_NAME and any(
        one.startswith(wanted) or (len(one) >= _SHORTEST_NAME and wanted.startswith(one))
        for one in plain
    )
    return wanted in plain or bent


def _plain(name: str) -> str:
    return " ".join(name.casefold().translate(_FOLDED).split())
