"""The board as text: made for a phone, one short line per group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.rendering.markdown import escape
from bot.rendering.prompts import clock_time
from bot.wording import Wording

_BREAK = "  \n"
"""A new line in the same paragraph: a list would take a third of a phone's width."""

_QUIET_TOLD_FROM = 3
"""Minutes without a word before the board speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A group: how many of those present have answered, and how long it has been quiet."""

    name: str
    present: int
    answered: int = 0
    group_answer: bool = False
    quiet_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFacts:
    """A dialogue at a moment.

    `closes_at` is local time; `lines` are empty while nothing is collected.
    """

    title: str
    ended: bool
    step_title: str
    position: int
    steps: int
    closes_at: datetime | None
    exact: bool
    waiting: bool
    is_group_step: bool
    lines: tuple[BoardLine, ...]
    unreadable: int
    digest_stale: bool


def board_markdown(facts: BoardFacts, words: Wording) -> str:
    """The board as Markdown."""
    parts = [_head(facts, words)]
    if facts.lines:
        parts.append(_BREAK.join(_line(line, facts, words) for line in facts.lines))
        parts.append(_sum(facts, words))
    if facts.unreadable:
        parts.append(
            words.say_n(
                "🔒 {number} message cannot be decrypted yet.",
                "🔒 {number} messages cannot be decrypted yet.",
                facts.unreadable,
            )
        )
    if facts.digest_stale:
        parts.append(
            words.say(
                "♻️ Answers have changed since the digest was made. `!digest` makes a new one."
            )
        )
    return "\n\n".join(parts)


def _head(facts: BoardFacts, words: Wording) -> str:
    title = escape(facts.title)
    if facts.ended:
        return words.say("📋 **{title}** – ended.", title=title)
    step = words.say(
        "Step {position} of {steps}: **{step}**",
        position=facts.position,
        steps=facts.steps,
        step=escape(facts.step_title),
    )
    lines = [f"📋 **{title}**", step]
    if facts.closes_at is not None:
        time = clock_time(facts.closes_at, words, exact=facts.exact)
        if facts.waiting:
            lines.append(words.say("⌛ waiting for missing answers until {time}", time=time))
        else:
            lines.append(words.say("⏳ until {time}", time=time))
    return _BREAK.join(lines)


def _line(line: BoardLine, facts: BoardFacts, words: Wording) -> str:
    name = escape(line.name)
    if facts.is_group_step:
        done = line.group_answer
        text = name
    else:
        done = line.present > 0 and line.answered >= line.present
        text = words.say(
            "{name}: {answered} of {present}",
            name=name,
            answered=line.answered,
            present=line.present,
        )
    if not done and line.quiet_minutes >= _QUIET_TOLD_FROM:
        text += words.say_n(
            " · quiet for {number} minute", " · quiet for {number} minutes", line.quiet_minutes
        )
    return f"{'✅' if done else '⬜'} {text}"


def _sum(facts: BoardFacts, words: Wording) -> str:
    if facts.is_group_step:
        return words.say(
            "**{answered} of {groups} groups have answered**",
            answered=sum(line.group_answer for line in facts.lines),
            groups=len(facts.lines),
        )
    return words.say(
        "**{answered} of {present} people have answered**",
        answered=sum(line.answered for line in facts.lines),
        present=sum(line.present for line in facts.lines),
    )
