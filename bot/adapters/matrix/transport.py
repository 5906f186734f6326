"""Requests to the homeserver: JSON in, JSON out, errors by who can mend them.

A call is tried again, with growing pauses, only while trying again can help and only
until its deadline; what lasts longer is `ChatUnavailable`, and the outbox or the
listening loop decides when to come back.
"""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.adapters.matrix.decoding import decoded
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable

CLIENT = "/_matrix/client/v3"

SEND_DEADLINE_S = 20.0
"""How long a call may go on trying by itself; the outbox goes on from there."""

_LONGEST_PAUSE_S = 300.0
_SHORTEST_PAUSE_S = 0.1
"""A server that asks for less (0 is common) gets our own pauses, or we would spin."""
_BELIEVED = 5
"""So often a server that asks for a moment gets only that; then it seems not to mean it."""
_BACK_OFF_START_S = 0.25
_BACK_OFF_MOST_S = 8.0
TIMEOUT_S = 30.0
"""For one try, where nothing else is said."""
_MOST_CONNECTIONS = 48
"""More than the 32 sends in flight, so that the long poll never waits for a connection."""

_NOT_DONE = 300
"""Statuses from here on are no success; redirections are none of a homeserver's API."""

_LOGGED_OUT = frozenset(
    ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED")
)
_CODE = re.compile(r"(?i:m|org|io|com|net|[a-z]{2})[_.][A-Za-z0-9_.]{1,80}")
"""What an error code looks like: a word, and not a sentence."""
_WORDLESS = re.compile(
    r"/(?:account/|login|logout|register|versions|capabilities|keys/|devices|join/|invite|leave|"
    r"kick|directory/|joined_members)"
)
"""Calls in which nobody's words travel. Of an error of any other only the code is told: some
homeservers, and gateways before them, repeat in its sentence what they were sent."""
_MAY_PASS = frozenset(("M_LIMIT_EXCEEDED", "M_RESOURCE_LIMIT_EXCEEDED"))
"""Error codes that mean "later" whatever status they come with."""

FILE_TIMEOUT_S = 120.0
"""For one try with a file; it may come from the homeserver of another."""
_PART_BYTES = 65_536
_MOST_REDIRECTS = 3
_LONGEST_REFUSAL = 65_536
_LONGEST_LIST = 50_000_000

Json = dict[str, Any]
_T = TypeVar("_T")


class InteractionNeeded(ChatRefused):
    """The server wants the account's password for this call (user-interactive authentication).

    Attributes:
        session: to be sent back together with the password.
    """

    def __init__(self, message: str, session: str) -> None:
        self.session = session
        super().__init__(message, code="INTERACTION_NEEDED")


def escaped(part: str) -> str:
    """One part of a path, percent-encoded: room and event ids may contain `/` and `?`."""
    return quote(part, safe="")


