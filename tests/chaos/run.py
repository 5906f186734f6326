"""One run: people write, edit, take back, an organizer steers, and the bot dies meanwhile."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from demo.client import Client
from demo.ledger import Line, Receipt, Sent
from demo.reconcile import Reconciliation, Row, reconcile
from demo.script import Act, Meant, Where
from demo.seen import Seen
from flows.ids import EventId, RoomId
from tests.chaos.play import group_words, is_for_group, words
from tests.chaos.reaper import Reaper
from tests.chaos.stage import Seats, Stage
from tests.journeys.workshop import until

_WITHIN_S = 240.0
_MOST_SYNCS = 50
_KEY = "se.runda.key"
_DIGEST = "Sammanställning: "

Deed = Callable[[], Awaitable[None]]
"""Something people do; it is done when the homeserver has taken it."""


@dataclass(frozen=True, slots=True)
class Kills:
    """How often in each phase of each step."""

    answering: int
    changing: int
    closing: int


@dataclass
class Ledger:
    """What the homeserver took from people."""

    lines: list[Line] = field(default_factory=list)

    async def note(
        self,
        sending: Awaitable[EventId],
        *,
        act: Act,
        table: Seats,
        person: str,
        step: str,
        text: str = "",
        target: EventId | None = None,
    ) -> EventId:
        """Wait until it is taken, and write it down."""
        started_ms = _now_ms()
        event_id = await sending
        self.lines.append(
            Sent(
                event_id=event_id,
                act=act,
                where=Where.ROOM,
                meant=Meant.GROUP if is_for_group(step) else Meant.INDIVIDUAL,
                room_id=table.room_id,
                table=table.name,
                person=person,
                step=step,
                text=text,
                target=target,
                encrypted=table.encrypted,
                started_ms=started_ms,
                taken_ms=_now_ms(),
            )
        )
        return event_id

    def written(self, table: Seats, step: str) -> list[Sent]:
        """The answers of a table to a step, in their order."""
        return [
            line
            for line in self.lines
            if isinstance(line, Sent)
            and line.act is Act.WRITE
            and (line.table, line.step) == (table.name, step)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to."""

    reckoning: Reconciliation
    digest: tuple[str, ...]
    """Every line of the digests that organizers see, of which only order and names of this
    run's homeserver are left out."""
    kills: Counter[str]
    starts: int
    gaps: int
    seconds: float


