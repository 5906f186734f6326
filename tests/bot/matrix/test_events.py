"""What events mean, and that nothing anybody sends can break the reading."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.events import meaning
from bot.adapters.matrix.sync import arrived, heard
from flows.ids import EventId, RoomId, UserId
from flows.messages import Edited, Incoming, Media, MediaKind, Withdrawn, Written

ROOM, ANN, BOT = RoomId("!room"), UserId("@ann:hs"), UserId("@runda:hs")


def event(kind: str = "m.room.message", **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": "$event",
        "sender": ANN,
        "origin_server_ts": 1,
        "content": {"msgtype": "m.text", "body": "Fine"},
        **fields,
    }


def message(**content: Any) -> dict[str, Any]:
    return event(content={"msgtype": "m.text", "body": "Fine", **content})


def read(raw: dict[str, Any]) -> Incoming | None:
    return meaning(raw, ROOM, BOT)


def written(raw: dict[str, Any]) -> Written:
    said = read(raw)
    assert isinstance(said, Written)
    return said


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(event(sender=BOT), id="our own"),
        pytest.param(message(msgtype="m.notice"), id="another bot's talk"),
        pytest.param(message(msgtype="m.key.verification.request"), id="a client's"),
        pytest.param(event(content={}), id="redacted"),
        pytest.param(event(state_key=""), id="state that pretends to be a message"),
        pytest.param(event("m.room.member", state_key=ANN), id="state"),
        pytest.param(event("m.room.redaction", content={}), id="a withdrawal of nothing"),
        pytest.param(event("m.reaction", content={}), id="a reaction that was withdrawn"),
        pytest.param(event([]), id="a type that is none"),  # type: ignore[arg-type]  # as sent
        pytest.param(message(body=7), id="a text that is none"),
        pytest.param(event(event_id=None), id="without an id"),
        pytest.param(
            message(**{"m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}}),
            id="an edit without a new text",
        ),
    ],
)
def test_what_means_nothing(raw: dict[str, Any]) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("relation", "thread", "reply_to"),
    [
        pytest.param({}, None, None, id="plain"),
        pytest.param(
            {"rel_type": "m.thread", "event_id": "$root"}, "$root", None, id="in a thread"
        ),
        pytest.param(
            {
                "rel_type": "m.thread",
                "event_id": "$root",
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": "$last"},
            },
            "$root",
            None,
            id="in a thread, for clients without",
        ),
        pytest.param(
            {
                "rel_type": "m.thread",
                "event_id": "$root",
                "is_falling_back": False,
                "m.in_reply_to": {"event_id": "$that"},
            },
            "$root",
            "$that",
            id="an answer in a thread",
        ),
        pytest.param({"m.in_reply_to": {"event_id": "$that"}}, None, "$that", id="an answer"),
        pytest.param({"m.in_reply_to": []}, None, None, id="an answer to nothing"),
        pytest.param({"rel_type": "m.thread", "event_id": 7}, None, None, id="odd"),
    ],
)
def test_where_it_stands(relation: Any, thread: str | None, reply_to: str | None) -> None:
    said = written(message(**{"m.relates_to": relation}))
    assert (said.thread, said.reply_to) == (thread, reply_to)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("> <@bo:hs> How?\n> really\n\nFine\n> yes", "Fine\n> yes"),
        ("> <@bo:hs> How?\n\n\nFine", "\nFine"),
        ("> <@bo:hs> How?", ""),
        ("Fine\n> not a quotation", "Fine\n> not a quotation"),
    ],
)
def test_the_quotation_of_an_answer_is_left_out(body: str, text: str) -> None:
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": "$that"}}}
    assert written(message(body=body, **relation)).text == text


def test_a_quotation_of_ones_own_stays() -> None:
    assert written(message(body="> Goethe\n\nFine")).text == "> Goethe\n\nFine"


def test_a_picture_with_a_caption() -> None:
    said = written(
        message(
            msgtype="m.image",
            body="our flip chart",
            filename="IMG_1.jpg",
            url="mxc://hs/1",
            info={"mimetype": "image/jpeg", "size": 7},
        )
    )
    assert said.text == "our flip chart"
    assert said.media == Media(
        kind=MediaKind.IMAGE,
        name="IMG_1.jpg",
        mime="image/jpeg",
        size=7,
        address='{"url":"mxc://hs/1"}',
    )


def test_a_picture_that_is_nowhere_is_still_its_words() -> None:
    said = written(message(msgtype="m.image", body="our flip chart"))
    assert (said.text, said.media) == ("our flip chart", None)


def test_an_encrypted_voice_note() -> None:
    said = written(message(msgtype="m.audio", body="note.ogg", file={"url": "mxc://hs/1"}))
    assert said.media == Media(
        kind=MediaKind.AUDIO,
        name="note.ogg",
        mime="application/octet-stream",
        size=None,
        address='{"file":{"url":"mxc://hs/1"}}',
    )


def test_an_edit_may_repeat_the_quotation() -> None:
    new = {"msgtype": "m.text", "body": "> <@bo:hs> How?\n\nWell"}
    relation = {"rel_type": "m.replace", "event_id": "$first"}
    said = read(message(**{"m.relates_to": relation, "m.new_content": new}))
    assert said == Edited(
        room_id=ROOM, event_id=EventId("$event"), sender=ANN, sent_ms=1,
        target=EventId("$first"), text="Well",
    )  # fmt: skip


@pytest.mark.parametrize("fields", [{"redacts": "$x"}, {"content": {"redacts": "$x"}}])
def test_a_withdrawal_in_old_and_new_rooms(fields: dict[str, Any]) -> None:
    assert read(event("m.room.redaction", **fields)) == Withdrawn(
        room_id=ROOM, event_id=EventId("$event"), sender=ANN, sent_ms=1, target=EventId("$x")
    )


def test_what_a_database_cannot_hold_is_left_out() -> None:
    assert written(message(body="a\x00b")).text == "ab"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(event(sender="@a\x00:hs"), id="a sender with a NUL"),
        pytest.param(event(sender=7), id="a sender that is none"),
        pytest.param(event(event_id="$" + "x" * 300), id="an id of any length"),
        pytest.param(message(body=[]), id="a text that is a list"),
        pytest.param(event(content=7), id="no content"),
        pytest.param(event("m.reaction", content={"m.relates_to": 7}), id="a mark on nothing"),
    ],
)
def test_what_nobodys_client_sends_is_kept_as_it_came(raw: dict[str, Any]) -> None:
    kept = arrived(raw, ROOM, BOT, lambda *_: None)
    assert kept is not None
    assert kept.odd
    assert kept.incoming is None
    assert orjson.loads(kept.raw or "") == raw
    assert not any("\x00" in part or len(part) > 255 for part in (kept.event_id, kept.sender))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(event(sender=BOT), id="our own"),
        pytest.param(message(msgtype="m.notice"), id="another bot's talk"),
        pytest.param(event(content={}), id="redacted"),
        pytest.param(event("m.room.member", state_key=ANN), id="state"),
        pytest.param(event("m.sticker"), id="a kind we do not read"),
    ],
)
def test_what_means_nothing_by_the_rules_is_not_kept(raw: dict[str, Any]) -> None:
    assert arrived(raw, ROOM, BOT, lambda *_: None) is None


@pytest.mark.parametrize("time", [-1, 2**70, "1", None, True, 1.5])
def test_a_time_that_is_none(time: object) -> None:
    assert written(event(origin_server_ts=time)).sent_ms == 0


# ------------------------------------------------------------------ anything at all

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["m.relates_to", "m.new_content", "m.in_reply_to", "event_id", "rel_type", "key",
             "msgtype", "body", "url", "file", "info", "size", "filename", "membership", "x"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip
kinds = st.sampled_from(
    ["m.room.message", "m.reaction", "m.room.redaction", "m.room.encrypted", "m.room.member",
     "m.room.name", "m.room.tombstone", "m.room.encryption"]
)  # fmt: skip
raws = st.fixed_dictionaries(
    {},
    optional={
        "type": kinds | json,
        "content": st.fixed_dictionaries(
            {}, optional={
                "msgtype": st.sampled_from(["m.text", "m.image"]) | json,
                "body": st.text(max_size=9) | json,
                "m.relates_to": json,
                "m.new_content": json,
                "redacts": json,
                "membership": st.sampled_from(["join", "leave"]) | json,
                "file": json,
                "url": json,
                "info": json,
            },
        ) | json,
        "sender": st.just(ANN) | json,
        "event_id": st.just("$x") | json,
        "state_key": st.just(BOT) | json,
        "origin_server_ts": json,
        "redacts": json,
        "unsigned": json,
    },
)  # fmt: skip


@given(raws)
def test_nothing_that_is_sent_breaks_the_reading(raw: dict[str, Any]) -> None:
    said = read(raw)
    assert said is None or (said.sender != BOT and isinstance(said.event_id, str))


rooms = st.dictionaries(
    st.just("!room"),
    st.fixed_dictionaries(
        {},
        optional={
            "timeline": st.fixed_dictionaries(
                {}, optional={
                    "events": st.lists(raws, max_size=3) | json,
                    "limited": json,
                    "prev_batch": json,
                },
            ) | json,
            "state": st.fixed_dictionaries({"events": st.lists(raws, max_size=3)}) | json,
            "invite_state": st.fixed_dictionaries({"events": st.lists(raws, max_size=3)}) | json,
        },
    ) | json,
)  # fmt: skip


@given(
    st.fixed_dictionaries(
        {"next_batch": st.just("s1")},
        optional={
            "rooms": st.dictionaries(st.sampled_from(["join", "invite", "leave"]), rooms) | json,
            "to_device": st.fixed_dictionaries({"events": st.lists(raws, max_size=2)}) | json,
            "device_lists": json,
            "device_one_time_keys_count": json,
            "device_unused_fallback_key_types": json,
        },
    ),
    st.none() | st.just("s0"),
)
def test_nothing_a_sync_brings_breaks_the_reading(answer: dict[str, Any], since: str) -> None:
    got = heard(answer, own_id=BOT, since=since, open_event=lambda *_: None)
    assert got.batch.position == "s1"


def named(name: str) -> dict[str, Any]:
    return event("m.room.name", state_key="", content={"name": name})


def names_heard(*, since: str | None = "s1", **room: Any) -> list[str | None]:
    answer = {"next_batch": "s2", "rooms": {"join": {ROOM: room}}}
    told = heard(answer, own_id=BOT, since=since, open_event=lambda _raw, _room: None)
    return [facts.name for facts in told.batch.rooms]


@pytest.mark.parametrize(
    ("told", "names"),
    [
        # What came before the timeline is told only where something lies between.
        pytest.param({"limited": True}, ["Table 1"], id="a hole"),
        pytest.param(
            {"events": [event("m.room.member", state_key=BOT, content={"membership": "join"})]},
            ["Table 1"],
            id="a room just joined",
        ),
        # Where nothing does, it is a branch of the room's history that has been left.
        pytest.param({"limited": False}, [], id="nothing between"),
        pytest.param({"events": [message()]}, [], id="a message written meanwhile"),
        pytest.param({"events": [named("Table 2")]}, ["Table 2"], id="a change"),
        pytest.param(
            {"limited": True, "events": [named("Table 2")]}, ["Table 2"], id="a hole and a change"
        ),
    ],
)
def test_a_room_keeps_its_newest_name(told: dict[str, Any], names: list[str | None]) -> None:
    assert names_heard(state={"events": [named("Table 1")]}, timeline=told) == names


def test_at_first_everything_is_told_by_the_state() -> None:
    assert names_heard(since=None, state={"events": [named("Table 1")]}) == ["Table 1"]


def test_who_is_there_is_told_beside_the_timeline_too() -> None:
    came = event("m.room.member", state_key=ANN, content={"membership": "join"})
    answer = {"next_batch": "s2", "rooms": {"join": {ROOM: {"state": {"events": [came]}}}}}
    told = heard(answer, own_id=BOT, since="s1", open_event=lambda _raw, _room: None)
    assert [change.user_id for change in told.batch.members] == [ANN]
