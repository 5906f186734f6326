"""A homeserver that costs nearly nothing: canned answers, and syncs made beforehand.

Runs as a process of its own (``python -m bench.fake_homeserver``), so that what it does is
no part of what is measured. It understands just as much HTTP as its two clients speak:
requests with a Content-Length on connections that are kept. `bench.servers` starts it.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from secrets import token_urlsafe
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

import orjson
from typing_extensions import override

from bench.crowd import Crowd

SERVER: Final = "bench.test"
BOT: Final = f"@runda:{SERVER}"
DEVICE: Final = "BENCHDEVICE"

_LONGEST_POLL_S: Final = 30.0
_BODY: Final = (
    "Jag tycker att vi borde prata mer med varandra innan vi bestämmer, helst redan i början",
    "Det som fungerade var att alla fick säga något",
    "Vet inte riktigt, men för mig handlar det mest om att veta vem som gör vad och när",
    "Kortare möten!",
    (
        "Vi provade en gång att börja med en runda där var och en sa en sak. Det tog tio minuter "
        "och efteråt var det mycket lättare att vara överens om vad vi faktiskt skulle göra."
    ),
)

Json = dict[str, Any]


class Script:
    """The answers of ``/sync``, one for each position: ``s0``, ``s1`` and on."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._answers: list[bytes] = []
        self._ids: list[list[str]] = []
        self._waiting: list[_Connection] = []

    def extend(self, crowd: Crowd, *, syncs: int, per_sync: int) -> str:
        """Make answers for `syncs` more positions; returns the one after the last."""
        first = len(self._answers)
        made = answers(crowd, range(first, first + syncs), per_sync=per_sync)
        self._answers += made
        self._ids += [_ids_in(one) for one in made]
        if syncs:
            waiting, self._waiting = self._waiting, []
            for connection in waiting:
                self._watch.told(self._ids[first])
                connection.answer(self._answers[first])
        return f"s{len(self._answers)}"

    def answer(self, connection: _Connection, since: str | None, timeout_s: float) -> None:
        """Answer now if there is something new, else later."""
        position = 0 if since is None else int(since.removeprefix("s"))
        if since is not None and position < len(self._answers):
            self._watch.told(self._ids[position])
            connection.answer(self._answers[position])
        elif since is None or timeout_s == 0:
            connection.answer(_sync(f"s{position}", {}))
        else:
            self._waiting.append(connection)
            loop = asyncio.get_running_loop()
            loop.call_later(
                min(timeout_s, _LONGEST_POLL_S), self._give_up, connection, f"s{position}"
            )

    def _give_up(self, connection: _Connection, position: str) -> None:
        if connection in self._waiting:
            self._waiting.remove(connection)
            connection.answer(_sync(position, {}))


class Watch:
    """When each message was told and when it was marked; when the organizers' board was edited."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}
        self._marked: dict[str, float] = {}
        self._marks: set[str] = set()
        self._boards: list[float] = []
        self.twice = 0
        """Messages with a second mark under another transaction id."""

    def told(self, ids: Iterable[str]) -> None:
        """These messages are in an answer that is given now."""
        now = time.monotonic()
        for event_id in ids:
            self._told.setdefault(event_id, now)

    def sent(self, target: str, body: bytes) -> None:
        """The bot has sent something."""
        if "/m.reaction/" in target:
            marked = orjson.loads(body)["m.relates_to"]["event_id"]
            if target in self._marks:
                return  # the same transaction once more: a homeserver shows it once
            self._marks.add(target)
            self.twice += marked in self._marked
            self._marked.setdefault(marked, time.monotonic())
        elif b'"m.replace"' in body:
            self._boards.append(time.monotonic())

    def report(self) -> Json:
        """Counts and lags so far, in seconds, each in order."""
        lags = sorted(
            self._marked[one] - told for one, told in self._told.items() if one in self._marked
        )
        boards = [
            self._boards[at] - told
            for told in self._told.values()
            if (at := bisect(self._boards, told)) < len(self._boards)
        ]
        return {
            "told": len(self._told),
            "marked": len(lags),
            "twice": self.twice,
            "mark_lags": lags,
            "board_lags": sorted(boards),
        }


class Homeserver:
    """What all connections share."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.script = Script(self.watch)
        self.accepted = 0
        self._numbers = count(1)

    def event_id(self) -> str:
        """The id of a new event, as long as a real one."""
        return f"${next(self._numbers):043d}"


