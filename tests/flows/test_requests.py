"""The words participants have with the bot: understood whole, and never inside a sentence."""

from __future__ import annotations

import pytest

from flows.requests import Request, name_of_command, request_of


@pytest.mark.parametrize(
    ("text", "request_", "language"),
    [
        ("hjälp", Request.HELP, "sv"),
        ("HJALP!", Request.HELP, "sv"),
        ("hja\u0308lp", Request.HELP, "sv"),
        (" help? ", Request.HELP, "en"),
        ("!hjälp", Request.HELP, "sv"),
        ("Kalla  på hjälp.", Request.CALL, "sv"),
        ("call for help", Request.CALL, "en"),
        ("mina svar", Request.MINE, "sv"),
        ("My answers", Request.MINE, "en"),
        ("mina uppgifter", Request.DATA, "sv"),
        ("my data", Request.DATA, "en"),
        ("Angra", Request.UNDO, "sv"),
        ("undo", Request.UNDO, "en"),
        ("glöm mig", Request.FORGET, "sv"),
        ("forget me", Request.FORGET, "en"),
        ("Ja, glöm mig", Request.FORGET_NOW, "sv"),
        ("**yes, forget me**", Request.FORGET_NOW, "en"),
        ("Jag ångrar mig!", Request.WITHDRAW, "sv"),
        ("withdraw my consent", Request.WITHDRAW, "en"),
        ("svenska", Request.SWEDISH, "sv"),
        ("English", Request.ENGLISH, "en"),
    ],
)
def test_a_word_alone_is_said_to_the_bot(text: str, request_: Request, language: str) -> None:
    assert request_of(text) == (request_, language)


@pytest.mark.parametrize(
    "text",
    ["", "!", "help the soup", "glöm mig inte", "jag vill ångra", "mina svar är bra", "x" * 99],
)
def test_within_a_sentence_it_is_not(text: str) -> None:
    assert request_of(text) is None


def test_what_looks_like_a_command() -> None:
    assert name_of_command("!start lunch") == "start"
    assert name_of_command("! start") == "start"
    assert [name_of_command(text) for text in ("start", "!", "", "a !start")] == [None] * 4
