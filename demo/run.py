"""One run of the demo, from an empty homeserver to the reconciled counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from bot.wording import wording
from demo.cast import Cast
from demo.crowd import Crowd
from demo.digest_check import DigestCounts, digest_counts, digest_problems
from demo.display import Display
from demo.ledger import read_lines
from demo.markup import markdown_of
from demo.news import CameIn, Heard, WentHome
from demo.organizer import Digest
from demo.pace import Watch, quickest_pace
from demo.patience import StageError, within
from demo.progress import Progress, TableSeen
from demo.reconcile import Reconciliation, reconcile
from demo.script import PlannedStep, plan_steps
from demo.seen import Seen
from demo.stage import Plan, Stage
from demo.themes import ThemesFound, last_themes
from flows.packs.pack import Pack

LANGUAGE: Final = "sv"
_MOST_IDLE_S: Final = 3.5
_OVERTIME_S: Final = 90.0
"""How much later than planned a dialogue may end before the demo gives it up."""
_QUIET_S: Final = 1.5
_SETTLE_S: Final = 20.0
_ROOMS_S: Final = 60.0
_HOME_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for. `pace` None: as quick as this machine can follow."""

    pack: Pack
    tables: tuple[int, ...]
    seed: int
    folder: Path
    encrypted: bool
    pace: float | None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    pace: float
    reconciliation: Reconciliation
    digest: Digest
    themes: ThemesFound
    files: dict[str, Path]
    timings: list[tuple[str, float]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.reconciliation.holds and not self.themes.problem


class Run:
    """A run. `stage` stands until the context of `staged` is left."""

    stage: Stage
    pace: float
    steps: tuple[PlannedStep, ...]

    def __init__(self, wish: Wish, display: Display) -> None:
        self.wish = wish
        self.timings: list[tuple[str, float]] = []
        self._display = display
        self._last_words_s = 0.0

    # -------------------------------------------------------------------- the stage

    @asynccontextmanager
    async def staged(self) -> AsyncIterator[Stage]:
        """The stage, raised; it is struck when the context is left."""
        async with Stage(self.wish.folder, encrypted=self.wish.encrypted) as stage:
            self.stage = stage
            with self._phase("a homeserver of its own"):
                await stage.start_homeserver()
            usual = self.wish.pace or quickest_pace(self.wish.pack)
            with self._phase("the bot: `runda init`, then `runda run`, as a process of its own"):
                await stage.set_up_bot(Plan(tables=self.wish.tables, pace=usual))
            with self._phase(f"{len(self.wish.tables)} tables, {sum(self.wish.tables)} accounts"):
                with Watch(stage.homeserver.pid) as watch:
                    await stage.set_tables()
                await stage.bot_is_ready()
            self.pace = usual
            if self.wish.pace is None:
                self.pace = round(usual / watch.slowness, 1)
            self.steps = plan_steps(
                self.wish.pack, language=LANGUAGE, pace=self.pace, most_idle_s=_MOST_IDLE_S
            )
            yield stage

    @contextmanager
    def _phase(self, what: str) -> Iterator[None]:
        self._display.phase(what)
        began = time.monotonic()
        yield
        self.timings.append((what, time.monotonic() - began))

    # ----------------------------------------------------------------- the dialogue

    async def play(self) -> Outcome:
        """The dialogue, and the reckoning after it."""
        stage = self.stage
        folder = self.wish.folder
        cast = Cast(
            homeserver=stage.homeserver.url,
            bot=stage.bot_id,
            seed=self.wish.seed,
            steps=self.steps,
            tables=stage.tables,
            ledger=str(folder / "ledger.jsonl"),
        )
        cast.save(folder / "cast.json")
        progress = Progress(
            self.steps,
            [
                TableSeen(
                    name=table.name,
                    size=len(table.people),
                    encrypted=table.encrypted,
                    version=table.version,
                )
                for table in stage.tables
            ],
        )
        async with Crowd(folder / "cast.json", log=stage.logs / "people.log") as crowd:
            digest = await self._dialogue(crowd, progress)
            with self._phase("everybody goes home, and writes down what the rooms show"):
                home = await self._sent_home(crowd, progress)
        with self._phase("`runda export`, and the reckoning"):
            return await self._reckoned(home, digest)

    async def _dialogue(self, crowd: Crowd, progress: Progress) -> Digest:
        organizer = self.stage.organizer
        organizer.heard = lambda seen: self._organizer_heard(seen, progress)
        with self._phase(f"{sum(self.wish.tables)} people come in"):
            for _ in self.wish.tables:
                while not isinstance(news := await crowd.next(), CameIn):
                    progress.feed(news)
                progress.feed(news)
            await self._bot_is_everywhere()
        self._display.open(progress)
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            watching = [
                tasks.create_task(organizer.watch()),
                tasks.create_task(self._follow(crowd, progress)),
                tasks.create_task(self._see_that_all_run()),
            ]
            await self._start(progress)
            steering = tasks.create_task(self._steer(progress))
            digest = await self._final_digest()
            await self._silence(progress)
            for task in (*watching, steering):
                task.cancel()
        self.timings.append(("the dialogue", time.monotonic() - began))
        return digest

    async def _bot_is_everywhere(self) -> None:
        organizer = self.stage.organizer.client
        async with within(_ROOMS_S, "the bot comes into every table's room"):
            for table in self.stage.tables:
                while self.stage.bot_id not in await organizer.members(table.room_id):
                    await _moment()

    def _organizer_heard(self, seen: Seen, progress: Progress) -> None:
        self._last_words_s = time.monotonic()
        organizer = self.stage.organizer
        if organizer.board != progress.board:
            progress.show_board(organizer.board)
        for digest in organizer.digests[len(progress.digests) :]:
            progress.add_digest(digest.title)
        if organizer.answers and seen.text == organizer.answers[-1]:
            progress.add_command(f"bot: {seen.text}")
        self._display.changed()

    async def _start(self, progress: Progress) -> None:
        """From the organizers' room.

        The operator does it if it is to be slower than configured, or if it comes again and
        again: in the room its series would begin, on the next day that it has.
        """
        name = self.wish.pack.name
        if self.pace == self.stage.plan.pace and self.wish.pack.recurrence is None:
            await self._orders(f"!starta {name}", progress)
        else:
            progress.add_command(f"operator: runda start {name} --pace {self.pace}")
            await asyncio.to_thread(self.stage.start, name, pace=self.pace)

    async def _orders(self, command: str, progress: Progress) -> None:
        progress.add_command(f"organizer: {command}")
        self._display.changed()
        await self.stage.organizer.orders(command)

    async def _follow(self, crowd: Crowd, progress: Progress) -> None:
        while True:
            news = await crowd.next()
            progress.feed(news)
            if isinstance(news, Heard):
                self._last_words_s = time.monotonic()
            self._display.changed()

    async def _see_that_all_run(self) -> None:
        while True:
            self.stage.check_bot()
            await asyncio.sleep(1)

    async def _steer(self, progress: Progress) -> None:
        """End what collects nothing, when there has been time enough for it."""
        full = {
            step.id: (step.length_s or 0) / self.pace
            for step in self.wish.pack.steps
            if not step.kind.collects
        }
        for step in self.steps:
            if not full.get(step.id, 0) > step.lasts_s > 0:
                continue
            while progress.step is not step:
                await _moment()
            await asyncio.sleep(max(0.0, progress.left_s(time.time())))
            if progress.step is step:
                await self._orders("!nästa", progress)

    async def _final_digest(self) -> Digest:
        title = self.wish.pack.title.get(LANGUAGE)
        wanted = wording(LANGUAGE).say("Digest: {title}", title=title)
        planned_s = sum(step.lasts_s + step.grace_s for step in self.steps)
        give_up_at = time.monotonic() + planned_s + _OVERTIME_S
        while time.monotonic() < give_up_at:
            for digest in self.stage.organizer.digests:
                if digest.title == wanted:
                    return digest
            await _moment()
        raise StageError(
            f"the digest of the whole dialogue has not come within {planned_s + _OVERTIME_S:.0f} s"
            f" (the dialogue was planned to last {planned_s:.0f} s); see {self.stage.logs}"
        )

    async def _silence(self, progress: Progress) -> None:
        """Wait until the bot has said everything."""
        give_up_at = time.monotonic() + _SETTLE_S
        self._last_words_s = time.monotonic()
        while time.monotonic() < min(give_up_at, self._last_words_s + _QUIET_S):
            await _moment()
        progress.show_board(self.stage.organizer.board)

    # ---------------------------------------------------------------- the reckoning

    async def _sent_home(self, crowd: Crowd, progress: Progress) -> WentHome:
        crowd.go_home()
        async with within(_HOME_S, "everybody goes home"):
            while not isinstance(news := await crowd.next(), WentHome):
                progress.feed(news)
            return news

    async def _reckoned(self, home: WentHome, digest: Digest) -> Outcome:
        folder = self.wish.folder
        exported_json, exported_csv = await asyncio.to_thread(self.stage.export)
        lines = read_lines(folder / "ledger.jsonl")
        export = orjson.loads(exported_json.read_bytes())
        found = reconcile(lines, export)
        digest, wrong = await self._checked_digest(
            digest, digest_counts(lines, export, present=sum(self.wish.tables))
        )
        problems = [*found.problems, *wrong]
        if home.could_not_read:
            problems.append(f"{home.could_not_read} times a question could not be read")
        if self.stage.organizer.client.unreadable:
            problems.append("the organizer could not read everything in the organizers' room")
        database = folder / "data" / "runda.db"
        themes = await asyncio.to_thread(last_themes, f"sqlite:///{database}")
        saved = folder / "digest.md"
        saved.write_text(digest_markdown(digest), encoding="utf-8")
        return Outcome(
            pace=self.pace,
            reconciliation=Reconciliation(found.rows, tuple(problems)),
            digest=digest,
            themes=themes,
            files={
                "digest": saved,
                "answers (JSON)": exported_json,
                "answers (CSV)": exported_csv,
                "database": database,
                "the people's ledger": folder / "ledger.jsonl",
                "logs": self.stage.logs,
            },
            timings=self.timings,
        )

    async def _checked_digest(
        self, digest: Digest, counts: DigestCounts
    ) -> tuple[Digest, list[str]]:
        """A digest of the whole dialogue, and what is wrong with it.

        What the bot read after the dialogue's end has overtaken the first one; then the
        organizer does what the board tells her, and asks for another.
        """
        words = wording(LANGUAGE)
        wrong = digest_problems(digest.overview.text, counts, words)
        if not wrong:
            return digest, wrong
        organizer = self.stage.organizer
        before = len(organizer.digests)
        watching = asyncio.create_task(organizer.watch())
        await organizer.orders("!sammanställning")
        give_up_at = time.monotonic() + _SETTLE_S
        while len(organizer.digests) == before and time.monotonic() < give_up_at:
            await _moment()
        await asyncio.sleep(_QUIET_S)
        watching.cancel()
        newest = organizer.digests[-1]
        return newest, digest_problems(newest.overview.text, counts, words)


async def _moment() -> None:
    """Short beside anything a person notices."""
    await asyncio.sleep(0.1)


def digest_markdown(digest: Digest) -> str:
    """A digest with its parts, as Markdown."""
    return "\n\n---\n\n".join(
        markdown_of(seen.html or seen.text) for seen in (digest.overview, *digest.parts)
    )
