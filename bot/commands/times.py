"""Times as commands answer with them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.prompts import clock_time
from bot.wording import Wording


def local_time(moment: datetime, zone: str, words: Wording) -> str:
    """The time of day on the wall of a zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return clock_time(local, words)


def day_and_time(moment: datetime, zone: str, words: Wording) -> dict[str, str]:
    """The `day` and the `time` of an instant, for a text that has both."""
    local = moment.astimezone(ZoneInfo(zone))
    return {"day": f"{local:%Y-%m-%d}", "time": clock_time(local, words)}
