"""Commands about what begins by itself: follow-ups that are booked, and series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.choosing import has_begun, has_bookings
from bot.commands.registry import Answer, Call, Command
from bot.commands.times import day_and_time
from bot.dialogues.orders import plan
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.rendering.when import when_error_markdown
from flows.audit import Act
from flows.dialogue import Dialogue, Status
from flows.effects import AlarmKind
from flows.engine import follow_up_alarm
from flows.when import WhenError, parse_when
from storage.instants import from_ms, to_ms
from storage.occurrences import Occurrence, wall_time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Booking:
    """Something that begins by itself: its alarm, and how people call it."""

    occurrence: Occurrence
    title: str
    whose: str
    zone: str


def _bookings(call: Call) -> list[_Booking]:
    """What is booked, soonest first; its place in this list is its number."""
    found = []
    for one in call.tx.occurrences.waiting_for(AlarmKind.FOLLOW_UP):
        dialogue = call.tx.dialogues.get(one.dialogue_id)
        follow_up = None if dialogue is None else dialogue.pack.follow_up(one.about)
        if dialogue is not None and follow_up is not None:
            title = escape(follow_up.title.get(call.words.language))
            found.append(
                _Booking(occurrence=one, title=title, whose=dialogue.id, zone=dialogue.zone)
            )
    return found


def _list(call: Call) -> Answer:
    lines = [
        call.words.say(
            "{number}. **{title}** ({dialogue}): {day} at {time}",
            number=number,
            title=one.title,
            dialogue=one.whose,
            **day_and_time(from_ms(one.occurrence.due_ms), one.zone, call.words),
        )
        for number, one in enumerate(_bookings(call), start=1)
    ]
    parts = []
    if lines:
        parts += [call.words.say("**Follow-ups that are booked**"), "\n".join(lines)]
    coming = {one.dialogue_id: one for one in call.tx.occurrences.waiting_for(AlarmKind.SERIES)}
    for series in call.tx.series.going():
        alarm = next((one for key, one in coming.items() if key == series.id), None)
        if alarm is not None:
            parts.append(
                call.words.say(
                    "🔁 **{title}** comes again by itself, next {day} at {time}.",
                    title=escape(series.pack.title.get(call.words.language)),
                    **day_and_time(from_ms(alarm.due_ms), series.zone, call.words),
                )
            )
    if not parts:
        parts.append(
            call.words.say(
                "Nothing is booked. A pack's follow-ups are booked when its dialogue ends; "
                "`!{book} {what} 2027-10-05 9:00` books one sooner.",
                book=BOOK.name(call.words),
                what=_what(call),
            )
        )
    return Answer(markdown="\n\n".join(parts))


def _what(call: Call) -> str:
    return "uppföljning" if call.words.language == "sv" else "followup"


FOLLOW_UPS = Command(
    swedish="uppföljningar",
    english="followups",
    usage=lambda words: words.say("– the follow-ups that are booked, and what comes again"),
    run=_list,
    also_swedish=("uppföljning", "bokningar"),
    also_english=("followup", "follow-ups", "follow-up", "bookings"),
    available=has_begun,
)

_BOOKED = re.compile(
    r"(?:(?:uppföljning(?:en)?|uppfoljning(?:en)?|follow-?up|follow up)\b)?\s*"
    r"(?:(?P<number>[0-9]{1,2})\s+(?=\S*[-a-zåäö]))?(?P<when>.*)",
    re.IGNORECASE | re.DOTALL,
)


def _book(call: Call) -> Answer:
    match = _BOOKED.fullmatch(call.argument)
    when = "" if match is None else match["when"].strip()
    if match is None or not when:
        message = call.words.say(
            "Write when: `!{book} {what} 2027-10-05 9:00`. If several are booked, the number of "
            "the one you move goes before the day.",
            book=BOOK.name(call.words),
            what=_what(call),
        )
        raise CommandError(message)
    booked = _bookings(call)
    number = int(match["number"]) if match["number"] else None
    if booked and number is not None and not 1 <= number <= len(booked):
        raise CommandError(_no_such_number(call, len(booked)))
    if number is None and len(booked) > 1:
        message = call.words.say(
            "{number} follow-ups are booked; write which one you move: "
            "`!{book} {what} 2 2027-10-05 9:00`. `!{follow_ups}` lists them.",
            number=len(booked),
            book=BOOK.name(call.words),
            what=_what(call),
            follow_ups=FOLLOW_UPS.name(call.words),
        )
        raise CommandError(message)
    if booked:
        one = booked[(number or 1) - 1]
        moment = _moment(call, when, one.zone)
        call.tx.occurrences.move(
            one.occurrence.key, due_ms=to_ms(moment), wall_time=wall_time(moment, one.zone)
        )
        call.note(Act.BOOKING, dialogue=one.occurrence.dialogue_id)
        return Answer(markdown=_told(call, one.title, one.whose, moment, one.zone))
    dialogue = _newest(call)
    follow_up = dialogue.pack.follow_ups[0]
    moment = _moment(call, when, dialogue.zone)
    alarm = follow_up_alarm(dialogue, follow_up.id, moment)
    plan(call.tx, dialogue.id, alarm, zone=dialogue.zone)
    # It was booked and cancelled before, or has been: then its alarm is done.
    if not any(one.key == alarm.key for one in call.tx.occurrences.waiting(dialogue.id)):
        message = call.words.say(
            "The follow-up of {dialogue} has been, or was cancelled.", dialogue=dialogue.id
        )
        raise CommandError(message)
    title = escape(follow_up.title.get(call.words.language))
    call.note(Act.BOOKING, dialogue=dialogue.id, subject=follow_up.id)
    return Answer(markdown=_told(call, title, dialogue.id, moment, dialogue.zone))


def _newest(call: Call) -> Dialogue:
    """The newest dialogue whose pack has a follow-up."""
    begun = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
    having = [one for one in begun if one.pack.follow_ups]
    if not having:
        message = call.words.say(
            "No pack that you have run has a follow-up. How one is written stands in the guide "
            "for packs."
        )
        raise CommandError(message)
    return having[-1]


def _moment(call: Call, when: str, zone: str) -> datetime:
    try:
        return parse_when(when, call.now, ZoneInfo(zone))
    except WhenError as error:
        raise CommandError(when_error_markdown(error, call.words)) from error


def _told(call: Call, title: str, whose: str, moment: datetime, zone: str) -> str:
    return call.words.say(
        "🗓️ **{title}** ({dialogue}) is booked for {day} at {time}, with the same groups.",
        title=title,
        dialogue=whose,
        **day_and_time(moment, zone, call.words),
    )


def _no_such_number(call: Call, number: int) -> str:
    return call.words.say_n(
        "There is no follow-up of that number: {number} is booked.",
        "There is no follow-up of that number: {number} are booked.",
        number,
    )


BOOK = Command(
    swedish="boka",
    english="book",
    second_words=("uppföljning", "followup"),
    usage=lambda words: words.say(
        "`followup 2027-10-05 9:00` – move a follow-up, or book it before its time"
    ),
    run=_book,
    available=has_begun,
)


def _cancel(call: Call) -> Answer:
    booked = _bookings(call)
    if not booked:
        raise CommandError(call.words.say("No follow-up is booked."))
    if call.confirmed:
        return _cancelled(call, booked)
    digits = re.sub(r"\D", "", call.argument)
    if not digits and len(booked) > 1:
        message = call.words.say(
            "Write the number of the one you cancel, as `!{follow_ups}` lists them.",
            follow_ups=FOLLOW_UPS.name(call.words),
        )
        raise CommandError(message)
    number = int(digits or 1)
    if not 1 <= number <= len(booked):
        raise CommandError(_no_such_number(call, len(booked)))
    one = booked[number - 1]
    text = call.words.say(
        "⚠️ This cancels **{title}** ({dialogue}), booked for {day} at {time}. If you mean it, put "
        "✅ on this message.",
        title=one.title,
        dialogue=one.whose,
        **day_and_time(from_ms(one.occurrence.due_ms), one.zone, call.words),
    )
    # By its key: until it is confirmed, another may have come before it in the list.
    return Answer(markdown=text, confirm=f"{CANCEL.english} {one.occurrence.key}")


def _cancelled(call: Call, booked: list[_Booking]) -> Answer:
    one = next((one for one in booked if one.occurrence.key == call.argument), None)
    if one is None:
        raise CommandError(call.words.say("That follow-up is not booked any more."))
    call.tx.occurrences.done(one.occurrence.key, now_ms=to_ms(call.now))
    call.note(Act.BOOKING_END, dialogue=one.occurrence.dialogue_id)
    text = call.words.say(
        "**{title}** ({dialogue}) is cancelled.", title=one.title, dialogue=one.whose
    )
    return Answer(markdown=text)


CANCEL = Command(
    swedish="avboka",
    english="cancel",
    usage=lambda words: words.say("– cancel a follow-up by its number; asks for ✅ first"),
    run=_cancel,
    available=has_bookings,
)

BOOKINGS: tuple[Command, ...] = (FOLLOW_UPS, BOOK, CANCEL)
