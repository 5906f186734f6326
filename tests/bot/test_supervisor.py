"""What systemd is told, as it would hear it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service.supervisor import Supervisor
from storage.database import Database

PATIENCE_S = 60


class Listening:
    """The supervisor's end."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.settimeout(PATIENCE_S)

    def hear(self) -> list[str]:
        return self._socket.recv(4096).decode().splitlines()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["a file", "no file"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "a file":
        return str(tmp_path / "notify")
    return f"@runda-test-{secrets.token_hex(8)}"


@pytest.fixture
def listening(address: str) -> Iterator[Listening]:
    listening = Listening(address.replace("@", "\0", 1) if address[0] == "@" else address)
    yield listening
    listening.close()


def test_it_is_told_how_the_bot_stands(address: str, listening: Listening) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": address})
    supervisor.waiting("Waiting")
    supervisor.ready()
    supervisor.stopping()

    assert listening.hear() == ["STATUS=Waiting"]
    assert listening.hear() == ["READY=1", "STATUS=Answering"]
    assert listening.hear() == ["STOPPING=1", "STATUS=Finishing what is in hand"]


async def test_signs_of_life_stop_while_the_database_thread_stands_still(
    address: str, listening: Listening, sqlite_url: str
) -> None:
    # given a supervisor that waits a fifth of a second for a sign of life
    environ = {
        "NOTIFY_SOCKET": address,
        "WATCHDOG_USEC": "200000",
        "WATCHDOG_PID": str(os.getpid()),
    }
    supervisor = Supervisor(environ)
    database = Database.open(sqlite_url)
    stood_still = threading.Event()
    answers = database.thread_answers

    async def watched(*, within_s: float) -> bool:
        answered = await answers(within_s=within_s)
        if not answered:
            stood_still.set()
        return answered

    database.thread_answers = watched  # type: ignore[method-assign]  # to know when it was asked
    watching = asyncio.create_task(supervisor.watch(database))
    assert await asyncio.to_thread(listening.hear) == ["WATCHDOG=1"]

    # when the thread stands still, then no sign comes until it goes on
    go_on = threading.Event()
    standing = asyncio.create_task(database.write(lambda _: go_on.wait(PATIENCE_S)))
    assert await asyncio.to_thread(stood_still.wait, PATIENCE_S)
    go_on.set()
    await standing
    assert await asyncio.to_thread(listening.hear) == ["WATCHDOG=1"]
    watching.cancel()
    database.close()


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({}, id="no supervisor"),
        pytest.param({"NOTIFY_SOCKET": "/x"}, id="one that does not watch"),
        pytest.param({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"}, id="no number"),
        pytest.param(
            {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"}, id="another's"
        ),
    ],
)
async def test_who_is_not_watched_gives_no_signs(environ: dict[str, str], sqlite_url: str) -> None:
    supervisor = Supervisor(environ)
    database = Database.open(sqlite_url)
    await supervisor.watch(database)
    database.close()
    assert supervisor.patience_s is None


def test_a_supervisor_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    assert not (tmp_path / "gone").exists()
