"""Naming options: tolerant of how people type, and never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.choices import KEYCAPS, Ballot, is_mere_choice, number_in, read_choices, tapped
from flows.packs.pack import Choosing

POLL = Ballot(
    choosing=Choosing.SINGLE,
    options=(("ja", "yes"), ("ja, delvis", "partly"), ("nej", "no"), ("vet inte", "don't know")),
)
MANY = Ballot(
    choosing=Choosing.MULTIPLE,
    options=(("skolan", "school"), ("fritiden", "leisure"), ("hemmet", "home")),
)
SCALE = Ballot(choosing=Choosing.SCALE, options=(("lätt",), ("",), ("",), ("",), ("svårt",)))
CHECK_IN = Ballot(
    choosing=Choosing.SINGLE,
    options=(("klart",), ("på gång",), ("sent",), ("stoppat",)),
    asks_number=True,
    takes_words=True,
)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        pytest.param("2", (2,), id="a number"),
        pytest.param(" 2. ", (2,), id="with a dot"),
        pytest.param("2) för att", (2,), id="with a bracket and words"),
        pytest.param("Alternativ 3", (3,), id="with its name"),
        pytest.param("Svar: 3", (3,), id="with another name"),
        pytest.param("3️⃣", (3,), id="a keycap, typed"),
        pytest.param("3⃣", (3,), id="a keycap of another keyboard"),
        pytest.param("JA", (1,), id="the words"),
        pytest.param("Ja, delvis", (2,), id="the longer of two"),
        pytest.param("Nej!", (3,), id="with a sign"),
        pytest.param("nej tack", (3,), id="before more words"),
        pytest.param("Yes", (1,), id="in another language"),
        pytest.param("vet inet", (4,), id="with a slip"),
        pytest.param("delvis", (), id="the end of an option is not its name"),
        pytest.param("5", (), id="no such number"),
        pytest.param("0", (), id="zero"),
        pytest.param("12", (), id="a larger number"),
        pytest.param("1 eller 2", (), id="undecided"),
        pytest.param("1-2", (), id="a range"),
        pytest.param("1, 3", (), id="two where one is asked for"),
        pytest.param("2,5", (), id="between two"),
        pytest.param("10 personer tycker nej", (), id="a number of something else"),
        pytest.param("jag vet", (), id="something else"),
        pytest.param("", (), id="nothing"),
        pytest.param("…", (), id="a sign"),
    ],
)
def test_one_of_several(text: str, chosen: tuple[int, ...]) -> None:
    assert read_choices(text, POLL) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1, 3", (1, 3)),
        ("3 1", (1, 3)),
        ("1 och 3", (1, 3)),
        ("1 & 2 + 3", (1, 2, 3)),
        ("1. 2. 2.", (1, 2)),
        ("2 för att vi saknar det", (2,)),
        ("1,3 för att", (1, 3)),
        ("1️⃣3️⃣", (1, 3)),
        ("skolan och hemmet", (1, 3)),
        ("Skola, home", (1, 3)),
        ("skolan, biblioteket", ()),
        ("1, 7", ()),
        ("13", ()),
    ],
)
def test_several_at_once(text: str, chosen: tuple[int, ...]) -> None:
    assert read_choices(text, MANY) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("4", (4,)),
        ("4/5", (4,)),
        ("4 av 5", (4,)),
        ("4 of 5 because", (4,)),
        ("4/6", ()),
        ("3-4", ()),
        ("3,5", ()),
        ("svårt", (5,)),
        ("6", ()),
    ],
)
def test_a_place_on_a_scale(text: str, chosen: tuple[int, ...]) -> None:
    assert read_choices(text, SCALE) == chosen


@pytest.mark.parametrize(
    ("text", "chosen", "number"),
    [
        ("2 Vi hann hälften. 14", (2,), 14.0),
        ("på gång. Vi har träffat 3 skolor. 1 200", (2,), 1200.0),
        ("2 vi hann 3,5", (2,), 3.5),
        ("2 Vi hann hälften.", (2,), None),
        ("Vi hann hälften. 14", (), 14.0),
        ("4", (4,), None),
        ("1 klart \u22122", (1,), -2.0),
        ("1 i v34a", (1,), None),
    ],
)
def test_a_check_in(text: str, chosen: tuple[int, ...], number: float | None) -> None:
    assert read_choices(text, CHECK_IN) == chosen
    assert number_in(text, CHECK_IN) == number


@pytest.mark.parametrize(
    ("text", "mere"),
    [
        ("2", True),
        ("2️⃣", True),
        ("2. Ja, delvis", True),
        ("Nej!", True),
        ("vet inet", True),
        ("2 för att", False),
        ("nej tack", False),
        ("något annat", False),
    ],
)
def test_nothing_but_a_choice(text: str, *, mere: bool) -> None:
    assert is_mere_choice(text, POLL) is mere


def test_every_keycap_is_the_number_it_shows() -> None:
    assert [tapped(mark) for mark in KEYCAPS] == list(range(1, 11))
    assert [tapped(mark.replace("\ufe0f", "")) for mark in KEYCAPS] == list(range(1, 11))
    assert [tapped(mark) for mark in ("👍", "✅", "0️⃣", "1", "")] == [None] * 5


@given(text=st.text(max_size=40), ballot=st.sampled_from([POLL, MANY, SCALE, CHECK_IN]))
def test_whatever_is_written_only_options_come_out(text: str, ballot: Ballot) -> None:
    chosen = read_choices(text, ballot)

    assert set(chosen) <= set(range(1, len(ballot.options) + 1))
    assert ballot.choosing is Choosing.MULTIPLE or len(chosen) <= 1
    assert not is_mere_choice(text, ballot) or chosen
    number_in(text, ballot)
