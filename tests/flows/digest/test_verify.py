"""The gate: a digest that says something else than the replies does not pass."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose
from flows.digest.document import Counts, Digest, GroupAnswer, GroupPart
from flows.digest.snapshot import ReplyRecord, Snapshot
from flows.digest.verify import DigestNotTrue, verify
from flows.ids import ReplyNo
from tests.flows.digest.samples import declared, said, snapshot, snapshots

REPLIES = (
    said(1, "More adults", person=1),
    said(2, "Shorter queues", person=2),
    said(3, "secret", person=3, source=None),
    said(4, "sorry", person=4, withdrawn=True),
    declared(5, "Group answer: older", person=1),
    declared(6, "Group answer: newer", person=1),
    said(7, "Other table", person=8, group="2"),
)
SNAPSHOT = snapshot(*REPLIES)


def with_part(digest: Digest, change: GroupPart, *, step: int = 0) -> Digest:
    """The digest with another part in the place of the group's own."""
    listed = digest.steps[step]
    groups = tuple(change if part.group_id == change.group_id else part for part in listed.groups)
    steps = list(digest.steps)
    steps[step] = replace(listed, groups=groups)
    return replace(digest, steps=tuple(steps))


def with_quote(digest: Digest, **changes: object) -> Digest:
    """The digest with its first quote changed."""
    part = digest.steps[0].groups[0]
    first = replace(part.quotes[0], **changes)  # type: ignore[arg-type]  # any field, by name
    return with_part(digest, replace(part, quotes=(first, *part.quotes[1:])))


def refused(digest: Digest, replies: Snapshot = SNAPSHOT) -> DigestNotTrue:
    with pytest.raises(DigestNotTrue) as caught:
        verify(digest, replies)
    return caught.value


@given(drawn=snapshots())
def test_what_was_composed_is_true(drawn: Snapshot) -> None:
    verify(compose(drawn), drawn)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"text": "More adult"}, id="not to the letter"),
        pytest.param({"start": 1}, id="another span"),
        pytest.param({"end": 99}, id="a span beyond the end"),
        pytest.param({"late": True}, id="said to be late"),
        pytest.param({"source": REPLIES[1].source}, id="another's source"),
    ],
)
def test_a_quote_that_is_not_its_reply_is_refused(changes: dict[str, object]) -> None:
    error = refused(with_quote(compose(SNAPSHOT), **changes))
    assert error.reply_nos == (1,)
    assert "adults" not in str(error)


def test_what_must_not_be_quoted_is_refused() -> None:
    # given a digest that quotes a sealed reply, a withdrawn one and one that never was
    digest = compose(SNAPSHOT)
    part = digest.steps[0].groups[0]
    extra = tuple(
        replace(part.quotes[0], reply_no=ReplyNo(no), text=text, end=len(text))
        for no, text in ((3, "secret"), (4, "sorry"), (99, "invented"))
    )

    # when, then
    error = refused(with_part(digest, replace(part, quotes=(*part.quotes, *extra))))
    assert error.reply_nos == (3, 4, 99)


def test_a_quote_in_another_groups_place_is_refused() -> None:
    digest = compose(SNAPSHOT)
    mine, other = digest.steps[0].groups
    error = refused(with_part(digest, replace(other, quotes=(*other.quotes, mine.quotes[0]))))
    assert error.reply_nos == (1,)


def test_a_reply_that_is_left_out_is_missed() -> None:
    digest = compose(SNAPSHOT)
    part = digest.steps[0].groups[0]
    error = refused(with_part(digest, replace(part, quotes=part.quotes[1:])))
    assert error.reply_nos == (1,)
    assert "alone/1: replaced" in error.counts


def test_an_older_group_answer_in_the_place_of_the_standing_one_is_refused() -> None:
    digest = compose(SNAPSHOT)
    older = compose(snapshot(REPLIES[4])).steps[1].groups[0].standing
    part = digest.steps[1].groups[0]
    error = refused(with_part(digest, replace(part, standing=older), step=1))
    assert error.reply_nos == (6,)


def test_an_answer_that_a_group_did_not_give_is_refused() -> None:
    digest = compose(SNAPSHOT)
    part = digest.steps[1].groups[1]
    error = refused(with_part(digest, replace(part, answer=GroupAnswer.MISSING), step=1))
    assert error.counts == ("together/2: group answer",)


def test_a_reply_of_no_round_is_missed() -> None:
    stray = said(8, "where am I", group="9")
    error = refused(compose(SNAPSHOT), replace(SNAPSHOT, replies=(*REPLIES, stray)))
    assert error.reply_nos == (8,)


def test_a_round_that_is_left_out_is_missed() -> None:
    digest = compose(SNAPSHOT)
    listed = replace(digest.steps[1], groups=digest.steps[1].groups[:1])
    error = refused(replace(digest, steps=(digest.steps[0], listed)))
    assert "together/2: round" in error.counts


def test_a_group_that_is_left_out_is_missed() -> None:
    digest = compose(SNAPSHOT)
    assert "groups" in refused(replace(digest, groups=digest.groups[:1])).counts


@pytest.mark.parametrize("field", [field.name for field in fields(Counts)])
def test_no_count_may_be_off_by_one(field: str) -> None:
    digest = compose(SNAPSHOT)

    def more(counts: Counts) -> Counts:
        return replace(counts, **{field: getattr(counts, field) + 1})

    total = replace(digest, total=more(digest.total))
    group = digest.groups[0]
    first = replace(group, counts=more(group.counts))
    part = digest.steps[0].groups[0]
    assert refused(total).counts == (f"all: {field}",)
    assert f"1: {field}" in refused(replace(digest, groups=(first, *digest.groups[1:]))).counts
    assert (
        f"alone/1: {field}"
        in refused(with_part(digest, replace(part, counts=more(part.counts)))).counts
    )


@given(drawn=snapshots(), data=st.data())
def test_a_digest_is_not_true_to_replies_that_have_changed_since(
    drawn: Snapshot, data: st.DataObject
) -> None:
    # given a digest that quotes something
    digest = compose(drawn)
    quotes = [quote for quote in digest.all_quotes if quote.text]
    if not quotes:
        return
    changed = data.draw(st.sampled_from(quotes))

    other = next(letter for letter in "¤#%‰" if letter not in changed.text)

    # when the author writes something else, or takes it back
    def edit(reply: ReplyRecord) -> ReplyRecord:
        if reply.reply_no != changed.reply_no:
            return reply
        if data.draw(st.booleans()):
            return replace(reply, withdrawn=True)
        return replace(reply, text=other * len(reply.text))

    since = replace(drawn, replies=tuple(edit(reply) for reply in drawn.replies))

    # then the digest of before does not pass
    with pytest.raises(DigestNotTrue) as caught:
        verify(digest, since)
    assert changed.reply_no in caught.value.reply_nos


def test_the_error_says_what_is_wrong_by_number() -> None:
    error = refused(with_quote(compose(SNAPSHOT), text="x"))
    assert str(error) == (
        "the digest is not true to the replies: replies 1 are not quoted as stored"
    )
