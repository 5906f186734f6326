"""What the organizers read of a dialogue's erasure: before it, after it, and when it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.rendering.markdown import escape

if TYPE_CHECKING:
    from bot.wording import Wording
    from flows.dialogue import Dialogue


def day_of(dialogue: Dialogue, words: Wording) -> str:
    """The day on which it is erased, in words; "" if no day is set."""
    if dialogue.erase_at is None:
        return ""
    local = dialogue.erase_at.astimezone(ZoneInfo(dialogue.zone))
    return str(format_date(local, "d MMMM y", locale=words.language))


def warning_markdown(dialogue: Dialogue, days: int, words: Wording) -> str:
    """What is told some days before."""
    return words.say(
        "🗓️ In {days} days, on {day}, I erase what people have written in **{title}** ({dialogue}). "
        "Until then you can take it out: `!export {dialogue} all`. Another day: `!retention "
        "{dialogue} 2027-06-30`. If it must not be erased: `!legalhold {dialogue}` and why.",
        days=days,
        day=day_of(dialogue, words),
        title=escape(dialogue.pack.title.get(words.language)),
        dialogue=dialogue.id,
    )


def erased_markdown(dialogue: Dialogue, answers: int, people: int, words: Wording) -> str:
    """What is told afterwards: totals, and what is left to do by hand."""
    return words.say(
        "🗑️ Erased, and checked that nothing is left in my database: **{title}** ({dialogue}), "
        "{answers} answers of {people} people. I take back the digests and files I have posted. "
        "What people wrote in their rooms stays there until the rooms are deleted, and copies of "
        "the database and of files are yours to delete.",
        title=escape(dialogue.pack.title.get(words.language)),
        dialogue=dialogue.id,
        answers=answers,
        people=people,
    )


def held_markdown(dialogue: Dialogue, words: Wording) -> str:
    """What is told when a legal hold stands in the way."""
    return words.say(
        "⚖️ **{title}** ({dialogue}) is not erased: a legal hold stands, “{reason}”. When it is no "
        "longer needed: `!endhold {dialogue}`.",
        title=escape(dialogue.pack.title.get(words.language)),
        dialogue=dialogue.id,
        reason=escape(dialogue.legal_hold),
    )
