"""The clock: it rings, and holds no truth.

What is due stands in the database. APScheduler 3 rings at the next due instant, and every
few seconds for what another process (`runda start`) has ordered. Its own memory is never
relied on: a job missed, doubled or forgotten changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.instants import from_ms, to_ms

if TYPE_CHECKING:
    from flows.ids import DialogueId
    from storage.database import Database
    from storage.occurrences import Occurrence
    from storage.transaction import Transaction

log = structlog.get_logger()

_LOOK_EVERY_S = 2.0
_AGAIN_AFTER_MS = 30_000
"""An alarm that could not be carried out rings again after this long."""
_SOONEST_S = 0.001


class Clock:
    """Rings what is due.

    Args:
        ring: does what one alarm is for, inside a transaction; returns the dialogue it moved.
        rung: called after each with that dialogue.
        tick: called every few seconds, for what must be brought up to date as time passes.
    """

    def __init__(
        self,
        *,
        database: Database,
        now: Callable[[], datetime],
        ring: Callable[[Transaction, Occurrence, datetime], DialogueId | None],
        rung: Callable[[set[DialogueId]], None],
        tick: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._now = now
        self._ring = ring
        self._rung = rung
        self._tick = tick
        self._poked = asyncio.Event()
        # A job that is more than a second late would be dropped by default; ours only say
        # "look", so however late they come, one look is right.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def poke(self) -> None:
        """Something may have fallen due, or been ordered."""
        self._poked.set()

    async def run(self) -> None:
        """Ring, for ever."""
        self._scheduler.start()
        try:
            while True:
                self._poked.clear()
                await self.ring_due()
                await self._tick()
                await self._set_alarm()
                try:
                    # By asyncio's clock, which no leap of the wall clock can stop: if that
                    # jumps back, APScheduler would sleep the whole jump through.
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await self._poked.wait()
                except TimeoutError:
                    continue
        finally:
            self._scheduler.shutdown(wait=False)

    async def ring_due(self) -> int:
        """Do everything that is due, one transaction each; returns how much was done."""
        done = 0
        while occurrence := await self._database.write(self._next):
            moved = await self._ring_one(occurrence)
            self._rung(moved)
            done += 1
        return done

    def _next(self, tx: Transaction) -> Occurrence | None:
        due = tx.occurrences.due(now_ms=to_ms(self._now()))
        return due[0] if due else None

    async def _ring_one(self, occurrence: Occurrence) -> set[DialogueId]:
        # Set back since it was found due, the clock must not make its alarm one that rings
        # too early, does nothing, and is done.
        now = max(self._now(), from_ms(occurrence.due_ms))
        try:
            moved = await self._database.write(lambda tx: self._ring(tx, occurrence, now))
        except Exception:
            log.exception("alarm.failed", key=occurrence.key)
            again_ms = to_ms(now) + _AGAIN_AFTER_MS
            await self._database.write(
                lambda tx: tx.occurrences.postpone(occurrence.key, due_ms=again_ms)
            )
            return set()
        return set() if moved is None else {moved}

    async def _set_alarm(self) -> None:
        next_ms = await self._database.write(lambda tx: tx.occurrences.next_due_ms())
        if next_ms is None:
            return
        left_s = (from_ms(next_ms) - self._now()).total_seconds()
        if left_s < _LOOK_EVERY_S:
            run_date = datetime.now(UTC).timestamp() + max(left_s, _SOONEST_S)
            self._scheduler.add_job(
                self._poked.set,
                "date",
                run_date=datetime.fromtimestamp(run_date, UTC),
                id="next-due",
                replace_existing=True,
            )
