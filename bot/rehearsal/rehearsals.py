"""Dry runs: one at a time, told of when they end, cut off by a restart.

What is rehearsed happens in ``bot.rehearsal``, apart from all real dialogues: in a database of
its own that is thrown away. What the real bot keeps is that a rehearsal is going on.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from bot.bell import Called
from bot.rehearsal.lines import MARK
from bot.rehearsal.play import Outcome, Play, PlayStopped, Said, Where
from bot.rehearsal.scratch import Scratch, key_of
from bot.rendering.durations import spoken_length
from bot.rendering.markdown import escape
from bot.sending.parcels import leave, open_room, opened, post
from bot.wording import Wording, wording
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.config.values import Config
    from bot.packs.known import PackFile
    from bot.rehearsal.play import MakeBot
    from bot.rehearsal.stage import Shown
    from bot.world import World
    from flows.ids import RoomId, UserId
    from flows.packs.pack import Pack
    from storage.database import Database
    from storage.rehearsals import Rehearsal
    from storage.transaction import Transaction

log = structlog.get_logger()

_LONGEST_S: Final = 9 * 60
"""A dry run is to help today's preparations: what takes longer is ended, and told."""
_ROOM_WITHIN_S: Final = 120.0
_FORWARD_EVERY_S: Final = 0.25
_STAYS_MS: Final = 24 * 60 * 60 * 1000
"""So long the bot stays in the room after the end, and others can still come in."""
_FEWEST_GROUPS, _MOST_GROUPS = 3, 6
_PEOPLE: Final = 4
_DAYS_FROM: Final = 2


