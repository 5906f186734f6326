"""What is wrong with a moment, and what to write instead."""

from __future__ import annotations

from bot.rendering.markdown import escape
from bot.rendering.prompts import clock_time
from bot.wording import Wording
from flows.when import AlreadyPast, SkippedTime, WhenError


def when_error_markdown(error: WhenError, words: Wording) -> str:
    """A sentence for the person who wrote it."""
    if isinstance(error, AlreadyPast):
        moment = f"{error.moment:%Y-%m-%d} {clock_time(error.moment, words)}"
        if error.today:
            return words.say("{moment} has been. Write the day too.", moment=moment)
        return words.say("{moment} has been. Write a later time.", moment=moment)
    if isinstance(error, SkippedTime):
        return words.say(
            "The clock jumps over {time} that night. Write for example {instead}.",
            time=clock_time(error.wall, words),
            instead=clock_time(error.instead, words),
        )
    return words.say(
        "“{written}” is not a time I understand. Write for example `13.00` or `2026-12-01 13.00`.",
        written=escape(error.written),
    )
