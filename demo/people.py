"""The simulated people: one process for all of them. `python -m demo.people CAST`.

They read their questions on the homeserver like anybody, and act by their script. SIGTERM
sends them home: then they look at their rooms once more, and write down what they find.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import IO, Final

from bot.errors import ChatRefused, ChatUnavailable
from bot.rendering.consent import heading
from bot.wording import wording
from demo.author import write_script
from demo.cast import Cast, Participant, Table, load_cast
from demo.client import Client
from demo.desk import load_answers
from demo.ledger import Line, Receipt, Sent, Skipped, write_line
from demo.news import CameIn, Did, Heard, News, WentHome, to_line
from demo.person import Person, Question, asks
from demo.script import BEFOREHAND_S, Act, Deed, Meant, Where
from demo.seen import Seen
from flows.collection import GROUP_MARK
from flows.ids import EventId, RoomId, StepId, UserId

_AT_ONCE: Final = 6
_LONG_LOOK_S: Final = 5.0
_BETWEEN_LOOKS_S: Final = 0.9
_LAST_LOOKS: Final = 5
_BETWEEN_LAST_LOOKS_S: Final = 1.0
_BETWEEN_TAPS_S: Final = 0.15
_ASKS_CONSENT: Final = heading(wording("sv")).replace("*", "")
"""How a message begins, as clients show it, that asks for consent."""


def tell(news: News) -> None:
    """Let whoever started us know."""
    sys.stdout.write(to_line(news) + "\n")
    sys.stdout.flush()


class Company:
    """Everybody at one table, and its phone, on which the bot's questions are seen."""

    def __init__(
        self, number: int, table: Table, people: list[Person], deeds: Iterable[Deed], cast: Cast
    ) -> None:
        self.table = table
        self.people = people
        self._number = number
        self._bot = cast.bot
        self._steps = cast.steps
        self._deeds = list(deeds)
        loop = asyncio.get_running_loop()
        self._done: dict[int, asyncio.Future[Sent | None]] = {
            deed.number: loop.create_future() for deed in self._deeds
        }
        self._questions: dict[StepId, Question] = {}

    async def come_in(self, room: asyncio.Semaphore) -> None:
        """Join the table's room, one after the other, and do what is done beforehand."""
        for person in self.people:
            async with room:
                await person.client.start()
                await person.client.join(self.table.room_id)
        beforehand = [deed for deed in self._deeds if deed.after_s == BEFOREHAND_S]
        await asyncio.gather(*(self.people[deed.person].prepares(room) for deed in beforehand))
        for deed in beforehand:
            self._done[deed.number].set_result(None)
        tell(CameIn(table=self._number))

    async def take_part(self) -> None:
        """Watch the phone, and act on every question; for ever."""
        phone = self.people[0]
        async with asyncio.TaskGroup() as tasks:
            while True:
                with suppress(ChatUnavailable):
                    for seen in await phone.look(wait_s=_LONG_LOOK_S):
                        self._heard(seen, tasks)
                await asyncio.sleep(_BETWEEN_LOOKS_S)

    def _heard(self, seen: Seen, tasks: asyncio.TaskGroup) -> None:
        if seen.sender != self._bot or not seen.is_message:
            return
        step = next((one for one in self._steps if asks(seen, one)), None)
        if step is not None and step.id not in self._questions:
            question = self._questions[step.id] = Question(step, seen)
            for deed in self._deeds:
                if deed.step == step.id and not self._done[deed.number].done():
                    tasks.create_task(self._play(deed, question))
        if seen.text.startswith(_ASKS_CONSENT):
            for person in self.people:
                tasks.create_task(self._consents(person, seen.event_id))
        tell(
            Heard(
                table=self._number,
                text=seen.text,
                step="" if step is None else step.id,
                at_ms=seen.sent_ms,
            )
        )

    async def _consents(self, person: Person, question: EventId) -> None:
        """Say yes to what may be kept, as everybody at the table does, at her own speed."""
        await asyncio.sleep(self.people.index(person) * _BETWEEN_TAPS_S)
        with suppress(ChatRefused, ChatUnavailable):
            await person.client.react(self.table.room_id, question, GROUP_MARK)

    async def _play(self, deed: Deed, question: Question) -> None:
        person = self.people[deed.person]
        await person.does(deed, question, self._questions, self._done)
        sent = self._done[deed.number].result()
        if sent is None:
            return
        tell(
            Did(
                table=self._number,
                seat=deed.person,
                name=person.name,
                act=deed.act,
                where=deed.where,
                meant=deed.meant,
                step=deed.answers,
                text=sent.text,
            )
        )


