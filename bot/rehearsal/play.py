"""One rehearsal: a second bot with a stage, a database and a clock of its own.

Everything is real but the people, the chat network and the time. The clock leaps from one thing
that happens to the next, so that weeks take seconds, and what is shown has the times of a
dialogue that begins now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, Protocol

from bot import keys
from bot.rehearsal.lines import Lines
from bot.rehearsal.stage import Room, Shown, Stage
from bot.wording import wording
from flows.collection import GROUP_MARK
from flows.dialogue import Dialogue, Status
from flows.ids import EventId, RoomId, StepId, UserId
from flows.messages import Incoming, Marked, Written
from flows.packs.pack import Step, StepKind
from flows.rehearsal import Act, Doing, acts_in
from storage.database import Database
from storage.instants import from_ms, to_ms

if TYPE_CHECKING:
    from bot.chat import Chat
    from bot.clock import Clock
    from bot.config.values import Config
    from bot.digest.making import DigestMaker
    from bot.sending.sender import Sender
    from storage.transaction import Transaction

ORGANIZERS: Final = RoomId("!organizers:rehearsal.invalid")
_ORGANIZER: Final = UserId("@organizer:rehearsal.invalid")
_NEVER_S: Final = 10.0**8
_LOOK_EVERY_S: Final = 0.005
_SETTLES_WITHIN_S: Final = 60.0
_PATIENCE: Final = timedelta(minutes=1)
"""How long the made-up organizer waits at least before she goes on."""
_MOST_ROUNDS: Final = 2_000
"""More than the longest pack needs: a dialogue that goes round and round is stopped."""


class Where(StrEnum):
    """Before whose eyes something happens."""

    FIRST_GROUP = "first_group"
    FIRST_PERSON = "first_person"
    """In the private chat of whoever sits first in the first group."""
    ORGANIZERS = "organizers"
    ELSEWHERE = "elsewhere"


class Bot(Protocol):
    """What of the bot a rehearsal drives; `bot.app.App` is one."""

    ready: asyncio.Event
    clock: Clock
    sender: Sender
    digests: DigestMaker

    async def run(self) -> None:
        """Run until cancelled."""
        ...


MakeBot = Callable[["Config", Database, "Chat", Callable[[], datetime]], Bot]
Watch = Callable[[Where, "Shown | Said"], None]


class PlayStopped(Exception):
    """The dialogue could not be brought to its end; the text is what the bot said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a made-up person has written or tapped; `seat` counts from 0."""

    seat: int
    private: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A group of the rehearsal: its room, its people and their private chats."""

    room: Room
    private: tuple[Room, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a rehearsal went: the steps that were asked, and how long that took on its clock."""

    steps: int
    lasted: timedelta


class Play:
    """A rehearsal of the pack `pack`.

    Args:
        folder: an empty one, for the database; whoever made it removes it.
        sizes: how many people sit in each group.
        watch: called with everything that is shown and said, in order.
    """

    def __init__(
        self,
        pack: str,
        *,
        config: Config,
        folder: Path,
        sizes: tuple[int, ...],
        begins_at: datetime,
        make_bot: MakeBot,
        watch: Watch,
    ) -> None:
        self._pack = pack
        self._sizes = sizes
        self._began = self._now = begins_at
        self._watch = watch
        self._dice = Random(1)  # noqa: S311  a play, and the same each time
        self._config = replace(
            config,
            organizers_room=ORGANIZERS,
            data_folder=folder,
            database_url=f"sqlite:///{folder / 'rehearsal.db'}",
            board_interval_s=_NEVER_S,
            pace=1.0,
        )
        self._stage = Stage(config.matrix.user_id, now=lambda: self._now, show=self._see)
        self._make_bot = make_bot
        self._cast: list[Cast] = []
        self._prompts: dict[RoomId, EventId] = {}
        self._last_said = ""
        self._step: StepId | None = None
        self._acts: list[tuple[datetime, Act]] = []

    async def run(self) -> Outcome:
        """Play it from the first prompt to the last digest.

        Raises:
            PlayStopped: the dialogue did not begin, or did not end.
        """
        database = await asyncio.to_thread(Database.open, self._config.database_url)
        try:
            self._database = database
            self._bot = self._make_bot(self._config, database, self._stage, lambda: self._now)
            self._running = asyncio.create_task(self._bot.run())
            try:
                return await self._perform()
            finally:
                self._running.cancel()
                await asyncio.wait([self._running])
        finally:
            database.close()

    # ------------------------------------------------------------ the course of it

    async def _perform(self) -> Outcome:
        self._stage.has_always_had(ORGANIZERS, "", [_ORGANIZER])
        await self._settle()
        await self._sit_down()
        self._orders(f"!start {self._pack}")
        await self._settle()
        for _ in range(_MOST_ROUNDS):
            dialogue = await self._database.write(_first)
            if dialogue is None:
                await self._wait_for_the_first()
                continue
            if dialogue.status is Status.ENDED:
                steps = sum(step.kind is not StepKind.BREAK for step in dialogue.pack.steps)
                return Outcome(steps=steps, lasted=self._now - self._began)
            self._learn_parts(dialogue)
            await self._go_on(dialogue)
            await self._settle()
        raise PlayStopped(self._last_said)

    async def _wait_for_the_first(self) -> None:
        """What comes again and again begins on the next day that it has.

        Raises:
            PlayStopped: nothing has been ordered.
        """
        rings_ms = await self._database.write(lambda tx: tx.occurrences.next_due_ms())
        if rings_ms is None:
            raise PlayStopped(self._last_said)
        self._began = self._now = max(self._now, from_ms(rings_ms))
        await self._settle()

    async def _sit_down(self) -> None:
        """Every group's room, then everybody's private chat; seats are counted from 1."""
        words = wording(self._config.language)
        for group, size in enumerate(self._sizes, start=1):
            people = [
                UserId(f"@person-{group}-{seat}:rehearsal.invalid") for seat in range(1, size + 1)
            ]
            name = words.say("Group {number}", number=group)
            room = self._stage.add_room(name, people, by=_ORGANIZER)
            await self._settle()
            private = [self._stage.add_room("", [one], by=one, direct=True) for one in people]
            self._cast.append(Cast(room=room, private=tuple(private)))
        await self._settle()

    def _learn_parts(self, dialogue: Dialogue) -> None:
        """When a step has opened, everybody knows what to do in it, and when."""
        step, opened_at = dialogue.step, dialogue.opened_at
        if step is None or opened_at is None or step.id == self._step:
            return
        self._step = step.id
        self._lines = Lines(dialogue.pack, wording(dialogue.language))
        length = timedelta(seconds=step.length_s or 0)
        self._acts = [
            (opened_at + length * act.when, act) for act in acts_in(step, self._sizes, self._dice)
        ]

    async def _go_on(self, dialogue: Dialogue) -> None:
        """Let the clock leap to what comes next, and let it happen."""
        rings_ms = await self._database.write(lambda tx: tx.occurrences.next_due_ms())
        rings_at = None if rings_ms is None else from_ms(rings_ms)
        acts_at = self._acts[0][0] if self._acts else None
        by_hand = dialogue.step is not None and dialogue.closes_at is None
        if acts_at is not None and (by_hand or rings_at is None or acts_at < rings_at):
            self._now = max(self._now, acts_at)
            self._act_until(acts_at, dialogue)
        elif rings_at is not None and not by_hand:
            self._now = max(self._now, rings_at)
        else:
            self._now += self._length_left(dialogue)
            self._orders("!next")

    def _length_left(self, dialogue: Dialogue) -> timedelta:
        """How long the made-up organizer lets a step be that only she can end."""
        step, opened_at = dialogue.step, dialogue.opened_at
        if step is None or opened_at is None:
            return _PATIENCE
        ends_at = opened_at + timedelta(seconds=step.length_s or 0)
        return max(ends_at - self._now, _PATIENCE)

    async def _settle(self) -> None:
        """Wait until the bot has done all that can be done now."""
        self._bot.clock.poke()
        self._bot.sender.wake()
        self._bot.digests.wake()
        async with asyncio.timeout(_SETTLES_WITHIN_S):
            while not await self._is_quiet():
                if self._running.done():
                    self._running.result()
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _is_quiet(self) -> bool:
        if not (self._bot.ready.is_set() and self._stage.is_heard):
            return False
        now_ms = to_ms(self._now)

        def nothing_due(tx: Transaction) -> bool:
            due = tx.outbox.due(now_ms=now_ms, besides=(), not_in=frozenset(), limit=1)
            ordered = tx.digest_orders.due(now_ms=now_ms)
            return not due and ordered is None and not tx.occurrences.due(now_ms=now_ms)

        return (
            await self._database.write(nothing_due)
            and self._bot.sender.is_idle
            and self._bot.digests.is_idle
        )

    # ------------------------------------------------------------ what is done

    def _orders(self, text: str) -> None:
        self._stage.happens([self._written(ORGANIZERS, _ORGANIZER, text)])

    def _act_until(self, moment: datetime, dialogue: Dialogue) -> None:
        """Everything that is done by then, all at once."""
        step = dialogue.step
        due = [act for at, act in self._acts if at <= moment]
        self._acts = self._acts[len(due) :]
        if step is not None:
            self._stage.happens([self._done(act, step) for act in due])

    def _done(self, act: Act, step: Step) -> Incoming:
        cast = self._cast[act.group]
        room = cast.private[act.seat] if step.is_private else cast.room
        sender = cast.room.people[act.seat]
        prompt = self._prompts.get(room.room_id)
        mark = _keycap(act) if step.kind is StepKind.POLL else None
        if mark is not None and prompt is not None:
            self._tell_said(act, step, mark)
            return Marked(
                room_id=room.room_id,
                event_id=self._stage.event_id(),
                sender=sender,
                sent_ms=to_ms(self._now),
                target=prompt,
                mark=mark,
            )
        text = self._text(act, step)
        self._tell_said(act, step, text)
        return self._written(room.room_id, sender, text)

    def _tell_said(self, act: Act, step: Step, text: str) -> None:
        where = Where.ELSEWHERE if act.group else Where.FIRST_GROUP
        self._watch(where, Said(seat=act.seat, private=step.is_private, text=text))

    def _text(self, act: Act, step: Step) -> str:
        match act.doing:
            case Doing.ANSWERS:
                return self._lines.own(act.draw)
            case Doing.TALKS:
                return self._lines.talk(act.draw)
            case Doing.DECLARES:
                return self._lines.group(act.draw)
            case Doing.CHOOSES:
                chosen = ", ".join(map(str, act.options))
                if step.kind is StepKind.POLL:
                    return chosen
                number = f" {act.number}" if step.asks_number else ""
                return f"{chosen} {self._lines.reason(act.draw)}{number}"

    def _written(self, room_id: RoomId, sender: UserId, text: str) -> Written:
        return Written(
            room_id=room_id,
            event_id=self._stage.event_id(),
            sender=sender,
            sent_ms=to_ms(self._now),
            text=text,
        )

    # ------------------------------------------------------------ what is seen

    def _see(self, shown: Shown) -> None:
        if _is_prompt(shown):
            self._prompts[shown.room_id] = shown.event_id
        if keys.consent_of(shown.key) is not None:
            self._consent(shown)
        if shown.room_id == ORGANIZERS and shown.content.kind == "post":
            self._last_said = shown.content.markdown
        self._watch(self._where(shown.room_id), shown)

    def _consent(self, asked: Shown) -> None:
        """Everybody in the room says yes, as soon as it is asked."""
        rooms = [room for cast in self._cast for room in (cast.room, *cast.private)]
        people = [one for room in rooms if room.room_id == asked.room_id for one in room.people]
        self._stage.happens(
            Marked(
                room_id=asked.room_id,
                event_id=self._stage.event_id(),
                sender=one,
                sent_ms=to_ms(self._now),
                target=asked.event_id,
                mark=GROUP_MARK,
            )
            for one in people
        )

    def _where(self, room_id: RoomId) -> Where:
        if room_id == ORGANIZERS:
            return Where.ORGANIZERS
        first = self._cast[0] if self._cast else None
        if first is not None and room_id == first.room.room_id:
            return Where.FIRST_GROUP
        if first is not None and room_id == first.private[0].room_id:
            return Where.FIRST_PERSON
        return Where.ELSEWHERE


def _first(tx: Transaction) -> Dialogue | None:
    dialogues: Iterable[Dialogue] = tx.dialogues.in_status()
    return next(iter(dialogues), None)


def _is_prompt(shown: Shown) -> bool:
    return shown.content.kind == "post" and any(
        part in {"prompt", "private-prompt"} for part in shown.key.split("/")
    )


def _keycap(act: Act) -> str | None:
    """The mark of a single choice; None where it has to be typed."""
    if len(act.options) != 1 or act.options[0] > 9:  # noqa: PLR2004  there is one for each digit
        return None
    return f"{act.options[0]}\ufe0f\u20e3"
