"""`runda init` against a real homeserver."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import stat
import sys
import time
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.setting_up import establish_identity
from demo.homeserver import Account, Homeserver
from tests.bot.cli.conftest import Runda


def asked(homeserver: Homeserver, account: Account, path: str) -> dict[str, Any]:
    """What the homeserver answers to an account."""

    async def ask() -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {account.access_token}"}
        async with (
            aiohttp.ClientSession(homeserver.url, headers=headers) as session,
            session.get(f"/_matrix/client/v3/{path}") as answer,
        ):
            said: dict[str, Any] = await answer.json()
            return said

    return asyncio.run(ask())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def password_file(tmp_path: Path, bot_account: Account) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{bot_account.password}\n")
    return path


@pytest.fixture
def with_password(
    homeserver: Homeserver, bot_account: Account, password_file: Path
) -> tuple[str | Path, ...]:
    """The options that log the bot's account in."""
    return (
        "--yes",
        *("--homeserver", homeserver.url),
        *("--user", bot_account.user_id),
        *("--password-file", password_file),
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Where the configuration is to be, in a folder that is not there yet."""
    return tmp_path / "runda" / "config.toml"


def test_with_a_password_and_nobody_to_ask(
    runda: Runda,
    homeserver: Homeserver,
    bot_account: Account,
    organizer: Account,
    with_password: tuple[str | Path, ...],
) -> None:
    config = Path(with_password[-1]).parent / "runda" / "config.toml"
    outcome = runda(
        "init",
        *with_password,
        *("--config", config),
        *("--organizer", organizer.user_id),
        *("--timezone", "Europe/Helsinki"),
    )

    # then the files say how to reach the account and are for its owner alone
    assert (outcome.status, outcome.complaint) == (0, "")
    written = tomllib.loads(config.read_text())
    token = (config.parent / "secrets" / "access_token").read_text().strip()
    room, device = written["organizers"]["room"], written["matrix"]["device_id"]
    assert written == {
        "matrix": {
            "homeserver": homeserver.url,
            "user_id": bot_account.user_id,
            "device_id": device,
            "access_token_file": "secrets/access_token",
        },
        "organizers": {"room": room},
        "storage": {"data_folder": "data"},
        "dialogue": {"timezone": "Europe/Helsinki", "language": "en"},
    }
    assert [mode(path) for path in (config, config.parent / "secrets" / "access_token")] == [
        0o600,
        0o600,
    ]
    assert [mode(config.parent / name) for name in (".", "secrets", "data")] == [0o700] * 3
    assert sorted(path.name for path in config.parent.iterdir()) == [
        "config.toml",
        "data",
        "secrets",
    ]

    # and nothing secret was shown, and the device is a new one
    assert token not in outcome.shown
    assert bot_account.password not in outcome.shown
    assert device != bot_account.device_id

    # and the room is there, encrypted, with the organizer invited
    state = asked(homeserver, bot_account, f"rooms/{quote(room)}/state/m.room.encryption/")
    member = asked(
        homeserver, bot_account, f"rooms/{quote(room)}/state/m.room.member/{organizer.user_id}"
    )
    assert (state["algorithm"], member["membership"]) == ("m.megolm.v1.aes-sha2", "invite")

    # and everything is in order
    checked = runda("check", "--config", config)
    assert (checked.status, checked.complaint) == (0, "")


def test_with_a_token_and_a_plain_room(
    runda: Runda, homeserver: Homeserver, bot_account: Account, organizer: Account, config: Path
) -> None:
    token_file = config.parent.parent / "token"
    token_file.write_text(bot_account.access_token)

    outcome = runda(
        "init",
        "--yes",
        "--plain",
        *("--config", config),
        *("--homeserver", homeserver.url),
        *("--token-file", token_file),
        *("--organizer", organizer.user_id),
    )

    assert (outcome.status, outcome.complaint) == (0, "")
    written = tomllib.loads(config.read_text())
    room = written["organizers"]["room"]
    assert written["matrix"]["device_id"] == bot_account.device_id
    state = asked(homeserver, bot_account, f"rooms/{quote(room)}/state/m.room.encryption/")
    assert state["errcode"] == "M_NOT_FOUND"


def test_a_wrong_password_leaves_nothing(
    runda: Runda, homeserver: Homeserver, bot_account: Account, tmp_path: Path, config: Path
) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("something else")

    outcome = runda(
        "init",
        "--yes",
        *("--config", config),
        *("--homeserver", homeserver.url),
        *("--user", bot_account.user_id),
        *("--password-file", wrong),
        *("--organizer", "@anna:runda.test"),
    )

    assert outcome.status == 1
    assert outcome.complaint == (
        f"The homeserver does not accept this password for {bot_account.user_id}. Check both; "
        "the account must have been made before (docs/operating.md).\n"
    )
    assert not config.parent.exists()


def test_a_room_that_cannot_be_made_takes_the_login_back(
    runda: Runda,
    homeserver: Homeserver,
    bot_account: Account,
    with_password: tuple[str | Path, ...],
    config: Path,
) -> None:
    somebody = "@somebody:nowhere.invalid:99999"
    outcome = runda("init", *with_password, "--config", config, "--organizer", somebody)

    assert outcome.status == 1
    assert outcome.complaint.startswith("The organizers' room could not be made (")
    assert [path.name for path in config.parent.iterdir()] == ["data"]
    devices = asked(homeserver, bot_account, "devices")["devices"]
    assert [device["device_id"] for device in devices] == [bot_account.device_id]

    # and the next try goes through: the account's keys are still there
    again = runda("init", *with_password, "--config", config, "--organizer", "@anna:runda.test")
    assert (again.status, again.complaint) == (0, "")


def test_an_account_somebody_has_set_up_in_a_client(
    runda: Runda,
    homeserver: Homeserver,
    bot_account: Account,
    with_password: tuple[str | Path, ...],
    config: Path,
) -> None:
    # given cross-signing keys of another device
    elsewhere = MatrixAccount(
        homeserver=homeserver.url,
        user_id=bot_account.user_id,
        device_id=bot_account.device_id,
        access_token=bot_account.access_token,
    )
    folder = config.parent.parent / "elsewhere"
    asyncio.run(establish_identity(elsewhere, folder, password=None, replace_identity=False))
    options = (*with_password, "--config", config, "--organizer", "@anna:runda.test")

    # when Runda is set up, it asks before it replaces them
    refused = runda("init", *options)
    assert refused.status == 1
    assert "--replace-identity replaces them.\n" in refused.complaint
    assert "the account already has cross-signing keys" in refused.complaint
    assert not config.parent.exists()

    # and does so when told to, with the password that the homeserver wants for it
    outcome = runda("init", *options, "--replace-identity")
    assert (outcome.status, outcome.complaint) == (0, "")


def test_nobody_answers_at_the_address(runda: Runda, password_file: Path, config: Path) -> None:
    outcome = runda(
        "init",
        "--yes",
        *("--config", config),
        *("--homeserver", "http://127.0.0.1:9"),
        *("--user", "@runda:example.org"),
        *("--password-file", password_file),
        *("--organizer", "@anna:example.org"),
    )

    assert outcome.status == 1
    assert "http://127.0.0.1:9" in outcome.complaint
    assert not config.parent.exists()


def test_what_is_there_is_not_replaced(runda: Runda, config: Path) -> None:
    config.parent.mkdir()
    config.write_text("# mine\n")

    outcome = runda("init", "--yes", "--config", config)

    assert outcome.status == 1
    assert outcome.complaint == (
        f"{config} is already there. Look through it with `runda check`, or write it anew with "
        "--force (and --room, to keep the organizers' room it names).\n"
    )
    assert config.read_text() == "# mine\n"


def test_after_a_new_login_the_room_is_kept(
    runda: Runda, homeserver: Homeserver, bot_account: Account, password_file: Path, config: Path
) -> None:
    (config.parent / "secrets").mkdir(parents=True)
    config.write_text("# mine\n")
    (config.parent / "secrets" / "access_token").write_text("ended\n")

    outcome = runda(
        "init",
        "--yes",
        "--force",
        *("--config", config),
        *("--homeserver", homeserver.url),
        *("--user", bot_account.user_id),
        *("--password-file", password_file),
        *("--room", "!kept:runda.test"),
    )

    assert (outcome.status, outcome.complaint) == (0, "")
    assert tomllib.loads(config.read_text())["organizers"]["room"] == "!kept:runda.test"
    assert (config.parent / "secrets" / "access_token").read_text() != "ended\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(
            (),
            "with --yes these are needed too: --homeserver, --password-file or --token-file, "
            "--organizer\n",
            id="nothing",
        ),
        pytest.param(
            ("--homeserver", "example.org", "--password-file", "x", "--organizer", "@a:b"),
            "with --yes these are needed too: --user\n",
            id="password without account",
        ),
        pytest.param(
            ("--organizer", "anna", "--timezone", "Stockholm", "--room", "#a:b"),
            "anna is not a Matrix account; write e.g. @anna:example.org\n"
            "Stockholm is not a time zone; did you mean Europe/Stockholm?\n"
            "#a:b is not the id of a room; it begins with !\n",
            id="everything wrong",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_before_anything_is_done(
    runda: Runda, config: Path, words: tuple[str, ...], complaint: str
) -> None:
    outcome = runda("init", "--yes", "--config", config, *words)

    assert (outcome.status, outcome.complaint) == (2, complaint)


def test_a_folder_that_is_not_ours(
    runda: Runda, homeserver: Homeserver, password_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    outcome = runda(
        "init",
        "--yes",
        *("--config", tmp_path / "file" / "config.toml"),
        *("--homeserver", homeserver.url),
        *("--user", "@runda:example.org"),
        *("--password-file", password_file),
        *("--organizer", "@anna:example.org"),
    )

    assert outcome.status == 1
    assert outcome.complaint == (
        f"{tmp_path}/file cannot be written (Not a directory); nothing was changed. Choose "
        "another folder with --config, or make this one yours.\n"
    )


def test_nobody_to_answer(runda: Runda, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO())

    outcome = runda("init", "--config", config)

    assert outcome.status == 1
    assert outcome.complaint.endswith(
        "nobody answers; give the answers as options (`runda init --help` lists them)\n"
    )


# ---------------------------------------------------------------- asked at a terminal


class Conversation:
    """`runda init` at a terminal of its own; `seen` is everything that stood on it."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "bot", "init", "--config", str(config)]
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.environ["RUNDA_LANGUAGE"] = "en"
            os.execv(sys.executable, command)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        start = len(self.seen)
        deadline = time.monotonic() + 30
        while text not in self.seen[start:]:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._terminal], [], [], 1)[0]:
                self.seen += self._read()

    def _read(self) -> str:
        try:
            return os.read(self._terminal, 4096).decode()
        except OSError as error:
            # Linux says so when the other side has ended.
            raise AssertionError(self.seen) from error

    def answer(self, question: str, answer: str) -> None:
        self.wait_for(question)
        os.write(self._terminal, f"{answer}\n".encode())

    def end(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)


def test_asked_and_answered(
    homeserver: Homeserver, bot_account: Account, organizer: Account, config: Path
) -> None:
    talk = Conversation(config)
    talk.answer("Language of the bot (sv, en) [en]", "")
    talk.answer("Homeserver", homeserver.url)
    talk.answer("(t) [p]", "p")
    talk.answer("The bot's account", bot_account.user_id)
    talk.answer("Password (not shown)", bot_account.password)
    talk.answer("Name of the organizers' room", "Dialogdagen")
    talk.answer("Organizers to invite", "anna")
    talk.answer("anna is not a Matrix account", organizer.user_id)
    talk.answer("Time zone", "Europe/Stockholm")
    talk.wait_for("runda run")

    assert talk.end() == 0
    assert bot_account.password not in talk.seen
    written = tomllib.loads(config.read_text())
    room = written["organizers"]["room"]
    name = asked(homeserver, bot_account, f"rooms/{quote(room)}/state/m.room.name/")
    assert name == {"name": "Dialogdagen"}
    topic = asked(homeserver, bot_account, f"rooms/{quote(room)}/state/m.room.topic/")["topic"]
    assert topic.endswith("Write !help to see what you can do.")
