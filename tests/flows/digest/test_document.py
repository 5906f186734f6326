"""A digest as it is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from flows.digest.compose import compose
from flows.digest.document import DigestUnreadable, as_json, from_json
from flows.digest.snapshot import Snapshot
from tests.flows.digest.samples import declared, said, snapshot, snapshots


def stored(drawn: Snapshot) -> dict[str, Any]:
    """As it comes back from the database."""
    document: dict[str, Any] = json.loads(json.dumps(as_json(compose(drawn))))
    return document


@given(drawn=snapshots())
def test_what_was_stored_comes_back(drawn: Snapshot) -> None:
    assert from_json(stored(drawn), drawn.replies) == compose(drawn)


def test_no_word_that_people_wrote_is_stored() -> None:
    drawn = snapshot(
        said(1, "SECRET one", media="SECRET.jpg"), declared(2, "Group answer: SECRET two")
    )
    assert "SECRET" not in json.dumps(as_json(compose(drawn)))


def test_the_stored_form_says_its_version() -> None:
    assert stored(snapshot())["schema"] == 1


def test_another_version_is_refused() -> None:
    document = stored(snapshot()) | {"schema": 2}
    with pytest.raises(DigestUnreadable, match="schema 2, and only 1 is known"):
        from_json(document, ())


@pytest.mark.parametrize(
    "now",
    [
        pytest.param((), id="gone"),
        pytest.param((said(1, "More"),), id="shorter"),
    ],
)
def test_a_reply_that_is_gone_or_shorter_cannot_be_quoted(now: tuple[Any, ...]) -> None:
    document = stored(snapshot(said(1, "More adults")))
    with pytest.raises(DigestUnreadable, match="reply 1 is gone or shorter now"):
        from_json(document, now)


def test_damage_is_named_by_its_place_and_without_words() -> None:
    drawn = snapshot(said(1, "SECRET"))
    document = stored(drawn)
    document["steps"][0]["groups"][0]["quotes"][0]["source"] = "SECRET"
    with pytest.raises(DigestUnreadable) as caught:
        from_json(document, drawn.replies)
    assert str(caught.value) == (
        "the stored digest cannot be read: damaged at steps.0.groups.0.quotes.0.source"
    )
    assert caught.value.__suppress_context__
