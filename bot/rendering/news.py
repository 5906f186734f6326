"""What groups read of the course of their dialogue: a pause, more time, what is waited for."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bot.rendering.prompts import clock_time
from bot.wording import Wording
from flows.effects import News


def news_markdown(news: News, until: datetime | None, title: str, words: Wording) -> str:
    """News as a group reads it; `until` is local time, `title` that of its step, escaped."""
    # To the second only where it is a matter of seconds.
    exact = news is News.ENOUGH
    time = "" if until is None else clock_time(until, words, exact=exact)
    match news:
        case News.PAUSED:
            return words.say(
                "⏸️ We pause. The time stands still until we go on; what you write is still kept."
            )
        case News.RESUMED if time and title:
            return words.say("▶️ We go on with **{title}**, until {time}.", title=title, time=time)
        case News.RESUMED:
            return words.say("▶️ We go on.")
        case News.MOVED:
            return words.say("⏱️ **{title}** now ends at {time}.", title=title, time=time)
        case News.ENOUGH:
            return words.say(
                "✅ Enough have answered: **{title}** closes at {time}. If you are still writing, "
                "send it now.",
                title=title,
                time=time,
            )
        case News.WAITING:
            return words.say("⏳ **{title}** begins at {time}.", title=title, time=time)
        case _:
            assert_never(news)
