"""From a snapshot to a digest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose, standing_answer
from flows.digest.document import Counts, Digest, GroupAnswer, GroupPart
from flows.digest.quote import Attachment
from flows.digest.snapshot import ReplyKind, Snapshot, StepRecord
from flows.ids import ReplyNo
from flows.messages import MediaKind
from tests.flows.digest.samples import (
    ALONE,
    TOGETHER,
    declared,
    round_,
    said,
    shown_source,
    snapshot,
    snapshots,
)


def part_of(digest: Digest, step: StepRecord, group: str = "1") -> GroupPart:
    listed = next(part for part in digest.steps if part.step_id == step.step_id)
    return next(part for part in listed.groups if part.group_id == group)


def quoted(part: GroupPart) -> list[str]:
    return [quote.text for quote in part.quotes]


def test_a_whole_digest() -> None:
    # given two tables, of which the second says nothing
    digest = compose(
        snapshot(
            said(1, "More adults", person=1),
            said(2, "Shorter queues", person=2),
            declared(3, "Group answer: More adults, shorter queues", person=1),
        )
    )

    # then the first is quoted, and the second is named as silent
    assert quoted(part_of(digest, ALONE)) == ["More adults", "Shorter queues"]
    standing = part_of(digest, TOGETHER).standing
    assert standing is not None
    assert standing.text == "More adults, shorter queues"
    assert [group.name for group in digest.silent] == ["Table 2"]
    assert digest.total == Counts(present=12, answered=2, replies=3)


def test_groups_are_in_the_order_in_which_people_count() -> None:
    digest = compose(snapshot(groups=("10", "2", "1", "b", "a2", "a10")))
    assert [group.group_id for group in digest.groups] == ["1", "2", "10", "a2", "a10", "b"]


def test_open_answers_are_in_the_order_in_which_they_were_written() -> None:
    digest = compose(
        snapshot(
            said(1, "third", sent_ms=9), said(3, "second", sent_ms=5), said(2, "first", sent_ms=5)
        )
    )
    assert quoted(part_of(digest, ALONE)) == ["first", "second", "third"]


def test_the_order_of_answers_written_in_private_says_nothing_of_who_and_when() -> None:
    # given the same words, written by others, in another order, at another time
    words = ["Ett", "Två", "Tre", "Fyra", "Fem", "Sex"]
    once, again = (
        compose(
            snapshot(
                *(
                    said(no, text, person=no, sent_ms=no, source=shown_source("1"))
                    for no, text in enumerate(listed, start=first)
                )
            )
        )
        for first, listed in ((1, words), (40, words[::-1]))
    )

    # then they stand in the same order, which is not that of writing
    assert quoted(part_of(once, ALONE)) == quoted(part_of(again, ALONE))
    assert quoted(part_of(once, ALONE)) != words


@given(drawn=snapshots(), data=st.data())
def test_the_digest_is_the_same_in_whatever_order_things_arrive(
    drawn: Snapshot, data: st.DataObject
) -> None:
    shuffled = replace(
        drawn,
        replies=tuple(data.draw(st.permutations(drawn.replies))),
        rounds=tuple(data.draw(st.permutations(drawn.rounds))),
    )
    assert compose(shuffled) == compose(drawn)


@given(drawn=snapshots())
def test_every_quote_is_the_words_of_its_reply(drawn: Snapshot) -> None:
    stored = {reply.reply_no: reply for reply in drawn.replies}
    for quote in compose(drawn).all_quotes:
        reply = stored[quote.reply_no]
        assert quote.text == reply.text[quote.start : quote.end]
        assert not reply.withdrawn
        assert quote.source == reply.source


def test_the_standing_answer_is_the_one_declared_last() -> None:
    answers = [
        declared(1, "Group answer: written first, marked last", declared_ms=30),
        declared(2, "Group answer: old", declared_ms=10),
        declared(3, "Group answer: newer", declared_ms=20),
    ]
    assert standing_answer(answers) == answers[0]


def test_of_two_declared_in_the_same_instant_the_later_number_stands() -> None:
    answers = [
        declared(2, "Group answer: b", declared_ms=1),
        declared(1, "Group answer: a", declared_ms=1),
    ]
    assert standing_answer(answers) == answers[0]


def test_a_withdrawn_answer_gives_way_to_the_one_before() -> None:
    digest = compose(
        snapshot(declared(1, "Group answer: a"), declared(2, "Group answer: b", withdrawn=True))
    )
    part = part_of(digest, TOGETHER)
    assert part.standing is not None
    assert part.standing.reply_no == ReplyNo(1)
    assert (part.counts.replies, part.counts.replaced, part.counts.withdrawn) == (1, 0, 1)


def test_an_answer_after_the_close_replaces_none_in_time() -> None:
    digest = compose(
        snapshot(declared(1, "Group answer: a"), declared(2, "Group answer: b", late=True))
    )
    part = part_of(digest, TOGETHER)
    assert part.standing is not None
    assert part.standing.reply_no == ReplyNo(1)
    assert (part.counts.replaced, part.counts.late) == (1, 1)


def test_an_answer_after_the_close_stands_where_there_is_no_other() -> None:
    rounds = (round_(TOGETHER, "1", no_answer=True),)
    digest = compose(snapshot(declared(1, "Group answer: a", late=True), rounds=rounds))
    part = part_of(digest, TOGETHER)
    assert part.answer is GroupAnswer.GIVEN
    assert part.standing is not None
    assert part.standing.late


@pytest.mark.parametrize(
    ("no_answer", "answer"),
    [
        pytest.param(True, GroupAnswer.MISSING, id="asked for once and not given"),
        pytest.param(False, GroupAnswer.AWAITED, id="not given yet"),
    ],
)
def test_a_missing_group_answer_is_said_to_be_missing(no_answer: bool, answer: GroupAnswer) -> None:
    rounds = (round_(TOGETHER, "1", no_answer=no_answer),)
    digest = compose(snapshot(declared(1, "talk", kind=ReplyKind.TALK), rounds=rounds))
    part = part_of(digest, TOGETHER)
    assert part.answer is answer
    assert part.standing is None


def test_talk_is_neither_quoted_nor_counted() -> None:
    digest = compose(
        snapshot(
            declared(1, "hm", kind=ReplyKind.TALK),
            declared(2, "hm", kind=ReplyKind.TALK, withdrawn=True),
        )
    )
    assert digest.all_quotes == ()
    assert digest.total == Counts(present=12)
    assert len(digest.silent) == 2


def test_what_was_withdrawn_is_counted_and_never_quoted() -> None:
    digest = compose(snapshot(said(1, "sorry", withdrawn=True)))
    assert digest.all_quotes == ()
    assert digest.total == Counts(present=12, withdrawn=1)


def test_what_is_sealed_is_counted_and_never_quoted() -> None:
    digest = compose(snapshot(said(1, "secret", source=None), said(2, "open")))
    assert quoted(part_of(digest, ALONE)) == ["open"]
    assert (digest.total.replies, digest.total.sealed) == (2, 1)


def test_somebody_who_answered_and_left_was_there() -> None:
    rounds = (round_(ALONE, "1", present=1), round_(TOGETHER, "1", present=0))
    digest = compose(
        snapshot(said(1, "a"), said(2, "b"), said(3, "c", withdrawn=True), rounds=rounds)
    )
    assert (digest.total.present, digest.total.answered) == (2, 2)


def test_somebody_who_answered_at_two_tables_is_one_person() -> None:
    digest = compose(snapshot(said(1, "a", person=7), said(2, "b", person=7, group="2")))
    assert [group.counts.answered for group in digest.groups] == [1, 1]
    assert digest.total.answered == 1


def test_messages_that_cannot_be_read_are_those_of_the_room_not_of_each_round() -> None:
    rounds = (round_(ALONE, "1", unreadable=2), round_(TOGETHER, "1", unreadable=2))
    assert compose(snapshot(rounds=rounds)).total.unreadable == 2


def test_a_photo_without_words_is_a_quote_of_no_length() -> None:
    photo = said(1, "IMG_1.jpg", media="IMG_1.jpg", media_kind=MediaKind.IMAGE)
    quote = compose(snapshot(photo)).all_quotes[0]
    assert (quote.start, quote.end, quote.text) == (0, 0, "")
    assert quote.attachment == Attachment(name="IMG_1.jpg", kind=MediaKind.IMAGE)


def test_a_photo_with_a_caption_is_quoted_with_it() -> None:
    photo = declared(1, "Gruppsvar: vårt blad", media="IMG_1.jpg", media_kind=MediaKind.IMAGE)
    quote = compose(snapshot(photo)).all_quotes[0]
    assert quote.text == "vårt blad"
    assert quote.attachment is not None
