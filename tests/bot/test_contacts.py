"""The remote contact: named, asked, answering, late, changing her mind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.journal import Membership
from storage.transaction import Transaction
from tests.bot.journey import LUNCH, Journey
from tests.bot.test_erasing import on_disk
from tests.builders import ANN, BO, CIA, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, TABLE_2
from tests.fakes import Message

EVA = UserId("@eva:elsewhere.org")
PACK = f"""{LUNCH}
[[contact]]
id = "cook"
title.en = "Cook"
remind_after = "24 h"
wait = "72 h"
questions.en = ["What is *fresh* today?"]
"""
OWN = "❓ **Question to you**\n\n> What is *fresh* today?"
TOLD = "📡 **Cook** takes part via link and is not connected yet. You can ask all the same."
NUMBERS = ("174 06 05", "0701740605", "465 004 12", "a@example.org", "me@example.org")
HERE = "📡 **Cook** takes part via link and is connected."
HOW = " Begin your question with `ask:`"


class Contact:
    """What Eva does and sees."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey

    @property
    def rooms(self) -> list[RoomId]:
        return [
            one.room_id
            for one in self.journey.chat.rooms.values()
            if one.made_as is not None and one.made_as.direct
        ]

    @property
    def room(self) -> RoomId:
        return self.rooms[-1]

    async def comes(self) -> None:
        self.journey.chat.change_membership(self.room, EVA)
        await self.journey.settles()

    async def writes(self, text: str, *, reply_to: EventId | None = None) -> EventId:
        return await self.journey.writes(EVA, text, room=self.room, reply_to=reply_to)

    @property
    def texts(self) -> list[str]:
        """What she has read since the welcome."""
        return [plain(one) for one in self.journey.texts(self.room)[1:]]

    def question(self) -> str:
        """The first question of a group, as it reads now."""
        return plain(self.message("❓ **Question from").text)

    def message(self, beginning: str) -> Message:
        return next(one for one in self.journey.shown(self.room) if one.text.startswith(beginning))


@pytest.fixture
async def eva(journey: Journey) -> Contact:
    """A pack with a contact has been started; Eva has been named and has come."""
    journey.has_pack("lunch", PACK)
    eva = Contact(journey)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await eva.comes()
    await journey.starts_lunch()
    return eva


async def asks(journey: Journey, who: UserId, question: str) -> EventId:
    return await journey.writes(who, f"ask: {question}")


def answers(journey: Journey, room_id: RoomId) -> list[tuple[EventId | None, str]]:
    """What a group has read of Eva's answers, and in which thread."""
    return [
        (one.thread, plain(one.text)) for one in journey.shown(room_id) if "via link:" in one.text
    ]


def plain(text: str) -> str:
    """Markdown without the signs that keep people's own signs from being Markdown."""
    return re.sub(r"\\(.)", r"\1", text)


async def test_she_is_welcomed_by_what_her_role_is_called(journey: Journey) -> None:
    journey.has_pack("lunch", PACK)
    eva = Contact(journey)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await eva.comes()

    assert "via link, as **Cook**." in plain(journey.texts(eva.room)[0])


async def test_from_a_groups_question_to_the_answer_in_its_thread(
    journey: Journey, eva: Contact
) -> None:
    # when Ann asks
    asked = await asks(journey, ANN, "Is there *soup*?")

    # then Eva reads it with the group's number and nothing else, and the group that it is sent
    assert eva.texts == [OWN, "❓ **Question from group 1**\n\n> Is there *soup*?"]
    waits = journey.shown(TABLE_1)[-1]
    assert waits.text == (
        "📨 Your question has gone to Cook, who is connected. The answer comes here. Go on "
        "meanwhile."
    )
    assert waits.thread == asked

    # when she replies to it, then the answer stands in that group's thread, and only there
    answer = await eva.writes(
        "Yes.\n# Very *hot*", reply_to=eva.message("❓ **Question from").event_id
    )
    said = "💬 **Cook, via link:**\n\n> Yes.\n> # Very *hot*"
    assert answers(journey, TABLE_1) == [(asked, said)]
    assert answers(journey, TABLE_2) == []
    assert "Very \\*hot\\*" in journey.texts(TABLE_1)[-1]
    assert journey.bot_marks(answer) == ["👍"]


