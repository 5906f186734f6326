"""Polls, check-ins and what the other kinds of step say: from the prompt to what is stored."""

from __future__ import annotations

from datetime import timedelta

from bot import keys
from flows.ids import DialogueId, EventId, GroupId, RoomId, StepId, UserId
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

OPTIONS = 'options.en = ["Yes", "No", "Perhaps"]'
POLL = step_toml("poll", "vote", "sealed = false", 'choose = "single"', OPTIONS, length="10 min")
SEALED = step_toml("poll", "vote", 'choose = "single"', OPTIONS, length="10 min")
MANY = step_toml("poll", "vote", "sealed = false", 'choose = "multiple"', OPTIONS, length="10 min")
SCALE = step_toml(
    "poll",
    "vote",
    'sealed = false\nchoose = "scale"\nscale = 5\nlow.en = "Hard"\nhigh.en = "Easy"',
    length="10 min",
)
CHECK_IN = step_toml(
    "check-in", "status", "number = true", 'options.en = ["Done", "Late"]', length="10 min"
)
KEYCAPS_3 = ["1️⃣", "2️⃣", "3️⃣"]


async def asks(journey: Journey, *steps: str) -> None:
    """The steps are run, the first of them is open."""
    journey.has_pack("poll", pack_toml(*steps))
    await journey.writes(OLGA, "!start poll")


async def votes(journey: Journey) -> list[tuple[str, tuple[int, ...]]]:
    """The words and the choices of every standing reply."""

    def read(tx: Transaction) -> object:
        rounds = [one.round_no for one in tx.rounds.of_dialogues(list(journey.app.world.live))]
        replies = tx.replies.of_rounds(rounds)
        return [(one.text, one.choices) for one in replies if one.withdrawn_ms is None]

    found = await journey.asks(read)
    assert isinstance(found, list)
    return found


def prompt(journey: Journey, room_id: RoomId, title: str = "Vote") -> EventId:
    return journey.prompt(room_id, title)


# ---------------------------------------------------------------- in the room


async def test_the_bot_puts_the_numbers_under_the_question(journey: Journey) -> None:
    await asks(journey, POLL)

    assert journey.bot_marks(prompt(journey, TABLE_1)) == KEYCAPS_3
    assert journey.bot_marks(prompt(journey, TABLE_2)) == KEYCAPS_3
    text = journey.texts(TABLE_1)[-1]
    assert "**1** Yes  \n**2** No  \n**3** Perhaps" in text
    assert "tap its number below, or write it" in text
    assert "Everybody in the room sees what you choose." in text


async def test_a_tap_a_number_and_the_words_are_answers(journey: Journey) -> None:
    await asks(journey, POLL)
    await journey.marks(ANN, prompt(journey, TABLE_1), "2️⃣")
    number = await journey.writes(BO, "2, since it rains")
    await journey.writes(CIA, "perhaps")
    await journey.writes(DAN, "What a day")

    assert await votes(journey) == [
        ("2️⃣", (2,)),
        ("2, since it rains", (2,)),
        ("perhaps", (3,)),
    ]
    assert journey.bot_marks(number) == ["👍"]


async def test_a_tap_taken_back_is_no_answer_any_more(journey: Journey) -> None:
    await asks(journey, POLL)
    tap = await journey.marks(ANN, prompt(journey, TABLE_1), "2️⃣")
    await journey.marks(ANN, prompt(journey, TABLE_1), "1️⃣")
    await journey.withdraws(ANN, tap)

    assert await votes(journey) == [("1️⃣", (1,))]


async def test_an_edit_changes_the_choice(journey: Journey) -> None:
    await asks(journey, POLL)
    answer = await journey.writes(ANN, "2")
    await journey.edits(ANN, answer, "3")

    assert await votes(journey) == [("3", (3,))]


