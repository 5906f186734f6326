"""What `runda check` looks at of the care for people in danger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.cli.findings import Finding, bad, good
from bot.config.care import CareConfig
from bot.wording import Wording


def look_at_care(care: CareConfig, today: date, words: Wording) -> Iterator[Finding]:
    """Whether somebody is on duty, and whether the numbers to call have been checked lately."""
    if not care.enabled:
        yield good(words.say("care for people in danger: switched off"))
        return
    if care.duty:
        yield good(words.say("on duty: {people}", people=", ".join(care.duty)))
    else:
        yield good(
            words.say(
                "on duty: nobody; when somebody may be in danger the organizers are told, without "
                "a name (care.duty)"
            )
        )
    old = [line for line in care.lines if line.is_old(today)]
    what = words.say("numbers for people in danger")
    if not old:
        yield good(words.say("{what}: checked within a year", what=what))
        return
    yield bad(
        what,
        words.say(
            "nobody has checked these for a year: {lines}; call them, and write today's date "
            "behind them in care.lines",
            lines=", ".join(f"{line.name} {line.number}" for line in old),
        ),
    )
