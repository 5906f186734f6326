"""A dialogue from the first prompt to the digest, as people see it."""

from __future__ import annotations

from datetime import timedelta

from bot.exports.reading import gather
from flows.export import Export, reconcile
from flows.ids import DialogueId, RoomId
from storage.instants import to_ms
from storage.overview import reading
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    PHOTO,
    STRANGER,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

TIMES_UP = MONDAY_9H + timedelta(minutes=10)


async def test_from_prompt_to_digest(journey: Journey) -> None:
    # given a dialogue that has just begun
    await journey.starts_lunch()
    assert journey.texts(ORGANIZERS) == ["▶️ **Lunch** begins now with 2 groups (lunch-1)."]
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    assert journey.heads(TABLE_2) == ["Hello", "Alone"]

    # when people answer on their own: in private, in the thread, as the next message
    in_private = await journey.writes_in_private(ANN, "Soup")
    in_thread = await journey.writes(BO, "Bread", thread=journey.prompt(TABLE_1, "Alone"))
    as_next = await journey.writes(CIA, "Pasta")
    assert [journey.bot_marks(one) for one in (in_private, in_thread, as_next)] == [["👍"]] * 3
    await journey.clock_shows(TIMES_UP)

    # then each group sees its own sealed answers, and the next question
    assert journey.heads(TABLE_1)[2] == "🔓 Alone – 1 answer from you, without names:"
    assert journey.quotes(TABLE_1) == ["Soup"]
    assert journey.heads(TABLE_1)[3] == "Together"
    assert journey.heads(TABLE_2)[2:] == ["Together"]
    assert journey.heads(ORGANIZERS)[1:] == [
        "Digest: Lunch · Alone",
        "Individual answers: Alone",
    ]

    # when both groups have answered and the time is up
    await journey.writes(ANN, "Shall we say soup?")
    answer = await journey.writes(BO, "Group answer: Soup with bread")
    other = await journey.writes(DAN, "gruppsvar: Pasta")
    assert [journey.bot_marks(one) for one in (answer, other)] == [["✅"], ["✅"]]
    await journey.clock_shows(TIMES_UP + timedelta(minutes=20))

    # then the dialogue ends, and each answer is in the digests, with its source
    assert journey.heads(TABLE_1)[4:] == ["Bye"]
    assert journey.heads(ORGANIZERS)[3:] == [
        "Digest: Lunch · Together",
        "Group answers: Together",
        "Individual answers: Alone",
        "Digest: Lunch",
        "Group answers: Together",
        "Individual answers: Alone",
    ]
    assert journey.texts(ORGANIZERS)[4] == (
        "### Group answers: Together\n\n"
        "What about together\\?\n\n"
        f"**Table 1**\n\n> Soup with bread {source(TABLE_1, answer)}\n\n"
        f"**Table 2**\n\n> Pasta {source(TABLE_2, other)}"
    )


def source(room_id: RoomId, event_id: str) -> str:
    return f"[source](https://matrix.to/#/{room_id}/{event_id}?via=example.org)"


async def test_talk_is_forgotten_when_the_group_step_closes(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    await journey.writes(ANN, "between us")
    await journey.writes(BO, "Group answer: Soup")
    await journey.writes(DAN, "Group answer: Pasta")
    await journey.clock_shows(TIMES_UP + timedelta(minutes=20))

    texts = [reply.text for reply in exported(journey).replies]
    assert texts == ["Group answer: Soup", "Group answer: Pasta"]


async def test_the_export_is_what_was_received_less_what_was_withdrawn(journey: Journey) -> None:
    # given answers of every kind
    await journey.starts_lunch()
    kept = await journey.writes_in_private(ANN, "Soup")
    gone = await journey.writes_in_private(BO, "a secret")
    await journey.writes(CIA, "Pasta")
    await journey.writes_in_private(DAN, "board", media=PHOTO)
    await journey.edits(ANN, kept, "Soup!")
    await journey.withdraws(BO, gone)
    await journey.clock_shows(TIMES_UP)
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes_in_private(BO, "Too late")
    await journey.clock_shows(TIMES_UP + timedelta(minutes=20))
    await journey.clock_shows(TIMES_UP + timedelta(minutes=23))

    # when they are exported
    export = exported(journey)

    # then the counts agree, and the history is there
    reconcile(export)
    assert (export.received, export.withdrawn, export.exported) == (6, 1, 5)
    told = [(one.text, one.late, one.opened, one.withdrawn_ms is None) for one in export.replies]
    assert told == [
        ("Soup!", False, True, True),
        ("", False, False, False),
        ("Pasta", False, False, True),
        ("board", False, True, True),
        ("Group answer: Soup", False, False, True),
        ("Too late", True, True, True),
    ]
    assert [one.text for one in export.replies[0].revisions] == ["Soup"]
    rounds = [one for one in export.rounds if one.step_id == "together"]
    assert [(one.group_id, one.no_answer) for one in rounds] == [("1", False), ("2", True)]


def exported(journey: Journey) -> Export:
    with reading(journey.url) as seen:
        dialogue = seen.tx.dialogues.get(DialogueId("lunch-1"))
        assert dialogue is not None
        return gather(seen, journey.app.world, dialogue, exported_ms=to_ms(journey.now))


async def test_organizers_look_in_and_are_not_asked(journey: Journey) -> None:
    # given an organizer who sits in every group's room
    await journey.starts_lunch()
    hers = await journey.writes(OLGA, "How is it going?", room=TABLE_1)
    await journey.clock_shows(TIMES_UP - timedelta(minutes=2))

    # then nothing of hers is taken, and she is not counted or reminded
    assert journey.bot_marks(hers) == []
    assert set(journey.shown(TABLE_1)[-1].mentions) == {ANN, BO}
    await journey.clock_shows(TIMES_UP)
    assert "**0 of 4 have answered**" in journey.texts(ORGANIZERS)[1]


async def test_who_is_not_in_the_room_is_not_taken(journey: Journey) -> None:
    # given somebody who has left the table, and one who was never there
    await journey.starts_lunch()
    hers = await journey.writes_in_private(STRANGER, "Let me in")

    # then nothing of hers is kept, and she is told how to take part
    assert journey.bot_marks(hers) == []
    assert journey.heads(journey.private[STRANGER])[-1].startswith("I cannot find you in any group")


async def test_a_dialogue_in_the_language_of_the_installation(journey: Journey) -> None:
    # given a pack in two languages and a Swedish installation
    languages = ("en", "sv")
    toml = pack_toml(
        step_toml("individual", "alone", length="10 min", languages=languages),
        languages=languages,
    )
    await journey.bot_is_killed()
    journey.has_pack("fika", toml)
    journey.is_set_up(language="sv")
    await journey.bot_starts()

    # when it is started with an English word
    await journey.writes(OLGA, "!start fika")

    # then she is answered in English, and the groups read Swedish
    assert journey.answer() == "▶️ **Lunch** begins now with 2 groups (fika-1)."
    assert "⏳ 10 minuter" in journey.texts(TABLE_1)[-1]


async def test_a_pack_that_lacks_the_language_is_run_in_its_own(journey: Journey) -> None:
    await journey.bot_is_killed()
    journey.is_set_up(language="sv")
    await journey.bot_starts()

    await journey.writes(OLGA, "!starta lunch")

    assert journey.answer() == "▶️ **Lunch** börjar nu med 2 grupper (lunch-1)."
    assert "⏳ 10 minutes" in journey.texts(TABLE_1)[-1]