async def test_a_tap_that_is_heard_before_the_question_is_noted_as_sent_counts(
    journey: Journey,
) -> None:
    # given a question that has come, though the bot has not written that down yet
    await asks(journey, POLL)
    asked = prompt(journey, TABLE_1)

    key = keys.prompt(DialogueId("poll-1"), StepId("vote"), GroupId("1"))

    def not_noted(tx: Transaction) -> None:
        place = (DialogueId("poll-1"), StepId("vote"), GroupId("1"))
        tx.rounds.note_prompt(*place, None)  # type: ignore[arg-type]  # as before it is noted
        journey.app.world.see_rounds(tx)

    await journey.asks(not_noted)
    await journey.marks(ANN, asked, "2️⃣")
    assert await votes(journey) == []

    # when it has
    await journey.asks(lambda tx: journey.app.sent.note(tx, key, asked))

    assert await votes(journey) == [("2️⃣", (2,))]


async def test_marks_that_choose_nothing_are_nothing(journey: Journey) -> None:
    await asks(journey, POLL)
    await journey.marks(ANN, prompt(journey, TABLE_1), "4️⃣")
    await journey.marks(ANN, prompt(journey, TABLE_1), "👍")
    await journey.marks(OLGA, prompt(journey, TABLE_1), "1️⃣")
    await journey.marks(ANN, await journey.writes(BO, "Hello"), "1️⃣")
    await journey.clock_shows(journey.now + timedelta(minutes=15))
    await journey.marks(ANN, prompt(journey, TABLE_1), "1️⃣")

    assert await votes(journey) == []


async def test_what_names_no_option_is_answered_with_what_to_write(journey: Journey) -> None:
    await asks(journey, POLL)
    before = len(journey.shown(TABLE_1))
    unclear = await journey.writes(ANN, "the first or second", thread=prompt(journey, TABLE_1))
    await journey.writes(ANN, "dunno", thread=prompt(journey, TABLE_1))

    (hint,) = journey.shown(TABLE_1)[before:]
    assert hint.thread == prompt(journey, TABLE_1)
    assert "Write one number from 1 to 3" in hint.text
    assert await votes(journey) == []

    # edited as it was told, it counts; and the edit of an edit changes it
    await journey.edits(ANN, unclear, "1")
    assert await votes(journey) == [("1", (1,))]
    await journey.edits(ANN, unclear, "2")
    assert await votes(journey) == [("2", (2,))]


async def test_several_may_be_chosen(journey: Journey) -> None:
    await asks(journey, MANY)
    await journey.writes(ANN, "1, 3")
    await journey.writes(BO, "yes and no")

    assert await votes(journey) == [("1, 3", (1, 3)), ("yes and no", (1, 2))]


async def test_a_scale_shows_its_ends(journey: Journey) -> None:
    await asks(journey, SCALE)
    await journey.writes(ANN, "4/5")

    assert "**1** Hard  \n**5** Easy" in journey.texts(TABLE_1)[-1]
    assert "Choose from 1 to 5" in journey.texts(TABLE_1)[-1]
    assert len(journey.bot_marks(prompt(journey, TABLE_1))) == 5
    assert await votes(journey) == [("4/5", (4,))]


# ---------------------------------------------------------------- in private


async def test_a_sealed_poll_is_answered_in_private_and_shown_without_names(
    journey: Journey,
) -> None:
    # given a person with a private chat, and one who opens hers when she reads the prompt
    await journey.opens_private_chat(ANN)
    await asks(journey, SEALED)
    await journey.opens_private_chat(BO)
    assert journey.bot_marks(prompt(journey, TABLE_1)) == []
    assert "tap [Runda](https://matrix.to" in journey.texts(TABLE_1)[-1]

    # when both tap, one changes her mind, and one says why
    for who in (ANN, BO):
        asked = journey.prompt(journey.private[who], "Vote")
        assert journey.bot_marks(asked) == KEYCAPS_3
        await journey.marks(who, asked, "1️⃣")
    await journey.marks(BO, journey.prompt(journey.private[BO], "Vote"), "2️⃣")
    await journey.writes_in_private(ANN, "1 because of the soup")
    await journey.time_passes(10)

    # then the group sees how it chose, and the words, and no name
    shown = journey.texts(TABLE_1)[-1]
    assert shown.startswith("🔓 **Vote** – without names\n\nThis is what you chose:\n\n")
    assert "1 Yes ██████████ **1**" in shown
    assert "2 No ██████████ **1**" in shown
    assert "3 Perhaps **0**" in shown
    assert shown.endswith("- 1 because of the soup")


