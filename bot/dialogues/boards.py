"""Boards and growing digests, brought up to date now and then while dialogues run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from bot.dialogues.board import Board
    from bot.dialogues.live import LiveDigest
    from bot.world import World
    from flows.ids import DialogueId
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()


class Boards:
    """Keeps the messages that show how dialogues stand.

    Args:
        live: None if the installation wants no growing digests.
        posted: called when something may have been put into the outbox.
    """

    def __init__(
        self,
        *,
        database: Database,
        world: World,
        board: Board,
        live: LiveDigest | None,
        now: Callable[[], datetime],
        posted: Callable[[], None],
    ) -> None:
        self._database = database
        self._world = world
        self._board = board
        self._live = live
        self._now = now
        self._posted = posted
        self._touched: set[DialogueId] = set()

    def touch(self, dialogues: set[DialogueId]) -> None:
        """Something has happened in these dialogues."""
        self._touched |= dialogues

    async def run(self) -> None:
        """Bring them up to date, for ever, once in each interval."""
        while True:
            await asyncio.sleep(self._world.settings.board_interval_s)
            await self.bring_up_to_date()

    async def bring_up_to_date(self) -> None:
        """Have the messages show what has happened since the last time."""
        touched, self._touched = self._touched, set()
        # A group at its own pace takes weeks: its board is brought up to date when it writes.
        running = self._world.running.values()
        touched |= {dialogue.id for dialogue in running if not dialogue.own_pace}
        for dialogue_id in sorted(touched):
            await self._write(self._board, dialogue_id, failed="board.failed")
            if self._live is not None:
                await self._write(self._live, dialogue_id, failed="live.failed")
        if touched:
            self._posted()

    async def _write(
        self, message: Board | LiveDigest, dialogue_id: DialogueId, *, failed: str
    ) -> None:
        try:
            await self._database.write(
                partial(self._post, message=message, dialogue_id=dialogue_id)
            )
        except Exception:  # what cannot be drawn must not stop the dialogue it shows
            log.exception(failed, dialogue_id=dialogue_id)

    def _post(
        self, tx: Transaction, *, message: Board | LiveDigest, dialogue_id: DialogueId
    ) -> None:
        self._world.ready(tx)
        dialogue = tx.dialogues.get(dialogue_id)
        if dialogue is not None and dialogue.position >= 0:
            message.post(tx, dialogue, now=self._now())
