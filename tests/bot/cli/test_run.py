"""`runda run` as a process of its own, from init to SIGTERM."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.setting_up import log_out
from bot.cli.terminal import FOR_OPERATOR
from demo.homeserver import Account, Homeserver
from flows.ids import UserId
from tests.bot.cli.conftest import Runda

PATIENCE_S = 60


class Bot:
    """A running `runda run`; what it logs is read line by line."""

    def __init__(self, config: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(config)],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.logged: list[str] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, event: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.logged.append(line)
            if f'"{event}"' in line:
                return
            assert time.monotonic() < deadline, self.logged
        raise AssertionError(self.logged)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self._process.send_signal(number)
        return self.end()

    def end(self) -> int:
        _, rest = self._process.communicate(timeout=PATIENCE_S)
        self.logged += rest.splitlines(keepends=True)
        return self._process.returncode

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def config(
    runda: Runda, homeserver: Homeserver, bot_account: Account, organizer: Account, tmp_path: Path
) -> Path:
    """A bot that has been set up with `runda init`, and logs as JSON."""
    password = tmp_path / "password"
    password.write_text(bot_account.password)
    config = tmp_path / "runda" / "config.toml"
    outcome = runda(
        "init",
        "--yes",
        *("--config", config),
        *("--homeserver", homeserver.url),
        *("--user", bot_account.user_id),
        *("--password-file", password),
        *("--organizer", organizer.user_id),
    )
    assert outcome.complaint == ""
    with config.open("a") as file:
        file.write('\n[log]\nformat = "json"\n')
    return config


@pytest.fixture
def bot(config: Path) -> Iterator[Bot]:
    running = Bot(config)
    yield running
    running.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_from_start_to_stop(runda: Runda, config: Path, bot: Bot, number: signal.Signals) -> None:
    bot.wait_for("bot.ready")

    # while it runs, it is seen to run
    assert runda("status", "--config", config).shown.startswith(
        f"The bot is running (process {bot.pid}).\n"
    )

    # and it ends cleanly, having told only in JSON
    assert bot.stop(number) == 0
    assert [line for line in bot.logged if json.loads(line)["level"] == "error"] == []
    assert runda("status", "--config", config).shown.startswith("The bot is not running.\n")


def test_what_it_writes_is_for_nobody_else(config: Path, bot: Bot) -> None:
    bot.wait_for("bot.ready")
    bot.stop()

    written = [path for path in (config.parent / "data").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_token_is_told_to_nobody(runda: Runda, config: Path) -> None:
    # given a bot that logs all it can
    token = (config.parent / "secrets" / "access_token").read_text().strip()
    config.write_text(config.read_text().replace("[log]", '[log]\nlevel = "debug"'))
    bot = Bot(config)

    # when everybody on the machine looks at its process, and the operator at its state
    try:
        bot.wait_for("bot.ready")
        process = Path("/proc") / str(bot.pid)
        seen = [process.joinpath(name).read_bytes() for name in ("cmdline", "environ")]
        shown = [runda(command, "--config", config) for command in ("status", "check")]
        bot.stop()
    finally:
        bot.kill()

    # then the token is in none of it, nor in the log, the database or any other file of the bot
    files = [path for path in (config.parent / "data").rglob("*") if path.is_file()]
    assert files
    assert token not in "".join(bot.logged)
    assert [one for one in shown if token in one.shown + one.complaint] == []
    assert [one for one in seen if token.encode() in one] == []
    assert [path for path in files if token.encode() in path.read_bytes()] == []
    assert token not in config.read_text()


def test_a_second_one_is_refused(config: Path, bot: Bot) -> None:
    bot.wait_for("bot.ready")

    second = Bot(config)

    assert second.end() == 1
    assert f"(process {bot.pid})" in "".join(second.logged)


def test_a_token_that_was_ended_says_what_to_do_and_that_helps(
    runda: Runda, homeserver: Homeserver, config: Path
) -> None:
    # given a bot that has run, and that somebody logs out
    first = Bot(config)
    first.wait_for("bot.ready")
    first.stop()
    written = tomllib.loads(config.read_text())
    account = MatrixAccount(
        homeserver=homeserver.url,
        user_id=UserId(written["matrix"]["user_id"]),
        device_id=written["matrix"]["device_id"],
        access_token=(config.parent / "secrets" / "access_token").read_text().strip(),
    )
    asyncio.run(log_out(account))

    # when it is started, it says so
    refused = Bot(config)
    assert refused.end() == FOR_OPERATOR
    assert "Traceback" not in "".join(refused.logged)
    room = written["organizers"]["room"]
    assert refused.logged[-1].endswith(f"runda init --force --room '{room}'\n")

    # and what it says to do helps
    anew = runda(
        "init",
        "--yes",
        "--force",
        *("--config", config),
        *("--homeserver", homeserver.url),
        *("--user", account.user_id),
        *("--password-file", config.parent.parent / "password"),
        *("--room", room),
    )
    assert (anew.status, anew.complaint) == (0, "")
    config.write_text(f'{config.read_text()}\n[log]\nformat = "json"\n')
    second = Bot(config)
    second.wait_for("bot.ready")
    assert second.stop() == 0