class Busy(Exception):
    """Another rehearsal is going on; `title` is its pack's."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(title)


class _CutShort(Exception):
    """The organizers have ended it."""


def sizes_for(pack: Pack) -> tuple[int, ...]:
    """How many made-up people sit in each group: one group at least for each scenario."""
    most = max((len(step.scenarios) for step in pack.steps), default=0)
    return (_PEOPLE,) * min(max(most, _FEWEST_GROUPS), _MOST_GROUPS)


class Rehearsals(Called):
    """Runs what the organizers want to try out."""

    def __init__(
        self,
        *,
        config: Config,
        world: World,
        database: Database,
        make_bot: MakeBot,
        packs: Callable[[], tuple[PackFile, ...]],
        now: Callable[[], datetime],
        outbox_filled: Callable[[], None],
    ) -> None:
        super().__init__()
        self._config = config
        self._world = world
        self._database = database
        self._make_bot = make_bot
        self._packs = packs
        self._now = now
        self._outbox_filled = outbox_filled

    # ------------------------------------------------- asked for, in the database's thread

    def order(
        self,
        tx: Transaction,
        pack: Pack,
        *,
        language: str,
        invited: Sequence[UserId],
        now: datetime,
    ) -> Rehearsal:
        """Let a rehearsal begin when this transaction is on disk.

        Raises:
            Busy: another one is going on.
        """
        current = tx.rehearsals.current()
        if current is not None:
            raise Busy(current.title)
        words = wording(language)
        title = pack.title.get(language)
        begun = tx.rehearsals.begin(
            pack=pack.name, title=title, language=language, now_ms=to_ms(now)
        )
        room = open_room(
            key_of(begun.number, "room"),
            self._world.organizers_room,
            name=words.say("🧪 Dry run: {title}", title=title),
            topic=words.say("What a group sees. Everybody who writes here is made up."),
            invited=invited,
        )
        tx.outbox.put([room], now_ms=to_ms(now))
        self.wake()
        return begun

    def cut_short(self, tx: Transaction, *, now: datetime) -> Rehearsal | None:
        """End the rehearsal that is going on; returns it, or None if there is none."""
        current = tx.rehearsals.current()
        if current is not None:
            tx.rehearsals.end(current.number, now_ms=to_ms(now))
        return current

    # ------------------------------------------------------------ run, beside everything else

    async def run(self) -> None:
        """Rehearse what is asked for, for ever."""
        await self._database.write(self._end_interrupted)
        self._outbox_filled()
        while True:
            await self._bell.wait()
            rehearsal = await self._database.write(lambda tx: tx.rehearsals.current())
            if rehearsal is not None:
                await self._rehearse(rehearsal)

    def _end_interrupted(self, tx: Transaction) -> None:
        """What a restart has cut off does not go on: its people and its clock are gone."""
        cut_off = tx.rehearsals.current()
        if cut_off is None:
            return
        words = wording(cut_off.language)
        text = words.say(
            "The dry run of **{title}** ended when I was restarted. Write `!dryrun {pack}` to try "
            "again.",
            title=escape(cut_off.title),
            pack=cut_off.pack,
        )
        self._end(tx, cut_off, opened(tx.outbox.fate(key_of(cut_off.number, "room"))), text)

    async def _rehearse(self, rehearsal: Rehearsal) -> None:
        words = wording(rehearsal.language)
        room_id = None
        try:
            async with asyncio.timeout(_LONGEST_S):
                room_id = await self._room(rehearsal)
                outcome = await self._play(rehearsal, room_id, words)
            text = _over(rehearsal, outcome, words)
        except _CutShort:
            text = words.say("The dry run of **{title}** was ended.", title=escape(rehearsal.title))
        except TimeoutError:
            log.warning("rehearsal.timed_out", number=rehearsal.number)
            text = words.say(
                "The dry run of **{title}** took too long and was ended. Try it again when I have "
                "less to do.",
                title=escape(rehearsal.title),
            )
        except PlayStopped as error:
            log.warning("rehearsal.stopped", number=rehearsal.number)
            text = words.say(
                "The dry run of **{title}** could not go on: {reason}",
                title=escape(rehearsal.title),
                reason=str(error),
            )
        except Exception:  # a rehearsal that breaks must not stop the dialogues beside it
            log.exception("rehearsal.failed", number=rehearsal.number)
            text = words.say(
                "The dry run of **{title}** could not go on. Tell whoever runs the bot; the log "
                "says why.",
                title=escape(rehearsal.title),
            )
        await self._database.write(lambda tx: self._end(tx, rehearsal, room_id, text))
        self._outbox_filled()

    async def _room(self, rehearsal: Rehearsal) -> RoomId:
        """The room that was ordered, when it is there."""
        key = key_of(rehearsal.number, "room")
        async with asyncio.timeout(_ROOM_WITHIN_S):
            while True:
                fate = await self._database.write(lambda tx: tx.outbox.fate(key))
                room_id = opened(fate)
                if room_id is not None:
                    return room_id
                await asyncio.sleep(_FORWARD_EVERY_S)

    async def _play(self, rehearsal: Rehearsal, room_id: RoomId, words: Wording) -> Outcome:
        scenes: list[tuple[Where, Shown | Said]] = []
        scratch = Scratch(
            rehearsal.number,
            room_id=room_id,
            organizers_room=self._world.organizers_room,
            words=words,
        )
        with tempfile.TemporaryDirectory(dir=self._config.data_folder) as folder:
            play = Play(
                rehearsal.pack,
                config=self._config,
                folder=Path(folder),
                sizes=self._sizes(rehearsal),
                begins_at=self._now(),
                make_bot=self._make_bot,
                watch=lambda where, one: scenes.append((where, one)),
            )
            playing = asyncio.create_task(play.run())
            try:
                while not playing.done():
                    await asyncio.wait([playing], timeout=_FORWARD_EVERY_S)
                    await self._forward(rehearsal, scratch, scenes)
                await self._forward(rehearsal, scratch, scenes, last=True)
                return playing.result()
            finally:
                playing.cancel()
                await asyncio.wait([playing])

    def _sizes(self, rehearsal: Rehearsal) -> tuple[int, ...]:
        file = next(file for file in self._packs() if file.name == rehearsal.pack)
        return sizes_for(file.load())

    async def _forward(
        self,
        rehearsal: Rehearsal,
        scratch: Scratch,
        scenes: list[tuple[Where, Shown | Said]],
        *,
        last: bool = False,
    ) -> None:
        """Let the real rooms show what has happened on the stage.

        Raises:
            _CutShort: the organizers have ended it meanwhile.
        """
        new = list(scenes)
        scenes.clear()

        def forward(tx: Transaction) -> bool:
            effects = [effect for scene in new for effect in scratch.effects(tx, *scene)]
            effects += scratch.rest() if last else []
            tx.outbox.put(effects, now_ms=to_ms(self._now()))
            return tx.rehearsals.current() == rehearsal

        wanted = await self._database.write(forward)
        self._outbox_filled()
        if not wanted:
            raise _CutShort

    def _end(
        self, tx: Transaction, rehearsal: Rehearsal, room_id: RoomId | None, text: str
    ) -> None:
        """Tell the organizers, and leave the room in a while: it stays theirs to read.

        A room that everybody has left opens no more, and a dry run is over before most people have
        seen that they are invited to it.
        """
        now_ms = to_ms(self._now())
        tx.rehearsals.end(rehearsal.number, now_ms=now_ms)
        organizers = self._world.organizers_room
        told = post(key_of(rehearsal.number, "end"), organizers, f"{MARK} {text}")
        tx.outbox.put([told], now_ms=now_ms)
        if room_id is None:
            # Not made yet, it is not needed any more.
            tx.outbox.withdraw_waiting(key_of(rehearsal.number, "room"))
        else:
            leaving = leave(key_of(rehearsal.number, "leave"), room_id)
            tx.outbox.put([leaving], now_ms=now_ms, due_ms=now_ms + _STAYS_MS)


def _over(rehearsal: Rehearsal, outcome: Outcome, words: Wording) -> str:
    steps = words.say_n("{number} step", "{number} steps", outcome.steps)
    return words.say(
        "The dry run of **{title}** is over: {steps}, which would have taken {length}. Accept the "
        "invitation to its room within a day if you have not: then I leave it, and you can still "
        "read there.",
        title=escape(rehearsal.title),
        steps=steps,
        length=_length(outcome.lasted, words),
    )


def _length(lasted: timedelta, words: Wording) -> str:
    if lasted.days >= _DAYS_FROM:
        return words.say_n("{number} day", "{number} days", lasted.days)
    return spoken_length(lasted.total_seconds(), words)
