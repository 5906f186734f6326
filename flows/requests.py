"""The few words of their own that participants have with the bot: help, undo, forget me."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

CALL_MARK = "🙋"
"""The reaction that calls an organizer to a group."""


class Request(StrEnum):
    """What a participant wants of the bot itself."""

    HELP = "help"
    CALL = "call"
    """An organizer shall come."""
    MINE = "mine"
    """What is stored of me?"""
    DATA = "data"
    """All of it, as a file."""
    UNDO = "undo"
    """Take back my newest answer."""
    FORGET = "forget"
    FORGET_NOW = "forget_now"
    """Yes, forget me; said after being asked."""
    RULES = "rules"
    """When is an answer held back?"""
    LEAVE = "leave"
    """Take everything off my screen, where something sensitive was said."""
    WITHDRAW = "withdraw"
    """I take my consent back."""
    SWEDISH = "swedish"
    ENGLISH = "english"

    @property
    def is_plain_word(self) -> bool:
        """Whether people may say it to each other too, and mean nobody else."""
        return self in (
            Request.HELP,
            Request.UNDO,
            Request.WITHDRAW,
            Request.SWEDISH,
            Request.ENGLISH,
        )


RIGHTS = frozenset(
    {Request.MINE, Request.DATA, Request.FORGET, Request.FORGET_NOW, Request.WITHDRAW}
)
"""What somebody may ask who takes part in no group, but is asked from afar."""

_WORDS: dict[Request, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Request.HELP: (("hjälp",), ("help",)),
    Request.CALL: (
        ("kalla på hjälp", "tillkalla hjälp", "kalla hjälp"),
        ("call for help", "call help"),
    ),
    Request.MINE: (("mina svar", "visa mina svar"), ("my answers", "show my answers")),
    Request.DATA: (
        ("mina uppgifter", "mina personuppgifter"),
        ("my data", "my personal data"),
    ),
    Request.UNDO: (("ångra", "ångra mitt svar"), ("undo", "undo my answer")),
    Request.FORGET: (("glöm mig",), ("forget me",)),
    Request.FORGET_NOW: (("ja, glöm mig", "ja glöm mig"), ("yes, forget me", "yes forget me")),
    Request.RULES: (
        ("visa reglerna", "visa regler", "vilka regler gäller"),
        ("show the rules", "show rules", "what are the rules"),
    ),
    Request.LEAVE: (("lämna", "lämna nu"), ("leave", "leave now")),
    Request.WITHDRAW: (
        ("jag ångrar mig", "återkalla", "återkalla samtycke", "återkalla mitt samtycke"),
        ("withdraw", "withdraw consent", "withdraw my consent", "i withdraw"),
    ),
    Request.SWEDISH: (("svenska", "på svenska"), ("swedish", "in swedish")),
    Request.ENGLISH: (("engelska", "på engelska"), ("english", "in english")),
}
"""Each in Swedish and in English."""

_FOLDED = str.maketrans("åäö", "aao")
_KNOWN: dict[str, tuple[Request, str]] = {
    word.translate(_FOLDED): (request, language)
    for request, (swedish, english) in _WORDS.items()
    for language, words in (("sv", swedish), ("en", english))
    for word in words
}
_LONGEST = max(map(len, _KNOWN)) + 8
_SIGN = "!"


def request_of(text: str) -> tuple[Request, str] | None:
    """What a message asks of the bot, and in which language; None if it is no such word.

    The whole message must be it: within a sentence the word is said to somebody else.
    """
    # Asked of every message, and hardly any is so short.
    if len(text) > _LONGEST:
        return None
    # Some keyboards write the ring and the dots of å, ä, ö as signs of their own.
    text = unicodedata.normalize("NFC", text)
    said = " ".join(text.strip(" \n\t!?.,*_\"'").casefold().split())
    return _KNOWN.get(said.translate(_FOLDED))


def name_of_command(text: str) -> str | None:
    """The first word of a message that looks like a command, without its sign."""
    if not text.startswith(_SIGN):
        return None
    words = text[1:].split(maxsplit=1)
    return words[0] if words else None