async def test_the_packs_own_question_is_answered_to_every_group(
    journey: Journey, eva: Contact
) -> None:
    await eva.writes("Bread")

    said = "> What is *fresh* today?\n\n💬 **Cook, via link:**\n\n> Bread"
    assert answers(journey, TABLE_1) == answers(journey, TABLE_2) == [(None, said)]


async def test_the_oldest_open_question_is_answered_first_and_a_reply_chooses(
    journey: Journey, eva: Contact
) -> None:
    # given three questions that wait
    await eva.writes("Bread")
    first = await asks(journey, ANN, "One?")
    second = await asks(journey, CIA, "Two?")
    third = await asks(journey, BO, "Three?")

    # when she replies to the second and then just writes, three times
    await eva.writes("Two!", reply_to=eva.message("❓ **Question from group 2").event_id)
    assert eva.texts[-1] == (
        "Thank you, that is passed on. If you just write now, you answer this:\n\n"
        "❓ **Question from group 1**\n\n> One?"
    )
    await eva.writes("One!")
    await eva.writes("Three!")
    await eva.writes("Thanks!")

    # then each went to its own thread, and the last to nobody
    assert [(thread, text[-4:]) for thread, text in answers(journey, TABLE_1)[1:]] == [
        (first, "One!"),
        (third, "ree!"),
    ]
    assert answers(journey, TABLE_2)[1:] == [(second, "💬 **Cook, via link:**\n\n> Two!")]
    assert eva.texts[-1].startswith("No question is waiting for you right now")


async def test_the_groups_see_whether_she_is_there(journey: Journey) -> None:
    # given a dialogue that starts while nobody is named
    journey.has_pack("lunch", PACK)
    await journey.starts_lunch()
    assert journey.texts(TABLE_1)[0] == TOLD + HOW
    assert "Write `!contact cook @name:server`." in journey.answer()
    await asks(journey, ANN, "One?")
    assert journey.texts(TABLE_1)[-1].startswith(
        "📨 Your question is kept. Nobody is named as Cook"
    )

    # when Eva is named, then it waits for her in her room
    await journey.writes(OLGA, f"!kontakt cook {EVA}")
    eva = Contact(journey)
    assert journey.chat.rooms[eva.room].invited == [EVA]
    assert eva.texts == [OWN, "❓ **Question from group 1**\n\n> One?"]
    await asks(journey, CIA, "Two?")
    assert journey.texts(TABLE_2)[-1].startswith("📨 Your question is waiting for Cook")

    # when she comes and goes, then the groups' message says so
    await eva.comes()
    assert [journey.texts(room)[0] for room in (TABLE_1, TABLE_2)] == [HERE + HOW] * 2
    journey.chat.change_membership(eva.room, EVA, Membership.LEAVE)
    await journey.settles()
    assert journey.texts(TABLE_1)[0] == TOLD + HOW
    await journey.writes(OLGA, "!contact")
    assert plain(journey.answer()).endswith(f"Cook: {EVA}, not connected yet")


async def test_one_reminder_and_then_it_stands_as_open(journey: Journey, eva: Contact) -> None:
    # given two questions, the pack's and Ann's, of which she answers the first
    await eva.writes("Bread")
    asked = await asks(journey, ANN, "Soup?")

    # when a day passes, and two more
    await journey.clock_shows(MONDAY_9H + timedelta(hours=25))
    reminders = [one for one in eva.texts if one.startswith("⏰")]
    await journey.clock_shows(MONDAY_9H + timedelta(hours=71))
    await journey.clock_shows(MONDAY_9H + timedelta(hours=74))

    # then she was reminded once, and the group was told
    assert reminders == ["⏰ Group 1 is still waiting for your answer to this:\n\n> Soup?"]
    assert [one for one in eva.texts if one.startswith("⏰")] == reminders
    overdue = journey.shown(TABLE_1)[-1]
    assert overdue.text.startswith("⌛ Cook has not answered in time.")
    assert overdue.thread == asked

    # when the digest is made, then it says so; and an answer that comes later is passed on
    await journey.writes(OLGA, "!digest")
    digest = plain("\n".join(journey.texts(ORGANIZERS)))
    assert "Via link: 1 of 2 questions answered" in digest
    assert "**Table 1 asks Cook:**\n\n> Soup?\n\n*Not answered in time.*" in digest
    assert "**Question to Cook:**\n\n> What is *fresh* today?\n\n**Cook, via link:**" in digest
    await eva.writes("Late soup")
    assert answers(journey, TABLE_1)[-1][0] == asked


