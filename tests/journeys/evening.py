"""A shipped pack with its real number of people: everybody answers, an organizer steers.

Steps are closed by the organizer as soon as what was written is there, so that an evening takes
seconds and no test waits for a clock.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.packs.known import SHIPPED, PackFile
from bot.rendering.consent import heading
from bot.wording import wording
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId
from flows.packs.pack import Pack, Step, StepKind
from tests.journeys.workshop import Table, Workshop, until_true, workshop

_AT_ONCE = 8
_CROWD = 40
_WITHIN_S = 120.0
_MORE_THAN_ANY_STEP = 0.001
"""The pace: no step of any pack ends by itself before the organizer ends it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody has answered: where, to which step, and in which words."""

    table: str
    step: str
    text: str


@dataclass
class Evening:
    """A pack on its way through its steps."""

    scene: Workshop
    pack: Pack
    tables: list[Table]
    sent: list[Sent] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many there are."""
        return sum(len(table.people) for table in self.tables)

    async def run(self) -> None:
        """From the first prompt to the last digest."""
        if self.pack.recurrence is None:
            await self.scene.order(f"!starta {self.pack.name}")
        else:
            # Without a time only its series would begin, at the next day that it has.
            await asyncio.to_thread(self.scene.bot.run, "start", self.pack.name, "--at", "nu")
        for step in self.pack.steps:
            await self._is_asked(step)
            if step is self.pack.steps[0]:
                await self._consent()
            await self._answer(step)
            if step.length_s is not None:
                await self.scene.order("!nästa")
        title = self.pack.title.get("sv")
        await self.shows(f"Sammanställning: {title}\n")

    async def _consent(self) -> None:
        """Everybody taps ✅ on the one message in her table's room that asks for it."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def tap(person: Client, table: Table, question: EventId) -> None:
            async with room:
                await person.react(table.room_id, question, "✅")

        taps = []
        for table in self.tables:
            question = await self._consent_question(table)
            taps += [tap(person, table, question) for person in table.people]
        await asyncio.gather(*taps)

    async def _consent_question(self, table: Table) -> EventId:
        asked = heading(wording("sv")).replace("*", "")
        seen = await self.scene.seen(table.people[0], table.room_id)
        found = [
            one.event_id
            for one in seen
            if one.is_message
            and one.sender == self.scene.bot.user_id
            and one.text.startswith(asked)
        ]
        assert len(found) == 1, f"{table.name} is asked for its consent {len(found)} times"
        return found[0]

    async def shows(self, words: str) -> None:
        """Wait until a message of the bot to the organizers holds these words."""
        await until_true(
            lambda: self._told(words), f"“{words}” to the organizers", within_s=_WITHIN_S
        )

    async def _told(self, words: str) -> bool:
        texts = await self.scene.texts(self.scene.organizer, self.scene.organizers_room)
        return any(words in text for text in texts)

    async def _is_asked(self, step: Step) -> None:
        """The first and the last table see the question."""
        for table in (self.tables[0], self.tables[-1]):
            await until_true(
                lambda table=table: self._sees(table, step),  # type: ignore[misc]  # bound now
                f"“{step.title.get('sv')}” at {table.name}",
                within_s=_WITHIN_S,
            )

    async def _sees(self, table: Table, step: Step) -> bool:
        return await self.prompts_seen(table, step) > 0

    async def scenario_seen(self, table: Table, step_id: str) -> str:
        """The scenario that a step's question names at a table."""
        (step,) = (one for one in self.pack.steps if one.id == step_id)
        texts = await self.scene.texts(table.people[0], table.room_id)
        (prompt,) = (text for text in texts if text.split("\n", 1)[0] == step.title.get("sv"))
        (named,) = (one.id for one in self.pack.scenarios if f"📖 {one.title.get('sv')}" in prompt)
        return named

    async def prompts_seen(self, table: Table, step: Step) -> int:
        """How many messages in a table's room put the step's question.

        Of a sensitive one the room is told only that there is one.
        """
        texts = await self.scene.texts(table.people[0], table.room_id)
        if step.sensitive:
            return sum("Nu kommer en fråga till var och en av er" in text for text in texts)
        return sum(text.split("\n", 1)[0] == step.title.get("sv") for text in texts)

    # ------------------------------------------------------------------ what people write

    async def _answer(self, step: Step) -> None:
        """Every table but the last has a common answer; people answer in turn.

        Of a crowd a third at a time, where they are asked three times or more: everybody but
        one has answered in the end, and a homeserver that others use too is not held up.
        """
        own = [one.id for one in self.pack.steps if one.kind.asks_each]
        turn = own.index(step.id) if step.id in own else 0
        in_turn = 3 if len(own) >= 3 and self.people >= _CROWD else 1
        room = asyncio.Semaphore(_AT_ONCE)
        works = []
        for number, table in enumerate(self.tables, start=1):
            if step.kind is StepKind.GROUP and table is not self.tables[-1]:
                text = f"Gruppsvar: bord {number} om {step.id}"
                works.append(self._write(room, table.people[0], table, step, text))
            if step.kind.asks_each:
                for seat, person in enumerate(table.people, start=1):
                    if person is not self.silent and (seat + turn) % in_turn == 0:
                        text = _words(step, number, seat)
                        works.append(self._write(room, person, table, step, text))
        await asyncio.gather(*works)

    @property
    def silent(self) -> Client:
        """Who never answers, so that no step ends because everybody has."""
        return self.tables[-1].people[-1]

    async def _write(
        self, room: asyncio.Semaphore, person: Client, table: Table, step: Step, text: str
    ) -> None:
        private = self.scene.private.get(person.id) if step.is_private else None
        async with room:
            await person.write(private or table.room_id, text)
        self.sent.append(Sent(table.name, step.id, text))

    # ------------------------------------------------------------------ what is stored

    def stored(self) -> Counter[Sent]:
        """What `runda export` has of the newest dialogue."""
        export = self.scene.bot.export()
        names = {group["id"]: group["name"] for group in export["groups"]}
        return Counter(
            Sent(names[reply["group"]], reply["step"], reply["text"]) for reply in export["replies"]
        )


