"""No consent, no storage; and nothing that people wrote before it is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.packs.known import PackFile, find_packs
from bot.rendering.consent import consent_text
from flows.consent import MAX_WORDS, count_words
from flows.ids import EventId, RoomId, UserId
from flows.packs.parse import parse
from storage.instants import to_ms
from storage.replies import Reply
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.test_erasing import on_disk, shown_by_the_bot
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MINUTE,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    marked,
    pack_toml,
    step_toml,
)

TakesBack = Callable[[Journey, EventId], Awaitable[None]]

OWN = 'consent.en = "The *municipality* reads this."\n'
ASKS = "📄 **May I keep what you write?**"
STEPS = (
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("group", "together", length="10 min", grace="1 min"),
    step_toml("group", "again", length="10 min", grace="1 min"),
)
SEALED = (
    step_toml("individual", "secret", length="10 min"),
    step_toml("group", "together", length="10 min"),
)
POLL = (step_toml("poll", "vote", "sealed = false", 'options.en = ["Yes", "No"]', length="10 min"),)


async def starts(journey: Journey, *steps: str, before: str = "") -> None:
    journey.has_pack("asked", before + pack_toml(*steps, consent=True))
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start asked")


def question(journey: Journey, room: RoomId) -> EventId:
    """The message in a room that asks for consent."""
    (found,) = [one.event_id for one in journey.shown(room) if one.text.startswith(ASKS)]
    return found


async def replies(journey: Journey) -> list[Reply]:
    """Everything stored that has not been taken back."""

    def read(tx: Transaction) -> list[Reply]:
        rounds = [one.round_no for one in tx.rounds.of_dialogues(list(journey.app.world.live))]
        return [one for one in tx.replies.of_rounds(rounds) if one.withdrawn_ms is None]

    return await journey.database.write(read)


async def texts(journey: Journey) -> list[str]:
    return [one.text for one in await replies(journey)]


def hints(journey: Journey, room: RoomId) -> list[str]:
    return [one for one in journey.texts(room) if one.startswith("✋")]


# ---------------------------------------------------------------- being asked


async def test_a_group_is_asked_once_in_its_room_before_the_first_step(journey: Journey) -> None:
    await starts(journey, *STEPS, before=OWN)
    await journey.time_passes(minutes=10)

    for table in (TABLE_1, TABLE_2):
        asked = [one for one in journey.heads(table) if one in ("Alone", "Together") or "📄" in one]
        assert asked == ["📄 May I keep what you write?", "Alone", "Together"]
    text = journey.chat.message(question(journey, TABLE_1)).text
    assert "> The *municipality* reads this.\n\n**Yes?** Tap ✅ below" in text
    assert journey.bot_marks(question(journey, TABLE_1)) == ["✅"]


@pytest.mark.parametrize(
    ("retention", "erase_at", "until"),
    [
        pytest.param(
            "",
            None,
            {"en": "Until the work is done.", "sv": "Tills arbetet är klart."},
            id="nothing is set",
        ),
        pytest.param(
            'retention = "6 months"\n',
            None,
            {
                "en": "Until 6 months after the dialogue has ended.",
                "sv": "Till 6 månader efter att dialogen är slut.",
            },
            id="a length",
        ),
        pytest.param(
            'retention = "6 months"\n',
            datetime(2027, 6, 1, 9, tzinfo=UTC),
            {"en": "Until 1 June 2027.", "sv": "Till den 1 juni 2027."},
            id="a day",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_bots_own_text_says_everything_in_few_words(
    language: str, retention: str, erase_at: datetime | None, until: dict[str, str]
) -> None:
    pack = parse(retention + pack_toml(*STEPS, consent=True), name="asked")

    text = consent_text(pack, erase_at).get(language)

    assert count_words(text) <= MAX_WORDS
    assert text.count("?**") == 5
    assert until[language] in text


@pytest.mark.parametrize("file", find_packs([]), ids=lambda file: file.name)
def test_what_every_pack_asks_is_short(file: PackFile) -> None:
    pack = file.load()
    text = consent_text(pack, datetime(2027, 11, 30, 9, tzinfo=UTC))

    assert pack.asks_consent
    assert {code for code, _ in text.versions} >= {"en", "sv"}
    assert [code for code, one in text.versions if count_words(one) > MAX_WORDS] == []


async def test_the_day_that_people_are_told_is_the_day(journey: Journey) -> None:
    await starts(journey, *STEPS, before='retention = "1 month"\n')

    text = journey.chat.message(question(journey, TABLE_1)).text
    assert "**For how long?** Until 4 June 2026. Then your answers are erased." in text
    await journey.writes(OLGA, "!retention")
    assert "is erased on 4 June 2026" in journey.answer()


async def test_the_day_may_be_set_before_it_begins(journey: Journey) -> None:
    journey.has_pack("asked", pack_toml(*STEPS, consent=True))
    journey.now = MONDAY_9H - 5 * MINUTE
    await journey.writes(OLGA, "!start asked 9:00")
    await journey.writes(OLGA, "!retention asked-1 2027-06-01")
    await journey.clock_shows(MONDAY_9H)

    assert "Until 1 June 2027." in journey.chat.message(question(journey, TABLE_1)).text


async def test_what_was_left_aside_is_forgotten_a_month_after_the_end(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.writes(ANN, "Soup")

    def aside(tx: Transaction) -> int:
        return tx.consents.aside_of(ANN)

    for _ in range(6):
        await journey.time_passes(minutes=11)
    assert not journey.app.world.running
    await journey.time_passes(minutes=29 * 24 * 60)
    assert await journey.database.write(aside) == 1
    await journey.time_passes(minutes=24 * 60)

    assert await journey.database.write(aside) == 0
    assert journey.errors == []


async def test_where_another_ground_holds_nobody_is_asked(journey: Journey) -> None:
    journey.has_pack("asked", OWN + pack_toml(*STEPS))
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start asked")
    await journey.writes(ANN, "Soup")

    assert not any(one.startswith(ASKS) for one in journey.texts(TABLE_1))
    assert await texts(journey) == ["Soup"]


# ---------------------------------------------------------------- no consent, no storage


async def test_what_is_written_without_consent_is_nowhere(journey: Journey) -> None:
    await starts(journey, *STEPS)
    first = await journey.writes(ANN, "Marker-soup")
    await journey.edits(ANN, first, "Marker-stew")
    await journey.writes(ANN, "Marker-bread")
    await journey.time_passes(minutes=10)
    await journey.writes(BO, "Group answer: Marker-fish")

    assert await texts(journey) == []
    assert b"Marker" not in on_disk(journey)
    assert "Marker" not in str(journey.logs)
    assert journey.errors == []


async def test_an_encrypted_message_without_consent_leaves_no_words(journey: Journey) -> None:
    await starts(journey, *STEPS)
    message = journey.message(ANN, "Marker-soup")
    edit = journey.edit(ANN, message.event_id, "Marker-stew")
    await journey.happens(message, encrypted=True)
    await journey.happens(edit)
    journey.chat.key_arrives(message)
    await journey.settles()

    assert await texts(journey) == []
    assert b"Marker" not in on_disk(journey)

    await journey.marks(ANN, question(journey, TABLE_1))
    assert await texts(journey) == ["Marker-stew"]


async def test_who_has_not_consented_is_told_once_in_the_thread(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.writes(ANN, "Soup")
    await journey.writes(ANN, "And bread")
    await journey.writes(BO, "Fish")

    told = [one for one in journey.shown(TABLE_1) if one.text.startswith("✋")]
    assert [one.mentions for one in told] == [(ANN,), (BO,)]
    assert {one.thread for one in told} == {question(journey, TABLE_1)}


async def test_with_a_private_chat_she_is_told_there(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await starts(journey, *STEPS)
    await journey.writes(ANN, "Soup")

    assert hints(journey, TABLE_1) == []
    assert len(hints(journey, journey.private[ANN])) == 1

    await journey.marks(ANN, question(journey, journey.private[ANN]))
    assert await texts(journey) == ["Soup"]


# ---------------------------------------------------------------- saying yes


async def test_with_a_tap_beforehand_an_answer_is_kept_at_once(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.marks(ANN, question(journey, TABLE_1))
    soup = await journey.writes(ANN, "Soup")
    await journey.writes(BO, "Fish")

    assert await texts(journey) == ["Soup"]
    assert journey.bot_marks(soup) == ["👍"]
    assert journey.chat.read_again == []


@pytest.mark.parametrize("yes", ["ja", "Yes!", "I agree", "✅ ja"])
async def test_a_word_says_yes_as_well(journey: Journey, yes: str) -> None:
    await starts(journey, *STEPS)
    said = await journey.writes(ANN, yes)
    await journey.writes(ANN, "Soup")

    assert await texts(journey) == ["Soup"]
    assert journey.bot_marks(said) == ["👍"]


async def test_what_was_written_before_counts_from_its_own_time(journey: Journey) -> None:
    await starts(journey, *STEPS)
    soup = await journey.writes(ANN, "Soup")
    await journey.edits(ANN, soup, "Stew")
    await journey.writes(ANN, "And bread")
    sent_ms = journey.now.timestamp() * 1000
    await journey.time_passes(minutes=11)
    await journey.marks(ANN, question(journey, TABLE_1))

    kept = await replies(journey)
    assert [one.text for one in kept] == ["Stew", "And bread"]
    assert not any(one.late for one in kept)
    assert max(one.received_ms for one in kept) <= sent_ms
    assert journey.bot_marks(soup) == ["👍"]
    assert journey.errors == []


async def test_a_groups_answer_counts_for_the_step_it_was_written_in(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.time_passes(minutes=10)
    await journey.writes(ANN, "Group answer: Soup")
    await journey.time_passes(minutes=11)
    await journey.marks(ANN, question(journey, TABLE_1))

    (kept,) = await replies(journey)
    round_ = await journey.database.write(lambda tx: tx.rounds.get(kept.round_no))
    assert round_ is not None
    assert round_.step_id == "together"


async def test_a_mark_waits_for_its_message_and_for_its_own_yes(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.time_passes(minutes=10)
    soup = await journey.writes(ANN, "Soup for all")
    await journey.marks(BO, soup)
    await journey.marks(BO, question(journey, TABLE_1))
    assert await texts(journey) == []

    await journey.marks(ANN, question(journey, TABLE_1))

    assert [(one.text, one.kind.value) for one in await replies(journey)] == [
        ("Soup for all", "group")
    ]


async def test_a_vote_waits_too_and_yes_to_it_is_no_consent(journey: Journey) -> None:
    await starts(journey, *POLL)
    await journey.marks(ANN, journey.prompt(TABLE_1, "Vote"), "2️⃣")
    await journey.writes(BO, "Yes")
    assert await texts(journey) == []

    await journey.marks(ANN, question(journey, TABLE_1))
    await journey.writes(BO, "yes", thread=question(journey, TABLE_1))

    kept = {one.text: one.choices for one in await replies(journey)}
    assert kept == {"2️⃣": (2,), "Yes": (1,)}


async def test_in_private_it_comes_before_the_first_question(journey: Journey) -> None:
    await starts(journey, *SEALED)
    await journey.opens_private_chat(ANN)
    room = journey.private[ANN]
    assert [one for one in journey.heads(room) if "📄" in one or one == "Secret"] == [
        "📄 May I keep what you write?",
        "Secret",
    ]

    await journey.writes_in_private(ANN, "Soup")
    assert await texts(journey) == []
    await journey.writes_in_private(ANN, "ja")

    assert [(one.text, one.sealed) for one in await replies(journey)] == [("Soup", True)]
    await journey.time_passes(minutes=10)
    assert journey.quotes(TABLE_1) == ["Soup"]


async def test_what_comes_too_late_for_the_group_to_see_is_shown_anew(journey: Journey) -> None:
    await starts(journey, *SEALED)
    await journey.writes_in_private(ANN, "Soup")
    await journey.time_passes(minutes=11)
    assert journey.quotes(TABLE_1) == []

    await journey.writes_in_private(ANN, "yes")
    assert journey.quotes(TABLE_1) == ["Soup"]


async def test_a_tap_heard_before_the_question_is_noted_counts(journey: Journey) -> None:
    journey.chat.holds_after = True
    journey.has_pack("asked", pack_toml(*STEPS, consent=True))
    journey.now = MONDAY_9H
    journey.chat.hear_event(journey.message(OLGA, "!start asked"))
    shown = journey.chat.rooms[TABLE_1].messages
    await journey.until(lambda: any(one.text.startswith(ASKS) for one in shown), within_s=60)
    # The question is in the room, and the bot does not know its id yet.
    tap = marked(question(journey, TABLE_1), sender=ANN, sent_ms=to_ms(journey.now))
    journey.chat.hear_event(tap)
    await journey.until(lambda: journey.chat.is_heard, within_s=60)
    await journey.bot_is_killed()
    journey.chat.let_go()
    await journey.bot_starts()
    await journey.writes(ANN, "Soup")

    assert await texts(journey) == ["Soup"]


# ---------------------------------------------------------------- what goes wrong


async def test_what_cannot_be_fetched_now_is_fetched_later_in_its_order(journey: Journey) -> None:
    await starts(journey, *STEPS)
    soup = await journey.writes(ANN, "Soup")
    await journey.edits(ANN, soup, "Stew")
    asked = question(journey, TABLE_1)
    journey.chat.unreadable = True
    await journey.marks(ANN, asked)
    assert await texts(journey) == []

    journey.chat.unreadable = False
    await journey.time_passes(minutes=1)
    journey.app.taking_in.wake()
    await journey.until(lambda: journey.bot_marks(soup) == ["👍"], within_s=60)

    assert await texts(journey) == ["Stew"]


async def test_a_killed_bot_fetches_when_it_is_back(journey: Journey) -> None:
    await starts(journey, *STEPS)
    soup = await journey.writes(ANN, "Soup")
    journey.chat.unreadable = True
    await journey.marks(ANN, question(journey, TABLE_1))
    await journey.bot_is_killed()
    journey.chat.unreadable = False
    journey.now += MINUTE
    await journey.bot_starts()
    await journey.until(lambda: journey.bot_marks(soup) == ["👍"], within_s=60)

    assert await texts(journey) == ["Soup"]


async def test_what_she_deleted_before_her_yes_stays_deleted(journey: Journey) -> None:
    await starts(journey, *STEPS)
    soup = await journey.writes(ANN, "Soup")
    await journey.writes(ANN, "Bread")
    await journey.withdraws(ANN, soup)
    await journey.marks(ANN, question(journey, TABLE_1))

    assert await texts(journey) == ["Bread"]
    assert soup not in journey.chat.read_again


# ---------------------------------------------------------------- taking it back


async def withdraws_by_word(journey: Journey, tap: EventId) -> None:
    del tap
    await journey.writes_in_private(ANN, "jag ångrar mig")


async def withdraws_by_mark(journey: Journey, tap: EventId) -> None:
    await journey.withdraws(ANN, tap)


@pytest.mark.parametrize("takes_back", [withdraws_by_word, withdraws_by_mark])
async def test_taking_it_back_erases_and_stops(journey: Journey, takes_back: TakesBack) -> None:
    await starts(journey, *STEPS)
    tap = await journey.marks(ANN, question(journey, TABLE_1))
    await journey.marks(BO, question(journey, TABLE_1))
    await journey.writes(ANN, "Marker-soup")
    await journey.writes(BO, "Fish")

    await takes_back(journey, tap)
    await journey.writes(ANN, "Marker-bread")

    assert await texts(journey) == ["Fish"]
    assert b"Marker" not in on_disk(journey)


@pytest.mark.parametrize("takes_back", [withdraws_by_word, withdraws_by_mark])
async def test_taking_it_back_takes_back_what_quoted_her(
    journey: Journey, takes_back: TakesBack
) -> None:
    # given a digest with her words, and another answer beside them
    await starts(journey, *STEPS)
    tap = await journey.marks(ANN, question(journey, TABLE_1))
    await journey.marks(BO, question(journey, TABLE_1))
    await journey.writes(ANN, "Marker-soup")
    await journey.writes(BO, "Fish")
    await journey.time_passes(minutes=10)
    quoting = [one.event_id for one in journey.shown(ORGANIZERS) if "Marker" in one.text]
    assert quoting

    await takes_back(journey, tap)
    await journey.time_passes(minutes=1)

    # An edit would leave her words in the history of the room.
    assert all(journey.chat.message(one).withdrawn for one in quoting)
    assert "Marker" not in shown_by_the_bot(journey)
    assert "Fish" in shown_by_the_bot(journey)


async def test_who_says_yes_again_is_believed(journey: Journey) -> None:
    await starts(journey, *STEPS)
    tap = await journey.marks(ANN, question(journey, TABLE_1))
    await journey.writes(ANN, "Soup")
    await journey.withdraws(ANN, tap)
    assert await texts(journey) == []

    await journey.marks(ANN, question(journey, TABLE_1))

    assert await texts(journey) == ["Soup"]


async def test_with_nothing_to_take_back_it_is_said(journey: Journey) -> None:
    await starts(journey, *STEPS)
    await journey.writes_in_private(ANN, "withdraw")

    assert journey.texts(journey.private[ANN])[-1].startswith("You have not said yes to anything")


# ---------------------------------------------------------------- once, and again


async def test_another_dialogue_asks_anew(journey: Journey) -> None:
    await starts(journey, STEPS[1])
    await journey.marks(ANN, question(journey, TABLE_1))
    await journey.time_passes(minutes=10)
    await journey.time_passes(minutes=2)
    await journey.writes(OLGA, "!start asked")

    assert sum(one.startswith(ASKS) for one in journey.texts(TABLE_1)) == 2
    await journey.writes(ANN, "Group answer: Soup")
    assert await texts(journey) == []


FOLLOWED = """
[[follow_up]]
id = "autumn"
title.en = "Autumn"
after = "1 month"
at = "09.00"
[[follow_up.step]]
id = "then"
kind = "individual"
title.en = "Then"
text.en = "And now?"
length = "10 min"
sealed = false
"""


async def test_a_follow_up_with_the_same_text_asks_only_who_has_not(journey: Journey) -> None:
    journey.has_pack("asked", pack_toml(STEPS[1], consent=True) + FOLLOWED)
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start asked")
    for who in (ANN, BO):
        await journey.marks(who, question(journey, TABLE_1))
    await journey.marks(CIA, question(journey, TABLE_2))
    await journey.time_passes(minutes=10)
    await journey.time_passes(minutes=2)
    await journey.time_passes(minutes=60 * 24 * 32)

    asked = [
        sum(one.startswith(ASKS) for one in journey.texts(table)) for table in (TABLE_1, TABLE_2)
    ]
    assert asked == [1, 2]
    await journey.writes(ANN, "Soup")
    await journey.writes(CIA, "Fish")
    await journey.writes(DAN, "Bread")
    assert await texts(journey) == ["Soup", "Fish"]


async def test_a_dialogue_of_before_asks_nobody(journey: Journey) -> None:
    """As the migration leaves it: what had begun goes on."""
    await starts(journey, *STEPS)
    await journey.bot_is_killed()
    file = journey.url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as database:
        (state,) = database.execute("SELECT state FROM dialogue").fetchone()
        database.execute("UPDATE dialogue SET state = json_remove(?, '$.consent')", (state,))
    database.close()
    await journey.bot_starts()
    await journey.writes(ANN, "Soup")

    assert await texts(journey) == ["Soup"]


# ---------------------------------------------------------------- somebody asked from afar

EVA = UserId("@eva:elsewhere.org")
ASKED = """
[[contact]]
id = "cook"
title.en = "Cook"
questions.en = ["What is fresh?"]
"""


async def test_who_is_asked_via_link_says_yes_too(journey: Journey) -> None:
    journey.has_pack("asked", pack_toml(STEPS[1], consent=True) + ASKED)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    (room,) = [
        one.room_id
        for one in journey.chat.rooms.values()
        if one.made_as is not None and one.made_as.direct
    ]
    journey.chat.change_membership(room, EVA)
    await journey.settles()
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start asked")
    await journey.writes(EVA, "Marker-fish", room=room)

    assert b"Marker" not in on_disk(journey)
    assert len(hints(journey, room)) == 1
    (asked,) = [one for one in journey.texts(room) if one.startswith(ASKS)]
    assert "the groups read what you answer, with your role and without your name" in asked
    assert "via link:" not in "".join(journey.texts(TABLE_1))

    await journey.marks(EVA, question(journey, room))

    assert "Marker" in "".join(one.replace("\\", "") for one in journey.texts(TABLE_1))
    assert journey.errors == []


async def test_somebody_in_danger_is_heard_though_nothing_is_kept(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await starts(journey, *SEALED)
    await journey.writes_in_private(ANN, "I want to kill myself")

    assert "112" in "".join(journey.texts(journey.private[ANN]))
    assert await texts(journey) == []
    assert b"kill myself" not in on_disk(journey)
