"""Commands that give tables their rooms, and invite people into them."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.commands.seating_now import is_proposed, is_settled, keep_change, seating_at, show_change
from bot.errors import CommandError
from bot.seating.rooms import bind_rooms, invite_all, make_rooms
from flows.audit import Act
from storage.seating import Stage, Todo


def _seat(call: Call) -> Answer:
    seating = seating_at(call, Stage.PROPOSED)
    # What is confirmed is the list that was shown, and none that has come since.
    is_other = call.confirmed and call.argument not in ("", str(seating.number))
    if is_other or seating.todo is not Todo.NOTHING or not seating.groups:
        message = call.words.say(
            "The tables are being worked out anew. Look at them, then put ✅ on them."
        )
        raise CommandError(message)
    if not call.confirmed:
        question = call.words.say_n(
            "Shall I make a room for {number} table? Put ✅ on this message.",
            "Shall I make rooms for {number} tables? Put ✅ on this message.",
            seating.groups,
        )
        return Answer(markdown=question, confirm=f"seat {seating.number}")
    settled = make_rooms(
        call.tx,
        seating,
        call.words,
        near=call.tools.world.organizers_room,
        encrypted=call.tools.encrypted_groups,
        now=call.now,
    )
    show_change(call, settled)
    call.note(Act.APPROVE, subject=f"tables {seating.number}")
    return Answer(
        markdown=call.words.say("I make the rooms now; the cards come when they are there.")
    )


SEAT = Command(
    swedish="placera",
    english="seat",
    usage=lambda words: words.say("– confirm the tables, as ✅ on them does"),
    run=_seat,
    available=is_proposed,
)


def _use(call: Call) -> Answer:
    seating = seating_at(call, Stage.PROPOSED)
    settled = bind_rooms(call.tx, seating)
    if settled is None:
        message = call.words.say(
            "There are {groups} tables and fewer rooms. Invite me to more rooms, or write "
            "`!groups` with a smaller number.",
            groups=seating.groups,
        )
        raise CommandError(message)
    keep_change(call, settled, Todo.CARDS)
    call.note(Act.APPROVE, subject=f"tables {seating.number}")
    return Answer(markdown=call.words.say("I use the rooms that are there; the cards follow."))


USE = Command(
    swedish="använd",
    english="use",
    second_words=("rummen", "rooms"),
    usage=lambda words: words.say("`rooms` – seat people in the group rooms that are there"),
    run=_use,
    available=is_proposed,
)


def _invite(call: Call) -> Answer:
    seating = seating_at(call, Stage.SETTLED)
    people = call.tx.seatings.people(seating.number)
    ordered = invite_all(call.tx, seating, people, now=call.now)
    if not ordered:
        message = call.words.say(
            "Nobody on the list has a chat id and no invitation yet. Others come by the cards."
        )
        raise CommandError(message)
    show_change(call, seating)
    call.note(Act.INVITE, subject=f"list {seating.number}: {ordered}")
    text = call.words.say_n(
        "✉️ I send {number} invitation. The message with the tables shows how far I am.",
        "✉️ I send {number} invitations, some seconds apart. The message with the tables shows "
        "how far I am.",
        ordered,
    )
    return Answer(markdown=text)


INVITE = Command(
    swedish="bjud",
    english="invite",
    second_words=("in", ""),
    usage=lambda words: words.say("– invite everybody on the list who has a chat id"),
    run=_invite,
    available=is_settled,
)
