"""What a language model says is shown only where the replies and the counts say it too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.book import Origin
from flows.digest.findings import Theme
from flows.digest.wording import (
    MOST_REPLIES,
    MOST_SIGNS,
    Statement,
    Task,
    Worded,
    accepted,
    messages_of,
    task_of,
)
from flows.ids import GroupId, ReplyNo, ThemeNo
from tests.flows.digest.samples import texts

TASK = Task(
    theme=ThemeNo(1),
    name="Skolan",
    language="sv",
    replies={
        1: "Vi behöver fler vuxna i korridorerna på rasterna.",
        4: "Köerna till BUP är för långa.",
    },
    numbers=frozenset({2, 12}),
)
TRUE = {"text": "Deltagarna vill ha fler vuxna i korridorerna.", "reply_ids": [1]}


def answer(*statements: Any, label: Any = "Vuxna i korridorerna") -> str:
    return json.dumps({"label": label, "statements": list(statements)}, ensure_ascii=False)


def shown(*statements: Any) -> list[str]:
    found = accepted(answer(*statements), TASK)
    return [] if found is None else [one.text for one in found.statements]


def test_a_true_answer_is_shown() -> None:
    assert accepted(answer(TRUE), TASK) == Worded(
        theme=ThemeNo(1),
        label="Vuxna i korridorerna",
        statements=(Statement(text=str(TRUE["text"]), replies=(1,)),),
    )


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param({**TRUE, "reply_ids": []}, id="no reply"),
        pytest.param({**TRUE, "reply_ids": [1, 7]}, id="a reply it was not given"),
        pytest.param({**TRUE, "reply_ids": [True]}, id="true is no number"),
        pytest.param({**TRUE, "reply_ids": ["1"]}, id="a number in quotes"),
        pytest.param({**TRUE, "reply_ids": 1}, id="no list"),
        pytest.param({**TRUE, "reply_ids": [4]}, id="another reply says nothing of it"),
        pytest.param({"text": "Fler vuxna i korridorerna, 37 svar.", "reply_ids": [1]}, id="count"),
        pytest.param(
            {"text": "Fler vuxna, 1.2 korridorerna.", "reply_ids": [1]}, id="a part of 12"
        ),
        pytest.param(
            {"text": "Tjugo vill ha vuxna i korridorerna.", "reply_ids": [1]}, id="in words"
        ),
        pytest.param(
            {"text": "Alla vill ha vuxna i korridorerna.", "reply_ids": [1]}, id="everybody"
        ),
        pytest.param({"text": "Skolan borde stängas omedelbart.", "reply_ids": [1]}, id="invented"),
        pytest.param({"text": "”Fler vuxna i korridorerna”", "reply_ids": [1]}, id="a quote"),
        pytest.param({"text": "Vuxna i [korridorerna](x)", "reply_ids": [1]}, id="markup"),
        pytest.param({"text": "Vuxna korridorerna https://x.example", "reply_ids": [1]}, id="link"),
        pytest.param({"text": "Vuxna korridorerna @anna", "reply_ids": [1]}, id="mention"),
        pytest.param({"text": "vuxna korridorerna " * 40, "reply_ids": [1]}, id="too long"),
        pytest.param({"text": " \u200b ", "reply_ids": [1]}, id="nothing"),
        pytest.param({"text": 5, "reply_ids": [1]}, id="no text"),
        pytest.param("Fler vuxna i korridorerna", id="no object"),
        pytest.param(None, id="null"),
    ],
)
def test_what_is_not_borne_out_is_dropped(statement: Any) -> None:
    assert shown(statement, TRUE) == [TRUE["text"]]


def test_a_count_that_was_computed_may_be_told() -> None:
    text = "I 12 svar efterfrågas fler vuxna i korridorerna."
    assert shown({"text": text, "reply_ids": [1]}) == [text]


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("Vuxna i korridorerna på alla skolans raster i Grums", id="too many words"),
        pytest.param("Stäng skolan", id="invented"),
        pytest.param("Korridorerna 37", id="a number"),
        pytest.param("<b>Korridorerna</b>", id="markup"),
        pytest.param("", id="empty"),
        pytest.param(None, id="null"),
        pytest.param(["Korridorerna"], id="a list"),
    ],
)
def test_a_name_that_is_not_borne_out_is_dropped(label: Any) -> None:
    found = accepted(answer(TRUE, label=label), TASK)
    assert found is not None
    assert found.label == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gärna! Här är min sammanfattning:",
        "null",
        "[]",
        '{"label": "x"}',
        '{"label": "x", "statements": {}}',
        '{"statements": []}',
        "[" * 100_000,
        '{"label": "Vuxna", "statements": [',
    ],
)
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert accepted(text, TASK) is None


_NAMES = st.sampled_from(["label", "statements", "text", "reply_ids"])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(_NAMES, one),
)


@given(_ANYTHING)
def test_whatever_comes_back_only_given_replies_are_named(read: Any) -> None:
    found = accepted(json.dumps(read), TASK)
    named = set() if found is None else {n for one in found.statements for n in one.replies}
    assert named <= set(TASK.replies)


@given(said=st.lists(texts, max_size=5))
def test_replies_are_data_in_the_question(said: list[str]) -> None:
    theme = Theme(
        number=ThemeNo(1),
        origin=Origin.PACK,
        title="Skolan",
        replies=tuple(ReplyNo(n) for n, _ in enumerate(said)),
        persons=len(said),
        groups=(GroupId("1"),),
    )
    task = task_of(theme, "sv", dict(enumerate(said, start=1)))
    system, user = messages_of(task)
    plain_system, _ = messages_of(TASK)
    read = json.loads(user["content"])
    assert system == plain_system
    assert [one["text"] for one in read["replies"]] == [text for text in said if text.strip()]


def test_a_question_has_its_bounds() -> None:
    theme = Theme(number=ThemeNo(1), origin=Origin.PACK, title="")
    task = task_of(theme, "sv", dict.fromkeys(range(1, 100), "å" * 4000))
    assert len(task.replies) == MOST_REPLIES
    assert {len(text) for text in task.replies.values()} == {MOST_SIGNS + 1}
