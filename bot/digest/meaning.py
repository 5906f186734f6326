"""Reading each reply with the sentence model soon after it came, where one is installed.

Away from the event loop, in batches, by the child of ``bot.digest.analyst``. What is not read
when a digest is made is read then; this only spares the waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.digest.analyst import AnalystFailed
from flows.digest.sentences import model_name

if TYPE_CHECKING:
    from bot.digest.analyst import Analyst
    from flows.ids import ReplyNo
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

BATCH = 64


class MeaningReader:
    """Reads what has come since it last read.

    Args:
        rest_s: so long after a reply it waits for others; None reads nothing ahead.
        catch_up: has everything looked at that came in time; what is held back is not read.
    """

    def __init__(
        self,
        *,
        database: Database,
        analyst: Analyst,
        rest_s: float | None,
        catch_up: Callable[[Transaction], None],
    ) -> None:
        self._database = database
        self._catch_up_looking = catch_up
        self._analyst = analyst
        self._rest_s = rest_s
        self._wakes = asyncio.Event()

    def wake(self) -> None:
        """Replies may have come."""
        self._wakes.set()

    async def run(self) -> None:
        """Read until cancelled; ends at once where there is no model."""
        model = model_name()
        if model is None or self._rest_s is None:
            return
        last = await self._database.write(lambda tx: tx.meanings.newest(model))
        while True:
            await self._wakes.wait()
            await asyncio.sleep(self._rest_s)
            self._wakes.clear()
            last = await self._catch_up(model, last)

    def _words_after(self, tx: Transaction, *, last: ReplyNo) -> list[tuple[ReplyNo, str]]:
        self._catch_up_looking(tx)
        return tx.meanings.words_after(last, limit=BATCH)

    async def _catch_up(self, model: str, last: ReplyNo) -> ReplyNo:
        """Read what came after `last`; returns the last that was read."""
        while True:
            after = partial(self._words_after, last=last)
            come = await self._database.write(after)
            if not come:
                return last
            told = [(number, text) for number, text in come if text.strip()]
            try:
                rows = await self._analyst.embed([text for _, text in told]) if told else []
            except AnalystFailed:
                # The digest reads them itself; going on at once would fail again.
                log.exception("meaning.failed", replies=len(told))
                return last
            made = [(number, text, row) for (number, text), row in zip(told, rows, strict=True)]
            await self._database.write(partial(_keep, model=model, made=made))
            last = come[-1][0]


def _keep(tx: Transaction, *, model: str, made: list[tuple[ReplyNo, str, bytes]]) -> None:
    tx.meanings.keep(model, made)
