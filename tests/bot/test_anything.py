"""Whatever people, the clock, the network and the process do, in whatever order: it adds up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random

import pytest

from bot.exports.reading import gather
from flows.digest.snapshot import ReplyKind
from flows.export import Export, reconcile
from flows.ids import DialogueId, EventId, RoomId, UserId
from flows.messages import Written
from storage.instants import to_ms
from storage.overview import reading
from storage.replies import Reply
from storage.rounds import Round
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, DAN, OLGA, ORGANIZERS, PHOTO, TABLE_1, TABLE_2

PEOPLE = (ANN, BO, CIA, DAN)
LUNCH = DialogueId("lunch-1")
ACTS = 40


class Anything:
    """Acts drawn from a seed, and what they leave behind."""

    def __init__(self, journey: Journey, seed: int) -> None:
        self.journey = journey
        self.draw = Random(seed)
        self.written: list[tuple[UserId, EventId]] = []
        self.marks: list[tuple[UserId, EventId]] = []
        self.locked: list[Written] = []

    async def acts(self) -> None:
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self.writes_in_private),
            (6, self.writes_in_the_room),
            (4, self.writes_a_groups_answer),
            (4, self.edits),
            (3, self.withdraws),
            (4, self.marks_something),
            (2, self.takes_a_mark_back),
            (2, self.writes_encrypted),
            (2, self.a_key_arrives),
            (5, self.time_passes),
            (1, self.the_organizer_moves_on),
            (1, self.a_digest_is_asked_for),
            (2, self.the_bot_is_killed),
            (1, self.the_network_fails),
        ]
        weights = [weight for weight, _ in acts]
        for _ in range(ACTS):
            ((_, act),) = self.draw.choices(acts, weights)
            await act()

    async def writes_in_private(self) -> None:
        who = self.draw.choice(PEOPLE)
        media = self.draw.choice((None, None, PHOTO))
        text = self.text()
        self.written.append((who, await self.journey.writes_in_private(who, text, media=media)))

    async def writes_in_the_room(self) -> None:
        await self._writes(self.text())

    async def writes_a_groups_answer(self) -> None:
        await self._writes(f"Group answer: {self.text()}")

    async def _writes(self, text: str) -> None:
        who = self.draw.choice(PEOPLE)
        shown = self.journey.shown(self.journey.home(who))
        thread = self.draw.choice((None, None, *(one.event_id for one in shown)))
        self.written.append((who, await self.journey.writes(who, text, thread=thread)))

    async def edits(self) -> None:
        if self.written:
            who, target = self.draw.choice(self.written)
            prefix = self.draw.choice(("", "", "Gruppsvar: "))
            await self.journey.edits(self.draw.choice((who, who, BO)), target, prefix + self.text())

    async def withdraws(self) -> None:
        if self.written:
            who, target = self.draw.choice(self.written)
            await self.journey.withdraws(who, target)

    async def marks_something(self) -> None:
        if self.written:
            who = self.draw.choice(PEOPLE)
            _, target = self.draw.choice(self.written)
            self.marks.append((who, await self.journey.marks(who, target)))

    async def takes_a_mark_back(self) -> None:
        if self.marks:
            who, mark = self.marks.pop(self.draw.randrange(len(self.marks)))
            await self.journey.withdraws(who, mark)

    async def writes_encrypted(self) -> None:
        message = self.journey.message(self.draw.choice(PEOPLE), self.text())
        self.locked.append(message)
        self.written.append((message.sender, message.event_id))
        await self.journey.happens(message, encrypted=True)

    async def a_key_arrives(self) -> None:
        if self.locked:
            message = self.locked.pop(self.draw.randrange(len(self.locked)))
            self.journey.chat.key_arrives(message)
            await self.journey.settles()

    async def time_passes(self) -> None:
        await self.journey.time_passes(self.draw.choice((0.5, 2, 3, 8)))

    async def the_organizer_moves_on(self) -> None:
        await self.journey.writes(OLGA, "!next")

    async def a_digest_is_asked_for(self) -> None:
        await self.journey.writes(OLGA, "!digest")

    async def the_bot_is_killed(self) -> None:
        await self.journey.bot_is_killed()
        await self.draw.choice((self.writes_in_the_room, self.edits, self.withdraws))()
        await self.journey.bot_starts()

    async def the_network_fails(self) -> None:
        room = self.draw.choice((TABLE_1, TABLE_2, ORGANIZERS))
        self.journey.chat.unavailable.add(room)
        await self.writes_in_the_room()
        await self.time_passes()
        self.journey.chat.unavailable.clear()
        await self.journey.time_passes(0.5)

    def text(self) -> str:
        return f"{self.draw.choice(('Soup', 'Bread', '*Rice*', 'Päron 🍐'))} {self.draw.random()}"

    async def everything_comes_to_an_end(self) -> None:
        for message in self.locked:
            self.journey.chat.key_arrives(message)
        await self.journey.settles()
        for _ in range(8):
            await self.journey.time_passes(15)


@pytest.mark.parametrize("seed", range(8))
async def test_it_adds_up(journey: Journey, seed: int) -> None:
    await journey.starts_lunch()
    anything = Anything(journey, seed)
    await anything.acts()
    await anything.everything_comes_to_an_end()
    await journey.writes(OLGA, "!digest lunch-1")

    assert journey.errors == []
    told = [text for text in journey.texts(ORGANIZERS) if text.startswith("⚠️")]
    # Late after a time of darkness, and moved on when it was over: nothing else goes wrong.
    assert [text for text in told if "later than" not in text and "is running" not in text] == []
    nothing_is_asked_or_told_twice(journey)
    rounds, replies = await journey.database.write(stored)
    nothing_is_missing_in_the_export(journey, replies)
    groups_see_their_sealed_answers(journey, rounds, replies)
    await the_bots_mark_is_on_what_counts(journey, rounds)


def stored(tx: Transaction) -> tuple[list[Round], list[Reply]]:
    rounds = tx.rounds.of_dialogue(LUNCH)
    return rounds, tx.replies.of_rounds([one.round_no for one in rounds])


def nothing_is_asked_or_told_twice(journey: Journey) -> None:
    for room_id in (TABLE_1, TABLE_2):
        titles = [head for head in journey.heads(room_id) if head in ("Hello", "Alone", "Together")]
        assert titles == ["Hello", "Alone", "Together"]
        assert journey.heads(room_id).count("Bye") == 1
    once = {key for room in journey.chat.rooms.values() for key in _keys(room.room_id, journey)}
    everything = [
        key for room in journey.chat.rooms.values() for key in _keys(room.room_id, journey)
    ]
    assert len(everything) == len(once)


def _keys(room_id: RoomId, journey: Journey) -> list[str]:
    return [one.key for one in journey.chat.rooms[room_id].messages if one.key is not None]


def nothing_is_missing_in_the_export(journey: Journey, replies: list[Reply]) -> None:
    export = exported(journey)
    reconcile(export)
    assert export.received == len(replies)
    assert all(not one.text for one in export.replies if one.withdrawn_ms is not None)


def exported(journey: Journey) -> Export:
    with reading(journey.url) as seen:
        dialogue = seen.tx.dialogues.get(LUNCH)
        assert dialogue is not None
        return gather(seen, journey.app.world, dialogue, exported_ms=to_ms(journey.now))


def groups_see_their_sealed_answers(
    journey: Journey, rounds: list[Round], replies: list[Reply]
) -> None:
    for room_id in (TABLE_1, TABLE_2):
        own = {one.round_no for one in rounds if one.room_id == room_id}
        wanted = [
            one
            for one in replies
            if one.round_no in own and one.sealed and one.withdrawn_ms is None
        ]
        assert len(journey.quotes(room_id)) == len(wanted)
        text = "".join(journey.texts(room_id))
        assert all(str(one.text.split()[-1].replace(".", "\\.")) in text for one in wanted)


async def the_bots_mark_is_on_what_counts(journey: Journey, rounds: list[Round]) -> None:
    for round_ in (one for one in rounds if one.step_id == "together"):
        standing = await journey.database.write(
            lambda tx, number=round_.round_no: tx.replies.standing_answer(number)  # type: ignore[misc]  # bound now
        )
        marked = [
            one.event_id
            for one in journey.chat.rooms[round_.room_id].messages
            if not one.withdrawn and "✅" in journey.bot_marks(one.event_id)
        ]
        assert marked == ([] if standing is None else [standing.event_id])
        assert standing is None or standing.kind is ReplyKind.GROUP