class _Connection(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = _content_length(head)
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, target, _ = head.split(b" ", 2)
        self._handle(method.decode(), target.decode(), rest[:length])

    def answer(self, body: bytes, status: bytes = b"200 OK") -> None:
        """Write an answer."""
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )

    def _handle(self, method: str, target: str, body: bytes) -> None:
        if method == "PUT" and "/rooms/" in target:
            self._homeserver.accepted += 1
            self._homeserver.watch.sent(target, body)
            self.answer(b'{"event_id":"%b"}' % self._homeserver.event_id().encode())
            return
        address = urlsplit(target)
        if address.path.endswith("/sync"):
            query = parse_qs(address.query)
            since = query.get("since", [None])[0]
            self._homeserver.script.answer(self, since, int(query["timeout"][0]) / 1000)
        elif address.path == "/bench/script":
            wanted = orjson.loads(body)
            crowd = Crowd(rooms=wanted["rooms"], people=wanted["people"])
            last = self._homeserver.script.extend(
                crowd, syncs=wanted["syncs"], per_sync=wanted["per_sync"]
            )
            self.answer(orjson.dumps({"position": last, "accepted": self._homeserver.accepted}))
        elif address.path == "/bench/watch":
            self.answer(orjson.dumps(self._homeserver.watch.report()))
        else:
            self._canned(address.path)

    def _canned(self, path: str) -> None:
        for ending, answer in _CANNED.items():
            if path.endswith(ending):
                self.answer(orjson.dumps(answer))
                return
        self.answer(b'{"errcode":"M_UNRECOGNIZED","error":"not canned"}', b"404 Not Found")


_CANNED: Final[dict[str, Json]] = {
    "/account/whoami": {"user_id": BOT, "device_id": DEVICE},
    "/client/versions": {"versions": ["v1.11"]},
    "/keys/upload": {"one_time_key_counts": {"signed_curve25519": 50}},
    "/keys/query": {"device_keys": {}},
    "/keys/claim": {"one_time_keys": {}},
    "/keys/device_signing/upload": {},
    "/keys/signatures/upload": {},
}


def answers(crowd: Crowd, numbers: range, *, per_sync: int) -> list[bytes]:
    """What ``/sync`` answers at the positions of these numbers."""
    return [
        _sync(
            f"s{number + 1}",
            _events(crowd, range(number * per_sync, (number + 1) * per_sync)),
        )
        for number in numbers
    ]


def _ids_in(answer: bytes) -> list[str]:
    rooms = orjson.loads(answer).get("rooms", {}).get("join", {}).values()
    return [event["event_id"] for room in rooms for event in room["timeline"]["events"]]


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _events(crowd: Crowd, numbers: range) -> dict[str, list[Json]]:
    """Messages of the crowd by room; every second one stands in the prompt's thread."""
    rooms: dict[str, list[Json]] = {}
    # Written just now: what is older than its round is looked at more closely.
    now_ms = time.time_ns() // 1_000_000
    for number, writer in zip(numbers, _writers(crowd, numbers), strict=True):
        room_id, user_id = writer
        content: Json = {
            "msgtype": "m.text",
            "body": f"{_BODY[number % len(_BODY)]} ({number})",
            "m.mentions": {},
        }
        if number % 2:
            prompt = crowd.prompt(room_id)
            content["m.relates_to"] = {
                "rel_type": "m.thread",
                "event_id": prompt,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": prompt},
            }
        event = {
            "type": "m.room.message",
            "event_id": f"${token_urlsafe(32)}",
            "sender": user_id,
            "origin_server_ts": now_ms,
            "content": content,
            "unsigned": {"age": 71, "membership": "join"},
        }
        rooms.setdefault(room_id, []).append(event)
    return rooms


def _writers(crowd: Crowd, numbers: Sequence[int]) -> Iterator[tuple[str, str]]:
    for number in numbers:
        room = number % crowd.rooms
        yield crowd.room_id(room), crowd.user_id(room, number // crowd.rooms % crowd.people)


def _sync(position: str, events: dict[str, list[Json]]) -> bytes:
    joined = {
        room_id: {
            "timeline": {"events": own, "limited": False, "prev_batch": "p"},
            "state": {"events": []},
            "ephemeral": {"events": []},
            "account_data": {"events": []},
            "unread_notifications": {"notification_count": 0, "highlight_count": 0},
            "summary": {},
        }
        for room_id, own in events.items()
    }
    return orjson.dumps(
        {
            "next_batch": position,
            "device_one_time_keys_count": {"signed_curve25519": 50},
            "device_unused_fallback_key_types": ["signed_curve25519"],
            **({"rooms": {"join": joined}} if joined else {}),
        }
    )


def _parent_ended() -> asyncio.Event:
    """Whoever started us holds our standard input; when it closes, we end."""

    def wait() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=wait, daemon=True).start()
    return ended


async def _serve() -> None:
    ended = _parent_ended()
    homeserver = Homeserver()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(homeserver), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
