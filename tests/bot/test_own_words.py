"""What participants may ask of the bot for themselves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from flows.ids import UserId
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, TABLE_2


def last(journey: Journey, who: UserId) -> str:
    return journey.texts(journey.private[who])[-1]


async def stored(journey: Journey) -> list[str]:
    """The words of every stored reply."""

    def read(tx: Transaction) -> object:
        rounds = [one.round_no for one in tx.rounds.of_dialogues(list(journey.app.world.live))]
        return [reply.text for reply in tx.replies.of_rounds(rounds)]

    found = await journey.asks(read)
    assert isinstance(found, list)
    return found


# ---------------------------------------------------------------- my answers


async def test_a_person_sees_what_is_stored_of_her_and_nobody_elses(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup *now*")
    await journey.writes(BO, "Bread")
    taken = await journey.writes_in_private(ANN, "Pasta")
    await journey.withdraws(ANN, taken)
    await journey.writes_in_private(ANN, "my answers")

    text = last(journey, ANN)
    assert text.startswith("**Lunch** – 1 answer of yours is stored:\n- Alone, [4 May 09")
    assert "“Soup \\*now\\*”" in text
    assert "https://matrix.to/#/" in text
    assert text.endswith("1 answer was taken back, and its words are erased.")
    assert "Bread" not in text


async def test_asked_in_the_groups_room_it_is_answered_in_private(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")
    before = journey.texts(TABLE_1)
    await journey.writes(ANN, "mina svar")
    (answer,) = journey.texts(TABLE_1)[len(before) :]
    assert answer == (
        "Det svarar jag på privat: tryck på [Runda](https://matrix.to/#/@runda:example.org), välj "
        "*Skicka meddelande* och skriv det där."
    )

    await journey.opens_private_chat(ANN)
    await journey.writes(ANN, "mina svar")
    assert "1 svar från dig är sparat" in last(journey, ANN)
    assert len(journey.texts(TABLE_1)) == len(before) + 1


async def test_who_has_written_nothing_is_told_so(journey: Journey) -> None:
    await journey.writes_in_private(ANN, "my answers")
    assert last(journey, ANN) == "Nothing that you have written is stored."


async def test_a_long_list_comes_in_several_messages(journey: Journey) -> None:
    await journey.starts_lunch()
    for number in range(60):
        await journey.writes_in_private(ANN, f"{number} " + "soup " * 80)
    before = len(journey.texts(journey.private[ANN]))
    await journey.writes_in_private(ANN, "my answers")

    parts = journey.texts(journey.private[ANN])[before:]
    assert len(parts) > 1
    assert sum(part.count("\n- Alone") + part.startswith("- Alone") for part in parts) == 60


# ---------------------------------------------------------------- undo


async def test_undo_takes_back_the_newest_answer_and_says_which(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes_in_private(ANN, "Bread")
    await journey.writes_in_private(ANN, "undo")

    assert "your answer to *Alone*, “Bread”." in last(journey, ANN)
    assert await stored(journey) == ["Soup", ""]
    await journey.writes_in_private(ANN, "undo")
    await journey.writes_in_private(ANN, "undo")
    assert last(journey, ANN) == "There is no answer of yours that I could take back."


async def test_undo_of_a_groups_answer_takes_the_bots_mark_off(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.opens_private_chat(ANN)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    answer = await journey.writes(ANN, "Group answer: Soup")
    assert journey.bot_marks(answer) == ["✅"]
    await journey.writes_in_private(ANN, "ångra")

    assert journey.bot_marks(answer) == []


async def test_in_a_talk_undo_is_a_word_like_another(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.opens_private_chat(ANN)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes(ANN, "Undo")

    assert await stored(journey) == ["Group answer: Soup", "Undo"]


# ---------------------------------------------------------------- forget me


async def test_forget_me_asks_once_and_then_erases_everything(journey: Journey) -> None:
    # given two people who have answered
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    answer = await journey.writes_in_private(ANN, "Pasta")
    await journey.edits(ANN, answer, "Rice")
    await journey.writes(BO, "Bread")

    # when one of them asks to be forgotten
    await journey.writes_in_private(ANN, "forget me")
    assert last(journey, ANN).startswith("I have 2 answers of yours.")
    assert await stored(journey) == ["Soup", "Rice", "Bread"]
    await journey.writes_in_private(ANN, "yes, forget me")

    # then nothing of hers is left, and the other's is
    assert last(journey, ANN).startswith("🗑️ Done: 2 answers are erased")
    assert await stored(journey) == ["", "", "Bread"]

    def known(tx: Transaction) -> object:
        dialogue = next(iter(journey.app.world.live))
        rounds = [one.round_no for one in tx.rounds.of_dialogue(dialogue)]
        return (
            [one.user_id for one in tx.people.of_dialogue(dialogue)],
            tx.replies.revisions(rounds),
            [reply.event_id for reply in tx.replies.of_rounds(rounds)][:2],
        )

    events = ["forgotten-1", "forgotten-2"]
    assert await journey.asks(known) == (["forgotten-1", BO], [], events)

    # and what she writes from now on is somebody new
    await journey.writes_in_private(ANN, "Cake")
    await journey.writes_in_private(ANN, "my answers")
    assert "1 answer of yours is stored" in last(journey, ANN)


async def test_what_was_shown_is_shown_without_the_forgotten(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes_in_private(BO, "Bread")
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes_in_private(ANN, "ja, glöm mig")

    assert journey.quotes(TABLE_1) == ["Bread"]
    assert not any("Soup" in one.text for one in journey.shown(TABLE_1))


# ---------------------------------------------------------------- languages


async def test_a_person_chooses_her_language_for_what_is_said_to_her_alone(
    journey: Journey,
) -> None:
    await journey.writes_in_private(ANN, "svenska")
    assert last(journey, ANN).startswith("Från och med nu skriver jag svenska till dig.")
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.starts_lunch()

    assert "Skriv ditt svar här." in last(journey, ANN)
    assert "Write" not in last(journey, ANN)
    assert "Answer on your own" in journey.texts(TABLE_1)[-1]
    await journey.writes_in_private(ANN, "help")
    assert last(journey, ANN).startswith("**Så svarar du**")
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=8))
    assert last(journey, ANN).startswith("⏳ 2 minuter kvar")


# ---------------------------------------------------------------- calls for help


async def test_a_group_calls_and_an_organizer_is_mentioned_once(journey: Journey) -> None:
    await journey.starts_lunch()
    before = len(journey.shown(ORGANIZERS))
    await journey.writes(ANN, "Call for help!")
    await journey.writes(BO, "kalla på hjälp")
    await journey.marks(BO, journey.prompt(TABLE_1, "Alone"), "🙋")

    (told,) = journey.shown(ORGANIZERS)[before:]
    assert told.text.startswith("🙋 **Table 1** calls for help.")
    assert told.mentions == (OLGA,)
    assert await stored(journey) == []
    assert journey.heads(TABLE_1)[-1] == "🙋 I have told the organizers that you want help."


async def test_a_mark_on_the_prompt_calls_and_taken_back_calls_no_more(journey: Journey) -> None:
    await journey.starts_lunch()
    mark = await journey.marks(CIA, journey.prompt(TABLE_2, "Alone"), "🙋🏽")
    await journey.marks(ANN, await journey.writes(BO, "Me first"), "🙋")
    assert await waiting(journey) == [TABLE_2]

    await journey.withdraws(CIA, mark)
    assert await waiting(journey) == []


async def waiting(journey: Journey) -> object:
    return await journey.asks(lambda tx: list(tx.calls.open()))


async def test_called_in_private_it_is_the_callers_group(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(CIA, "call for help")

    assert await waiting(journey) == [TABLE_2]


async def test_an_organizers_mark_ends_the_call(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "call for help")
    told = journey.shown(ORGANIZERS)[-1]
    await journey.marks(OLGA, told.event_id)
    assert await waiting(journey) == []

    # and the next call is told again
    await journey.writes(ANN, "call for help")
    assert journey.shown(ORGANIZERS)[-1].event_id != told.event_id


async def test_a_command_ends_the_call(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(OLGA, "!helped 1")
    assert journey.answer() == "⚠️ No group waits for help."
    await journey.writes(ANN, "call for help")
    await journey.writes(OLGA, "!helped 7")
    assert journey.answer().endswith("These wait: 1.")
    await journey.writes(OLGA, "!hjälpt 1")

    assert journey.answer() == "✅ Grupp 1 har fått hjälp."
    assert await waiting(journey) == []


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("text", ["!stop lunch-1", "!nästa", "! next"])
async def test_a_participants_command_is_answered_with_a_hint_once(
    journey: Journey, text: str
) -> None:
    await journey.starts_lunch()
    await journey.opens_private_chat(ANN)
    before = journey.texts(TABLE_1)
    await journey.writes(ANN, text)
    await journey.writes(ANN, text)

    assert journey.texts(TABLE_1) == before
    hints = [one for one in journey.texts(journey.private[ANN]) if "organizers' room" in one]
    assert len(hints) == 1
    assert await stored(journey) == []
    assert journey.heads(TABLE_1)[-1] == "Alone"


async def test_without_a_private_chat_one_is_opened_for_the_hint(journey: Journey) -> None:
    # given two who have no private chat
    await journey.starts_lunch()
    before = journey.texts(TABLE_1)

    # when both try commands, one of them twice in the same moment and once more later
    for _ in range(2):
        journey.chat.hear_event(journey.message(ANN, "!stop"))
    await journey.writes(BO, "!nästa")
    await journey.writes(ANN, "!pause")

    # then each has one chat with one hint in it, and the group has read nothing of it
    chats = [one for one in journey.chat.rooms.values() if one.name == "Runda"]
    assert len(chats) == 2
    for chat in chats:
        (hint,) = journey.texts(chat.room_id)
        assert "a word for the organizers' room" in hint
    assert journey.texts(TABLE_1) == before


async def test_what_only_looks_like_a_command_is_an_answer(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "!!! Soup")

    assert await stored(journey) == ["!!! Soup"]


# ---------------------------------------------------------------- all of it, as a file


async def test_everything_stored_of_a_person_in_a_file_and_nobody_elses(journey: Journey) -> None:
    await journey.starts_lunch()
    soup = await journey.writes_in_private(ANN, "Soup, 1 < 2")
    await journey.edits(ANN, soup, "Stew, 1 < 2")
    gone = await journey.writes_in_private(ANN, "Pasta")
    await journey.withdraws(ANN, gone)
    await journey.writes(BO, "Bread")
    await journey.writes_in_private(ANN, "my data")

    file = journey.shown(journey.private[ANN])[-1].file
    assert file is not None
    assert (file.name, file.mime) == ("my-data.txt", "text/plain")
    text = file.data.decode()
    assert "What Runda has stored of @ann:example.org" in text
    assert "Your name, as the chat tells it: Ann" in text
    assert "\n== Lunch (lunch-1) ==\n" in text
    assert "\nStew, 1 < 2\nBefore you changed it: Soup, 1 < 2\n" in text
    assert "(taken back; the words are erased)" in text
    assert "Bread" not in text
    assert "Pasta" not in text


async def test_swedish_has_its_own_quotation_marks_and_its_own_way_to_write_a_time(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soppa")
    await journey.writes_in_private(ANN, "mina svar")
    answers = last(journey, ANN)
    await journey.writes_in_private(ANN, "mina uppgifter")

    file = journey.shown(journey.private[ANN])[-1].file
    assert file is not None
    assert "”Soppa”" in answers
    assert "“" not in answers
    assert re.search(r"\d \w+ \d{4} \d\d\.\d\d:\nSoppa\n", file.data.decode())


async def test_help_names_every_word_of_hers_that_the_privacy_notes_promise(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "hjälp")

    told = last(journey, ANN)
    for word in ("mina svar", "mina uppgifter", "ångra", "jag ångrar mig", "glöm mig"):
        assert f"- **{word}** –" in told


async def test_the_file_is_given_in_private_only(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "my data")

    assert all(one.file is None for one in journey.shown(TABLE_1))