class Book:
    """The ledger, and what it holds."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.sent: list[Sent] = []
        self.skipped = 0

    def write(self, line: Line) -> None:
        """Write a line."""
        write_line(self._file, line)
        if isinstance(line, Sent):
            self.sent.append(line)
        self.skipped += isinstance(line, Skipped)

    def unconfirmed(self, receipts: Iterable[Receipt], room_id: RoomId) -> bool:
        """Whether some individual answer in a room has no mark of the bot yet."""
        marked = {receipt.event_id for receipt in receipts if receipt.marks}
        gone = {sent.target for sent in self.sent if sent.act is Act.WITHDRAW}
        return any(
            sent.event_id not in marked and sent.event_id not in gone
            for sent in self.sent
            if sent.room_id == room_id
            and sent.meant is Meant.INDIVIDUAL
            and sent.act in {Act.WRITE, Act.PHOTO}
        )


async def go_home(companies: list[Company], book: Book, bot: UserId) -> None:
    """Look at every room a last time, and write the receipts."""
    door = asyncio.Semaphore(_AT_ONCE)

    async def look(person: Person, room_id: RoomId) -> None:
        async with door:
            for receipt in await _receipts(person, room_id, book, bot):
                book.write(receipt)

    await asyncio.gather(
        *(
            look(person, room_id)
            for company in companies
            for seat, person in enumerate(company.people)
            for room_id, where in person.rooms
            # One at the table looks at its room for all.
            if where is Where.PRIVATE or seat == 0
        )
    )


async def _receipts(person: Person, room_id: RoomId, book: Book, bot: UserId) -> list[Receipt]:
    found: list[Receipt] = []
    for _ in range(_LAST_LOOKS):
        found = _receipts_in(await person.client.history(room_id), bot)
        if not book.unconfirmed(found, room_id):
            break
        await asyncio.sleep(_BETWEEN_LAST_LOOKS_S)
    return found


def _receipts_in(history: list[Seen], bot: UserId) -> list[Receipt]:
    marks: dict[str, list[str]] = {}
    for seen in history:
        if seen.sender == bot and seen.mark is not None and seen.target is not None:
            marks.setdefault(seen.target, []).append(seen.mark)
    return [
        Receipt(
            event_id=seen.event_id,
            server_ms=seen.sent_ms,
            marks=tuple(marks.get(seen.event_id, ())),
        )
        for seen in history
        if seen.sender != bot and seen.kind in {"m.room.message", "m.room.encrypted", "m.reaction"}
    ]


async def _until_sent_home(companies: list[Company]) -> None:
    home = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, home.set)
    play = asyncio.ensure_future(asyncio.gather(*(one.take_part() for one in companies)))
    play.add_done_callback(lambda _: home.set())
    await home.wait()
    play.cancel()
    with suppress(asyncio.CancelledError):
        await play


async def run(cast: Cast, book: Book) -> None:
    """Come in, take part, go home."""
    deeds = write_script(
        cast.steps,
        [len(table.people) for table in cast.tables],
        load_answers(),
        seed=cast.seed,
    )
    async with AsyncExitStack() as stack:
        companies = []
        for number, table in enumerate(cast.tables):
            people = [_person(cast, table, one, book) for one in table.people]
            for person in people:
                stack.push_async_callback(person.client.close)
            own = (deed for deed in deeds if deed.table == number)
            companies.append(Company(number, table, people, own, cast))
        room = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(company.come_in(room) for company in companies))
        await _until_sent_home(companies)
        await go_home(companies, book, cast.bot)
        unread = sum(len(one.could_not_read) for company in companies for one in company.people)
        tell(WentHome(sent=len(book.sent), skipped=book.skipped, could_not_read=unread))


def _person(cast: Cast, table: Table, one: Participant, book: Book) -> Person:
    client = Client(cast.homeserver, one.account, encrypts=table.encrypted)
    return Person(client, name=one.name, table=table, bot=cast.bot, write=book.write)


def main() -> None:
    """Run the people of the cast named on the command line."""
    cast = load_cast(Path(sys.argv[1]))
    with Path(cast.ledger).open("w", encoding="utf-8") as file:
        asyncio.run(run(cast, Book(file)))


if __name__ == "__main__":
    main()
