"""`runda check`: all problems at once, each with what to do."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
import sqlalchemy as sa

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.setting_up import log_out, make_room
from bot.settings import note_organizers_moved
from demo.homeserver import Account, Homeserver
from flows.ids import RoomId
from storage.database import Database, create_engine
from tests.bot.cli.conftest import Runda


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A bot that is set up, in `folder`, with its `room`."""

    folder: Path
    account: Account
    room: str

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def change(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))


@pytest.fixture
def installed(tmp_path: Path, homeserver: Homeserver, bot_account: Account) -> Installation:
    account = MatrixAccount(
        homeserver=homeserver.url,
        user_id=bot_account.user_id,
        device_id=bot_account.device_id,
        access_token=bot_account.access_token,
    )
    room = asyncio.run(make_room(account, name="Dialogdagen", invite=[], encrypted=True))
    folder = tmp_path / "runda"
    for name in (".", "secrets", "data"):
        (folder / name).mkdir(mode=0o700)
    token = folder / "secrets" / "access_token"
    token.touch(mode=0o600)
    token.write_text(bot_account.access_token)
    (folder / "config.toml").write_text(
        f'[matrix]\nhomeserver = "{homeserver.url}"\nuser_id = "{bot_account.user_id}"\n'
        f'device_id = "{bot_account.device_id}"\naccess_token_file = "secrets/access_token"\n'
        f'[organizers]\nroom = "{room}"\n'
        f'[care]\nlines = ["112; SOS Alarm; {datetime.now(UTC).date()}"]\n'
    )
    return Installation(folder=folder, account=bot_account, room=room)


