"""What declares itself a group's answer, and where the answer itself begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.group_answer import answer_span, is_group_answer
from tests.flows.digest.samples import texts


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("Gruppsvar: Fler vuxna", "Fler vuxna", id="as the prompt says"),
        pytest.param("Group answer: More adults", "More adults", id="in English"),
        pytest.param("GRUPPSVAR:Fler vuxna", "Fler vuxna", id="shouted, no space"),
        pytest.param("  \ufeffgruppsvar : Fler vuxna \n", "Fler vuxna", id="loose spaces"),
        pytest.param("Gruppsvar:\n\n1. Ett\n2. Två", "1. Ett\n2. Två", id="several lines"),
        pytest.param("Gruppsvar\nFler vuxna", "Fler vuxna", id="a line of its own"),
        pytest.param("Gruppsvar - Fler vuxna", "Fler vuxna", id="hyphen"),
        pytest.param("Gruppsvar \u2013 Fler vuxna", "Fler vuxna", id="dash"),
        pytest.param("Gruppsvar- Fler vuxna", "Fler vuxna", id="hyphen without space before"),
        pytest.param("Grupp svar: Fler vuxna", "Fler vuxna", id="as phones correct it"),
        pytest.param("**Gruppsvar:** Fler vuxna", "Fler vuxna", id="bold with colon"),
        pytest.param("**Gruppsvar**: Fler vuxna", "Fler vuxna", id="bold before colon"),
        pytest.param("_Group answer_\nMore adults", "More adults", id="italics, own line"),
        pytest.param("**Gruppsvar: Fler vuxna**", "Fler vuxna", id="all in bold"),
        pytest.param("Gruppsvar: **Fler** vuxna**", "**Fler** vuxna**", id="marks of its own"),
        pytest.param("Gruppsvar: Gruppsvar: x", "Gruppsvar: x", id="said twice"),
    ],
)
def test_a_group_answer_begins_after_its_first_word(text: str, answer: str) -> None:
    start, end = answer_span(text)
    assert is_group_answer(text)
    assert text[start:end] == answer


@pytest.mark.parametrize(
    "text",
    [
        "Gruppsvaret är inte klart",
        "gruppsvar kommer",
        "Gruppsvaret: kommer",
        "gruppsvar- och enskilda svar behövs",
        "Gruppsvar-mallen är tom",
        "Vårt gruppsvar: fler vuxna",
        "Ska vi skriva Gruppsvar: först?",
        "Group answers: how?",
        "Gruppsvar",
        "Gruppsvar:",
        "**Gruppsvar:**",
        "",
    ],
)
def test_talk_about_the_group_answer_is_no_answer(text: str) -> None:
    assert not is_group_answer(text)


@pytest.mark.parametrize("text", ["Gruppsvar", "Gruppsvar:", "**Group answer**"])
def test_the_first_word_under_a_picture_makes_the_picture_the_answer(text: str) -> None:
    start, end = answer_span(text)
    assert is_group_answer(text, has_media=True)
    assert start == end


def test_a_picture_with_another_caption_is_no_answer() -> None:
    assert not is_group_answer("Vårt blädderblock", has_media=True)


def test_an_answer_by_mark_alone_is_the_whole_message() -> None:
    start, end = answer_span("  Fler vuxna i skolan\n")
    assert "  Fler vuxna i skolan\n"[start:end] == "Fler vuxna i skolan"


@given(text=st.one_of(texts, texts.map("Gruppsvar:".__add__), texts.map("**gruppsvar ".__add__)))
def test_a_span_lies_within_its_text_and_has_no_space_at_its_edges(text: str) -> None:
    start, end = answer_span(text)
    assert 0 <= start <= end <= len(text)
    assert text[start:end] == text[start:end].strip()
