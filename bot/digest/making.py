"""Making what was ordered: looked at, checked, worded and drawn between two transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.bell import Called
from bot.digest.digests import RESTS
from bot.digest.pictures import drawn
from bot.rendering.forms.picture import caption, picture_of
from bot.wording import wording
from flows.digest.verify import DigestNotTrue, verify
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.digest.analyst import Analyst, Looked
    from bot.digest.digests import Digests, Work
    from bot.digest.llm import ChatWords
    from storage.database import Database
    from storage.digest_orders import DigestOrder

log = structlog.get_logger()

WORDS_WITHIN_S = 20.0
MODEL_UNTIL_S = 40.0
"""A language model is waited for so long, and not at all for a digest that is due since then."""

_TRIES = 5
"""After so many times that replies changed while they were looked at, it waits for a rest."""


class DigestMaker(Called):
    """Makes what is ordered, one after the other.

    Args:
        posted: called when something is in the outbox.
        words: asks a language model about the themes, None for none.
    """

    def __init__(
        self,
        digests: Digests,
        *,
        database: Database,
        analyst: Analyst,
        now: Callable[[], datetime],
        posted: Callable[[], None],
        words: ChatWords | None = None,
    ) -> None:
        super().__init__()
        self._words = words
        self._digests = digests
        self._database = database
        self._analyst = analyst
        self._now = now
        self._posted = posted

    async def run(self) -> None:
        """Make digests until cancelled."""
        while True:
            await self._bell.wait()
            while (order := await self._next()) is not None:
                await self._make(order)
                self._posted()

    async def _next(self) -> DigestOrder | None:
        now_ms = to_ms(self._now())
        return await self._database.write(lambda tx: tx.digest_orders.due(now_ms=now_ms))

    async def _make(self, order: DigestOrder) -> None:
        """Make a digest; one that cannot be made waits, and others go first."""
        try:
            for _ in range(_TRIES):
                if await self._is_made(order):
                    return
            log.info("digest.waits", dialogue_id=order.dialogue_id, scope=order.scope)
        except Exception:  # a digest that cannot be made must not stop the dialogue
            log.exception("digest.failed", dialogue_id=order.dialogue_id, scope=order.scope)
        again_ms = to_ms(self._now() + RESTS)
        await self._database.write(
            lambda tx: tx.digest_orders.postpone(order, due_ms=again_ms),
        )

    async def _is_made(self, order: DigestOrder) -> bool:
        """Read, look, check, post; False if replies changed meanwhile."""
        work = await self._database.write(partial(self._digests.begin, order=order))
        looked = await self._analyst.look(work.snapshot, work.meaning, work.delta)
        work = await asyncio.to_thread(_checked, work, looked)
        if work.refused is None:
            work = await self._drawn(await self._worded(work, looked), looked)
        finish = partial(self._digests.finish, work=work, looked=looked, now=self._now())
        return await self._database.write(finish)

    async def _worded(self, work: Work, looked: Looked) -> Work:
        """Ask the language model, if there is one; no digest comes much later for it."""
        if self._words is None:
            return work
        late_s = (to_ms(self._now()) - work.order.due_ms) / 1000
        made_at = self._now().astimezone(work.zone)
        within_s = min(WORDS_WITHIN_S, MODEL_UNTIL_S - late_s)
        worded = await self._words.of(looked.digest, made_at, within_s=within_s)
        return replace(work, worded=worded)

    async def _drawn(self, work: Work, looked: Looked) -> Work:
        """Have the picture drawn, unless the same one stands there."""
        words = wording(looked.digest.language)
        picture = picture_of(looked.digest, words, work.worded)
        if picture is None:
            return work
        before = None if work.shows is None else work.shows.picture
        if before is not None and before.mark == picture.mark:
            return replace(work, mark=picture.mark)
        made = await drawn(picture, caption(picture, words))
        return replace(work, mark=picture.mark, picture=made)


def _checked(work: Work, looked: Looked) -> Work:
    """The gate: what does not hold against its replies is not posted."""
    try:
        verify(looked.digest, work.snapshot)
    except DigestNotTrue as error:
        log.exception("digest.refused", dialogue_id=work.order.dialogue_id, scope=work.order.scope)
        return replace(work, refused=str(error))
    return work
