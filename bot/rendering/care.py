"""What somebody reads who may be in danger, and whoever is on duty.

Calm, short, and without anything that she wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from bot.config.care import HelpLine
from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.care.rules import Level

_BREAK = "  \n"


def lines_markdown(lines: Sequence[HelpLine], words: Wording) -> str:
    """The numbers to call, one a line."""
    return _BREAK.join(_line(line, words) for line in lines)


def _line(line: HelpLine, words: Wording) -> str:
    about = escape(line.about) or _about(line.number, words)
    named = f"**{escape(line.number)}** {escape(line.name)}"
    return f"{named} – {about}" if about else named


def _about(number: str, words: Wording) -> str:
    """What the bot knows itself of the numbers that are there from the start."""
    known = {
        "112": words.say("if a life is in danger now"),
        "1177": words.say("advice on care, day and night"),
        "90101": words.say("if you think of taking your life, day and night"),
        "116 111": words.say("if you are under 18"),
        "020-50 50 50": words.say("if somebody threatens or hurts you, day and night"),
    }
    return known.get(number, "")


def answer_markdown(
    level: Level, lines: Sequence[HelpLine], words: Wording, *, called: bool, kept: bool
) -> str:
    """The private answer to somebody who may be in danger.

    Args:
        called: whether somebody on duty is told.
        kept: whether what she wrote is an answer that is stored, and held back.
    """
    parts = [_beginning(level, words), lines_markdown(lines, words)]
    if called:
        parts.append(_called(level, words))
    elif level.is_own:
        parts.append(words.say("I am a program and cannot judge how you are."))
    else:
        parts.append(words.say("I am a program and cannot judge how serious it is."))
    if kept:
        parts.append(words.say("Nobody else is shown what you wrote."))
    return "\n\n".join(parts)


def _beginning(level: Level, words: Wording) -> str:
    match level:
        case Level.ACUTE:
            return words.say(
                "Thank you for writing that. It sounds as if it is very hard right now, and you "
                "do not have to carry it alone. **If you may hurt yourself: call 112 now**, or go "
                "to somebody who is near you."
            )
        case Level.PASSIVE:
            return words.say(
                "Thank you for writing that. It sounds heavy. There are people who want to "
                "listen, and you do not need to have an emergency to call."
            )
        case Level.OTHER:
            return words.say(
                "Thank you for writing that. It is hard to worry for somebody, and you do not "
                "have to carry it alone. **If a life is in danger now: call 112**, and stay with "
                "her or him. It is not dangerous to ask straight out about thoughts of suicide. "
                "Those who answer here listen to you too, and can say what you can do:"
            )
        case _:
            assert_never(level)


def _called(level: Level, words: Wording) -> str:
    if level.is_own:
        return words.say(
            "I am a program and cannot judge how you are. So I have told the person on duty "
            "that you may need somebody to talk to. They see that it is you, and not what "
            "you wrote."
        )
    return words.say(
        "I am a program and cannot judge how serious it is. So I have told the person on duty "
        "that you may need somebody to talk to, because you worry for somebody. They see that "
        "it is you, and neither what you wrote nor whom it is about."
    )


def _alarm(level: Level, words: Wording) -> str:
    match level:
        case Level.ACUTE:
            return words.say("🚨 **Somebody has written that she or he may be in danger now.**")
        case Level.PASSIVE:
            return words.say("💛 **Somebody has written that it is hard to go on living.**")
        case Level.OTHER:
            return words.say(
                "🧡 **Somebody worries for another person's life: a child, a friend, somebody "
                "close.** Ask whom it is about, and whether it is urgent."
            )
        case _:
            assert_never(level)


def ping_markdown(words: Wording) -> str:
    """What rings on the duty person's phone."""
    return words.say("🔔 I need you: please read what is above, as soon as you can.")


def alert_markdown(
    level: Level,
    words: Wording,
    *,
    person: str,
    place: str,
    reply: str,
    release: str,
) -> str:
    """What the duty person reads.

    Args:
        person: a link to the person, "" where she is not named.
        place: a link to the message, or to her group's room.
        reply: the number of the reply that is held back, "" for none.
        release: the word that releases one.
    """
    parts = [_alarm(level, words)]
    if person:
        parts.append(words.say("Person: {person}", person=person))
    if place:
        parts.append(words.say("Where: {place}", place=place))
    parts.append(
        words.say(
            "I have answered in private, with numbers to call. What was written is not shown "
            "here. I may be wrong: I read words and not people."
        )
    )
    if reply:
        parts.append(
            words.say(
                "The answer is held back, and stands in no digest and in no file. Write "
                "`{release} {number}` here if it may be shown after all.",
                release=release,
                number=reply,
            )
        )
    return "\n\n".join(parts)


def old_lines_markdown(lines: Sequence[HelpLine], today: date, words: Wording) -> str:
    """A word to the organizers about numbers that nobody has checked for long; "" for none."""
    old = [line for line in lines if line.is_old(today)]
    if not old:
        return ""
    listed = ", ".join(f"{escape(line.name)} {escape(line.number)}" for line in old)
    return words.say_n(
        "⚠️ A number that I give to people in danger has not been checked for a year: {lines}. "
        "Call it, and have its date changed in the configuration (`care.lines`).",
        "⚠️ Numbers that I give to people in danger have not been checked for a year: {lines}. "
        "Call them, and have their dates changed in the configuration (`care.lines`).",
        len(old),
        lines=listed,
    )
