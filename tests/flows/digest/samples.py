"""Sound snapshots, of which a test names only what it is about, and drawn ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import strategies as st

from flows.digest.snapshot import (
    ReplyKind,
    ReplyRecord,
    RoundRecord,
    Snapshot,
    Source,
    StepRecord,
)
from flows.ids import EffectKey, EventId, GroupId, ReplyNo, RoomId, StepId
from flows.messages import MediaKind
from flows.packs.pack import StepKind

ALONE = StepRecord(
    step_id=StepId("alone"),
    kind=StepKind.INDIVIDUAL,
    title="On your own",
    question="What do *you* do?",
    scenario="emma",
    sealed=True,
)
TOGETHER = StepRecord(
    step_id=StepId("together"),
    kind=StepKind.GROUP,
    title="Together",
    question="What do you do together?",
    scenario="emma",
)
STEPS = (ALONE, TOGETHER)


def round_(step: StepRecord, group_id: str, **changes: object) -> RoundRecord:
    sound = RoundRecord(
        step_id=step.step_id,
        group_id=GroupId(group_id),
        group_name=f"Table {group_id}",
        present=6,
        closed=True,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def rounds_of(
    groups: Iterable[str], steps: Iterable[StepRecord] = STEPS
) -> tuple[RoundRecord, ...]:
    return tuple(round_(step, group_id) for step in steps for group_id in groups)


def said(no: int, text: str, *, group: str = "1", **changes: object) -> ReplyRecord:
    """An individual answer, written in the open."""
    sound = ReplyRecord(
        reply_no=ReplyNo(no),
        step_id=ALONE.step_id,
        group_id=GroupId(group),
        kind=ReplyKind.INDIVIDUAL,
        person=no,
        text=text,
        sent_ms=no * 1000,
        source=open_source(group, no),
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def declared(no: int, text: str, *, group: str = "1", **changes: object) -> ReplyRecord:
    """A group's answer."""
    own: dict[str, object] = {
        "step_id": TOGETHER.step_id,
        "kind": ReplyKind.GROUP,
        "declared_ms": no * 1000,
    }
    return said(no, text, group=group, **(own | changes))


def open_source(group: str, no: int) -> Source:
    return Source(room_id=RoomId(f"!room{group}:hs"), event_id=EventId(f"$event{no}"))


def shown_source(group: str) -> Source:
    key = EffectKey(f"grums-1/together/{group}/shown/1")
    return Source(room_id=RoomId(f"!room{group}:hs"), shown_by=key)


def snapshot(
    *replies: ReplyRecord,
    groups: Iterable[str] = ("1", "2"),
    rounds: Iterable[RoundRecord] | None = None,
    scope: StepRecord | None = TOGETHER,
) -> Snapshot:
    return Snapshot(
        dialogue_id="grums-1",
        title="Young people",
        language="en",
        scope=None if scope is None else scope.step_id,
        steps=STEPS,
        rounds=rounds_of(groups) if rounds is None else tuple(rounds),
        replies=replies,
    )


# ------------------------------------------------------------------------ drawn

_LETTERS = st.one_of(
    st.sampled_from("abcåäö ABC123\n\n  -\u2013\u2014:;,.!?()[]{}<>*_`~#>|\\/&$%^'\"@=+\t\r"),
    st.sampled_from("אבשلا\u202e\u202d\u2066\u2069\u200f😀👍🏽👩\u200d👧e\u0301\u2028\u00a0\u3000"),
    st.characters(codec="utf-8"),
)
_SNIPPETS = st.sampled_from(
    (
        "Gruppsvar: ",
        "**Group answer:** ",
        "[x](https://example.org)",
        "https://example.org",
        "@room",
        "<b>bold</b>",
        "![pic](mxc://hs/x)",
        "quote-0123456789abcdef",
        "{number}",
        "%s",
        "\n\n---\n\n",
        "\n> quoted\n",
        "\n```\ncode\n```\n",
        "\n    indented",
        "1. one\n2. two",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    )
)
texts = st.lists(st.one_of(_LETTERS, _SNIPPETS), max_size=12).map("".join)
"""What people may write, in every script, with Markdown and HTML between."""


@st.composite
def replies(draw: st.DrawFn, no: int, groups: tuple[str, ...]) -> ReplyRecord:
    group_id = draw(st.sampled_from(groups))
    in_group = draw(st.booleans())
    make = declared if in_group else said
    kinds = [ReplyKind.GROUP, ReplyKind.TALK] if in_group else [ReplyKind.INDIVIDUAL]
    hidden = not in_group and draw(st.booleans())
    media = draw(st.one_of(st.none(), st.sampled_from(["flip *chart*.jpg", "note.ogg"]), texts))
    text = draw(texts)
    return make(
        no,
        media if media is not None and draw(st.booleans()) else text,
        group=group_id,
        kind=draw(st.sampled_from(kinds)),
        person=draw(st.integers(1, 12)),
        sent_ms=draw(st.integers(0, 5)),
        declared_ms=draw(st.integers(0, 5)) if in_group else None,
        source=draw(st.sampled_from([None, shown_source(group_id)]))
        if hidden
        else open_source(group_id, no),
        media=media,
        media_kind=None if media is None else draw(st.sampled_from([None, *MediaKind])),
        late=draw(st.booleans()),
        withdrawn=draw(st.integers(0, 5)) == 0,
        held=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def snapshots(draw: st.DrawFn, *, most: int = 6) -> Snapshot:
    """Dialogues of one scenario, of up to four groups."""
    groups = tuple(str(number) for number in draw(st.sets(st.integers(1, 12), max_size=4)))
    numbers = range(1, draw(st.integers(0, most)) + 1) if groups else range(0)
    rounds = tuple(
        replace(
            one,
            present=draw(st.integers(0, 6)),
            no_answer=draw(st.booleans()),
            group_name=draw(st.one_of(st.just(f"Table {one.group_id}"), texts)),
        )
        for one in rounds_of(groups)
    )
    return replace(
        snapshot(*(draw(replies(no, groups)) for no in numbers), rounds=rounds),
        title=draw(texts),
        scope=draw(st.sampled_from([None, ALONE.step_id, TOGETHER.step_id])),
        steps=tuple(replace(step, title=draw(texts), question=draw(texts)) for step in STEPS),
    )