class Transport:
    """The connections to one homeserver, with the account's token on each request.

    Args:
        homeserver: Base address, ``https://matrix.example.org``.
        access_token: None before login.
    """

    def __init__(self, homeserver: str, access_token: str | None = None) -> None:
        self._base = homeserver.rstrip("/")
        headers = {"Content-Type": "application/json", "User-Agent": "Runda"}
        if access_token is not None:
            headers["Authorization"] = f"Bearer {access_token}"
        self._headers = headers
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._opened: aiohttp.ClientSession | None = None
        self._date = ""
        self.clock_ahead_s = 0.0
        """By how much the homeserver's clock is ahead of ours, to a second or so."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def get(
        self, path: str, *, timeout_s: float | None = None, deadline_s: float = SEND_DEADLINE_S
    ) -> Json:
        """GET; see `request`."""
        return await self.request("GET", path, timeout_s=timeout_s, deadline_s=deadline_s)

    async def get_list(self, path: str, *, deadline_s: float = SEND_DEADLINE_S) -> list[Json]:
        """GET of what is answered with a list of objects (a room's state)."""
        url = URL(self._base + path, encoded=True)
        raw = await _insist(lambda: self._download(url, _LONGEST_LIST), deadline_s)
        answer = decoded(raw)
        if not isinstance(answer, list):
            raise ChatUnavailable(f"GET {url.path}: the homeserver's answer is no list")
        return [one for one in answer if isinstance(one, dict)]

    async def put(
        self,
        path: str,
        body: object,
        *,
        timeout_s: float | None = None,
        deadline_s: float = SEND_DEADLINE_S,
    ) -> Json:
        """PUT; see `request`."""
        return await self.request("PUT", path, body, timeout_s=timeout_s, deadline_s=deadline_s)

    async def post(self, path: str, body: object, *, deadline_s: float = SEND_DEADLINE_S) -> Json:
        """POST; see `request`. With a deadline only if it is harmless to be made twice."""
        return await self.request("POST", path, body, deadline_s=deadline_s)

    async def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        timeout_s: float | None = None,
        deadline_s: float = SEND_DEADLINE_S,
    ) -> Json:
        """Make a call until it is answered, refused, or `deadline_s` would pass.

        Args:
            path: Already percent-encoded, query included.
            body: What JSON can carry, or None for none.
            timeout_s: For one try; None: `TIMEOUT_S`.
            deadline_s: No try begins later than this; 0 means a single try.

        Raises:
            ChatUnavailable: Not now; `retry_after_s` if the server named a time.
            ChatRefused: Never; `code` is the server's error code.
            ChatLoggedOut: The token is not valid.
        """
        url = URL(self._base + path, encoded=True)
        data = None if body is None else orjson.dumps(body)
        within_s = TIMEOUT_S if timeout_s is None else timeout_s
        return await _insist(
            lambda: self._once(method, url, data, within_s, self._headers), deadline_s
        )

    async def upload(
        self, path: str, data: bytes, mime: str, *, deadline_s: float = SEND_DEADLINE_S
    ) -> Json:
        """POST bytes; made twice, it leaves a copy at the homeserver that nobody knows of."""
        url = URL(self._base + path, encoded=True)
        headers = {**self._headers, "Content-Type": mime}
        return await _insist(
            lambda: self._once("POST", url, data, FILE_TIMEOUT_S, headers), deadline_s
        )

    async def download(
        self, path: str, *, most_bytes: int, deadline_s: float = SEND_DEADLINE_S
    ) -> bytes:
        """GET bytes, at most so many: no more than that is ever read.

        Raises:
            ChatRefused: As of every call; `code` is TOO_LARGE if there are more.
        """
        url = URL(self._base + path, encoded=True)
        return await _insist(lambda: self._download(url, most_bytes), deadline_s)

    async def _download(self, url: URL, most_bytes: int) -> bytes:
        try:
            async with self._session().get(
                url,
                headers=self._headers,
                timeout=self._timeout(FILE_TIMEOUT_S),
                # A homeserver may keep its files elsewhere; the token does not go there.
                max_redirects=_MOST_REDIRECTS,
            ) as response:
                if response.status < _NOT_DONE:
                    if _is_a_page(response):
                        raise _no_answer("GET", url, aiohttp.ClientPayloadError())
                    return await _read_at_most(response, most_bytes, url)
                raw = await response.content.read(_LONGEST_REFUSAL)
                status, headers = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _no_answer("GET", url, error) from error
        raise _failure("GET", url, status, headers, _decoded(raw))

    async def _once(
        self,
        method: str,
        url: URL,
        data: bytes | None,
        timeout_s: float,
        headers: Mapping[str, str],
    ) -> Json:
        try:
            async with self._session().request(
                method,
                url,
                data=data,
                headers=headers,
                timeout=self._timeout(timeout_s),
                allow_redirects=False,
            ) as response:
                raw = await response.read()
                status, answered = response.status, response.headers
                self._note_date(answered.get("Date", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _no_answer(method, url, error) from error
        answer = _decoded(raw)
        if status < _NOT_DONE and answer is not None:
            return answer
        raise _failure(method, url, status, answered, answer)

    def _note_date(self, date: str) -> None:
        if date == self._date:
            return  # within the same second, or none at all
        self._date = date
        try:
            self.clock_ahead_s = parsedate_to_datetime(date).timestamp() - time.time()
        except ValueError:
            self.clock_ahead_s = 0.0

    def _session(self) -> aiohttp.ClientSession:
        # Made at the first request: a session must be made inside a running loop.
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._opened

    def _timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        made = self._timeouts.get(seconds)
        if made is None:
            made = self._timeouts[seconds] = aiohttp.ClientTimeout(total=seconds, connect=10)
        return made


async def _insist(call: Callable[[], Awaitable[_T]], deadline_s: float) -> _T:
    """Make a call again, with pauses, as long as that can help and the deadline allows."""
    give_up_at = time.monotonic() + deadline_s
    tries = 0
    while True:
        try:
            return await call()
        except ChatUnavailable as error:
            tries += 1
            pause = error.retry_after_s
            if pause is None or pause < _SHORTEST_PAUSE_S:
                pause = _back_off(tries)
            elif tries > _BELIEVED:
                pause = max(pause, _back_off(tries - _BELIEVED))
            if time.monotonic() + pause >= give_up_at:
                raise
            await asyncio.sleep(pause)


def _is_a_page(response: aiohttp.ClientResponse) -> bool:
    """Whether a proxy or a hotel's network speaks: a homeserver names the file that it gives."""
    return response.content_type == "text/html" and "Content-Disposition" not in response.headers


async def _read_at_most(response: aiohttp.ClientResponse, most_bytes: int, url: URL) -> bytes:
    # What the server says of the length is not relied on, only believed if it is too much.
    parts: list[bytes] = []
    left = most_bytes
    promised = response.content_length
    if promised is None or promised <= most_bytes:
        async for part in response.content.iter_chunked(_PART_BYTES):
            left -= len(part)
            if left < 0:
                break
            parts.append(part)
        else:
            return b"".join(parts)
    # Not read to its end: the connection cannot be used again.
    response.close()
    raise ChatRefused(f"GET {url.path}: more than {most_bytes} bytes", code="TOO_LARGE")


def _no_answer(method: str, url: URL, error: Exception) -> ChatUnavailable:
    return ChatUnavailable(
        f"{method} {url.path}: no answer from the homeserver ({type(error).__name__})"
    )


def _back_off(tries: int) -> float:
    most = min(_BACK_OFF_MOST_S, _BACK_OFF_START_S * 2.0**tries)
    return most * random.uniform(0.5, 1)  # noqa: S311  so that many do not come back at once


def _decoded(raw: bytes) -> Json | None:
    """The answer; None if it is not a JSON object (a gateway's HTML page, a cut body)."""
    answer = decoded(raw)
    return answer if isinstance(answer, dict) else None


def _failure(
    method: str, url: URL, status: int, headers: Mapping[str, str], answer: Json | None
) -> ChatUnavailable | ChatRefused | ChatLoggedOut:
    body = answer or {}
    code = body.get("errcode")
    code = code if isinstance(code, str) and _CODE.fullmatch(code) else ""
    sentence = body.get("error", "") if _WORDLESS.search(url.path) else ""
    said = " ".join(f"{method} {url.path}: {status} {code} {sentence}".split())
    if status == HTTPStatus.UNAUTHORIZED and code in _LOGGED_OUT:
        return ChatLoggedOut(said)
    if status == HTTPStatus.UNAUTHORIZED and "flows" in body:
        return InteractionNeeded(said, str(body.get("session", "")))
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _MAY_PASS:
        return ChatUnavailable(said, retry_after_s=_asked_pause(headers, body))
    # Without JSON it is not the homeserver that speaks, but a proxy before it that is being
    # set up; except that a proxy, too, may find a message too large.
    proxy_speaks = answer is None and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    may_pass = status < _NOT_DONE or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if proxy_speaks or may_pass or status == HTTPStatus.REQUEST_TIMEOUT:
        return ChatUnavailable(said, retry_after_s=_header_pause(headers))
    return ChatRefused(said, code=code or f"HTTP_{status}")


def _asked_pause(headers: Mapping[str, str], body: Json) -> float | None:
    """How long the server asks us to wait: its header first, then the older body field."""
    pause = _header_pause(headers)
    if pause is not None:
        return pause
    in_ms = body.get("retry_after_ms")
    if isinstance(in_ms, int | float) and in_ms >= 0:
        return min(in_ms / 1000, _LONGEST_PAUSE_S)
    return None


def _header_pause(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_PAUSE_S)