async def test_changes_follow(journey: Journey, eva: Contact) -> None:
    # given a question and its answer
    await eva.writes("Bread")
    asked = await asks(journey, ANN, "Soup?")
    answer = await eva.writes("Yes")

    # when both are edited
    await journey.edits(ANN, asked, "ask: Soup or fish?")
    await journey.edits(EVA, answer, "Fish")
    assert eva.question().endswith("> Soup or fish?")
    assert answers(journey, TABLE_1)[-1] == (asked, "💬 **Cook, via link:**\n\n> Fish")

    # when others try, then nothing
    await journey.edits(BO, asked, "ask: Cake?")
    await journey.edits(ANN, answer, "Cake")
    assert eva.question().endswith("> Soup or fish?")
    assert answers(journey, TABLE_1)[-1][1].endswith("> Fish")

    # when she takes it back, it is gone and the question waits again; she may answer anew
    await journey.withdraws(EVA, answer)
    assert [thread for thread, _ in answers(journey, TABLE_1)] == [None]
    await eva.writes("No")
    assert answers(journey, TABLE_1)[-1] == (asked, "💬 **Cook, via link:**\n\n> No")

    # when the question is taken back, it is gone for her too
    await journey.withdraws(ANN, asked)
    assert eva.texts == [OWN]
    await journey.writes(OLGA, "!digest")
    digest = plain("\n".join(journey.texts(ORGANIZERS)))
    assert "Via link: 1 of 1 questions answered" in digest
    assert "fish" not in digest


async def test_it_survives_the_process(journey: Journey, eva: Contact) -> None:
    # given a question that is decided and not sent
    journey.chat.holds_before = True
    journey.chat.hear_event(journey.message(ANN, "ask: Soup?"))
    await journey.chat.held.wait()
    await journey.bot_is_killed()
    assert eva.texts == [OWN]

    # when the bot comes back, and is killed again with the answer decided
    journey.chat.let_go()
    await journey.bot_starts()
    question = eva.message("❓ **Question from")
    journey.chat.holds_before = True
    journey.chat.hear_event(journey.message(EVA, "Yes", room=eva.room, reply_to=question.event_id))
    await journey.chat.held.wait()
    await journey.bot_is_killed()
    journey.chat.let_go()
    await journey.bot_starts()

    # then both arrived, once
    assert [text for _, text in answers(journey, TABLE_1)] == ["💬 **Cook, via link:**\n\n> Yes"]


async def test_an_edit_heard_before_what_it_edits(journey: Journey, eva: Contact) -> None:
    await eva.writes("Bread")
    question = journey.message(ANN, "ask: Soup?")
    journey.chat.hear_event(question, encrypted=True)
    journey.chat.hear_event(journey.edit(ANN, question.event_id, "ask: Fish?"))
    await journey.settles()
    journey.chat.key_arrives(question)
    await journey.settles()

    assert eva.question().endswith("> Fish?")


async def test_her_room_takes_no_answers_of_participants(journey: Journey, eva: Contact) -> None:
    # given Eva, who also sits at table 1, and somebody else in her room
    journey.chat.change_membership(TABLE_1, EVA)
    journey.chat.change_membership(eva.room, BO)
    await journey.settles()

    # when both write there, then Eva's is an answer to the pack's question and no reply
    await journey.writes(BO, "Not mine", room=eva.room)
    await eva.writes("Bread")
    await journey.time_passes(10)
    assert journey.quotes(TABLE_1) == []
    assert answers(journey, TABLE_1)[0][1].endswith("> Bread")
    assert "Not mine" not in "\n".join(journey.texts(TABLE_1))


