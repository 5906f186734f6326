"""The log of who did what: lines for people, and CSV.

CSV has the columns of `CSV_COLUMNS`, in the form that `bot.rendering.export` explains: UTF-8 with a
byte order mark, `;` between cells, `'` before what could run as a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from bot.rendering.durations import spoken_length
from bot.rendering.export import neutral
from bot.rendering.markdown import escape
from flows.audit import Act, Deed, Entry, Fault, Wrong
from flows.care.rules import Level
from storage.instants import from_ms

if TYPE_CHECKING:
    from bot.wording import Wording

CSV_COLUMNS = (
    "number",
    "time_utc",
    "actor",
    "act",
    "dialogue",
    "room",
    "subject",
    "reason",
    "digest",
)


_OF_LIST = re.compile(r"(?P<kind>tables|list) (?P<number>\d+)(?P<rest>: .*)?")
_BY_SECONDS = re.compile(r"(?P<step>.+) (?P<seconds>[+-]\d+) s")


def to_csv(entries: Iterable[Entry]) -> bytes:
    """One row per entry, as it was written."""
    table = io.StringIO(newline="")
    rows = csv.writer(table, delimiter=";", quoting=csv.QUOTE_ALL)
    rows.writerow(CSV_COLUMNS)
    for one in entries:
        deed = one.deed
        cells = (
            str(one.number),
            f"{from_ms(deed.at_ms):%Y-%m-%d %H:%M:%S}",
            deed.actor,
            deed.act,
            deed.dialogue,
            deed.room,
            deed.subject,
            deed.reason,
            one.digest,
        )
        rows.writerow([neutral(cell) for cell in cells])
    return table.getvalue().encode("utf-8-sig")


def line(entry: Entry, zone: tzinfo, words: Wording) -> str:
    """One entry as plain text: when, who, what, to what, why."""
    deed = entry.deed
    parts = [
        f"{from_ms(deed.at_ms).astimezone(zone):%Y-%m-%d %H:%M}",
        _actor(deed.actor, words),
        " ".join(filter(None, [_act(deed.act, words), deed.dialogue, _subject(deed, words)])),
    ]
    shown = f"{entry.number}. {' · '.join(parts)}"
    reason = _level(deed.reason, words) if deed.act == Act.CARE else deed.reason
    return f"{shown} – {reason}" if reason else shown


def markdown_line(entry: Entry, zone: tzinfo, words: Wording) -> str:
    """The same for a message."""
    number, _, rest = line(entry, zone, words).partition(". ")
    return f"- {number}: {escape(rest)}"


def _subject(deed: Deed, words: Wording) -> str:
    """What it was done to; what was written for programs, as people say it."""
    of_list = _OF_LIST.fullmatch(deed.subject)
    if of_list is not None:
        kind, number = of_list["kind"], of_list["number"]
        if kind == "tables":
            return words.say("the tables of list {number}", number=number)
        return words.say("list {number}", number=number) + (of_list["rest"] or "")
    lengthened = _BY_SECONDS.fullmatch(deed.subject)
    if deed.act == Act.EXTEND and lengthened is not None:
        by = int(lengthened["seconds"])
        length = spoken_length(abs(by), words)
        return f"{lengthened['step']} {'-' if by < 0 else '+'}{length}"
    if deed.act in (Act.ERASE, Act.WITHDRAW_CONSENT) and deed.subject.isdecimal():
        return words.say_n("({number} answer)", "({number} answers)", int(deed.subject))
    return deed.subject


def _level(reason: str, words: Wording) -> str:
    """How near a danger was; one that this program does not know, as it stands."""
    match reason:
        case Level.ACUTE:
            return words.say("somebody may be in danger now")
        case Level.PASSIVE:
            return words.say("somebody finds it hard to go on")
        case Level.OTHER:
            return words.say("somebody worries for another")
        case _:
            return reason


def _actor(actor: str, words: Wording) -> str:
    if actor == "participant":
        return words.say("a participant")
    operator = actor.removeprefix("operator:")
    return actor if operator == actor else words.say("operator {name}", name=operator)


def _act(act: str, words: Wording) -> str:  # noqa: C901, PLR0911, PLR0912  one line for each act
    """What was done, in a word or two; one that this program does not know, as it stands."""
    match act:
        case Act.START:
            return words.say("started")
        case Act.PAUSE:
            return words.say("paused")
        case Act.RESUME:
            return words.say("let go on")
        case Act.EXTEND:
            return words.say("moved the end of a step")
        case Act.NEXT:
            return words.say("went on to the next step")
        case Act.SKIP:
            return words.say("left out a step")
        case Act.STOP:
            return words.say("ended")
        case Act.SERIES:
            return words.say("began a series")
        case Act.SERIES_END:
            return words.say("ended a series")
        case Act.SAY:
            return words.say("wrote to groups")
        case Act.DIGEST:
            return words.say("ordered a digest")
        case Act.HOLD:
            return words.say("held back a reply")
        case Act.RELEASE:
            return words.say("released a reply")
        case Act.APPROVE:
            return words.say("confirmed")
        case Act.EXPORT:
            return words.say("exported")
        case Act.ERASE:
            return words.say("erased")
        case Act.TAKE_BACK:
            return words.say("took back a reply")
        case Act.WITHDRAW_CONSENT:
            return words.say("withdrew consent")
        case Act.RETENTION:
            return words.say("set the retention date")
        case Act.LEGAL_HOLD:
            return words.say("stopped erasure (legal hold)")
        case Act.LEGAL_HOLD_END:
            return words.say("ended the legal hold")
        case Act.REGISTRY:
            return words.say("set the registry number")
        case Act.SETTING:
            return words.say("changed a setting")
        case Act.THEME:
            return words.say("edited a theme")
        case Act.INVITE:
            return words.say("sent invitations")
        case Act.CONTACT:
            return words.say("named a contact")
        case Act.BOOKING:
            return words.say("booked a follow-up")
        case Act.BOOKING_END:
            return words.say("cancelled a follow-up")
        case Act.PACK:
            return words.say("kept a pack")
        case Act.CARE:
            return words.say("care")
        case Act.ANONYMOUS:
            return words.say("cut answers from persons")
        case _:
            return act


def fault_sentence(fault: Fault, words: Wording) -> str:
    """What is wrong with the log at one place."""
    number = fault.number
    match fault.wrong:
        case Wrong.MISSING:
            return words.say("entry {entry} has been taken out", entry=number)
        case Wrong.CHANGED:
            return words.say("entry {entry} is not as it was written", entry=number)
        case Wrong.CUT:
            return words.say("the log has lost its end: entry {entry} was there", entry=number)
        case Wrong.NOT_THE_SAME:
            return words.say("entry {entry} was another when its head was published", entry=number)
