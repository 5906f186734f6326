"""An anonymous dialogue: what people are told, and what is left of them after its close."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.chat import PostFile
from bot.exports.reading import gather
from bot.rendering.export import to_csv, to_json
from bot.world import World
from flows.audit import Act
from flows.errors import PackError
from flows.ids import DialogueId, EventId, ReplyNo
from flows.packs.parse import parse
from storage.overview import reading
from storage.tables import METADATA
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, BOT, CIA, DAN, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, pack_toml
from tests.builders import step_toml as step

SECRET = 'identity = "anonymous"\n' + pack_toml(
    step("individual", "alone", length="10 min", scenario="lunch"),
    step("group", "together", length="10 min", scenario="lunch"),
    step("plenary", "bye", length="1 min"),
)
SAID = {
    ANN: "Warm bread in the morning",
    BO: "Longer pauses between lessons",
    CIA: "A quieter room for those who want one",
    DAN: "Fruit that somebody has cut",
}
CLOSED = "its private answers are anonymous"


async def everybody_answers(journey: Journey) -> dict[str, EventId]:
    journey.has_pack("secret", SECRET)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    for who in SAID:
        await journey.opens_private_chat(who)
    await journey.writes(OLGA, "!start secret")
    return {who: await journey.writes_in_private(who, text) for who, text in SAID.items()}


async def it_closes(journey: Journey) -> None:
    await journey.writes(OLGA, "!next")
    await journey.writes(ANN, "Group answer: soup", room=TABLE_1)
    await journey.writes(OLGA, "!stop secret-1")
    await journey.settles()


def stored(journey: Journey) -> str:
    """The whole database but who is in which room."""
    engine = sa.create_engine(journey.url)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in METADATA.sorted_tables
            if table.name not in ("member", "room")
        }
    engine.dispose()
    return json.dumps(found, default=str, ensure_ascii=False)


async def test_people_are_told_what_is_anonymous_and_what_is_not(journey: Journey) -> None:
    await everybody_answers(journey)
    await journey.writes(OLGA, "!next")

    in_private = journey.texts(journey.private[ANN])[-1]
    assert "🎭 **Anonymous:** when the dialogue closes, I forget who wrote what." in in_private
    assert "🎭 **Anonymous:**" in "\n".join(journey.texts(TABLE_1)[:2])
    assert "👤 **Not anonymous:** what you write or mark in this room" in journey.texts(TABLE_1)[-1]


async def test_until_the_close_an_answer_is_its_authors(journey: Journey) -> None:
    said = await everybody_answers(journey)

    await journey.edits(ANN, said[ANN], "Warm bread and butter")
    await journey.writes_in_private(ANN, "my answers")

    assert "Warm bread and butter" in journey.texts(journey.private[ANN])[-1]
    await journey.withdraws(BO, said[BO])
    assert SAID[BO] not in stored(journey)
    assert ANN not in await _participants(journey)


async def _participants(journey: Journey) -> str:
    engine = sa.create_engine(journey.url)
    with engine.connect() as connection:
        users = connection.scalars(sa.text("SELECT user_id FROM participant")).all()
    engine.dispose()
    return " ".join(users)


async def test_after_the_close_nothing_leads_from_an_answer_to_its_author(journey: Journey) -> None:
    said = await everybody_answers(journey)
    await journey.edits(ANN, said[ANN], "Warm bread and butter")

    await it_closes(journey)

    everything = stored(journey)
    assert "Warm bread and butter" in everything
    assert SAID[ANN] not in everything
    assert [who for who, event in said.items() if event in everything] == []
    # Of the private chats nothing is known but that they are there, and were before it began.
    engine = sa.create_engine(journey.url)
    with engine.connect() as connection:
        said_there = connection.scalars(
            sa.select(METADATA.tables["outbox"].c.key).where(
                METADATA.tables["outbox"].c.room_id.in_(journey.private.values())
            )
        ).all()
    engine.dispose()
    assert sorted(key.split("/")[3] for key in said_there) == [
        *["join"] * len(SAID),
        *["welcome"] * len(SAID),
    ]
    assert "pseudonym-" not in everything
    # Ann alone has written in her group's room; that is not anonymous, and stays hers.
    assert (await _participants(journey)).count("@") == 1
    entries = await journey.database.write(lambda tx: list(tx.audit.all()))
    (cut,) = [one.deed for one in entries if one.deed.act == Act.ANONYMOUS]
    assert (cut.actor, cut.dialogue, cut.subject) == ("runda", "secret-1", "4")


async def test_what_quoted_an_answer_goes_on_the_day_and_for_no_persons_sake(
    journey: Journey,
) -> None:
    # given an answer that was held back before the close, and so got another number at it
    await everybody_answers(journey)
    await journey.writes(OLGA, "!hold “Fruit” no")
    await it_closes(journey)

    # when somebody is forgotten, whichever number her answer had
    await journey.writes_in_private(DAN, "yes, forget me")
    await journey.time_passes(minutes=1)
    assert SAID[DAN] in "\n".join(journey.texts(ORGANIZERS))

    # then no number leads from the message to an answer; it stands there until the day
    def left(tx: Transaction) -> tuple[int, int]:
        numbers = [ReplyNo(number) for number in range(1, 9)]
        by_number = tx.told.take_of_person(DAN, numbers)
        return len(by_number), len(tx.told.take_of_dialogue(DialogueId("secret-1")))

    assert await journey.database.write(left) == (0, 1)


async def test_the_digest_after_the_close_has_every_answer(journey: Journey) -> None:
    await everybody_answers(journey)

    await it_closes(journey)

    await journey.until(lambda: "Fruit that somebody" in "\n".join(journey.texts(ORGANIZERS)))
    shown = "\n".join(journey.texts(ORGANIZERS))
    assert [text for text in SAID.values() if text not in shown] == []
    assert journey.errors == []
    assert not await journey.asks(
        lambda tx: [one for one in tx.digests.newest(DialogueId("secret-1")) if one.stale]
    )


async def test_changes_after_the_close_are_refused_kindly_and_not_kept(journey: Journey) -> None:
    said = await everybody_answers(journey)
    await it_closes(journey)

    await journey.edits(ANN, said[ANN], "Cold bread")
    assert CLOSED in journey.texts(journey.private[ANN])[-1]
    await journey.withdraws(BO, said[BO])
    assert CLOSED in journey.texts(journey.private[BO])[-1]
    await journey.writes_in_private(CIA, "One more thing: plants")
    assert CLOSED in journey.texts(journey.private[CIA])[-1]
    await journey.writes_in_private(DAN, "undo")
    assert CLOSED in journey.texts(journey.private[DAN])[-1]

    everything = stored(journey)
    assert "Cold bread" not in everything
    assert "plants" not in everything
    assert [text for text in SAID.values() if text not in everything] == []
    assert journey.errors == []


async def test_an_answer_in_the_room_can_still_be_changed(journey: Journey) -> None:
    await everybody_answers(journey)
    await journey.writes(OLGA, "!next")
    answer = await journey.writes(ANN, "Group answer: soup", room=TABLE_1)
    await journey.writes(OLGA, "!stop secret-1")

    await journey.edits(ANN, answer, "Group answer: stew")

    assert "Group answer: stew" in stored(journey)


async def test_an_answer_held_back_after_the_close_says_that_nobody_can_be_told(
    journey: Journey,
) -> None:
    await everybody_answers(journey)
    await it_closes(journey)
    before = len(journey.texts(ORGANIZERS))

    await journey.writes(OLGA, f"!hold back “{SAID[DAN]}” it names a child")

    told = "\n".join(journey.texts(ORGANIZERS)[before:])
    assert "Its author cannot be told: the dialogue is anonymous." in told


@pytest.mark.parametrize("kind", ["individual", "check-in"])
def test_an_anonymous_pack_asks_nothing_each_in_the_room(kind: str) -> None:
    more = ['options.en = ["Yes", "No"]'] if kind == "check-in" else []
    source = 'identity = "anonymous"\n' + pack_toml(
        step(kind, "alone", "sealed = false", *more, length="10 min")
    )

    with pytest.raises(PackError) as caught:
        parse(source, name="secret")

    assert 'sealed = false cannot stand in a pack with identity = "anonymous"' in str(caught.value)


def test_an_unknown_identity_is_told_what_was_meant() -> None:
    with pytest.raises(PackError) as caught:
        parse('identity = "anonym"\n' + pack_toml(step("plenary")), name="secret")

    assert 'identity = "anonym" is unknown; did you mean "anonymous"?' in str(caught.value)


POLLED = 'identity = "anonymous"\n' + pack_toml(
    step("poll", "lunch", 'options.en = ["Soup", "Stew"]', 'choose = "single"', length="10 min"),
    step("plenary", "bye", length="1 min"),
)


async def test_votes_and_groups_are_told_in_no_message_and_no_file(journey: Journey) -> None:
    journey.has_pack("polled", POLLED)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    for who in SAID:
        await journey.opens_private_chat(who)
    await journey.writes(OLGA, "!start polled")
    for who, choice in zip(SAID, ("1", "1", "1", "2 It was warm"), strict=True):
        await journey.writes_in_private(who, choice)
    await journey.writes(OLGA, "!digest")
    early = journey.answer()
    assert "**3**" not in early

    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!stop polled-1")
    await journey.settles()
    await journey.writes(OLGA, "!export csv, json, md")
    await journey.until(lambda: len(_files(journey)) == len(("csv", "json", "md")), within_s=60)

    in_room = "\n".join(text for text in journey.texts(TABLE_1) if text.startswith("🔓"))
    assert "What was chosen is told for all groups together, after the close." in in_room
    assert "**3**" not in in_room
    told = "\n".join(journey.texts(ORGANIZERS))
    assert "All groups together" in told
    assert "Soup **" not in told
    table, document, report = (file.data.decode("utf-8-sig") for file in _files(journey))
    (asked,) = json.loads(document)["steps"]
    assert (asked["options"], [one["group"] for one in asked["groups"]]) == ([], ["everybody"])
    assert "It was warm" in report
    for text in (table, document, report):
        assert "Table 1" not in text
        assert "Table 2" not in text
        assert "2 It was warm" not in text


@pytest.mark.parametrize("closed", [False, True], ids=["running", "closed"])
async def test_what_the_operator_exports_tells_no_more_than_the_digest(
    journey: Journey, *, closed: bool
) -> None:
    journey.has_pack("polled", POLLED)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    for who in SAID:
        await journey.opens_private_chat(who)
    await journey.writes(OLGA, "!start polled")
    for who, choice in zip(SAID, ("1", "1", "1", "2 It was warm"), strict=True):
        await journey.writes_in_private(who, choice)
    if closed:
        await journey.writes(OLGA, "!next")
        await journey.writes(OLGA, "!stop polled-1")
        await journey.settles()

    with reading(journey.url) as seen:
        dialogue = seen.tx.dialogues.get(DialogueId("polled-1"))
        assert dialogue is not None
        world = World(BOT, ORGANIZERS).ready(seen.tx)
        export = gather(seen, world, dialogue, exported_ms=0)

    # every reply is listed, without its group, its person, its moment and its number
    assert [one.text for one in sorted(export.replies, key=lambda one: one.text)] == [
        *[""] * len((ANN, BO, CIA)),
        "It was warm",
    ]
    assert {one.group_id for one in export.replies} == {"everybody"}
    assert {one.person for one in export.replies} == {0}
    (moment,) = {one.opened_ms for one in export.rounds if one.step_id == "lunch"}
    assert {one.sent_ms for one in export.replies} == {moment}
    assert {one.received_ms for one in export.replies} == {moment}
    # and both forms of it can be made of that
    for made in (to_json(export).decode(), to_csv(export).decode("utf-8-sig")):
        assert "All groups together" in made
        assert "2 It was warm" not in made


def _files(journey: Journey) -> list[PostFile]:
    return [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]
