"""A pack that an organizer drops into their room: checked, kept, and offered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.commands.registry import Answer
from bot.packs.parcel import MAX_PARCEL_BYTES, Verdict, frame, unpacked, verdict_of
from bot.rendering.markdown import escape
from bot.rendering.packs import kept_markdown, problems_markdown
from bot.service.bounded import BoundExceeded, run_bounded
from bot.wording import Wording
from flows.packs.parse import parse

if TYPE_CHECKING:
    from bot.hearing.dropped import Act
    from bot.packs.known import PackFile
    from bot.packs.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedPacks:
    """Reads packs, keeps the sound ones on the shelf; `packs` lists those there are.

    `seconds` of processor time and `megabytes` of memory are what reading one may take.
    `reading` is the function that does it, as `run_bounded` names it.
    """

    shelf: Shelf
    packs: Callable[[], tuple[PackFile, ...]]
    endings: tuple[str, ...] = (".toml", ".zip")
    most_bytes: int = MAX_PARCEL_BYTES
    seconds: float = 10
    megabytes: int = 300
    reading: str = "bot.packs.parcel:examine"

    async def read(self, name: str, data: bytes, words: Wording) -> Act:
        """Look at a pack in a process of its own, and keep it if it is sound."""
        try:
            answer = await run_bounded(
                self.reading,
                frame(name, data),
                seconds=self.seconds,
                megabytes=self.megabytes,
            )
        except BoundExceeded:
            return _say(
                words.say(
                    "⚠️ {name} takes too much time or memory to read, so I have stopped. Nothing "
                    "has changed.",
                    name=escape(name),
                )
            )
        verdict = verdict_of(answer)
        if verdict.problems:
            return _say(problems_markdown(verdict.name, verdict.problems, words))
        return await asyncio.to_thread(self._keep, name, data, verdict, words)

    def _keep(self, file_name: str, data: bytes, verdict: Verdict, words: Wording) -> Act:
        parcel = unpacked(file_name, data)
        pack = parse(parcel.source, name=verdict.name)
        number = self.shelf.keep(pack.name, parcel.source, parcel.all_media())
        # The one that is used already may be here because an earlier try got only so far.
        replaces = not self.shelf.is_current(pack.name, number) and pack.name in {
            file.name for file in self.packs()
        }
        if not replaces:
            self.shelf.take(pack.name, number)
        return _say(
            kept_markdown(pack, words, replaces=replaces),
            confirm=f"keep {pack.name} {number}" if replaces else "",
        )


def _say(markdown: str, *, confirm: str = "") -> Act:
    return lambda _tx, _now: Answer(markdown=markdown, confirm=confirm)
