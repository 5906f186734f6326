"""Every reply is looked at before anybody is shown it, and held back for what is found."""

from __future__ import annotations

from dataclasses import replace

from flows.ids import UserId
from storage.holds import HoldKind
from storage.journal import Membership
from storage.replies import Reply
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, OLGA, ORGANIZERS, TABLE_1, pack_toml, step_toml
from tests.fakes import Room

HOLDING = 'personal_data = "hold"\n' + pack_toml(
    step_toml("individual", "alone", scenario="lunch", length="10 min"),
    step_toml("group", "together", scenario="lunch", length="20 min", grace="3 min"),
    step_toml("plenary", "bye"),
)
NO_CASES = pack_toml(
    step_toml("individual", "alone", "no_cases = true", scenario="lunch", length="10 min"),
    step_toml("group", "together", scenario="lunch", length="20 min", grace="3 min"),
    step_toml("plenary", "bye"),
)
OPEN = 'personal_data = "hold"\n' + pack_toml(
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("plenary", "bye"),
)
CASE = "A 15-year-old boy at Church School cuts himself, his mother is an alcoholic"


async def runs(journey: Journey, pack: str) -> None:
    journey.has_pack("watched", pack)
    await journey.writes(OLGA, "!start watched")


async def kinds(journey: Journey) -> list[HoldKind]:
    """What is held back, and what for."""
    return await journey.database.write(lambda tx: [hold.kind for hold in tx.holds.all()])


def told(journey: Journey) -> list[str]:
    """What Ann was told about her answer, by the first words."""
    texts = journey.texts(journey.private[ANN])
    return [text.partition(":")[0].partition(".")[0] for text in texts if text[0] in "✋👍"]


async def test_personal_data_is_held_back_where_the_pack_says_so(journey: Journey) -> None:
    await runs(journey, HOLDING)

    answer = await journey.writes_in_private(ANN, "Call Kim on 070-174 06 05 or kim@example.org")
    await journey.writes_in_private(BO, "Soup")

    (why,) = [text for text in journey.texts(journey.private[ANN]) if text.startswith("✋")]
    assert "who somebody is: a phone number and an e-mail address." in why
    assert "070" not in why
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == ["Soup"]
    assert await kinds(journey) == [HoldKind.PERSONAL]

    # when she writes it anew without that, it counts at once, and she is told
    await journey.edits(ANN, answer, "Call Kim")
    assert sorted(journey.quotes(TABLE_1)) == ["Call Kim", "Soup"]
    assert told(journey)[-1] == "👍 Thank you"
    assert await journey.asks(lambda tx: tx.holds.all()) == []


async def test_personal_data_is_masked_where_the_pack_says_nothing(journey: Journey) -> None:
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, "Call Kim on 070-174 06 05")

    assert told(journey) == []
    assert await journey.asks(lambda tx: tx.holds.all()) == []


async def test_a_case_goes_back_to_its_author_and_into_no_digest(journey: Journey) -> None:
    await runs(journey, NO_CASES)

    answer = await journey.writes_in_private(ANN, CASE)
    await journey.writes_in_private(BO, "More adults")

    (why,) = told(journey)
    assert why.endswith("and here no individual cases are to be told")
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!digest")
    said = "\n".join(text for room in journey.chat.rooms for text in journey.texts(room))
    assert "Church School" not in said

    # a second try that is a case too is told again; one that is none counts
    await journey.edits(ANN, answer, CASE.replace("15", "16"))
    await journey.edits(ANN, answer, "Young people who cut themselves need help the same day")
    assert told(journey)[-1] == "👍 Thank you"
    assert len(journey.quotes(TABLE_1)) == len((ANN, BO))


async def test_an_organizer_can_release_it(journey: Journey) -> None:
    await runs(journey, NO_CASES)
    await journey.writes_in_private(ANN, CASE)
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == []

    await journey.writes(OLGA, "!release 1")

    assert len(journey.quotes(TABLE_1)) == 1
    await journey.writes(OLGA, "!hold")
    assert "held back" not in journey.texts(ORGANIZERS)[-1].partition("\n")[0]


async def test_in_a_room_she_is_told_that_it_can_still_be_read_there(journey: Journey) -> None:
    await runs(journey, OPEN)
    await journey.opens_private_chat(ANN)

    await journey.writes(ANN, "Ring 070-174 06 05")

    (why,) = [text for text in journey.texts(journey.private[ANN]) if text.startswith("✋")]
    assert why.endswith("You can delete it there.")


