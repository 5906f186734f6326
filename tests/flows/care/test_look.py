"""What is heard as danger, and what must not be, on sets written for it.

The lines of ``*.jsonl`` were written for this project by one of its engineers, before the rules:
nobody wrote them in need. The rules were shaped on the ``dev`` files; docs/care.md tells what they
found in the ``test`` files before anything was mended, and where the sets end.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.care.look import Danger, danger_in
from flows.care.rules import Level

_HERE = Path(__file__).parent
_SETS = ("sv_dev", "sv_test", "en_dev", "en_test")
_OTHERS = ("others_sv_dev", "others_sv_test", "others_en_dev", "others_en_test")
_LATE = ("sv_late", "en_late", "others_sv_late", "others_en_late")
_FEWEST = 300
_FEWEST_OF_OTHERS = 70
_UNHEARD = 14


@dataclass(frozen=True)
class _Line:
    level: str
    sort: str
    text: str


def _lines(name: str) -> list[_Line]:
    rows = (_HERE / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [_Line(**json.loads(row)) for row in rows]


def _heard(text: str) -> str:
    danger = danger_in(text)
    return "none" if danger is None else danger.level.value


@pytest.mark.parametrize("name", [*_SETS, *_OTHERS, *_LATE])
def test_each_line_is_heard_as_what_it_is(name: str) -> None:
    heard = {line.text: _heard(line.text) for line in _lines(name) if line.sort != "unheard"}

    assert heard == {line.text: line.level for line in _lines(name) if line.sort != "unheard"}


def test_what_is_known_not_to_be_heard_is_still_not_heard() -> None:
    # One that is heard one day is a line like the others from then on.
    unheard = [line for name in _LATE for line in _lines(name) if line.sort == "unheard"]

    assert [_heard(line.text) for line in unheard] == ["none"] * _UNHEARD


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_sets_about_others_are_varied_too(language: str) -> None:
    lines = _lines(f"others_{language}_dev") + _lines(f"others_{language}_test")

    assert sum(line.level == "other" for line in lines) > _FEWEST_OF_OTHERS
    assert sum(line.level == "none" for line in lines) > _FEWEST_OF_OTHERS
    assert len({line.text for line in lines}) == len(lines)
    assert {line.sort for line in lines} >= {
        *("plain", "two_sentences", "fear", "selfharm", "attempt", "quoted", "misspelled"),
        *("asking", "subject", "past", "denied", "idiom", "ordinary"),
    }


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_sets_are_large_and_varied(language: str) -> None:
    lines = _lines(f"{language}_dev") + _lines(f"{language}_test")

    assert len(lines) >= _FEWEST
    assert len({line.text for line in lines}) == len(lines)
    assert {line.sort for line in lines} >= {
        *("plain", "method", "farewell", "slang", "misspelled", "negation_turned", "selfharm"),
        *("subject", "third", "negated", "past", "idiom", "ordinary"),
    }


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        pytest.param("Jag vill dö", Level.ACUTE, id="said"),
        pytest.param("jag vill dö!!!", Level.ACUTE, id="with signs"),
        pytest.param("Jag\nvill  dö", Level.ACUTE, id="over lines"),
        pytest.param("J\u00adag vill d\u200bö", Level.ACUTE, id="with invisible signs"),
        pytest.param("**jag vill dö**", Level.ACUTE, id="in bold"),
        pytest.param("“jag vill dö”", Level.ACUTE, id="all in quotation marks"),
        pytest.param("Gruppsvar: jag vill dö", Level.ACUTE, id="as a group's answer"),
        pytest.param("Inget mer snack. Jag vill dö.", Level.ACUTE, id="after another sentence"),
        pytest.param("jag vet inte vad jag ska göra jag vill dö", Level.ACUTE, id="another denied"),
        pytest.param("I cant go on and I want to die", Level.ACUTE, id="another denied, English"),
        pytest.param(
            "För tio år sedan ville jag dö. Nu vill jag dö igen.", Level.ACUTE, id="again"
        ),
        pytest.param(
            "Jag vill inte leva. Jag vet hur jag ska göra.", Level.ACUTE, id="with a plan"
        ),
        pytest.param("Jag vill inte leva", Level.PASSIVE, id="without one"),
    ],
)
def test_danger_is_heard_however_it_is_written(text: str, heard: Level) -> None:
    danger = danger_in(text)

    assert danger is not None
    assert danger.level is heard


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("> jag vill dö\nVad svarar man på det?", id="somebody quoted"),
        pytest.param("Eleven sa att jag vill dö är vanligt att höra", id="reported"),
        pytest.param("Om jag säger att jag vill dö, vem ringer ni?", id="supposed"),
        pytest.param("Ingen frågade om jag ville ta livet av mig", id="asked"),
    ],
)
def test_what_others_say_is_not_heard_as_ones_own(text: str) -> None:
    assert danger_in(text) is None


def test_what_is_found_bears_the_name_of_its_rule() -> None:
    assert danger_in("Jag har skrivit mitt avskedsbrev") == Danger(Level.ACUTE, "a farewell", "sv")


@pytest.mark.parametrize(
    ("piece", "heard"),
    [
        *(("min son ", "none"), ("min son vill ", "none"), ("min son står på taket ", "none")),
        *(("min son säger att han ", "none"), ("my son says that he ", "none")),
        *(("jag är rädd att min ", "none"), ('min son skrev "jag vill inte leva ', "other")),
    ],
)
def test_a_message_that_repeats_itself_is_looked_at_to_its_end(piece: str, heard: str) -> None:
    # A pattern that tried every way of reading these would not come to an end.
    assert _heard(piece * (20_000 // len(piece))) == heard


@given(before=st.sampled_from(["", "Ja. ", "Bra fråga! ", "Vi svarar så här:\n"]), text=st.text())
def test_what_is_said_besides_hides_nothing(before: str, text: str) -> None:
    quoting = set("\"“”„«»'\u2018\u2019>")
    rest = "".join(sign for sign in text if sign not in quoting)

    assert danger_in(f"{before}Jag vill ta livet av mig. {rest}") is not None