async def test_somebody_else_is_named(journey: Journey, eva: Contact) -> None:
    old, frank = eva.room, UserId("@frank:elsewhere.org")
    await journey.writes(OLGA, f"!contact cook {frank}")

    assert journey.chat.tried[-3:-2] != []
    assert eva.room != old
    assert journey.chat.rooms[eva.room].invited == [frank]
    assert eva.texts == [OWN]
    await journey.writes(EVA, "Bread", room=old)
    assert answers(journey, TABLE_1) == []


@pytest.mark.parametrize(
    "text",
    ["!contact cook", "!contact cook eva", "!contact baker @eva:example.org", "!kontakt @a:b"],
)
async def test_how_to_name_a_contact(journey: Journey, text: str) -> None:
    journey.has_pack("lunch", PACK)
    await journey.writes(OLGA, text)
    # the roles of this pack stand beside those of the packs that ship
    assert f"`{text.split(maxsplit=1)[0]} " in journey.answer()
    assert journey.answer().endswith("`cook`.")


async def test_without_contacts_it_is_an_answer_like_another(journey: Journey) -> None:
    await journey.writes(OLGA, "!contact")
    assert "`cook`" not in journey.answer()
    await journey.starts_lunch()
    await journey.time_passes(10)
    await journey.writes(ANN, "ask: Soup?")
    assert journey.texts(TABLE_1)[-1].startswith("### Together")


async def test_what_cannot_be_passed_on(journey: Journey, eva: Contact) -> None:
    await eva.writes("x" * 12_000)
    assert eva.texts[-1].startswith("That is too long to be passed on in one message.")
    await journey.drops(EVA, "map.pdf", b"%PDF", room=eva.room)
    assert eva.texts[-1] == "I cannot pass files on. Please write your answer in words."
    await eva.writes("Help!")
    assert eva.texts[-1].startswith("Hello! You are asked to take part")
    await asks(journey, ANN, "x" * 12_000)
    assert journey.texts(TABLE_1)[-1].startswith("That is too long")
    assert answers(journey, TABLE_1) == []


async def test_the_posted_digest_follows_what_she_writes_and_takes_back(
    journey: Journey, eva: Contact
) -> None:
    # given a dialogue that is over, and its digest posted
    for minutes in (10, 30, 33):
        await journey.clock_shows(MONDAY_9H + timedelta(minutes=minutes))
    assert "0 of 1 questions answered" in digest(journey)

    # when she answers late, then it stands there; when she takes that back, it does not
    answer = await eva.writes("Late bread")
    await journey.time_passes(minutes=1)
    assert "Late bread" in digest(journey)
    await journey.withdraws(EVA, answer)
    await journey.time_passes(minutes=1)
    assert "Late bread" not in digest(journey)


def digest(journey: Journey) -> str:
    return plain("\n".join(journey.texts(ORGANIZERS)))


async def test_an_edit_that_is_too_long_is_not_passed_on(journey: Journey, eva: Contact) -> None:
    answer = await eva.writes("Bread")
    asked = await asks(journey, ANN, "Soup?")

    await journey.edits(EVA, answer, "x" * 40_000)
    await journey.edits(ANN, asked, "ask: " + "x" * 40_000)

    assert eva.texts[-1].startswith("That is too long")
    assert journey.texts(TABLE_1)[-1].startswith("That is too long")
    assert answers(journey, TABLE_1)[0][1].endswith("> Bread")
    assert journey.errors == []


async def test_personal_data_is_covered_before_it_leaves_a_room(
    journey: Journey, eva: Contact
) -> None:
    # when a group asks with a phone number in it, and rewords it
    asked = await asks(journey, ANN, "May the cook call 070-174 06 05?")
    await journey.edits(ANN, asked, "ask: May the cook call 0701740605 or mail a@example.org?")

    # then she reads that there was one, also when she is reminded
    covered = "> May the cook call [phone number] or mail [e-mail address]?"
    assert eva.question().endswith(covered)
    await journey.time_passes(25 * 60)
    assert covered in eva.texts[-1]

    # and the groups read as much of what she answers, and of how she rewords it
    answer = await eva.writes(
        "Call 08-465 004 12", reply_to=eva.message("❓ **Question from").event_id
    )
    assert answers(journey, TABLE_1)[-1][1].endswith("> Call [phone number]")
    await journey.edits(EVA, answer, "Mail me@example.org")
    assert answers(journey, TABLE_1)[-1][1].endswith("> Mail [e-mail address]")
    told = [plain(text) for text in (*journey.texts(eva.room), *journey.texts(TABLE_1))]
    assert not any(number in text for text in told for number in NUMBERS)


