"""A digest as it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from flows.digest.book import Origin
from flows.digest.compose import compose
from flows.digest.document import DigestUnreadable, as_json, from_json
from flows.digest.findings import Findings, Proposal, Theme
from flows.digest.masks import Mask, MaskKind
from flows.digest.quote import Span
from flows.digest.snapshot import Snapshot
from flows.ids import GroupId, ReplyNo, ThemeNo
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
    assert stored(snapshot())["schema"] == 3


def test_another_version_is_refused() -> None:
    document = stored(snapshot()) | {"schema": 1}
    with pytest.raises(DigestUnreadable, match="schema 1, and only 3 is known"):
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


def test_findings_come_back_with_the_words_of_their_replies() -> None:
    # given a digest with a theme, whose label is a word of a reply
    drawn = snapshot(said(1, "The SECRET queues"), said(2, "Shorter SECRET queues"))
    digest = compose(drawn)
    quote = replace(digest.steps[0].groups[0].quotes[0], masks=(Mask(4, 10, MaskKind.NAME),))
    label = Span(reply_no=ReplyNo(1), start=11, end=17, text="queues")
    theme = Theme(
        number=ThemeNo(1),
        origin=Origin.FOUND,
        title="",
        label=(label,),
        replies=(ReplyNo(1), ReplyNo(2)),
        quotes=(quote,),
    )
    proposal = Proposal(number=1, quote=quote, group_id=GroupId("1"), theme=ThemeNo(1))
    found = replace(digest, findings=Findings(themes=(theme,), proposals=(proposal,)))

    # when it is stored
    document = json.loads(json.dumps(as_json(found)))

    # then no word of it is, and all come back
    assert "SECRET" not in json.dumps(document)
    assert "queues" not in json.dumps(document)
    assert from_json(document, drawn.replies) == found
    assert theme.name == "queues"
    assert quote.shown(lambda kind: f"[{kind}]") == "The [name] queues"
