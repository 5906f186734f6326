"""The pages for whatever watches the process tell the truth."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from bot.errors import ConfigError
from bot.service import health
from bot.service.health import HealthPages
from bot.service.vitals import SILENT_S
from storage import database as storage_database
from tests import postgresql
from tests.bot.journey import Journey
from tests.builders import ANN

ALIVE = (200, {"alive": True})
READY = (200, {"ready": True, "why": []})


async def asked(pages: HealthPages, path: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{pages.port}{path}") as answer,
    ):
        return answer.status, await answer.json()


def pages_of(journey: Journey) -> HealthPages:
    return HealthPages(journey.app.vitals, journey.database, ("127.0.0.1", 0))


async def test_a_bot_that_runs_lives_and_is_ready(journey: Journey) -> None:
    async with pages_of(journey) as pages:
        assert await asked(pages, "/healthz") == ALIVE
        assert await asked(pages, "/readyz") == READY
        assert (await asked(pages, "/healthz"))[0] == 200


async def test_a_homeserver_that_says_nothing(journey: Journey) -> None:
    async with pages_of(journey) as pages:
        # given a homeserver that has been silent just as long as it may be
        journey.app.vitals.heard()
        journey.seconds += SILENT_S
        assert await asked(pages, "/readyz") == READY

        # when it is silent longer
        journey.seconds += 1
        why = ["the homeserver has said nothing for 91 s"]
        assert await asked(pages, "/readyz") == (503, {"ready": False, "why": why})
        assert await asked(pages, "/healthz") == ALIVE

        # then anything it says makes it ready again
        await journey.writes(ANN, "Hello")
        assert await asked(pages, "/readyz") == READY


async def test_a_bot_that_ends_is_not_ready(journey: Journey) -> None:
    async with pages_of(journey) as pages:
        await journey.app.finish()
        assert await asked(pages, "/readyz") == (
            503,
            {"ready": False, "why": ["it is stopping"]},
        )


async def test_a_bot_that_still_catches_up_is_not_ready(journey: Journey) -> None:
    async with pages_of(journey) as pages:
        journey.app.vitals.is_ready = False
        status, said = await asked(pages, "/readyz")
        assert (status, len(said["why"])) == (503, 1)


async def test_a_thread_that_stands_still_is_no_life(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_ANSWERS_WITHIN_S", 0.05)
    go_on = threading.Event()
    standing = threading.Thread(target=journey.database.write_now, args=(lambda _: go_on.wait(60),))
    standing.start()
    async with pages_of(journey) as pages:
        assert await asked(pages, "/healthz") == (503, {"alive": False})
        assert (await asked(pages, "/readyz"))[0] == 503
        go_on.set()
        standing.join(60)
        monkeypatch.setattr(health, "_ANSWERS_WITHIN_S", 60)
        assert await asked(pages, "/healthz") == ALIVE
        assert await asked(pages, "/readyz") == READY


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server of the test's own, which it may stop."""
    with postgresql.running() as server:
        yield server


async def test_a_database_that_is_away(
    unset_journey: Journey, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_database, "PAUSES_S", (0.02,))
    journey = unset_journey
    journey.url = server.new_database("health")
    await journey.begins()
    async with pages_of(journey) as pages:
        assert await asked(pages, "/readyz") == READY

        # when the server is stopped, then the process lives, and is not ready
        server.stop()
        status, said = await asked(pages, "/readyz")
        assert status == 503
        assert said["why"][0].startswith("the database does not answer")
        assert await asked(pages, "/healthz") == ALIVE

        # and when it is back, the bot is ready again by itself
        server.start()
        await journey.until(lambda: journey.app.vitals.database_away is None, within_s=60)
        assert await asked(pages, "/readyz") == READY


async def test_a_port_that_is_taken(journey: Journey) -> None:
    async with pages_of(journey) as pages:
        taken = HealthPages(journey.app.vitals, journey.database, ("127.0.0.1", pages.port))
        with pytest.raises(ConfigError, match=r"cannot be used .*; write another port"):
            await taken.__aenter__()
