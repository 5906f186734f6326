"""Times that an operator writes and reads."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cli.terminal import Terminal
from bot.errors import RundaError
from bot.rendering.prompts import clock_time
from bot.rendering.when import when_error_markdown
from bot.wording import Wording
from flows.when import WhenError, is_shown_twice, parse_when


class NotATime(RundaError):
    """--at cannot be used; the text says what to write."""


def read_moment(
    text: str, zone: ZoneInfo, terminal: Terminal, *, since: datetime | None = None
) -> datetime:
    """What --at says; the operator is told if the clock shows that time twice.

    Args:
        since: the earliest moment that will do; now unless given.

    Raises:
        NotATime: it is no time, or too early.
    """
    words = terminal.words
    try:
        moment = parse_when(text, since or terminal.now, zone)
    except WhenError as error:
        problem = when_error_markdown(error, words).replace("`", "").replace("\\", "")
        raise NotATime(f"--at: {problem}") from error
    if is_shown_twice(moment):
        which = words.say("the second") if moment.fold else words.say("the first")
        terminal.complain(
            words.say(
                "The clock shows {time} twice that night; {which} is meant.",
                time=clock_time(moment, words),
                which=which,
            )
        )
    return moment


def shown_moment(moment: datetime, now: datetime, words: Wording) -> str:
    """A moment of the operator's zone: the time alone today, else with the day."""
    time = clock_time(moment, words)
    if moment.date() == now.astimezone(moment.tzinfo).date():
        return time
    return f"{moment:%Y-%m-%d} {time}"
