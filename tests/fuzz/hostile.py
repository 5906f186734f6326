"""Events as nobody's client sends them: sound ones, broken in every place and in many ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from flows.ids import RoomId, UserId
from tests.builders import ANN, BO, BOT, CIA, DAN, OLGA, ORGANIZERS, STRANGER, TABLE_1, TABLE_2

TROLLS: tuple[UserId, ...] = (
    BO,
    DAN,
    STRANGER,
    UserId("@Olga:example.org"),
    UserId("@olga:example.org.evil.example"),
    UserId("@**[olga](https://evil.example)**:evil.example"),
)
"""Who sends what is hostile: people at the tables, strangers, and those who look like others."""

EVIL = "evil.example"
"""Where no link of ours ever leads."""

WORDS = (
    "!start lunch", "!stop lunch-1", "!next", "!skip", "!pause", "!say hello", "!settings", "!end",
    "!digest", "!nästa", "!stopp lunch-1", "!hjälp", "✅", "Group answer: none", "Gruppsvar: nej",
    f"[answer](https://{EVIL}/x)", f"<https://{EVIL}>", f"https://{EVIL}/a?b=c", "@room", "@here",
    f'<a href="https://{EVIL}">x</a>', "<img src=x onerror=alert(1)>", "<h1>Digest</h1>",
    "<script>alert(1)</script>", "<mx-reply><blockquote>x</blockquote></mx-reply>", "</blockquote>",
    f"[Olga](https://matrix.to/#/{OLGA})", f"https://matrix.to/#/{OLGA}", OLGA, BOT,
    f"<a href='https://matrix.to/#/{OLGA}'>Olga</a>", "> <@olga:example.org> yes\n\nI agree",
    "> 🔓 **Olga**: yes", "# Digest: Lunch", "\n\n---\n\n## New", "1. a\n2. b",
    "| a | b |\n|---|---|",
    "\u202egnihton", "\u2066isolated", "\u202dleft", "\u2067\u2067\u2067", "a\u2028b\u2029c",
    "\u0085",
    "**bold", "`code", "```\nfence", "~~gone", "\\", "&#60;b&#62;", "&lt;b&gt;", "{title} %s ${x}",
    '=HYPERLINK("x")', "'; DROP TABLE reply; --", "\x1b[31mred", "a\x00b", "\ud800", "\udfff x",
    "e" + "\u0301" * 300, "😀" * 50, "\u200b", "\ufeff", "\t \n", "", "x" * 9000, "0x7f", "ﷺ" * 90,
    "javascript:alert(1)", "![x](https://evil.example/x.png)", "[ref]: https://evil.example\n[ref]",
)  # fmt: skip

_DEEP = "deep-place"
_PLACES = {
    f"{_DEEP}-list": "[" * 1500 + "]" * 1500,
    f"{_DEEP}-object": '{"a":' * 3000 + "1" + "}" * 3000,
    f"{_DEEP}-some": "[" * 260 + "]" * 260,
    f"{_DEEP}-digits": "9" * 5000,
    f"{_DEEP}-infinite": "1e999",
}
"""What Python cannot write is put in afterwards, as text."""


class Hostile:
    """Draws hostile events. `targets` are ids of real messages, to be edited and marked.

    What the homeserver vouches for (who sent an event, who is in a room) it is not made to
    forge here: only what people and their servers choose themselves.
    """

    def __init__(
        self, seed: int, *, targets: Sequence[str] = (), seal: Callable[..., dict[str, Any]]
    ) -> None:
        self.draw = Random(seed)
        self.targets = list(targets)
        self._seal = seal
        self._numbers = iter(range(10**9))
        self._seed = seed
        self.made = 0

    # ------------------------------------------------------------ a whole event

    def event(self, room: RoomId) -> dict[str, Any]:
        """One of a timeline: plain, encrypted, or state that is none."""
        kind = self.draw.choice(_MESSAGES if room == ORGANIZERS else (*_MESSAGES, *_STATES))
        raw = kind(self, room)
        if self.draw.random() < 0.1:
            return self._encrypted(raw, room)
        return self._vouched(self._broken(raw), room)

    def state(self, room: RoomId) -> dict[str, Any]:
        """One of a room's state."""
        return self._vouched(self._broken(self.draw.choice(_STATES)(self, room)), room)

    def device_message(self) -> dict[str, Any]:
        """One to the bot's device."""
        content = self.draw.choice(_DEVICE)(self)
        kinds = ("m.room_key", "m.forwarded_room_key", "m.room.encrypted", "m.room_key_request",
                 "m.dummy", "m.secret.send", "m.key.verification.request", "x.y")  # fmt: skip
        return self._broken(
            {"type": self.draw.choice(kinds), "sender": self.troll(), "content": content}
        )

    def anything(self, levels: int = 3) -> Any:
        """A value of any kind."""
        if levels and self.draw.random() < 0.3:
            if self.draw.random() < 0.5:
                return [self.anything(levels - 1) for _ in range(self.draw.randrange(4))]
            return {self._name(): self.anything(levels - 1) for _ in range(self.draw.randrange(5))}
        return self.draw.choice(_VALUES)(self)

    def text(self) -> str:
        """What people could write."""
        if self.draw.random() < 0.002:
            return self.draw.choice(("x", "\n", "é", "*", "<")) * 64_000
        return " ".join(self.draw.choices(WORDS, k=self.draw.randrange(1, 4)))

    def troll(self) -> UserId:
        return self.draw.choice(TROLLS)

    def new_id(self) -> str:
        name = f"$hostile-{self._seed}-{next(self._numbers)}"
        if self.draw.random() < 0.05:
            self.targets.append(name)
        return name

    def target(self) -> str:
        return self.draw.choice((*self.targets[-300:], "$nothing"))

    # ------------------------------------------------------------ breaking it

    def _broken(self, raw: dict[str, Any]) -> dict[str, Any]:
        self.made += 1
        for _ in range(self.draw.choice((0, 1, 1, 1, 2, 4))):
            self._break_once(raw)
        return raw

    def _break_once(self, raw: dict[str, Any]) -> None:
        # Of one that has lost everything there is no place left to break.
        places = list(_places(raw)) or [(raw, self._name())]
        holder, key = self.draw.choice(places)
        act = self.draw.random()
        if act < 0.65:
            holder[key] = self.anything()
        elif act < 0.85 and isinstance(holder, dict):
            holder.pop(key, None)
        elif isinstance(holder, dict):
            holder[self._name()] = self.anything()
        else:
            holder.append(self.anything())

    def _vouched(self, raw: dict[str, Any], room: RoomId) -> dict[str, Any]:
        """Who sent it stays hostile, and nobody but hostile people come or go."""
        if raw.get("sender") in (OLGA, ANN, CIA, BOT):
            raw["sender"] = self.troll()
        if raw.get("state_key") in (OLGA, ANN, CIA, BOT):
            raw["state_key"] = self.troll()
        if raw.get("type") == "m.room.redaction":
            # The homeserver lets nobody take back what others wrote.
            for holder in (raw, raw.get("content")):
                if isinstance(holder, dict) and not _is_hostile(holder.get("redacts")):
                    holder.pop("redacts", None)
        if room == ORGANIZERS and raw.get("type") in ("m.room.member", "m.room.power_levels"):
            raw.pop("state_key", None)
        if raw.get("type") == "m.room.tombstone":
            raw.pop("state_key", None)
        return raw

    def _encrypted(self, inner: dict[str, Any], room: RoomId) -> dict[str, Any]:
        """With a good key, odd inside: there, anything may be claimed."""
        self.made += 1
        inner["room_id"] = room
        inner["sender"] = self.draw.choice((OLGA, ANN, BOT, self.troll()))
        for _ in range(self.draw.randrange(3)):
            self._break_once(inner)
        plain = filled(inner) if self.draw.random() < 0.9 else self.draw.choice(_NO_EVENTS)
        troll = self.troll()
        outer = {
            "type": "m.room.encrypted",
            "event_id": self.new_id(),
            "sender": troll,
            "origin_server_ts": 1_777_878_000_000 + self.draw.randrange(10**7),
            "content": self._seal(room, troll, plain),
        }
        if self.draw.random() < 0.2:
            self._break_once(outer)
        return self._vouched(outer, room)

    def _name(self) -> str:
        return self.draw.choice(_NAMES)

    def sealed(self, room: RoomId, sender: UserId, plain: bytes) -> dict[str, Any]:
        return self._seal(room, sender, plain)