class Run:
    """A whole dialogue on a stage."""

    def __init__(self, scene: Stage, reaper: Reaper, kills: Kills) -> None:
        self._scene = scene
        self._reaper = reaper
        self._kills = kills
        self._ledger = Ledger()
        self._orders = 0
        self._began = time.monotonic()

    async def whole(self) -> Outcome:
        """From the first order to the reckoning."""
        await self.begin()
        for step in self._scene.size.steps:
            await self.is_asked(step)
            await self._paced("answering", self._kills.answering, self.answers(step))
            await self.all_stored()
            await self._paced("changing", self._kills.changing, self.changes(step))
            await self.all_changed()
            await self._paced("closing", self._kills.closing, self.closes(step))
        return await self.reckoned()

    async def begin(self) -> None:
        """The first order."""
        await self._order("!starta kaos")

    async def reckoned(self) -> Outcome:
        """Wait until the bot has said everything, and hold it against the ledger."""
        await self._all_said()
        problems, said = await self._said_once()
        lines = [*self._ledger.lines, *await self._receipts()]
        found = reconcile(lines, await asyncio.to_thread(self._scene.bot.export))
        return Outcome(
            reckoning=Reconciliation((*found.rows, *said), (*found.problems, *problems)),
            digest=await self._digest(),
            kills=self._reaper.kills,
            starts=self._scene.bot.starts,
            gaps=self._scene.bot.log.read_text().count("gap.filled"),
            seconds=time.monotonic() - self._began,
        )

    async def do(self, *deeds: Deed) -> None:
        """People do one thing after the other, and the bot is left alone."""
        for deed in deeds:
            await deed()

    async def goes_on_to_its_end(self) -> None:
        """The first step is closed, the group answers and is closed likewise."""
        own, group = self._scene.size.steps
        await self.do(*self.closes(own))
        await self.is_asked(group)
        await self.do(*self.answers(group), *self.closes(group))

    async def _paced(self, phase: str, quota: int, deeds: Sequence[Deed]) -> None:
        """People do one thing after the other while the bot is killed, some kills for each."""
        before = self._reaper.number

        async def act() -> None:
            for number, deed in enumerate(deeds):
                await self._killed(before + quota * number // len(deeds))
                await deed()

        if quota == 0:
            await act()
        else:
            await asyncio.gather(act(), self._reaper.phase(phase, quota))

    async def _killed(self, number: int) -> None:
        await until(lambda: self._reaper.number >= number, "killed", within_s=1_800.0)

    # ---------------------------------------------------------------- what people do

    async def _order(self, text: str) -> None:
        await self._scene.organizer.write(self._scene.organizers_room, text)

    def answers(self, step: str) -> list[Deed]:
        """Everybody writes, the people of a table one after the other."""
        if is_for_group(step):
            return [partial(self._group_answers, step, number) for number in (1, 2)]
        rounds = range(1, self._scene.size.rounds + 1)
        return [partial(self._round, step, number) for number in rounds]

    async def _round(self, step: str, number: int) -> None:
        await asyncio.gather(
            *(self._table_answers(table, step, number) for table in self._scene.tables)
        )

    async def _table_answers(self, table: Seats, step: str, number: int) -> None:
        for person, client in table.people.items():
            await self._write(table, person, client, step, words(step, person, number))

    async def _group_answers(self, step: str, number: int) -> None:
        for table in self._scene.tables:
            person, client = next(iter(table.people.items()))
            await self._write(table, person, client, step, group_words(step, table.name, number))

    async def _write(self, table: Seats, person: str, client: Client, step: str, text: str) -> None:
        await self._ledger.note(
            client.write(table.room_id, text),
            act=Act.WRITE,
            table=table,
            person=person,
            step=step,
            text=text,
        )

    def changes(self, step: str) -> list[Deed]:
        """The first of each table finds other words, the last takes her words back."""
        if is_for_group(step):
            return []
        tables = self._scene.tables
        return [
            partial(change, table, step)
            for table in tables
            for change in (self._edits, self._withdraws)
        ]

    async def _edits(self, table: Seats, step: str) -> None:
        first = self._ledger.written(table, step)[0]
        text = f"{first.text} Eller så här."
        await self._ledger.note(
            table.people[first.person].edit(table.room_id, EventId(first.event_id), text),
            act=Act.EDIT,
            table=table,
            person=first.person,
            step=step,
            text=text,
            target=EventId(first.event_id),
        )

    async def _withdraws(self, table: Seats, step: str) -> None:
        last = self._ledger.written(table, step)[-1]
        await self._ledger.note(
            table.people[last.person].withdraw(table.room_id, EventId(last.event_id)),
            act=Act.WITHDRAW,
            table=table,
            person=last.person,
            step=step,
            target=EventId(last.event_id),
        )

    def closes(self, step: str) -> list[Deed]:
        """An organizer goes on, and asks for digests besides."""
        return [
            partial(self._goes_on, step),
            *(self._orders_digest for _ in range(self._scene.size.digests)),
            partial(self._next_is_asked, step),
        ]

    async def _goes_on(self, step: str) -> None:
        await self.next()
        await self.is_closed(step)

    async def next(self) -> None:
        """Say that the step is over."""
        await self._order("!nästa")

    async def is_closed(self, step: str) -> None:
        """Wait until it is, and its digest made."""
        query = f"SELECT count(*) FROM round WHERE step_id = '{step}' AND closed_ms IS NOT NULL"
        await self._is(query, self._scene.size.tables, f"{step} is closed")
        await self._is("SELECT count(*) FROM digest_order", 0, "the digest of a step made")

    async def _orders_digest(self) -> None:
        (made,) = self._scene.bot.ask("SELECT count(*) FROM digest")[0]
        self._orders += 1
        await self._order("!sammanställning")
        await self._is("SELECT count(*) FROM digest", made + 1, "the ordered digest made")

    async def _next_is_asked(self, step: str) -> None:
        place = self._scene.size.steps.index(step) + 1
        if place < len(self._scene.size.steps):
            await self.is_asked(self._scene.size.steps[place])

    # ------------------------------------------------------------- what is waited for

    async def is_asked(self, step: str) -> None:
        """Wait until the question stands in every room, as far as the bot knows."""
        query = f"SELECT count(*) FROM round WHERE step_id = '{step}' AND prompt_event IS NOT NULL"
        await self._is(query, self._scene.size.tables, f"{step} is asked")

    async def all_stored(self) -> None:
        """Every answer is in the database, and its mark put."""
        acts = Counter(line.act for line in self._ledger.lines if isinstance(line, Sent))
        await self._is("SELECT count(*) FROM reply", acts[Act.WRITE], "all answers stored")
        await self._is("SELECT count(*) FROM outbox WHERE state = 0", 0, "all marks put")

    async def all_changed(self) -> None:
        """Every edit and every withdrawal likewise."""
        acts = Counter(line.act for line in self._ledger.lines if isinstance(line, Sent))
        edited = "SELECT count(*) FROM reply WHERE edited_ms IS NOT NULL"
        withdrawn = "SELECT count(*) FROM reply WHERE withdrawn_ms IS NOT NULL"
        await self._is(edited, acts[Act.EDIT], "all edits stored")
        await self._is(withdrawn, acts[Act.WITHDRAW], "all withdrawals stored")

    async def _all_said(self) -> None:
        await self._is("SELECT count(*) FROM digest_order", 0, "all digests made")
        await self._is("SELECT count(*) FROM outbox WHERE state = 0", 0, "all is sent")

    async def _is(self, query: str, wanted: int, what: str) -> None:
        bot = self._scene.bot
        end = time.monotonic() + _WITHIN_S
        while (found := bot.count(query)) != wanted:
            assert time.monotonic() < end, f"{what}: {found} instead of {wanted}"
            await asyncio.sleep(0.1)

    # ------------------------------------------------------------------ what is there

    async def _history(self, client: Client, room_id: RoomId) -> list[Seen]:
        """What a room shows when all keys have come: each sync brings a hundred at most."""
        events: list[Seen] = []
        for _ in range(_MOST_SYNCS):
            await client.sync()
            events = await client.history(room_id)
            if all(event.readable for event in events):
                break
        return events

    async def _receipts(self) -> list[Receipt]:
        """The homeserver's time of every answer, and the bot's marks on it."""
        bot = self._scene.bot.user_id
        receipts = []
        for table in self._scene.tables:
            events = await self._history(table.first, table.room_id)
            marks: dict[EventId, list[str]] = {}
            for event in events:
                if event.sender == bot and event.mark and event.target:
                    marks.setdefault(event.target, []).append(event.mark)
            receipts += [
                Receipt(
                    event_id=event.event_id,
                    server_ms=event.sent_ms,
                    marks=tuple(marks.get(event.event_id, ())),
                )
                for event in events
            ]
        return receipts

    async def _said_once(self) -> tuple[list[str], list[Row]]:
        """What the bot has said, held against what it should have, and against itself."""
        problems, prompts = [], 0
        rooms = [(table.first, table.room_id) for table in self._scene.tables]
        for client, room_id in (*rooms, (self._scene.organizer, self._scene.organizers_room)):
            own = await self._own(client, room_id)
            keys = Counter(event.content[_KEY] for event in own if _KEY in event.content)
            problems += [
                f"{times} times in {room_id}: {key}" for key, times in keys.items() if times > 1
            ]
            problems += [f"unreadable in {room_id}" for event in own if not event.readable]
            prompts += sum(key.endswith("/prompt/0") for key in keys.elements())
        digests = [text for text in await self._told() if text.startswith(_DIGEST)]
        size = self._scene.size
        rows = [
            Row(
                what="prompts due, prompts posted",
                people=size.tables * len(size.steps),
                bot=prompts,
            ),
            Row(
                what="digests due, digests posted",
                # By themselves they come after each step, and after all of them.
                people=self._orders + len(size.steps) + 1,
                bot=len(digests),
            ),
        ]
        return problems, rows

    async def _own(self, client: Client, room_id: RoomId) -> list[Seen]:
        events = await self._history(client, room_id)
        return [one for one in events if one.sender == self._scene.bot.user_id]

    async def _told(self) -> list[str]:
        """The bot's messages to the organizers, in their last wording."""
        texts: dict[EventId, str] = {}
        for event in await self._own(self._scene.organizer, self._scene.organizers_room):
            if event.is_message:
                texts[event.event_id] = event.text
            elif event.is_edit and event.target in texts:
                texts[event.target] = event.text
        return list(texts.values())

    async def _digest(self) -> tuple[str, ...]:
        """The lines of everything about digests."""
        told = [text for text in await self._told() if _is_of_a_digest(text)]
        return tuple(sorted(_nameless(line) for text in told for line in text.splitlines()))


def _is_of_a_digest(text: str) -> bool:
    return text.startswith(_DIGEST) or "säger person" in text


_MOMENT = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_ADDRESS = re.compile(r"https://matrix\.to/\S+")
_ACCOUNT = re.compile(r"@t?\w+:[\w.]+")


def _nameless(line: str) -> str:
    return _ACCOUNT.sub("@", _ADDRESS.sub("#", _MOMENT.sub("hh:mm", line)))


def differences(run: Sequence[str], other: Sequence[str]) -> list[str]:
    """The lines that stand in one and not in the other."""
    more, less = Counter(run), Counter(other)
    return [f"+ {line}" for line in (more - less).elements()] + [
        f"- {line}" for line in (less - more).elements()
    ]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def assert_everything_once(run: Run) -> None:
    """When the bot has said everything, all that people sent is there, and nothing twice."""
    reckoning = (await run.reckoned()).reckoning
    assert reckoning.problems == ()
    assert all(row.agrees for row in reckoning.rows)
