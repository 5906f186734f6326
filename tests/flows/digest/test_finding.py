"""Themes that are found and themes that are named; which answers ask for something."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score

from flows.digest import assign, cluster, is_proposal
from flows.digest.assign import assignments
from flows.digest.features import WORDS_ALONE, Vectors
from flows.digest.sentences import embed, model_name
from tests.flows.digest.samples import texts as drawn_texts
from tests.flows.digest.texts import ABOUT, ALL

WORDS = WORDS_ALONE

THEMES = (
    {"name": "Elevhälsa", "keywords": ["skolpsykolog", "väntetid"]},
    {"name": "Buss", "keywords": ["kvällsbuss"]},
    {"name": "Skolgården", "keywords": ()},
)


def groups(labels: list[int]) -> set[frozenset[int]]:
    """Which places stand together, whatever their group is called."""
    return {
        frozenset(place for place, label in enumerate(labels) if label == number)
        for number in set(labels)
    }


# --------------------------------------------------------------------- found


@pytest.mark.parametrize("by", [pytest.param(WORDS, id="words"), pytest.param(None, id="meaning")])
def test_answers_about_the_same_stand_together(by: Vectors | None) -> None:
    found = cluster(ALL, "sv", vectors=by)
    assert adjusted_mutual_info_score(ABOUT, found) > 0.8


@settings(max_examples=10)
@given(data=st.data())
def test_the_groups_are_the_same_in_whatever_order_answers_stand(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(ALL))))
    found = cluster([ALL[place] for place in order], "sv", vectors=WORDS)
    back = dict(zip(order, found, strict=True))
    assert [back[place] for place in range(len(ALL))] == cluster(ALL, "sv", vectors=WORDS)


def test_the_same_words_are_always_in_one_group() -> None:
    found = cluster((*ALL, ALL[0], ALL[0]), "sv", vectors=WORDS)
    assert found[0] == found[-1] == found[-2]


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        pytest.param((), [], id="nothing"),
        pytest.param(("👍", " ", "123"), [-1, -1, -1], id="no words"),
        pytest.param(("Bussen",), [0], id="one"),
        pytest.param(("Bussen", "👍", "Bussen"), [0, -1, 0], id="twice the same"),
        pytest.param(("det är så",), [0], id="small words alone"),
    ],
)
def test_there_may_be_little_to_go_by(texts: tuple[str, ...], labels: list[int]) -> None:
    assert cluster(texts, "sv", vectors=WORDS) == labels


@settings(max_examples=20)
@given(texts=st.lists(drawn_texts, max_size=12), language=st.sampled_from(["sv", "en", "fi", "xx"]))
def test_whatever_people_write_every_text_gets_a_place(texts: list[str], language: str) -> None:
    found = cluster(texts, language, vectors=WORDS)
    assert len(found) == len(texts)
    assert set(found) <= {-1, *range(len(texts))}


def test_groups_are_numbered_from_the_largest() -> None:
    found = cluster((*ALL, *ALL[:2], "Bussen är bra på kvällen"), "sv", vectors=WORDS)
    sizes = [found.count(number) for number in range(max(found) + 1)]
    assert sizes == sorted(sizes, reverse=True)


# --------------------------------------------------------------------- named


@pytest.mark.parametrize("by", [pytest.param(WORDS, id="words"), pytest.param(None, id="meaning")])
def test_answers_stand_under_the_heading_that_names_them(by: Vectors | None) -> None:
    told = assign(ALL, THEMES, "sv", vectors=by)
    right = sum(one == other for one, other in zip(told, ABOUT, strict=True))
    assert right >= len(ALL) - 2


def test_headings_may_be_in_another_language_where_meaning_is_known() -> None:
    english = [{"name": "school psychologist"}, {"name": "bus"}, {"name": "school yard"}]
    told = assign(ALL, english, "sv")
    assert sum(one == other for one, other in zip(told, ABOUT, strict=True)) >= 20


def test_what_has_nothing_in_common_with_any_heading_is_outside() -> None:
    told = assign(("Kvällsbuss varje dag", "xyzzy", "👍", ""), THEMES, "sv", vectors=WORDS)
    assert told == [1, -1, -1, -1]


def test_without_headings_everything_is_outside() -> None:
    assert assign(ALL, (), "sv", vectors=WORDS) == [-1] * len(ALL)


def test_one_heading_alone_takes_what_is_near_it() -> None:
    told = assign(("Skolgården är tråkig", "xyzzy"), [{"name": "Skolgården"}], "sv", vectors=WORDS)
    assert told == [0, -1]


def test_who_belongs_equally_to_two_headings_is_told_by_a_small_margin() -> None:
    texts = (*ALL, "Bussen till skolpsykologen")
    given = assignments(texts, THEMES, "sv", vectors=WORDS)
    assert given[-1].margin < np.median([one.margin for one in given])


# ------------------------------------------------------------- sentence model


def test_the_model_gives_the_same_row_alone_and_among_others() -> None:
    assert model_name() is not None
    alone, among = embed([ALL[3]]), embed(ALL)
    assert alone is not None
    assert among is not None
    assert alone.rows is not None
    assert among.rows is not None
    assert np.array_equal(alone.rows[0], among.rows[3])


def test_the_model_takes_whatever_people_write() -> None:
    made = embed(["", "\0", "\ud800", "😀" * 3000, "ord " * 3000])
    assert made is not None
    assert made.rows is not None
    assert made.rows.shape == (5, 384)
    assert np.isfinite(made.rows).all()


# ------------------------------------------------------------------ proposals


@pytest.mark.parametrize(
    "text",
    [
        "Fler vuxna på kvällarna",
        "Vi borde ha en gemensam träff varje månad.",
        "Det är stökigt. Inför en fast kontaktperson per elev!",
        "Kommunen måste korta köerna.",
        "Varför inte öppna gymmet på helgen?",
        "Mitt förslag är att vi provar i höst.",
        "Det vore bra med en buss till.",
        "Jag skulle gärna vilja se fler ledare.",
        "Kan vi inte ha öppet längre?",
        "1. Anställ en fritidsledare\n2. Annat",
        "Parken bör inte bebyggas.",
        "Det är hög tid att laga gungorna.",
        "Nu är det dags för kommunen att höja ersättningen.",
    ],
)
def test_swedish_that_asks_for_something(text: str) -> None:
    assert is_proposal(text, "sv")


@pytest.mark.parametrize(
    "text",
    [
        "Det är bra som det är.",
        "Vad gör vi nu?",
        "Fler vuxna kommer på kvällarna nu.",
        "Behöver jag anmäla mig?",
        "Vi behöver inte göra något.",
        "Det måste inte vara dyrt.",
        "Enligt rapporten bör temperaturen sjunka.",
        "Hon sade att skolan borde stänga.",
        "När jag måste vänta blir jag trött.",
        "",
        "👍",
    ],
)
def test_swedish_that_does_not(text: str) -> None:
    assert not is_proposal(text, "sv")


@pytest.mark.parametrize(
    "text",
    [
        "More benches in the park",
        "The school should open earlier.",
        "Please fix the lights on Main Street.",
        "We need a bus in the evening.",
        "Why not try it for a month?",
        "It would be nice to meet again.",
        "Build a skate park",
    ],
)
def test_english_that_asks_for_something(text: str) -> None:
    assert is_proposal(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "The park is fine.",
        "Do we need to sign up?",
        "I need to go home early.",
        "They say the school should close.",
        "More people are coming every week.",
        "What should we do?",
        "It should have been done long ago, and it was.",
    ],
)
def test_english_that_does_not(text: str) -> None:
    assert not is_proposal(text, "en")


@given(text=drawn_texts, language=st.sampled_from(["sv", "en", "fi"]))
def test_any_text_can_be_looked_at(text: str, language: str) -> None:
    assert is_proposal(text, language) in (True, False)
    if language == "fi":
        assert not is_proposal(text, language)