def filled(value: object) -> bytes:
    """As JSON, with what Python itself would not write."""
    text = json.dumps(value)
    if _DEEP in text:
        for name, filling in _PLACES.items():
            text = text.replace(f'"{name}": ', f'"{_DEEP}": ').replace(f'"{name}"', filling)
    return text.encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list) and value[key]:
            yield from _places(value[key])


def _is_hostile(target: object) -> bool:
    return isinstance(target, str) and target.startswith("$hostile-")


# ---------------------------------------------------------------- sound ones, to be broken


def _event(hostile: Hostile, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": hostile.new_id(),
        "sender": hostile.troll(),
        "origin_server_ts": 1_777_878_000_000 + hostile.draw.randrange(10**7),
        "content": content,
        "unsigned": {"age": 7},
    }


def _message(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": hostile.text(), "m.mentions": {"user_ids": [OLGA]}}
    if hostile.draw.random() < 0.4:
        content |= {"format": "org.matrix.custom.html", "formatted_body": hostile.text()}
    if hostile.draw.random() < 0.5:
        content["m.relates_to"] = hostile.draw.choice(_RELATIONS)(hostile.target())
    return _event(hostile, "m.room.message", content)


def _file(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    key = {"kty": "oct", "k": "x" * 43, "alg": "A256CTR", "ext": True, "key_ops": ["decrypt"]}
    file = {"url": f"mxc://{EVIL}/1", "key": key, "iv": "x", "hashes": {"sha256": "x"}, "v": "v2"}
    content: dict[str, Any] = {
        "msgtype": hostile.draw.choice(("m.image", "m.audio", "m.video", "m.file")),
        "body": hostile.text(),
        "filename": hostile.text(),
        "url": f"mxc://{EVIL}/1",
        "info": {"mimetype": "image/png", "size": 7, "w": 1, "h": 1},
    }
    if hostile.draw.random() < 0.5:
        content["file"] = file
    return _event(hostile, "m.room.message", content)


def _edit(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    new = {"msgtype": "m.text", "body": hostile.text()}
    relation = {"rel_type": "m.replace", "event_id": hostile.target()}
    content = {"msgtype": "m.text", "body": "* x", "m.new_content": new, "m.relates_to": relation}
    return _event(hostile, "m.room.message", content)


def _reaction(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    mark = hostile.draw.choice(("✅", "✅\ufe0f", "🆘", "👍", "1️⃣", hostile.text()))
    relation = {"rel_type": "m.annotation", "event_id": hostile.target(), "key": mark}
    return _event(hostile, "m.reaction", {"m.relates_to": relation})


def _redaction(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    target = hostile.target()
    return {
        **_event(hostile, "m.room.redaction", {"redacts": target, "reason": hostile.text()}),
        "redacts": target,
    }


def _encrypted_nonsense(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": hostile.draw.choice(("", "AwgA", "é", "x" * 200)),
        "session_id": hostile.text(),
        "sender_key": "A" * 43,
        "device_id": hostile.text(),
    }
    return _event(hostile, "m.room.encrypted", content)


def _poll(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {
        "m.relates_to": {"rel_type": "m.reference", "event_id": hostile.target()},
        "org.matrix.msc3381.poll.response": {"answers": ["1", hostile.text()]},
    }
    return _event(hostile, "org.matrix.msc3381.poll.response", content)


def _member(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    membership = hostile.draw.choice(("join", "leave", "ban", "invite", "knock", "JOIN"))
    content = {"membership": membership, "displayname": hostile.text(), "avatar_url": "mxc://x/y"}
    return {**_event(hostile, "m.room.member", content), "state_key": hostile.troll()}


def _levels(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {
        "users": dict.fromkeys(TROLLS, 100) | {"x" * 300: 2**70, OLGA: "100"},
        "users_default": 100,
        "events_default": 0,
        "events": {"m.room.name": 50},
    }
    return {**_event(hostile, "m.room.power_levels", content), "state_key": ""}


def _name(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    return {**_event(hostile, "m.room.name", {"name": hostile.text()}), "state_key": ""}


def _create(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    version = hostile.draw.choice(("1", "11", "12", "9" * 40, "²", "-12"))
    content = {"room_version": version, "additional_creators": [*TROLLS, OLGA, 7]}
    return {**_event(hostile, "m.room.create", content), "state_key": ""}


def _encryption(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_ms": 1}
    return {**_event(hostile, "m.room.encryption", content), "state_key": ""}


def _tombstone(hostile: Hostile, _room: RoomId) -> dict[str, Any]:
    content = {"body": hostile.text(), "replacement_room": "!evil:evil.example"}
    return {**_event(hostile, "m.room.tombstone", content), "state_key": ""}


def _room_key(hostile: Hostile) -> dict[str, Any]:
    return {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": hostile.draw.choice((TABLE_1, TABLE_2, ORGANIZERS)),
        "session_id": hostile.text(),
        "session_key": "AgAAAA" + "A" * 300,
        "sender_key": "A" * 43,
        "forwarding_curve25519_key_chain": [],
    }


def _olm(hostile: Hostile) -> dict[str, Any]:
    inner = {
        "type": hostile.draw.choice(("m.room_key", "m.forwarded_room_key", "m.room.member", "")),
        "content": _room_key(hostile),
        "sender": hostile.draw.choice((OLGA, STRANGER)),
        "recipient": BOT,
        "keys": {"ed25519": "A" * 43},
        "recipient_keys": {"ed25519": "A" * 43},
    }
    for _ in range(hostile.draw.randrange(3)):
        hostile._break_once(inner)
    return hostile.sealed(RoomId(""), STRANGER, filled(inner))


def _olm_nonsense(hostile: Hostile) -> dict[str, Any]:
    return {
        "algorithm": "m.olm.v1.curve25519-aes-sha2",
        "sender_key": "A" * 43,
        "ciphertext": {"A" * 43: {"type": hostile.draw.choice((0, 1, 7)), "body": "AAAA"}},
    }


def _request(hostile: Hostile) -> dict[str, Any]:
    return {
        "action": "request",
        "requesting_device_id": "X",
        "request_id": hostile.text(),
        "body": _room_key(hostile),
    }


_MESSAGES = (_message, _message, _message, _file, _edit, _edit, _reaction, _reaction, _redaction,
             _encrypted_nonsense, _poll)  # fmt: skip
_STATES = (_member, _member, _levels, _name, _create, _encryption, _tombstone)
_DEVICE = (_room_key, _olm, _olm, _olm_nonsense, _request)

_RELATIONS: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda at: {"rel_type": "m.thread", "event_id": at, "m.in_reply_to": {"event_id": at}},
    lambda at: {"m.in_reply_to": {"event_id": at}},
    lambda at: {"rel_type": "m.reference", "event_id": at},
    lambda at: {"rel_type": "org.example.unknown", "event_id": at, "key": "✅"},
    lambda at: {"rel_type": "m.annotation", "event_id": at, "key": "✅"},
)

_NAMES = (
    "type", "event_id", "sender", "state_key", "content", "origin_server_ts", "redacts", "unsigned",
    "room_id", "msgtype", "body", "format", "formatted_body", "m.relates_to", "m.new_content",
    "m.in_reply_to", "rel_type", "key", "is_falling_back", "m.mentions", "room", "user_ids", "url",
    "file", "info", "size", "mimetype", "filename", "membership", "displayname", "is_direct",
    "name",
    "algorithm", "ciphertext", "session_id", "sender_key", "device_id", "replacement_room", "users",
    "users_default", "events_default", "room_version", "additional_creators", "redacted_because",
    "",
    "__proto__", "events", "prev_batch", "limited", "timeline", "state", "a\x00b", "\ud800",
    "x" * 999,
)  # fmt: skip

_VALUES: tuple[Callable[[Hostile], Any], ...] = (
    lambda _: None,
    lambda _: True,
    lambda _: False,
    lambda _: 0,
    lambda _: -1,
    lambda _: 2**31,
    lambda _: 2**53 + 1,
    lambda _: 2**63,
    lambda _: 2**64,
    lambda _: -(2**70),
    lambda _: 1.5,
    lambda _: -0.0,
    lambda _: float("nan"),
    lambda _: float("inf"),
    lambda _: 1e308,
    lambda _: "",
    lambda _: [],
    lambda _: {},
    lambda hostile: hostile.text(),
    lambda hostile: hostile.text(),
    lambda hostile: hostile.troll(),
    lambda hostile: hostile.target(),
    lambda hostile: hostile.draw.choice(_NAMES),
    lambda hostile: hostile.draw.choice(("m.room.message", "m.room.member", "m.reaction", "m.text",
                                         "m.notice", "m.replace", "m.thread", "join", "leave")),
    lambda hostile: hostile.draw.choice((TABLE_1, TABLE_2, ORGANIZERS, "!x")),
    lambda hostile: hostile.draw.choice(tuple(_PLACES)),
    lambda hostile: [hostile.troll()] * hostile.draw.choice((1, 2000)),
    lambda hostile: {f"@u{n}:x": n for n in range(hostile.draw.choice((1, 2000)))},
)  # fmt: skip

_NO_EVENTS = (
    b"", b"\xff\xfe", b"null", b"[]", b"7", b'"x"', b"{", b"{}", b"[" * 5000 + b"]" * 5000, b"NaN",
    b'{"room_id":1e999}', b'{"type":"\\ud800"}',
)  # fmt: skip


def answer_for(
    hostile: Hostile, number: int, good: dict[RoomId, list[dict[str, Any]]], *, odds: int
) -> bytes:
    """One answer of `/sync`: `good` events in their rooms, among `odds` hostile ones."""
    rooms: dict[str, Any] = {}
    for room in (TABLE_1, TABLE_2, ORGANIZERS, *good):
        events = [hostile.event(room) for _ in range(hostile.draw.randrange(odds // 2))]
        for one in good.get(room, ()):
            events.insert(hostile.draw.randrange(len(events) + 1), copy.deepcopy(one))
        state = [] if room == ORGANIZERS else [hostile.state(room)]
        rooms[room] = {"timeline": {"events": events}, "state": {"events": state}}
    answer: dict[str, Any] = {
        "next_batch": f"s{number}",
        "rooms": {"join": rooms},
        "to_device": {"events": [hostile.device_message() for _ in range(odds // 8)]},
    }
    if number % 2:
        _oddly_built(hostile, answer)
    return filled(answer)


def _oddly_built(hostile: Hostile, answer: dict[str, Any]) -> None:
    """Rooms that are no groups, and the answer's other parts, not as they should be."""
    room = RoomId(f"!hostile{hostile.draw.randrange(9)}:{EVIL}")
    for section in ("join", "invite", "leave", "knock"):
        inside: dict[str, Any] = {
            "timeline": {"events": [hostile.event(room)], "limited": False, "prev_batch": "p"},
            "state": {"events": [hostile.state(room)]},
            "invite_state": {"events": [hostile.state(room), _member(hostile, room)]},
            "summary": {"m.heroes": list(TROLLS)},
        }
        hostile._break_once(inside)
        if isinstance(timeline := inside.get("timeline"), dict):
            # A hole would be read from the homeserver, of which there is none here.
            timeline["limited"] = False
        there = answer["rooms"].setdefault(section, {})
        there[f"{room}{section}"] = hostile.draw.choice((inside, inside, hostile.anything()))
        if hostile.draw.random() < 0.2:
            there[hostile.draw.choice(("", "x" * 400, "a\x00b", "!x"))] = hostile.anything()
        if section != "join" and hostile.draw.random() < 0.1:
            answer["rooms"][section] = hostile.anything()
    for name in ("device_lists", "device_one_time_keys_count", "account_data", "presence",
                 "device_unused_fallback_key_types", "unknown"):  # fmt: skip
        if hostile.draw.random() < 0.3:
            answer[name] = hostile.anything()
    if hostile.draw.random() < 0.1:
        answer["to_device"] = hostile.anything()