async def test_personal_data_goes_back_to_its_author_where_the_pack_says_so(
    journey: Journey,
) -> None:
    journey.has_pack("lunch", f'personal_data = "hold"\n{PACK}')
    eva = Contact(journey)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await eva.comes()
    await journey.starts_lunch()

    # when a group asks with a phone number in it, then nobody is asked
    asked = await asks(journey, ANN, "May the cook call 070-174 06 05?")
    assert eva.texts == [OWN]
    refused = journey.shown(TABLE_1)[-1]
    assert "I have not passed this on" in refused.text
    assert "a phone number" in refused.text
    assert refused.thread == asked

    # and when she answers with one, then nobody is answered, and the question waits
    await eva.writes("Bread. Call 08-465 004 12")
    assert answers(journey, TABLE_1) == []
    assert "I have not passed this on" in eva.texts[-1]
    answer = await eva.writes("Bread.")
    assert len(answers(journey, TABLE_1)) == 1

    # and neither leaves by an edit
    await journey.edits(EVA, answer, "Bread. Mail me@example.org")
    assert answers(journey, TABLE_1)[-1][1].endswith("> Bread.")
    assert "an e-mail address" in eva.texts[-1]
    sound = await asks(journey, ANN, "Is there soup?")
    await journey.edits(ANN, sound, "ask: Is there soup for 070-174 06 05?")
    assert eva.question().endswith("> Is there soup?")


async def test_a_question_that_becomes_one_of_danger_is_not_passed_on(
    journey: Journey, eva: Contact
) -> None:
    asked = await asks(journey, ANN, "Is there soup?")
    room = eva.room
    await journey.edits(ANN, asked, "ask: I want to kill myself")

    # (Ann has got a chat of her own with the bot)
    assert plain(journey.texts(room)[-1]).endswith("> Is there soup?")
    assert any(text.startswith("🚨") for text in journey.texts(ORGANIZERS))


async def test_forget_me_takes_back_what_was_asked(journey: Journey, eva: Contact) -> None:
    await asks(journey, ANN, "Soup for my child?")
    await asks(journey, BO, "Fish?")

    await journey.writes_in_private(ANN, "forget me")
    await journey.writes_in_private(ANN, "yes, forget me")

    assert eva.texts == [OWN, "❓ **Question from group 1**\n\n> Fish?"]
    assert await journey.database.write(lambda tx: tx.contacts.of_asker(ANN)) == []


def everything_said(journey: Journey) -> str:
    """All that stands in any room, posted by the bot, with the words of edits."""
    rooms = journey.chat.rooms.values()
    return "\n".join(one.text for room in rooms for one in journey.shown(room.room_id) if one.text)


async def test_forget_me_takes_back_what_she_answered(journey: Journey, eva: Contact) -> None:
    # given answers of hers to the pack and to a group, one of them edited, and in the digest
    await eva.writes("Zebrafink bread")
    await asks(journey, ANN, "Is there soup?")
    answer = await eva.writes("Zebrafink soup")
    await journey.edits(EVA, answer, "Zebrafink stew")
    await journey.clock_shows(MONDAY_9H + timedelta(hours=2))
    await journey.writes(OLGA, "!digest")
    assert "Zebrafink" in everything_said(journey)

    # when she asks what is stored of her, and then to be forgotten, in her own room
    await eva.writes("my answers")
    assert "Zebrafink stew" in journey.texts(eva.room)[-1]
    await eva.writes("forget me")
    assert "2 answers" in journey.texts(eva.room)[-1]
    await eva.writes("yes, forget me")
    await journey.time_passes(minutes=1)

    # then no byte of it is left, in any room or in the database, nor of her in a role
    assert "Zebrafink" not in everything_said(journey)
    assert b"Zebrafink" not in on_disk(journey)
    assert answers(journey, TABLE_1) == answers(journey, TABLE_2) == []
    assert journey.texts(eva.room)[-1].startswith("🗑️")
    assert await journey.database.write(lambda tx: tx.contacts.named("cook")) is None
    assert any("Nobody is Cook any more" in one for one in journey.texts(ORGANIZERS))

    # and the group's question is there, for whoever is named next
    await journey.writes(OLGA, "!contact cook @ida:elsewhere.org")
    assert any("Is there soup?" in plain(one) for one in journey.texts(eva.room))
    assert journey.errors == []


