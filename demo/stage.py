"""The stage: homeserver, bot, organizers' room, tables, and accounts for everybody."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from demo.cast import Participant, Table
from demo.client import Client
from demo.homeserver import Account, Homeserver
from demo.organizer import Organizer
from demo.patience import StageError
from demo.processes import Leashed
from demo.roles import role_names
from flows.ids import RoomId, UserId

_BOT: Final = "runda"
_ORGANIZER: Final = "processledare"
_ROOM: Final = "Arrangörerna"
_AT_ONCE: Final = 8
_BOT_READY_S: Final = 60.0
_POLL_S: Final = 0.1
_VERSIONS: Final = ("11", "12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the bot and the tables are set up for."""

    tables: tuple[int, ...]
    """How many people sit at each."""
    pace: float
    board_interval_s: float = 2.0


class Stage:
    """Everything but the people. A context manager: what it started ends with it.

    Args:
        folder: where everything is written that is to be looked at afterwards.
        encrypted: whether every second table, and the organizers' room, is.
    """

    organizer: Organizer
    organizer_account: Account
    bot_id: UserId
    plan: Plan

    def __init__(self, folder: Path, *, encrypted: bool) -> None:
        self._folder = folder
        self._encrypted = encrypted
        self.homeserver = Homeserver()
        self.tables: tuple[Table, ...] = ()
        self._bot: Leashed | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def config(self) -> Path:
        """The bot's configuration."""
        return self._folder / "config.toml"

    @property
    def logs(self) -> Path:
        """Where everybody's logs are."""
        return self._folder / "logs"

    # ------------------------------------------------------------------ raising it

    async def start_homeserver(self) -> None:
        """Start an empty homeserver."""
        self.logs.mkdir(parents=True, exist_ok=True)
        await self._stack.enter_async_context(self.homeserver)
        self._stack.callback(self._keep_logs)

    def _keep_logs(self) -> None:
        for log in ("synapse.log", "output.log"):
            made = self.homeserver.folder / log
            if made.exists():
                shutil.copy(made, self.logs / f"homeserver-{log}")

    async def set_up_bot(self, plan: Plan) -> None:
        """Register the bot and the organizer, run `runda init`, and start `runda run`."""
        self.plan = plan
        bot = await self.homeserver.register(_BOT)
        self.bot_id = bot.user_id
        account = await self.homeserver.register(_ORGANIZER)
        await self.homeserver.set_displayname(bot, "Runda")
        await self.homeserver.set_displayname(account, "Processledaren")
        await asyncio.to_thread(self._init, bot, account)
        self.organizer_account = account
        client = Client(self.homeserver.url, account)
        await self._stack.enter_async_context(client)
        self.organizer = Organizer(client, bot=bot.user_id)
        await self.organizer.come_in()
        self._bot = self._start_bot()
        self._stack.push_async_callback(self._bot.end)

    def _init(self, bot: Account, organizer: Account) -> None:
        password = self._folder / "bot-password"
        password.touch(mode=0o600)
        password.write_text(bot.password, encoding="utf-8")
        command: list[str | Path] = ["init", "--yes", "--config", self.config]
        command += ["--homeserver", self.homeserver.url, "--user", bot.user_id]
        command += ["--password-file", password, "--organizer", organizer.user_id]
        command += ["--room-name", _ROOM, "--language", "sv", "--timezone", "Europe/Stockholm"]
        command += [] if self._encrypted else ["--plain"]
        run_runda(command, log=self.logs / "init.log")
        password.unlink()
        self._set_pace()

    def _set_pace(self) -> None:
        """What `runda init` leaves at its default and a demo does not want so."""
        text = self.config.read_text(encoding="utf-8")
        ours = (
            f"[dialogue]\npace = {self.plan.pace!r}\n"
            f"board_interval_s = {self.plan.board_interval_s!r}\n"
        )
        text = text.replace("[dialogue]\n", ours) + '\n[log]\nformat = "json"\n'
        self.config.write_text(text, encoding="utf-8")

    def _start_bot(self) -> Leashed:
        with (self.logs / "bot.log").open("ab") as log:
            return Leashed("bot", ["run", "--config", self.config], stdout=log, stderr=log)

    async def bot_is_ready(self) -> None:
        """Wait until the bot listens.

        Raises:
            StageError: it ended, or it takes too long.
        """
        deadline = time.monotonic() + _BOT_READY_S
        while time.monotonic() < deadline:
            self.check_bot()
            if '"bot.ready"' in (self.logs / "bot.log").read_text(encoding="utf-8"):
                return
            await asyncio.sleep(_POLL_S)
        raise StageError(f"the bot did not get ready in {_BOT_READY_S:.0f} s; see {self.logs}")

    def check_bot(self) -> None:
        """See that the bot is running.

        Raises:
            StageError: it has ended.
        """
        if self._bot is not None and self._bot.status is not None:
            log = (self.logs / "bot.log").read_text(encoding="utf-8")
            raise StageError(f"the bot ended by itself:\n{log[-2000:]}")

    async def set_tables(self) -> None:
        """Make a room for each table, with the bot invited, and accounts for the people."""
        rooms = asyncio.create_task(self._make_rooms())
        people = await self._register(sum(self.plan.tables))
        seated = iter(people)
        self.tables = tuple(
            Table(
                name=name,
                room_id=room_id,
                encrypted=encrypted,
                version=version,
                people=tuple(next(seated) for _ in range(size)),
            )
            for (name, room_id, encrypted, version), size in zip(
                await rooms, self.plan.tables, strict=True
            )
        )

    async def _make_rooms(self) -> list[tuple[str, RoomId, bool, str]]:
        made = []
        for number in range(len(self.plan.tables)):
            name = f"Bord {number + 1}"
            encrypted = self._encrypted and number % 2 == 1
            # 11 plain, 12 encrypted, 12 plain, 11 encrypted, and so on.
            version = _VERSIONS[(number + number // 2) % 2]
            # One after the other: groups are numbered as the invitations come.
            room_id = await self.organizer.client.create_room(
                name,
                invite=[self.bot_id],
                encrypted=encrypted,
                version=version,
                by_link=True,
            )
            made.append((name, room_id, encrypted, version))
        return made

    async def _register(self, number: int) -> list[Participant]:
        room = asyncio.Semaphore(_AT_ONCE)

        async def register(place: int, name: str) -> Participant:
            async with room:
                account = await self.homeserver.register(f"deltagare{place:03}")
                await self.homeserver.set_displayname(account, name)
                return Participant(name=name, account=account)

        names = role_names(number)
        return await asyncio.gather(*(register(place, name) for place, name in enumerate(names, 1)))

    # --------------------------------------------------------------------- commands

    def start(self, pack: str, *, pace: float) -> None:
        """Start a dialogue from the command line, at another pace than the configured one.

        Of a pack that comes again and again, one now: without a time only its series would begin.
        """
        run_runda(
            ["start", pack, "--config", self.config, "--pace", str(pace), "--at", "nu"],
            log=self.logs / "start.log",
        )

    def export(self) -> list[Path]:
        """Let the bot write what it has, as JSON and CSV; returns the files."""
        made = []
        for kind in ("json", "csv"):
            path = self._folder / f"export.{kind}"
            run_runda(
                ["export", "--config", self.config, "--format", kind, "--output", path],
                log=self.logs / "export.log",
            )
            made.append(path)
        return made


def run_runda(arguments: list[str | Path], *, log: Path) -> None:
    """Run a command of the bot to its end.

    Raises:
        StageError: it failed; with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    with log.open("ab") as file:
        file.write(done.stdout + done.stderr)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise StageError(f"`runda {arguments[0]}` failed ({done.returncode}):\n{said}")
