"""What our messages look like to other clients."""

from __future__ import annotations

from bot.adapters.matrix.content import KEY, event_for, seal
from bot.chat import Post, React, Revise
from flows.ids import EffectKey, EventId, UserId

ONCE = EffectKey("grums-1/step/1/prompt/0")
ROOT = EventId("$root")


def test_a_message_of_words_alone() -> None:
    made = event_for(Post(markdown="Hello"), ONCE)
    assert (made.type, made.encryptable) == ("m.room.message", True)
    assert made.content == {
        "msgtype": "m.notice",
        "body": "Hello",
        "m.mentions": {},
        KEY: ONCE,
    }


def test_a_message_that_rings_and_stands_in_a_thread() -> None:
    ann = UserId("@ann:hs")
    post = Post(markdown="**Hello** Ann", thread=ROOT, mentions=(ann,), silent=False)
    assert event_for(post, ONCE).content == {
        "msgtype": "m.text",
        "body": "Hello Ann",
        "format": "org.matrix.custom.html",
        "formatted_body": "<strong>Hello</strong> Ann",
        "m.mentions": {"user_ids": [ann]},
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": ROOT,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": ROOT},
        },
        KEY: ONCE,
    }


def test_a_revision() -> None:
    assert event_for(Revise(target=ROOT, markdown="*Two*"), ONCE).content == {
        "msgtype": "m.notice",
        "body": "* Two",
        "format": "org.matrix.custom.html",
        "formatted_body": "* <em>Two</em>",
        "m.new_content": {
            "msgtype": "m.notice",
            "body": "Two",
            "format": "org.matrix.custom.html",
            "formatted_body": "<em>Two</em>",
            "m.mentions": {},
        },
        "m.relates_to": {"rel_type": "m.replace", "event_id": ROOT},
        "m.mentions": {},
        KEY: ONCE,
    }


def test_a_mark_is_never_encrypted() -> None:
    made = event_for(React(target=ROOT, mark="✅"), ONCE)
    assert (made.type, made.encryptable) == ("m.reaction", False)
    assert made.content == {
        "m.relates_to": {"rel_type": "m.annotation", "event_id": ROOT, "key": "✅"},
        KEY: ONCE,
    }


def test_the_seal_is_one_for_each_key() -> None:
    assert seal(ONCE) == seal(ONCE) != seal(EffectKey("other"))