async def test_no_edit_of_an_answer_is_left_in_a_groups_room(
    journey: Journey, eva: Contact
) -> None:
    await asks(journey, ANN, "Is there soup?")
    answer = await eva.writes("No.", reply_to=eva.message("❓ **Question from").event_id)
    await journey.edits(EVA, answer, "Yes.")

    await journey.withdraws(EVA, answer)

    def left(tx: Transaction) -> list[EffectKey]:
        said = [key for key, _ in tx.outbox.sent_with("contact-answer/")]
        undone = {key.removesuffix("/erased") for key in said if key.endswith("/erased")}
        return [key for key in said if not key.endswith("/erased") and key not in undone]

    assert await journey.database.write(left) == []


async def test_who_answered_is_forgotten_when_somebody_else_has_the_role(
    journey: Journey, eva: Contact
) -> None:
    await eva.writes("Zebrafink bread")
    await journey.writes(OLGA, "!contact cook @ida:elsewhere.org")
    assert "Zebrafink" in everything_said(journey)

    await journey.writes_in_private(EVA, "yes, forget me")
    await journey.time_passes(minutes=1)

    assert "Zebrafink" not in everything_said(journey)
    named = await journey.database.write(lambda tx: tx.contacts.named("cook"))
    assert named is not None


async def test_what_is_stored_of_her_says_that_she_is_asked(journey: Journey, eva: Contact) -> None:
    await eva.writes("Zebrafink bread")
    await eva.writes("my data")

    (file,) = (one.file for one in journey.shown(eva.room) if one.file is not None)
    text = file.data.decode()
    assert "You are asked via link, in the role cook" in text
    assert "You answered via link: Zebrafink bread" in text


async def test_a_contact_out_of_reach_holds_nothing_up(journey: Journey) -> None:
    # given a contact whose homeserver is away
    journey.has_pack("lunch", PACK)
    journey.chat.unreachable = {EVA}

    # when she is named, then the organizers are answered, now and later
    await journey.writes(OLGA, f"!contact cook {EVA}")
    assert "is now Cook" in journey.answer()
    await journey.starts_lunch()
    assert any(one.startswith("▶️ **Lunch** begins now") for one in journey.texts(ORGANIZERS))

    # and she is invited when it is back
    journey.chat.unreachable = set()
    await journey.time_passes(minutes=1)
    assert journey.chat.rooms[Contact(journey).room].invited == [EVA]


async def test_a_room_that_cannot_be_made_is_told(journey: Journey) -> None:
    journey.has_pack("lunch", PACK)
    journey.chat.refuses_rooms = True

    await journey.writes(OLGA, f"!contact cook {EVA}")

    assert plain(journey.answer()) == (
        "⚠️ I could not make a room, or invite somebody to one: M_FORBIDDEN. Ask whoever runs the "
        "homeserver whether I may."
    )


async def test_what_she_was_shown_of_her_own_answers_goes_on_the_day(journey: Journey) -> None:
    # given Eva, who has looked at what she answered in a dialogue with a day
    journey.has_pack("lunch", f'retention = "5 days"\n{PACK}')
    eva = Contact(journey)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await eva.comes()
    await journey.starts_lunch()
    await eva.writes("Nettles")
    await eva.writes("my answers")
    assert any("“Nettles”" in text for text in eva.texts)
    await journey.time_passes(minutes=40)

    await journey.clock_shows(journey.now + timedelta(days=6))

    assert not any("Nettles" in text for text in eva.texts)
    assert b"Nettles" not in on_disk(journey)
    assert journey.errors == []