def test_everything_in_order(runda: Runda, installed: Installation, homeserver: Homeserver) -> None:
    outcome = runda("check", "--config", installed.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    lines = outcome.shown.splitlines()
    assert [line.split("(")[0].rstrip() for line in lines if "packs:" not in line] == [
        f"✓ configuration {installed.config}",
        f"✓ {installed.folder}/secrets/access_token is for the bot alone",
        f"✓ {installed.folder}/secrets is for the bot alone",
        f"✓ {installed.folder}/data is for the bot alone",
        "✓ on duty: nobody; when somebody may be in danger the organizers are told, without a name",
        "✓ numbers for people in danger: checked within a year",
        "✓ database: will be made at the first start",
        f"✓ homeserver {homeserver.url} answers",
        "✓ clock: agrees with the homeserver's",
        (
            f"✓ access token of {installed.account.user_id}, "
            f"device {installed.account.device_id}: valid"
        ),
        f"✓ organizers' room {installed.room} “Dialogdagen”",
    ]
    # and looking has made nothing
    assert list((installed.folder / "data").iterdir()) == []


def test_numbers_that_nobody_has_checked_for_a_year_are_a_problem(
    runda: Runda, installed: Installation
) -> None:
    today = datetime.now(UTC).date()
    old, fresh = today - timedelta(days=366), today - timedelta(days=365)
    lines = [f"90101; Mind Självmordslinjen; {old}", f"1177; Vårdguiden; {fresh}"]
    before = installed.config.read_text()
    written = f"lines = {json.dumps(lines)}"
    installed.config.write_text(re.sub(r"(?m)^lines = .*$", lambda _: written, before))

    outcome = runda("check", "--config", installed.config)

    assert (outcome.status, outcome.complaint) == (1, "1 problem to mend\n")
    assert (
        "✗ numbers for people in danger\n"
        "    nobody has checked these for a year: Mind Självmordslinjen 90101; call them, and "
        "write today's date behind them in care.lines\n"
    ) in outcome.shown


def test_all_problems_at_once(
    runda: Runda, installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a readable secret, a broken pack, a clock that is wrong and another device's token
    (installed.folder / "secrets" / "access_token").chmod(0o644)
    (installed.folder / "data").chmod(0o755)
    (installed.folder / "mine").mkdir()
    (installed.folder / "mine" / "broken.toml").write_text('title = "no more"\n')
    with installed.config.open("a") as config:
        config.write('[dialogue]\npacks = ["mine"]\n')
    installed.change(installed.account.device_id, "ANOTHER")
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + 60)

    outcome = runda("check", "--config", installed.config)

    assert (outcome.status, outcome.complaint) == (1, "5 problems to mend\n")
    token, folder = installed.folder / "secrets" / "access_token", installed.folder
    assert [
        (line, after)
        for line, after in zip(
            outcome.shown.splitlines(), outcome.shown.splitlines()[1:], strict=False
        )
        if line.startswith("✗") and "broken" not in line
    ] == [
        (
            f"✗ {token} is for the bot alone",
            f"    others on this machine may read it; run: chmod 600 {token}",
        ),
        (
            f"✗ {folder}/data is for the bot alone",
            f"    others on this machine may read it; run: chmod 700 {folder}/data",
        ),
        (
            "✗ clock",
            (
                "    is 60 seconds ahead of the homeserver's; set both by the network "
                "(timedatectl set-ntp true)"
            ),
        ),
        (
            f"✗ access token of {installed.account.user_id}, device ANOTHER",
            (
                f"    the access token belongs to device {installed.account.device_id}, but "
                "device_id is ANOTHER; the two are given out together, so take both from one login"
            ),
        ),
    ]
    assert f"✗ pack broken ({folder}/mine/broken.toml)\n    " in outcome.shown


def test_a_configuration_that_cannot_be_used(runda: Runda, installed: Installation) -> None:
    installed.change("user_id", "userid")
    installed.change("[organizers]", "[organisers]")

    outcome = runda("check", "--config", installed.config)

    assert (outcome.status, outcome.complaint) == (1, "4 problems to mend\n")
    assert outcome.shown.count(f"✗ configuration {installed.config}\n    ") == 4
    assert "userid is unknown; did you mean user_id?" in outcome.shown


def test_a_homeserver_that_does_not_answer(
    runda: Runda, installed: Installation, homeserver: Homeserver
) -> None:
    installed.change(homeserver.url, "http://127.0.0.1:9")

    outcome = runda("check", "--config", installed.config)

    assert outcome.status == 1
    assert "✗ homeserver http://127.0.0.1:9\n    does not answer (" in outcome.shown


def test_a_token_that_was_ended(
    runda: Runda, installed: Installation, homeserver: Homeserver
) -> None:
    account = MatrixAccount(
        homeserver=homeserver.url,
        user_id=installed.account.user_id,
        device_id=installed.account.device_id,
        access_token=installed.account.access_token,
    )
    asyncio.run(log_out(account))

    outcome = runda("check", "--config", installed.config)

    assert outcome.status == 1
    assert (
        f"✗ access token of {account.user_id}, device {account.device_id}\n"
        "    is not valid any more; log in anew: runda init --force --room"
    ) in outcome.shown


def test_a_room_the_bot_is_not_in(runda: Runda, installed: Installation) -> None:
    installed.change(installed.room, "!elsewhere:runda.test")

    outcome = runda("check", "--config", installed.config)

    assert outcome.status == 1
    assert (
        "✗ organizers' room !elsewhere:runda.test\n    the bot is not in it; correct "
        f"organizers.room, or invite {installed.account.user_id} and start the bot\n"
    ) in outcome.shown


def test_a_room_that_was_replaced(runda: Runda, installed: Installation) -> None:
    # given a configuration that names a room by which the bot does not go any more
    gone, url = RoomId("!gone:example.org"), f"sqlite:///{installed.folder}/data/runda.db"
    database = Database.open(url)
    database.write_now(lambda tx: note_organizers_moved(tx, gone, RoomId(installed.room)))
    database.close()
    installed.change(f'room = "{installed.room}"', f'room = "{gone}"')

    outcome = runda("check", "--config", installed.config)

    assert (outcome.status, outcome.complaint) == (1, "1 problem to mend\n")
    lines = outcome.shown.splitlines()
    at = lines.index(f"✗ organizers.room = {gone}")
    assert lines[at + 1] == (
        "    this room has been replaced, and the bot has gone along; write in "
        f'{installed.config}, line 7: room = "{installed.room}"'
    )
    assert lines[-1].startswith(f"✓ organizers' room {installed.room} “Dialogdagen”")


@pytest.mark.parametrize("version", ["11", "12"])
def test_a_room_where_only_others_may_write(
    runda: Runda,
    installed: Installation,
    homeserver: Homeserver,
    organizer: Account,
    version: str,
) -> None:
    # given a room of somebody else's, in which members may only read
    room = asyncio.run(_quiet_room(homeserver, organizer, installed.account, version))
    installed.change(installed.room, room)

    outcome = runda("check", "--config", installed.config)

    assert outcome.status == 1
    assert (
        f"✗ organizers' room {room}\n    the bot may not write there; give "
        f"{installed.account.user_id} a higher power level in the room\n"
    ) in outcome.shown


@pytest.mark.parametrize("version", ["11", "12"])
def test_whoever_made_the_room_may_write(
    runda: Runda,
    installed: Installation,
    homeserver: Homeserver,
    organizer: Account,
    version: str,
) -> None:
    room = asyncio.run(_quiet_room(homeserver, installed.account, organizer, version))
    installed.change(installed.room, room)

    assert runda("check", "--config", installed.config).status == 0


async def _quiet_room(homeserver: Homeserver, owner: Account, member: Account, version: str) -> str:
    body: dict[str, object] = {
        "preset": "private_chat",
        "room_version": version,
        "invite": [member.user_id],
        "power_level_content_override": {"events_default": 50},
    }

    async def post(account: Account, path: str, body: dict[str, object]) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {account.access_token}"}
        async with (
            aiohttp.ClientSession(homeserver.url, headers=headers) as session,
            session.post(f"/_matrix/client/v3/{path}", json=body) as answer,
        ):
            assert answer.ok, await answer.text()
            said: dict[str, str] = await answer.json()
            return said

    room = (await post(owner, "createRoom", body))["room_id"]
    await post(member, f"rooms/{quote(room)}/join", {})
    return room


def _newer(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


@pytest.mark.parametrize(
    ("afterwards", "told"),
    [
        pytest.param(lambda _: None, "✓ database: can be opened and is up to date\n", id="current"),
        pytest.param(_newer, "✗ database\n    it was made by a newer Runda; ", id="newer"),
    ],
)
def test_the_database(
    runda: Runda, installed: Installation, afterwards: Callable[[str], None], told: str
) -> None:
    url = f"sqlite:///{installed.folder}/data/runda.db"
    Database.open(url).close()
    afterwards(url)

    assert told in runda("check", "--config", installed.config).shown
