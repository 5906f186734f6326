"""Everything heard is kept once, also when it is odd, encrypted, early or out of order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.dialogues.dispatcher import Dispatcher
from bot.hearing.doorkeeper import Doorkeeper
from bot.persons.contacts import Contacts
from bot.persons.private import PrivateChats
from bot.replies.corrections import Corrections
from flows.digest.snapshot import ReplyKind
from flows.ids import RoundNo, UserId
from storage.instants import to_ms
from storage.journal import GapProgress, InboxState, MemberChange, Membership, NewGap, RoomFacts
from storage.replies import Reply
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    written,
)
from tests.fakes import arrived

TIMES_UP = MONDAY_9H + timedelta(minutes=10)


async def replies(journey: Journey) -> list[Reply]:
    """All replies of the dialogue."""
    numbers = [RoundNo(number) for number in range(1, 20)]
    return await journey.database.write(lambda tx: tx.replies.of_rounds(numbers))


async def texts(journey: Journey) -> list[str]:
    return [one.text for one in await replies(journey)]


# ---------------------------------------------------------------- once


async def test_what_is_heard_again_changes_nothing(journey: Journey) -> None:
    await journey.starts_lunch()
    message = journey.message(ANN, "Soup")
    batch = await journey.happens(message)
    for _ in range(3):
        journey.chat.hear_again(batch)
    await journey.settles()

    assert await texts(journey) == ["Soup"]
    assert journey.bot_marks(message.event_id) == ["👍"]


async def test_killed_while_it_takes_a_batch_it_takes_it_again(journey: Journey) -> None:
    await journey.starts_lunch()
    message = journey.message(ANN, "Soup")
    journey.chat.hear_event(message)
    await journey.bot_is_killed()
    await journey.bot_starts()

    assert await texts(journey) == ["Soup"]
    assert journey.bot_marks(message.event_id) == ["👍"]


async def test_a_batch_of_many_is_taken_in_order(journey: Journey) -> None:
    await journey.starts_lunch()
    messages = [journey.message(who, f"{n}") for n in range(50) for who in (ANN, BO, CIA)]
    journey.chat.hear(events=[arrived(one) for one in messages])
    await journey.settles()

    assert await texts(journey) == [one.text for one in messages]
    assert {one.participant_no for one in await replies(journey)} == {1, 2, 3}
    assert all(journey.bot_marks(one.event_id) == ["👍"] for one in messages)


async def test_the_bots_own_room_is_not_answered(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.happens(written(sender=OLGA, room_id=ORGANIZERS, text="Thanks!"))

    assert await texts(journey) == []


async def test_what_a_healed_split_brings_late_counts_by_when_it_was_written(
    journey: Journey,
) -> None:
    # given a homeserver that is cut off, while its people and others answer
    await journey.starts_lunch()
    cut_off = [journey.message(BO, f"far {number}") for number in range(4)]
    near = [journey.message(ANN, f"near {number}") for number in range(4)]
    for one in near:
        await journey.happens(one)

    # when the step has closed, and only then it comes back, telling in two parts and one twice
    await journey.clock_shows(TIMES_UP + timedelta(minutes=1))
    late = journey.message(BO, "too late")
    journey.chat.hear(events=[arrived(one) for one in (late, *cut_off[2:])])
    journey.chat.hear(events=[arrived(one) for one in cut_off[:3]])
    await journey.settles()

    # then each is there once, in time where it was written in time, in the order of writing
    found = sorted(await replies(journey), key=lambda one: one.sent_ms)
    told = [(one.text, one.late) for one in found]
    far, rest = [(f"far {n}", False) for n in range(4)], [(f"near {n}", False) for n in range(4)]
    assert told[:8] == [*far, *rest]
    assert all(journey.bot_marks(one.event_id) == ["👍"] for one in (*cut_off, *near))


# ---------------------------------------------------------------- odd


async def test_an_odd_message_is_set_aside_and_the_others_are_taken(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a message at which the program breaks, between two others
    await journey.starts_lunch()
    first = await journey.writes(ANN, "Soup")
    edits = [
        journey.edit(ANN, first, "Soup, please"),
        journey.edit(ANN, first, "odd"),
        journey.edit(ANN, first, "Soup it is"),
    ]
    edit = Corrections.edit

    def breaks(self: Corrections, tx: object, one: object, *rest: object, **named: object) -> None:
        if one is edits[1]:
            raise ArithmeticError("a mistake")
        edit(self, tx, one, *rest, **named)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(Corrections, "edit", breaks)
    journey.chat.hear(events=[arrived(one) for one in edits])
    await journey.settles()

    # then that one is counted, the others are taken, and the next too
    assert await texts(journey) == ["Soup it is"]
    bad = await journey.database.write(lambda tx: tx.journal.count(InboxState.BAD))
    assert bad == 1
    [kept] = await journey.database.write(lambda tx: tx.journal.pending(InboxState.BAD))
    assert (kept.event_id, json.loads(kept.raw)["text"]) == (edits[1].event_id, "odd")
    assert journey.errors == ["batch.failed", "event.failed"]
    assert await journey.database.write(lambda tx: tx.journal.position(BOT)) is not None
    after = await journey.writes(BO, "Bread")
    assert journey.bot_marks(after) == ["👍"]


@pytest.mark.parametrize(
    "text", ["", " \n ", "\u202e\u200b", "'; DROP TABLE reply; --", "{title} %s ${x}", "x" * 60_000]
)
async def test_odd_texts_are_kept_as_they_are(journey: Journey, text: str) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, text)
    assert await texts(journey) == [text]

    await journey.clock_shows(TIMES_UP)
    assert "Digest: Lunch · Alone" in journey.heads(ORGANIZERS)
    assert journey.heads(TABLE_1)[-1] == "Together"


@pytest.mark.parametrize("breaks", ["learn", "welcome", "members", "answers"])
async def test_odd_news_of_a_room_is_left_out_and_the_others_are_taken(
    journey: Journey, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    # given news of one room at which the program breaks, beside others and an answer
    await journey.starts_lunch()
    odd = journey.chat.add_room("Odd").room_id
    seams: dict[str, tuple[type, str]] = {
        "learn": (Doorkeeper, "learn"),
        "welcome": (PrivateChats, "welcome"),
        "members": (Contacts, "members_changed"),
        "answers": (Dispatcher, "note_answers"),
    }
    seam, name = seams[breaks]
    works = getattr(seam, name)
    chance = iter([True, True])

    def sometimes(self: object, *given: object, **named: object) -> object:
        named_odd = odd in repr((given, named))
        if named_odd or (breaks in ("welcome", "answers") and next(chance, False)):
            raise ArithmeticError("a mistake")
        return works(self, *given, **named)

    monkeypatch.setattr(seam, name, sometimes)
    private = journey.chat.add_room("", ANN)
    answer = journey.message(BO, "Soup")

    # when they come in one batch
    journey.chat.invite(private, ANN, direct=True)
    await journey.settles()
    journey.chat.hear(
        rooms=[RoomFacts(room_id=odd, name="Odd", joined=True)],
        members=[
            MemberChange(
                room_id=odd, user_id=ANN, membership=Membership.JOIN, name=None, sent_ms=1
            ),
            MemberChange(
                room_id=TABLE_1,
                user_id=STRANGER,
                membership=Membership.JOIN,
                name="New",
                sent_ms=to_ms(journey.now),
            ),
        ],
        events=[arrived(answer)],
    )
    await journey.settles()

    # then the answer and the newcomer are there, and the position has moved
    assert await texts(journey) == ["Soup"]
    assert STRANGER in journey.app.world.participants(TABLE_1)
    assert "rooms.failed" in journey.errors
    monkeypatch.undo()
    after = await journey.writes(ANN, "Bread")
    assert journey.bot_marks(after) == ["👍"]


# ---------------------------------------------------------------- whose


@pytest.mark.parametrize("who", [BO, OLGA], ids=["another participant", "an organizer"])
async def test_an_edit_by_somebody_else_is_refused(journey: Journey, who: UserId) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    await journey.edits(who, answer, "Pasta")

    assert await texts(journey) == ["Soup"]


async def test_a_moderator_may_withdraw_what_somebody_wrote(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    await journey.withdraws(OLGA, answer)

    assert await texts(journey) == [""]


async def test_who_has_left_can_still_withdraw(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Soup")
    await journey.writes(OLGA, "!stop lunch-1")
    await journey.withdraws(ANN, answer)

    assert await texts(journey) == [""]


async def test_a_withdrawn_answer_is_edited_no_more(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    await journey.withdraws(ANN, answer)
    await journey.edits(ANN, answer, "Soup after all")
    await journey.withdraws(ANN, answer)

    assert await texts(journey) == [""]


# ---------------------------------------------------------------- encrypted


async def test_an_encrypted_answer_counts_when_its_key_comes(journey: Journey) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    journey.chat.key_is_missing(locked)
    await journey.settles()
    assert await texts(journey) == []

    journey.chat.key_arrives(locked)
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert await texts(journey) == ["Soup"]
    assert journey.bot_marks(locked.event_id) == ["👍"]


async def test_what_cannot_be_read_is_told_in_the_digest(journey: Journey) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    journey.chat.key_is_missing(locked)
    await journey.clock_shows(TIMES_UP)

    assert "1 message could not be read, because its key is missing." in " ".join(
        journey.texts(ORGANIZERS)
    )


async def test_a_locked_answer_that_is_withdrawn_is_forgotten(journey: Journey) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.withdraws(ANN, locked.event_id)
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert await texts(journey) == []


# ---------------------------------------------------------------- early, and out of order


async def test_an_edit_that_is_read_before_its_message(journey: Journey) -> None:
    # given an answer that cannot be read yet, and its edit that can
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.edits(ANN, locked.event_id, "Pasta")
    assert await texts(journey) == []

    # when the key comes
    journey.chat.key_arrives(locked)
    await journey.settles()

    # then the edit counts, and nothing waits any more
    assert await texts(journey) == ["Pasta"]
    assert await journey.database.write(lambda tx: tx.early.targets()) == set()


async def test_an_early_edit_survives_a_restart(journey: Journey) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.edits(ANN, locked.event_id, "Pasta")
    await journey.bot_is_killed()
    await journey.bot_starts()
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert await texts(journey) == ["Pasta"]


async def test_an_early_edit_by_somebody_else_is_refused_when_its_message_comes(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.edits(BO, locked.event_id, "Pasta")
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert await texts(journey) == ["Soup"]


async def test_a_mark_that_is_read_before_its_message(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.marks(BO, locked.event_id)
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert [one.kind for one in await replies(journey)] == [ReplyKind.GROUP]
    assert journey.bot_marks(locked.event_id) == ["✅"]


async def test_an_early_mark_that_is_taken_back(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    mark = await journey.marks(BO, locked.event_id)
    await journey.withdraws(BO, mark)
    journey.chat.key_arrives(locked)
    await journey.settles()

    assert [one.kind for one in await replies(journey)] == [ReplyKind.TALK]


async def test_what_a_hole_held_back_comes_after_what_was_newer(journey: Journey) -> None:
    # given a hole in which an answer and its first edit stand, and the second edit after it
    await journey.starts_lunch()
    answer = journey.message(ANN, "Soup")
    first = journey.edit(ANN, answer.event_id, "Pasta")
    second = journey.edit(ANN, answer.event_id, "Rice")
    journey.chat.hear(
        events=[arrived(second)], gaps=[NewGap(room_id=TABLE_1, start="t9", stop="t1")]
    )
    await journey.settles()

    # when the hole is filled backwards
    journey.chat.hear(events=[arrived(first)], gap_progress=GapProgress(gap_id=1, start="t5"))
    journey.chat.hear(events=[arrived(answer)], gap_progress=GapProgress(gap_id=1, start=None))
    await journey.settles()

    # then the newest wording counts
    assert await texts(journey) == ["Rice"]


async def test_an_older_edit_that_comes_later_changes_nothing(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    first = journey.edit(ANN, answer, "Pasta")
    second = journey.edit(ANN, answer, "Rice")
    await journey.happens(second)
    await journey.happens(first)

    assert await texts(journey) == ["Rice"]


async def test_what_speaks_of_what_was_never_kept_is_not_kept_either(journey: Journey) -> None:
    # given a message that means nothing, in a room of which everything is read
    chatter = await journey.writes(ANN, "Hello everybody")
    await journey.edits(ANN, chatter, "Hello all")
    await journey.marks(BO, chatter)
    await journey.withdraws(ANN, chatter)

    assert await journey.database.write(lambda tx: tx.early.targets()) == set()


async def test_early_edits_of_what_turns_out_to_be_no_answer_are_dropped(
    journey: Journey,
) -> None:
    locked = journey.message(ANN, "Hello everybody")
    await journey.happens(locked, encrypted=True)
    await journey.edits(ANN, locked.event_id, "Hello all")
    assert await journey.database.write(lambda tx: tx.early.targets()) == {locked.event_id}

    journey.chat.key_arrives(locked)
    await journey.settles()

    assert await journey.database.write(lambda tx: tx.early.targets()) == set()


async def test_early_edits_go_with_the_message_they_speak_of(journey: Journey) -> None:
    await journey.starts_lunch()
    locked = journey.message(ANN, "Soup")
    await journey.happens(locked, encrypted=True)
    await journey.edits(ANN, locked.event_id, "Pasta")
    await journey.withdraws(ANN, locked.event_id)

    assert await journey.database.write(lambda tx: tx.early.targets()) == set()