def _words(step: Step, table: int, seat: int) -> str:
    """An answer of its own kind, with words nobody else has where words are asked for."""
    match step.kind:
        case StepKind.POLL:
            return str(1 + seat % len(step.options))
        case StepKind.CHECK_IN:
            number = f" {10 * table + seat}" if step.asks_number else ""
            return f"{1 + seat % len(step.options)} Så är det vid bordet{number}"
        case _:
            return f"Svar om {step.id} från bord {table}, plats {seat}"


@asynccontextmanager
async def evening(
    homeserver: Homeserver, folder: Path, name: str, pack: str, sizes: Sequence[int]
) -> AsyncIterator[Evening]:
    """The tables, with everybody seated, and the bot in every room."""
    crowd: list[Client] = []
    async with workshop(
        homeserver, folder, name, tables=0, people=0, pace=_MORE_THAN_ANY_STEP
    ) as scene:
        try:
            accounts = await asyncio.gather(
                *(homeserver.register(f"{name}p{place}") for place in range(sum(sizes)))
            )
            crowd = [Client(homeserver.url, one, encrypts=False) for one in accounts]
            seats = iter(crowd)
            tables = [
                await _table(scene, number, [next(seats) for _ in range(size)])
                for number, size in enumerate(sizes, start=1)
            ]
            await until_true(
                lambda: _all_there(scene, tables), "everybody at the tables", within_s=_WITHIN_S
            )
            loaded = PackFile(path=SHIPPED / f"{pack}.toml").load()
            yield Evening(scene, loaded, tables)
        finally:
            for client in crowd:
                await client.close()


async def _table(scene: Workshop, number: int, people: list[Client]) -> Table:
    name = f"Bord {number}"
    room_id = await scene.organizer.create_room(name, invite=[scene.bot.user_id], by_link=True)
    room = asyncio.Semaphore(_AT_ONCE)

    async def come_in(person: Client) -> None:
        async with room:
            await person.join(room_id)

    await asyncio.gather(*(come_in(person) for person in people))
    return Table(name, room_id, people)


async def _all_there(scene: Workshop, tables: list[Table]) -> bool:
    expected = [
        f"{place}. {table.name}: {len(table.people)} person"
        for place, table in enumerate(tables, start=1)
    ]
    await scene.order("!grupper")
    await asyncio.sleep(0.3)
    texts = await scene.texts(scene.organizer, scene.organizers_room)
    return any(all(line in text for line in expected) for text in texts)
