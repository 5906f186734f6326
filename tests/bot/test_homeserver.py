"""The embedded homeserver keeps what it was told, however it ends, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from demo.homeserver import REPOSITORY, Account, Homeserver, HomeserverError, find_interpreter


async def name_of(homeserver: Homeserver, account: Account) -> str:
    path = f"/_matrix/client/v3/profile/{account.user_id}/displayname"
    headers = {"Authorization": f"Bearer {account.access_token}"}
    async with (
        aiohttp.ClientSession(homeserver.url, headers=headers) as session,
        session.get(path) as answer,
    ):
        assert answer.status == 200
        name: str = (await answer.json())["displayname"]
        return name


async def test_people_are_registered_with_a_device(homeserver: Homeserver, fresh_name: str) -> None:
    anna = await homeserver.register(fresh_name)

    await homeserver.set_displayname(anna, "Anna Öberg")
    await homeserver.lift_rate_limit(anna.user_id)

    assert anna.user_id == f"@{fresh_name}:runda.test"
    assert anna.device_id
    assert await name_of(homeserver, anna) == "Anna Öberg"


async def test_a_name_is_taken_once(homeserver: Homeserver, fresh_name: str) -> None:
    await homeserver.register(fresh_name)

    with pytest.raises(HomeserverError, match="M_USER_IN_USE"):
        await homeserver.register(fresh_name)


async def test_a_power_cut_loses_nothing(tmp_path: Path) -> None:
    # given somebody on a homeserver
    async with Homeserver(tmp_path) as homeserver:
        anna = await homeserver.register("anna")
        await homeserver.set_displayname(anna, "Anna")
        url = homeserver.url

        # when it is killed and started again
        await homeserver.kill()
        assert not homeserver.is_running
        await homeserver.start()

        # then it has the same address, and still knows her and her device
        assert homeserver.url == url
        assert await name_of(homeserver, anna) == "Anna"

    # and so has another one in the same folder
    async with Homeserver(tmp_path, realistic_limits=True) as homeserver:
        assert homeserver.url == url
        assert await name_of(homeserver, anna) == "Anna"


async def test_a_homeserver_that_cannot_start_says_why(tmp_path: Path) -> None:
    homeserver = Homeserver(tmp_path, room_version="none such")

    with pytest.raises(HomeserverError, match="none such"):
        await homeserver.start()

    assert not homeserver.is_running


def test_without_synapse_one_is_told_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUNDA_SYNAPSE_PYTHON", str(tmp_path / "python"))

    with pytest.raises(HomeserverError, match="make setup"):
        find_interpreter()


START_AND_WAIT = """
import asyncio
from demo.homeserver import Homeserver

async def main():
    homeserver = Homeserver()
    await homeserver.start()
    print(homeserver.pid, homeserver.folder, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_nothing_is_left_when_whoever_started_it_is_killed() -> None:
    # given a process with a homeserver
    program = [sys.executable, "-c", START_AND_WAIT]
    with subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pid, folder = starter.stdout.readline().split()

        # when it is killed
        starter.send_signal(signal.SIGKILL)

    # then the homeserver is gone soon after, and its folder with it
    deadline = time.monotonic() + 30
    while is_alive(int(pid)) or Path(folder.decode()).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended, but that nobody has waited for, is no longer one to us.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
