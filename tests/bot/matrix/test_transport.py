"""Every way in which a call can go wrong, against a homeserver of three lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.matrix.receiver import _insist
from bot.adapters.matrix.transport import InteractionNeeded, Transport, escaped
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable
from tests.fault_proxy import (
    Answers,
    Changes,
    CutsAnswer,
    Drips,
    Echoes,
    Fault,
    FaultProxy,
    Hangs,
    LosesAnswer,
    Resets,
)

HTML = Answers(502, "<html>Bad Gateway</html>")
_AT_ONCE_S = 0.05
"""Less than any pause between two tries."""


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    async def done(request: web.Request) -> web.Response:
        return web.json_response({"path": request.raw_path})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", done)
    async with TestServer(app) as server, FaultProxy(f"http://127.0.0.1:{server.port}") as proxy:
        yield proxy


@pytest.fixture
async def transport(proxy: FaultProxy) -> AsyncIterator[Transport]:
    async with Transport(proxy.url, "token") as transport:
        yield transport


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(HTML, id="bad gateway"),
        pytest.param(Answers(500, {"errcode": "M_UNKNOWN"}), id="server error"),
        pytest.param(Answers(408, {}), id="request timeout"),
        pytest.param(Answers(404, "<html>nothing here</html>"), id="a proxy's own 404"),
        pytest.param(Answers(401, "<html>who are you</html>"), id="a proxy's own 401"),
        pytest.param(Answers(200, "<html>captive portal</html>"), id="a page for people"),
        pytest.param(Answers(200, ["no object"]), id="JSON, but no object"),
        pytest.param(Answers.too_fast(), id="too fast, without a time"),
        pytest.param(Answers.too_fast(header="0"), id="too fast, with no time to wait"),
        pytest.param(Answers.too_fast(body_ms=50), id="too fast, time in the body"),
        pytest.param(CutsAnswer(), id="cut answer"),
        pytest.param(LosesAnswer(), id="lost answer"),
        pytest.param(Resets(), id="reset"),
    ],
)
async def test_what_may_pass_is_tried_again(
    proxy: FaultProxy, transport: Transport, fault: Fault
) -> None:
    proxy.fail("PUT", "/thing", fault, times=2)
    assert await transport.put("/thing", {}) == {"path": "/thing"}
    assert len(proxy.requests) == 3


@pytest.mark.parametrize(
    ("fault", "asks"),
    [
        pytest.param(HTML, 1, id="bad gateway"),
        pytest.param(Answers.too_fast(), 1, id="too fast, without a time"),
        pytest.param(Answers.too_fast(header="0"), 1, id="too fast, no time to wait"),
        pytest.param(Answers.too_fast(body_ms=0), 1, id="too fast, zero in the body"),
        # In each try aiohttp itself asks a second time, at once, where a connection is cut.
        pytest.param(Resets(), 2, id="reset"),
    ],
)
async def test_trying_again_is_slow_and_ends(
    proxy: FaultProxy, transport: Transport, fault: Fault, asks: int
) -> None:
    proxy.fail("GET", "/thing", fault, times=10_000)
    began = time.monotonic()
    with pytest.raises(ChatUnavailable):
        await transport.get("/thing", deadline_s=2)
    assert time.monotonic() - began < 2.5
    times = [one.at for one in proxy.requests]
    tries = 1 + sum(after - before > _AT_ONCE_S for before, after in pairwise(times))
    assert 2 <= tries <= 6
    assert len(times) <= asks * tries


async def test_a_server_that_always_asks_for_a_moment_is_not_asked_all_the_time(
    proxy: FaultProxy, transport: Transport
) -> None:
    proxy.fail("GET", "/thing", Answers.too_fast(body_ms=100), times=10_000)
    with pytest.raises(ChatUnavailable):
        await transport.get("/thing", deadline_s=4)
    assert 5 < len(proxy.requests) <= 11


PERMANENT: list[Fault] = [
    Answers.too_fast(),
    Answers.too_fast(header="0"),
    Answers.too_fast(body_ms=0),
    Answers(500, {"errcode": "M_UNKNOWN"}),
    Answers(503, {}, {"Retry-After": "0"}),
    HTML,
    Answers(200, "<html>captive portal</html>"),
    Answers(403, {"errcode": "M_FORBIDDEN"}),
    CutsAnswer(),
    LosesAnswer(),
    Resets(),
    Hangs(),
    Drips(1.0),
]


async def test_listening_asks_seldom_whatever_goes_wrong_for_long(proxy: FaultProxy) -> None:
    """All faults at once, each at an address of its own; counted, so that no clock is looked at."""
    for number, fault in enumerate(PERMANENT):
        proxy.fail("GET", f"/sync-{number}-", fault, times=10_000)

    async def listen(number: int) -> None:
        async with Transport(proxy.url, "token") as transport:
            await _insist(lambda: transport.get(f"/sync-{number}-", timeout_s=0.5, deadline_s=0))

    listening = [asyncio.create_task(listen(number)) for number in range(len(PERMANENT))]
    await asyncio.sleep(4)
    for one in listening:
        one.cancel()
    await asyncio.wait(listening)

    # One at once, one after a second, one after two more; aiohttp asks twice where a connection
    # that it had kept was closed. A slow machine makes it fewer.
    asked = [len(proxy.seen("GET", f"/sync-{number}-")) for number in range(len(PERMANENT))]
    assert [1 <= count <= 7 for count in asked] == [True] * len(PERMANENT), asked


@pytest.mark.parametrize(
    ("fault", "asked_s"),
    [
        pytest.param(Answers.too_fast(header="7"), 7, id="header"),
        pytest.param(Answers.too_fast(header="7", body_ms=900_000), 7, id="header before body"),
        pytest.param(Answers.too_fast(body_ms=7_000), 7, id="body"),
        pytest.param(Answers.too_fast(header="86400"), 300, id="never longer than five minutes"),
        pytest.param(Answers.too_fast(header="nan", body_ms=7_000), 7, id="no number"),
        pytest.param(Answers.too_fast(header="soon", body_ms=7_000), 7, id="no date"),
        pytest.param(Answers(503, {}, {"Retry-After": "7"}), 7, id="also with 503"),
        pytest.param(
            Answers(403, {"errcode": "M_RESOURCE_LIMIT_EXCEEDED"}), None, id="server full"
        ),
    ],
)
async def test_the_time_the_server_asks_for_is_passed_on(
    proxy: FaultProxy, transport: Transport, fault: Fault, asked_s: float | None
) -> None:
    proxy.fail("GET", "/thing", fault)
    with pytest.raises(ChatUnavailable) as caught:
        await transport.get("/thing", deadline_s=0)
    assert caught.value.retry_after_s == asked_s


async def test_the_server_may_name_a_date(proxy: FaultProxy, transport: Transport) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    proxy.fail("GET", "/thing", Answers.too_fast(header=date))
    with pytest.raises(ChatUnavailable) as caught:
        await transport.get("/thing", deadline_s=5)
    assert caught.value.retry_after_s == pytest.approx(60, abs=3)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "M_FORBIDDEN"), (404, "M_NOT_FOUND"), (413, "M_TOO_LARGE"), (400, "M_BAD_JSON")],
)
async def test_what_is_refused_is_not_tried_again(
    proxy: FaultProxy, transport: Transport, status: int, code: str
) -> None:
    proxy.fail("GET", "/thing", Answers(status, {"errcode": code, "error": "No"}), times=9)
    with pytest.raises(ChatRefused) as caught:
        await transport.get("/thing")
    assert caught.value.code == code
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500])
async def test_what_was_sent_is_in_no_error(
    proxy: FaultProxy, transport: Transport, status: int
) -> None:
    # given a homeserver that repeats in its errors what it was sent, as sentence and as code
    proxy.fail("PUT", "/rooms/", Echoes(status), times=9)
    with pytest.raises((ChatRefused, ChatUnavailable)) as caught:
        await transport.put("/rooms/r/send/m.room.message/1", {"body": "secret"}, deadline_s=0)
    assert str(status) in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "secret" not in getattr(caught.value, "code", "")


@pytest.mark.parametrize(
    ("path", "said"),
    [("/account/whoami", "GET /account/whoami: 403 M_FORBIDDEN Why"), ("/rooms/r/messages", None)],
)
async def test_the_servers_sentence_is_told_where_nobodys_words_travel(
    proxy: FaultProxy, transport: Transport, path: str, said: str | None
) -> None:
    proxy.fail("GET", path, Answers(403, {"errcode": "M_FORBIDDEN", "error": "Why\n"}))
    with pytest.raises(ChatRefused) as caught:
        await transport.get(path)
    assert str(caught.value) == (said or f"GET {path}: 403 M_FORBIDDEN")


@pytest.mark.parametrize("code", ["M_UNKNOWN_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"])
async def test_logged_out(proxy: FaultProxy, transport: Transport, code: str) -> None:
    proxy.fail("GET", "/thing", Answers(401, {"errcode": code}), times=9)
    with pytest.raises(ChatLoggedOut):
        await transport.get("/thing")
    assert len(proxy.requests) == 1


async def test_the_password_is_asked_for(proxy: FaultProxy, transport: Transport) -> None:
    proxy.fail("GET", "/thing", Answers(401, {"flows": [], "session": "s1"}))
    with pytest.raises(InteractionNeeded) as caught:
        await transport.get("/thing")
    assert caught.value.session == "s1"


async def test_no_answer_at_all(proxy: FaultProxy, transport: Transport) -> None:
    proxy.fail("GET", "/thing", Hangs())
    with pytest.raises(ChatUnavailable):
        await transport.get("/thing", timeout_s=0.3, deadline_s=0)


async def test_nobody_there() -> None:
    async with Transport("http://127.0.0.1:9") as transport:
        with pytest.raises(ChatUnavailable):
            await transport.get("/thing", deadline_s=0)


async def test_half_a_character_does_not_keep_the_rest_from_being_read(
    proxy: FaultProxy, transport: Transport
) -> None:
    proxy.fail("GET", "/thing", Changes(lambda _: b'{"text": "\\ud83d", "more": 1}'))
    assert await transport.get("/thing") == {"text": "?", "more": 1}


async def test_paths_are_sent_as_they_are(transport: Transport) -> None:
    path = f"/rooms/{escaped('!a/b?c#d é:hs')}/x"
    assert (await transport.get(path))["path"] == "/rooms/%21a%2Fb%3Fc%23d%20%C3%A9%3Ahs/x"
