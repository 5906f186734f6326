"""How a message says that it asks somebody who takes part from afar."""

from __future__ import annotations

import pytest

from flows.contacts import asked
from flows.packs.pack import Contact, Text

STRATEGIST = Contact(
    id="strategist", title=Text(versions=(("sv", "Hälsostrateg"), ("en", "Health strategist")))
)
NURSE = Contact(id="nurse", title=Text(versions=(("sv", "Skolsköterska"), ("en", "Nurse"))))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        pytest.param("fråga: Vem ringer vi?", "Vem ringer vi?", id="Swedish"),
        pytest.param("fra\u030aga: Vem?", "Vem?", id="with the ring as a sign of its own"),
        pytest.param("FRAGA : Vem?", "Vem?", id="without dots, loud"),
        pytest.param("Ask: whom\nand when? ", "whom\nand when?", id="English, two lines"),
        pytest.param("**fråga:** Vem?", "Vem?", id="in bold"),
        pytest.param("fråga till Hälsostrategen: Vem?", "Vem?", id="by her title, bent"),
        pytest.param("ask the strategist: Who?", None, id="somebody unknown"),
        pytest.param("fråga halsostrateg: kl. 9: går det?", "kl. 9: går det?", id="more colons"),
        pytest.param("fråga:", None, id="nothing asked"),
        pytest.param("fråga strategist:   ", None, id="nothing asked of her"),
        pytest.param("Frågan: vem gör det?", None, id="another word"),
        pytest.param("Vi vill fråga: vem?", None, id="not at the beginning"),
        pytest.param("ask yourselves: who?", None, id="no contact"),
        pytest.param("Gruppsvar: vi frågar", None, id="the group's answer"),
    ],
)
def test_asking_the_only_contact(text: str, question: str | None) -> None:
    found = asked(text, [STRATEGIST])
    assert (None if found is None else found.text) == question
    assert found is None or found.contact is STRATEGIST


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        pytest.param("fråga strategist: Vem?", STRATEGIST, id="by id"),
        pytest.param("ask nurse: Who?", NURSE, id="the other"),
        pytest.param("fråga skolsköterskan: Vem?", NURSE, id="by title, bent"),
        pytest.param("fråga: Vem?", None, id="none named"),
    ],
)
def test_asking_one_of_several(text: str, contact: Contact | None) -> None:
    found = asked(text, [STRATEGIST, NURSE])
    assert found is not None
    assert found.contact is contact


def test_where_nobody_can_be_asked_it_is_a_message_like_another() -> None:
    assert asked("fråga: Vem?", []) is None