async def test_an_old_question_in_private_is_closed(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    second = SEALED.replace("vote", "again").replace("Vote", "Again")
    await asks(journey, SEALED, second)
    first = journey.prompt(journey.private[ANN], "Vote")
    await journey.time_passes(12)
    await journey.marks(ANN, first, "1️⃣")
    await journey.marks(ANN, journey.prompt(journey.private[ANN], "Again"), "2️⃣")

    assert await votes(journey) == [("2️⃣", (2,))]


async def test_words_that_are_an_option_are_not_said_to_the_bot(journey: Journey) -> None:
    options = 'options.en = ["Swedish", "English", "Help"]'
    await asks(journey, step_toml("poll", "vote", 'choose = "single"', options, length="10 min"))
    await journey.writes_in_private(ANN, "english")
    await journey.writes_in_private(BO, "help")

    assert await votes(journey) == [("english", (2,)), ("help", (3,))]


async def test_only_those_who_have_not_chosen_are_reminded(journey: Journey) -> None:
    await asks(
        journey, POLL.replace('length = "10 min"', 'length = "10 min"\nremind_before = "2 min"')
    )
    await journey.marks(ANN, prompt(journey, TABLE_1), "1️⃣")
    await journey.clock_shows(MONDAY_9H - timedelta(minutes=51))

    assert journey.shown(TABLE_1)[-1].mentions == (BO,)


# ---------------------------------------------------------------- check-ins


def last(journey: Journey, who: UserId) -> str:
    return journey.texts(journey.private[who])[-1]


async def test_a_check_in_is_one_message(journey: Journey) -> None:
    await asks(journey, CHECK_IN)
    answer = await journey.writes_in_private(ANN, "2 We are halfway. 14")

    assert "the figure that is asked for. Like this: `2 We are halfway. 14`" in last(journey, ANN)
    assert await votes(journey) == [("2 We are halfway. 14", (2,))]
    assert journey.bot_marks(answer) == ["👍"]


async def test_what_a_check_in_lacks_is_asked_for(journey: Journey) -> None:
    await asks(journey, CHECK_IN)
    await journey.writes_in_private(ANN, "We are halfway")
    assert last(journey, ANN).startswith("👍 Your words are kept. Which number fits?")
    await journey.marks(ANN, journey.prompt(journey.private[ANN], "Status"), "2️⃣")
    assert last(journey, ANN).startswith("👍 Kept. The figure is missing")
    await journey.writes_in_private(ANN, "We have met 14")

    assert last(journey, ANN).startswith("👍 Kept. The figure is missing")
    hints = [text for text in journey.texts(journey.private[ANN]) if text.startswith("👍")]
    assert len(hints) == 2
    assert await votes(journey) == [
        ("We are halfway", ()),
        ("2️⃣", (2,)),
        ("We have met 14", ()),
    ]


# ---------------------------------------------------------------- the other kinds


async def test_every_prompt_says_what_to_do(journey: Journey) -> None:
    await asks(
        journey,
        step_toml("film", "film", 'link = "https://example.org/film"', length="5 min"),
        step_toml("exercise", "doing", "no_cases = true", length="5 min", next="everyone"),
        step_toml("individual", "alone", length="5 min", next="80 %"),
        step_toml("group", "together", length="5 min", next="everyone"),
        step_toml("break", "coffee", length="5 min"),
    )
    for _ in range(4):
        await journey.writes(OLGA, "!next")

    film, doing, alone, together, coffee = [
        text for text in journey.texts(TABLE_1) if text.startswith("### ")
    ]
    assert "[Watch the film](https://example.org/film)" in film
    assert "⏳ 5 minutes, until" in film
    assert "A photo is welcome too." in doing
    assert "Do not tell of individual cases" in doing
    assert "when everybody has answered, at" in doing
    assert "when 80% have answered, at" in alone
    assert "when all groups have answered, at" in together
    assert "react with 🙋 if you need help" in together
    assert coffee.endswith("until 08:05")


async def test_a_reply_to_an_exercise_is_each_persons_own(journey: Journey) -> None:
    await asks(journey, step_toml("exercise", "doing", length="5 min"))
    answer = await journey.writes(ANN, "It went well")

    assert journey.bot_marks(answer) == ["👍"]
    assert await votes(journey) == [("It went well", ())]


SCENARIOS = """[[scenario]]
id = "anna"
title.en = "Anna"
text.en = "Anna is thirteen."
text.sma = "Anna lea golme-luhkien."
[[scenario]]
id = "omar"
title.en = "Omar"
text.en = "Omar is forty."
"""


async def test_each_group_reads_its_own_scenario_once(journey: Journey) -> None:
    # given a pack with a scenario for each group, taken in turns
    both = 'scenarios = ["anna", "omar"]'
    pack = pack_toml(
        step_toml("individual", "alone", both, length="5 min"),
        step_toml("group", "together", both, length="5 min"),
        step_toml("group", "turned", both, "turn = 2", length="5 min"),
    ).replace("[[step]]", f"{SCENARIOS}[[step]]", 1)
    journey.has_pack(
        "poll", pack.replace('languages = ["en"]', 'languages = ["en"]\nbeside = ["sma"]')
    )
    await journey.writes(OLGA, "!start poll")
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!next")

    # then the story stands in the first question about it, and its title in the later
    alone, together, turned = [text for text in journey.texts(TABLE_1) if text.startswith("### ")]
    assert "📖 **Anna**\n\nAnna is thirteen.\n\n> **Åarjelsaemien gïele**\n>\n> Anna lea" in alone
    assert "📖 **Anna**\n\nWhat about together?" in together
    assert "📖 **Omar**\n\nOmar is forty.\n\nWhat about turned?" in turned

    def stored(tx: Transaction) -> object:
        rounds = tx.rounds.of_dialogues(list(journey.app.world.live))
        return [(one.step_id, one.scenario) for one in rounds if one.room_id == TABLE_2], len(
            {one.text_version for one in rounds}
        )

    scenarios = [("alone", "omar"), ("together", "omar"), ("turned", "anna")]
    assert await journey.asks(stored) == (scenarios, 6)


async def test_the_digest_shows_how_it_was_chosen_in_all_and_by_each_group(
    journey: Journey,
) -> None:
    await asks(journey, POLL)
    await journey.marks(ANN, prompt(journey, TABLE_1), "2️⃣")
    await journey.writes(BO, "2, since it rains")
    await journey.writes(CIA, "perhaps")
    await journey.writes(OLGA, "!next")

    said = "\n".join(journey.texts(ORGANIZERS))
    assert "1 Yes **0**  \n2 No ██████████ **2**  \n3 Perhaps █████ **1**" in said
    assert "**Table 1** · Yes **0** · No **2** · Perhaps **0**" in said
    assert "**Table 2** · Yes **0** · No **0** · Perhaps **1**" in said
    # What is nothing but a choice is counted; what was said besides is quoted.
    assert "2, since it rains" in said.replace("\\", "")
    assert "> 2️⃣" not in said
    assert "- Vote: 3 of 4 · Yes **0** · No **2** · Perhaps **1**" in said


PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def test_a_picture_is_shown_as_it_was_when_the_dialogue_was_ordered(
    journey: Journey,
) -> None:
    # given a picture beside a pack, and a dialogue ordered for later
    picture = step_toml(
        "picture", "map", 'file = "map.png"\ndescription.en = "A map of the town"', length="5 min"
    )
    journey.has_pack("poll", pack_toml(picture))
    file = journey.config.data_folder / "packs" / "map.png"
    file.write_bytes(PNG)
    await journey.writes(OLGA, "!start poll 9:00")

    # when the folder changes, the bot is killed, and it begins
    file.write_bytes(PNG + b"another")
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.clock_shows(MONDAY_9H)

    # then every group sees the picture of before under the question, with what is on it
    for table in (TABLE_1, TABLE_2):
        asked, shown = journey.shown(table)
        assert asked.text.startswith("### Map")
        assert shown.file is not None
        assert (shown.file.name, shown.file.mime) == ("map.png", "image/png")
        assert shown.file.data == PNG
        assert shown.text == "A map of the town"
