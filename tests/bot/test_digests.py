"""Digests go stale when answers change, are refused when they are not true, and forget."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

import bot.digest.analyst
import bot.digest.making
from flows.digest.sentences import model_name
from flows.digest.verify import DigestNotTrue
from flows.ids import DialogueId, EventId, ReplyNo, StepId
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, DAN, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, TABLE_2
from tests.flows.digest.texts import ALL

TIMES_UP = MONDAY_9H + timedelta(minutes=10)
ENDED = TIMES_UP + timedelta(minutes=20)


async def stale(journey: Journey) -> set[str]:
    """The scopes whose digests do not hold any more."""
    newest = await journey.database.write(lambda tx: tx.digests.newest(DialogueId("lunch-1")))
    return {one.scope or "all" for one in newest if one.stale}


@pytest.fixture
async def ended(journey: Journey) -> Journey:
    """Everybody has answered, and the dialogue is over."""
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes(BO, "Bread")
    await journey.clock_shows(TIMES_UP)
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes(DAN, "Group answer: Pasta")
    await journey.clock_shows(ENDED)
    return journey


def event_of(journey: Journey, text: str) -> EventId:
    """The message that somebody wrote."""
    rooms = journey.chat.rooms.values()
    return next(one.event_id for room in rooms for one in room.messages if one.text == text)


# ---------------------------------------------------------------- stale


async def test_a_digest_holds_while_nothing_changes(ended: Journey) -> None:
    await ended.writes(CIA, "Thank you all!")

    assert await stale(ended) == set()


async def test_changes_before_the_close_make_nothing_stale(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    await journey.edits(ANN, answer, "Pasta")
    await journey.withdraws(ANN, answer)
    await journey.clock_shows(TIMES_UP)

    assert await stale(journey) == set()


async def test_an_edit_makes_every_digest_stale_that_speaks_of_the_answer(ended: Journey) -> None:
    await ended.edits(BO, event_of(ended, "Bread"), "Rice")
    assert await stale(ended) == {"alone", "together", "all"}


async def test_the_digest_of_an_earlier_step_does_not_speak_of_a_later_one(ended: Journey) -> None:
    await ended.withdraws(ANN, event_of(ended, "Group answer: Soup"))

    assert await stale(ended) == {"together", "all"}


async def test_a_late_answer_makes_them_stale(ended: Journey) -> None:
    await ended.writes(CIA, "Late soup", thread=ended.prompt(TABLE_2, "Alone"))

    assert await stale(ended) == {"alone", "together", "all"}


async def test_a_new_digest_is_not_stale_and_says_what_is_true_now(ended: Journey) -> None:
    # given an answer that was withdrawn after the digest
    await ended.withdraws(BO, event_of(ended, "Bread"))
    before = len(ended.texts(ORGANIZERS))

    # when a new digest is asked for
    await ended.writes(OLGA, "!digest")

    # then that one speaks of what is left
    new = "\n".join(ended.texts(ORGANIZERS)[before:])
    assert "Bread" not in new
    assert "1 reply was withdrawn and is not shown." in new
    assert "all" not in await stale(ended)


async def test_an_edit_that_changes_nothing_makes_nothing_stale(ended: Journey) -> None:
    await ended.edits(BO, event_of(ended, "Bread"), "Bread")

    assert await stale(ended) == set()


# ---------------------------------------------------------------- true or not at all


async def test_a_digest_that_is_not_true_is_not_posted(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a digest that does not agree with the answers
    def refuses(*_: object) -> None:
        raise DigestNotTrue([ReplyNo(7)], ["alone/1: answered"])

    monkeypatch.setattr(bot.digest.making, "verify", refuses)
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")
    await journey.clock_shows(TIMES_UP)

    # then the organizers read why, no word of the answers, and the dialogue goes on
    assert "Soup" not in "".join(journey.texts(ORGANIZERS))
    assert journey.answer().startswith("⚠️ A digest was not posted, because it does not agree")
    assert "replies 7 are not quoted as stored" in journey.answer()
    assert journey.heads(TABLE_1)[-1] == "Together"
    newest = await journey.database.write(lambda tx: tx.digests.newest(DialogueId("lunch-1")))
    assert newest == []


async def test_what_follows_an_overview_stands_in_its_thread(ended: Journey) -> None:
    overviews = [one for one in ended.shown(ORGANIZERS) if one.text.startswith("### Digest")]
    details = [one for one in ended.shown(ORGANIZERS) if one.thread is not None]

    assert [one.thread for one in details] == [
        overviews[0].event_id,
        *[overviews[1].event_id] * 2,
        *[overviews[2].event_id] * 2,
    ]
    assert [one.silent for one in overviews] == [False, False, False]
    assert all(one.silent for one in details)


async def test_a_digest_quotes_sealed_answers_by_what_the_group_was_shown(ended: Journey) -> None:
    (shown,) = [one for one in ended.shown(TABLE_1) if one.text.startswith("🔓")]
    link = f"https://matrix.to/#/{TABLE_1}/{shown.event_id}?via=example.org"

    quoting = [text for text in ended.texts(ORGANIZERS) if f"Soup [source]({link})" in text]

    # Where it was not to be had yet when the individual step closed, and in both later ones.
    assert len(quoting) == 3
    private = event_of(ended, "Soup")
    assert private not in "".join(ended.texts(ORGANIZERS))


# ---------------------------------------------------------------- forgotten


def stored_bytes(folder: Path) -> bytes:
    """Everything the database has on disk, its log included."""
    return b"".join(file.read_bytes() for file in folder.glob("runda.db*"))


async def test_what_is_withdrawn_is_nowhere_any_more(journey: Journey, tmp_path: Path) -> None:
    # given an answer that was edited, shown to the group, and quoted in digests
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Zucchinisoup, the first")
    await journey.edits(ANN, answer, "Zucchinisoup, the second")
    await journey.clock_shows(TIMES_UP)
    group = await journey.writes(ANN, "Group answer: Zucchinisoup for all")
    await journey.clock_shows(ENDED)
    await journey.clock_shows(ENDED + timedelta(minutes=3))
    assert b"Zucchinisoup, the first" in stored_bytes(tmp_path)

    # when it is withdrawn
    await journey.withdraws(ANN, answer)
    await journey.withdraws(ANN, group)

    # then no word of it is on the disk, though the bot goes on
    assert b"Zucchini" not in stored_bytes(tmp_path)


async def test_talk_is_nowhere_any_more_after_the_close(journey: Journey, tmp_path: Path) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    talk = await journey.writes(ANN, "Zucchinisoup?")
    await journey.edits(ANN, talk, "Zucchinisoup!")
    await journey.writes(BO, "Group answer: Bread")
    await journey.writes(DAN, "Group answer: Pasta")
    await journey.clock_shows(ENDED)

    assert b"Zucchini" not in stored_bytes(tmp_path)


async def test_what_was_no_answer_was_never_kept(journey: Journey, tmp_path: Path) -> None:
    await journey.writes_in_private(ANN, "Zucchinisoup, before anything was asked")
    await journey.writes(BO, "Zucchinisoup, in the room")
    await journey.writes(OLGA, "Zucchinisoup, among organizers")

    assert b"Zucchini" not in stored_bytes(tmp_path)


# ---------------------------------------------------------------- written anew in place


async def test_a_change_is_written_into_the_digest_that_stands_there(ended: Journey) -> None:
    # given the digests of a dialogue that has ended
    before = ended.heads(ORGANIZERS)

    # when an answer is edited, another one comes late, and a little time passes
    await ended.edits(BO, event_of(ended, "Bread"), "Rice")
    await ended.writes(CIA, "Late soup", thread=ended.prompt(TABLE_2, "Alone"))
    await ended.time_passes(1)

    # then no message has been added, they say what is true now, and what has changed
    assert ended.heads(ORGANIZERS) == before
    texts = "\n".join(ended.texts(ORGANIZERS))
    assert "Bread" not in texts
    assert "Rice" in texts
    assert "Late soup" in texts
    assert ", +1 reply, 1 reply edited." in texts
    assert await stale(ended) == set()


async def test_what_changes_while_nothing_runs_is_written_anew_afterwards(ended: Journey) -> None:
    await ended.edits(BO, event_of(ended, "Bread"), "Rice")
    await ended.bot_is_killed()
    ended.now += timedelta(minutes=1)
    await ended.bot_starts()

    assert "Rice" in "\n".join(ended.texts(ORGANIZERS))
    assert await stale(ended) == set()


async def test_a_digest_is_posted_once_however_often_the_bot_is_killed(journey: Journey) -> None:
    # given that a digest is ordered and the bot ends before it is made
    await journey.starts_lunch()
    await journey.writes(BO, "Bread")
    await journey.bot_is_killed()
    journey.now = TIMES_UP
    await journey.bot_starts()
    await journey.bot_is_killed()
    await journey.bot_starts()

    # then it is there, once
    assert journey.heads(ORGANIZERS).count("Digest: Lunch · Alone") == 1


# ---------------------------------------------------------------- many answers


async def test_many_answers_are_looked_at_by_a_child_that_ends_with_the_bot(
    journey: Journey,
) -> None:
    # given more answers than are read one by one
    await journey.starts_lunch()
    for number, text in enumerate(ALL):
        who = (ANN, BO, CIA, DAN)[number % 4]
        await journey.writes(who, text)
    await journey.clock_shows(TIMES_UP)

    # then the digest has themes, which are remembered
    newest = await journey.database.write(
        lambda tx: tx.digests.newest_of(DialogueId("lunch-1"), StepId("alone"))
    )
    assert newest is not None
    themes = json.loads(newest.document)["findings"]["themes"]
    assert sum(len(theme["replies"]) for theme in themes) > len(ALL) / 2
    book = await journey.database.write(lambda tx: tx.themes.book(DialogueId("lunch-1")))
    assert {theme.number for theme in book.themes} == {theme["number"] for theme in themes}

    # and the child is there until the bot ends
    child = journey.app.digesting.analyst._child
    assert child is not None
    await journey.bot_is_killed()
    assert child.returncode is not None


async def test_without_the_child_there_is_a_digest_all_the_same(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.digest.analyst, "_PROGRAM", "raise SystemExit(1)")
    await journey.starts_lunch()
    for text in ALL:
        await journey.writes(BO, text)
    await journey.clock_shows(TIMES_UP)

    assert "Digest: Lunch · Alone" in journey.heads(ORGANIZERS)
    assert journey.errors == ["analyst.failed"]


async def test_replies_are_read_with_the_sentence_model_when_they_come(
    unset_journey: Journey,
) -> None:
    # given a bot that reads ahead
    journey = unset_journey
    journey.is_set_up(meaning_rest_s=0.0)
    await journey.begins()
    await journey.starts_lunch()

    # when somebody answers
    await journey.writes(BO, "Bread with butter")

    # then what it means is stored, and forgotten when it is taken back
    async def read() -> int:
        return await journey.database.write(lambda tx: tx.meanings.newest(model_name() or ""))

    async with asyncio.timeout(60):
        while not await read():  # noqa: ASYNC110  another process does it
            await asyncio.sleep(0.05)
    await journey.withdraws(BO, event_of(journey, "Bread with butter"))
    assert await read() == 0
    assert journey.errors == []
