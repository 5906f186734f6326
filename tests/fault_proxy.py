"""A proxy before a homeserver that goes wrong on purpose, as networks and servers do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self

import aiohttp
from aiohttp import web
from yarl import URL


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers itself, and the homeserver never hears of it."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def too_fast(cls, *, header: str | None = None, body_ms: int | None = None) -> Answers:
        """429, saying how long to wait in a header, in the body, or not at all."""
        body: dict[str, Any] = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        if body_ms is not None:
            body["retry_after_ms"] = body_ms
        return cls(429, body, {} if header is None else {"Retry-After": header})

    @classmethod
    def bad_gateway(cls) -> Answers:
        """502 with a page for people, as from a proxy whose homeserver restarts."""
        return cls(502, "<html><body>502 Bad Gateway</body></html>")

    @classmethod
    def logged_out(cls) -> Answers:
        """401: the token is not valid any more."""
        return cls(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown access token"})


@dataclass(frozen=True, slots=True)
class Echoes:
    """Answers itself, and repeats what was sent in its error: its sentence, and its code."""

    status: int


@dataclass(frozen=True, slots=True)
class Resets:
    """Breaks the connection before the homeserver hears of it."""


@dataclass(frozen=True, slots=True)
class LosesAnswer:
    """Lets the homeserver do it, and breaks the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class CutsAnswer:
    """Lets the homeserver do it, and gives half of its answer."""


@dataclass(frozen=True, slots=True)
class Hangs:
    """Says nothing for a while, then breaks the connection."""

    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Holds:
    """Lets the homeserver do it only when the event is set."""

    until: asyncio.Event


@dataclass(frozen=True, slots=True)
class Drips:
    """Lets the homeserver do it, and gives its answer byte by byte, `pause_s` between two."""

    pause_s: float


@dataclass(frozen=True, slots=True)
class WrongClock:
    """Lets the homeserver do it, and says that it is `by_s` seconds later than it is."""

    by_s: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Lets the homeserver do it, and changes what it answered."""

    how: Callable[[bytes], bytes]


Fault = (
    Answers
    | Echoes
    | Resets
    | LosesAnswer
    | CutsAnswer
    | Hangs
    | Holds
    | Drips
    | WrongClock
    | Changes
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    at: float


@dataclass(slots=True)
class _Rule:
    method: str
    part: str
    fault: Fault
    times: int
    after: int


class FaultProxy:
    """Forwards to `upstream`, except where a fault was ordered.

    Attributes:
        requests: what came, in order, faults included.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._rules: list[_Rule] = []
        self.requests: list[Seen] = []
        self.url = ""

    def fail(self, method: str, part: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        """Order a fault for the next requests whose path contains `part`, `after` so many whole."""
        self._rules.append(_Rule(method, part, fault, times, after))

    def heal(self) -> None:
        """Forget every order."""
        self._rules.clear()

    def seen(self, method: str, part: str) -> list[Seen]:
        """The requests that came so far of this kind."""
        return [one for one in self.requests if one.method == method and part in one.path]

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(auto_decompress=True)
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._client.close()

    def _fault(self, request: web.Request) -> Fault | None:
        for rule in self._rules:
            if rule.method != request.method or rule.part not in request.raw_path:
                continue
            if rule.after:
                rule.after -= 1
            elif rule.times:
                rule.times -= 1
                return rule.fault
        return None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(Seen(request.method, request.raw_path, time.monotonic()))
        match self._fault(request):
            case Answers(status, str(text), headers):
                return web.Response(
                    status=status, text=text, content_type="text/html", headers=headers
                )
            case Answers(status, body, headers):
                return web.json_response(body, status=status, headers=headers)
            case Echoes(status):
                sent = await request.text()
                body = {"errcode": f"M_BAD {sent}", "error": f"cannot take {sent}"}
                return web.json_response(body, status=status)
            case Resets():
                return _broken(request)
            case Hangs(seconds):
                await asyncio.sleep(seconds)
                return _broken(request)
            case LosesAnswer():
                await self._forward(request)
                return _broken(request)
            case fault:
                return await self._spoil(request, fault)

    async def _spoil(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        """Forward, with what is wrong about the answer."""
        if isinstance(fault, Holds):
            await fault.until.wait()
        status, body = await self._forward(request)
        match fault:
            case CutsAnswer():
                return await _in_parts(request, status, [body[: len(body) // 2]], whole=len(body))
            case Drips(pause_s):
                bits = [body[at : at + 1] for at in range(len(body))]
                return await _in_parts(request, status, bits, whole=len(body), pause_s=pause_s)
            case Changes(how):
                return _json(status, how(body))
            case WrongClock(by_s):
                answer = _json(status, body)
                answer.headers["Date"] = formatdate(time.time() + by_s, usegmt=True)
                return answer
            case _:
                return _json(status, body)

    async def _forward(self, request: web.Request) -> tuple[int, bytes]:
        kept = ("authorization", "content-type")
        headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
        async with self._client.request(
            request.method,
            URL(self._upstream + request.raw_path, encoded=True),
            data=await request.read() or None,
            headers=headers,
        ) as answer:
            return answer.status, await answer.read()


async def _in_parts(
    request: web.Request, status: int, parts: Sequence[bytes], *, whole: int, pause_s: float = 0
) -> web.StreamResponse:
    """An answer that promises `whole` bytes; with fewer than that, the connection breaks."""
    answer = web.StreamResponse(
        status=status,
        headers={"Content-Type": "application/json", "Content-Length": str(whole)},
    )
    with suppress(ConnectionResetError):  # whoever asked has given up
        await answer.prepare(request)
        for part in parts:
            await answer.write(part)
            await asyncio.sleep(pause_s)
    return answer if sum(map(len, parts)) == whole else _broken(request, answer)


def _broken(request: web.Request, answer: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return answer or web.Response()


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")