def chats_made_for(journey: Journey, who: UserId) -> list[Room]:
    """The private chats that the bot has opened with somebody."""
    made = [(room, room.made_as) for room in journey.chat.rooms.values()]
    return [room for room, wanted in made if wanted is not None and who in wanted.invited]


def called_back(room: Room) -> list[str]:
    return [one.text for one in room.messages if one.text.startswith("✋")]


async def test_who_does_not_come_into_her_private_chat_gets_no_second_one(
    journey: Journey,
) -> None:
    # given Ann, who has no private chat and does not accept the invitation to one
    await runs(journey, OPEN.replace("10 min", "40 min"))
    for number in range(4):
        await journey.writes(ANN, f"Ring 070-174 06 0{number}")

    # then all that she is told waits for her in the one that was opened
    (room,) = chats_made_for(journey, ANN)
    assert len(called_back(room)) == len(range(4))

    # when she declines it, then the next is opened after a while, and not at once
    journey.chat.change_membership(room.room_id, ANN, Membership.LEAVE)
    await journey.settles()
    await journey.writes(ANN, "Ring 070-174 06 05")
    assert chats_made_for(journey, ANN) == [room]
    await journey.time_passes(11)
    await journey.writes(ANN, "Ring 070-174 06 06")
    (_, later) = chats_made_for(journey, ANN)
    assert len(called_back(later)) == len(("the fifth", "the sixth"))


async def test_while_a_private_chat_is_being_opened_no_second_one_is(journey: Journey) -> None:
    # given a homeserver that does not open it at once
    await runs(journey, OPEN)
    journey.chat.unreachable.add(ANN)
    for number in range(3):
        await journey.writes(ANN, f"Ring 070-174 06 0{number}")
    journey.chat.unreachable.clear()
    await journey.time_passes(9)

    (room,) = chats_made_for(journey, ANN)
    assert len(called_back(room)) == len(range(3))


async def test_for_somebody_forgotten_no_private_chat_is_opened(journey: Journey) -> None:
    # given one that could not be opened yet, and Ann, who asks to be forgotten meanwhile
    await runs(journey, OPEN)
    journey.chat.unreachable.add(ANN)
    await journey.writes(ANN, "Ring 070-174 06 05")

    await journey.asks(lambda tx: tx.outbox.forget_keys(ANN))
    journey.chat.unreachable.clear()
    await journey.time_passes(9)

    assert chats_made_for(journey, ANN) == []


async def test_of_somebody_forgotten_no_key_of_such_a_chat_tells(journey: Journey) -> None:
    # given Ann, for whom a private chat was opened to tell her something
    await runs(journey, OPEN)
    await journey.writes(ANN, "Ring 070-174 06 05")

    await journey.asks(lambda tx: tx.outbox.forget_keys(ANN))

    def keys_of_ann(tx: Transaction) -> list[str]:
        sent = tx.outbox.sent_with("whisper-room/") + tx.outbox.sent_with(f"{ANN}/")
        return [key for key, _ in sent if ANN in key]

    assert await journey.asks(keys_of_ann) == []


async def test_what_has_not_been_looked_at_is_shown_to_nobody(journey: Journey) -> None:
    # given replies that are stored and not looked at, as after a crash
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Soup")
    assert await journey.asks(lambda tx: tx.replies.unlooked(limit=9)) == []
    stored = await journey.asks(lambda tx: tx.replies.find(journey.private[ANN], answer))
    assert isinstance(stored, Reply)

    # then they count as held back until they are
    unlooked = replace(stored, looked=False)
    assert await journey.asks(lambda tx: tx.holds.among([unlooked])) == {stored.reply_no}
    assert await journey.asks(lambda tx: tx.holds.among([stored])) == set()


async def test_what_came_before_a_crash_is_looked_at_after_it(journey: Journey) -> None:
    await runs(journey, HOLDING)
    await journey.opens_private_chat(ANN)
    await journey.bot_is_killed()
    message = journey.message(ANN, "Ring 070-174 06 05", room=journey.private[ANN])
    journey.chat.hear_event(message)

    await journey.bot_starts()

    assert len(told(journey)) == 1
    assert await kinds(journey) == [HoldKind.PERSONAL]
