"""The growing digest as text: counts of the open step, and not a word of anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.ballots import bars_markdown
from bot.rendering.markdown import escape
from bot.rendering.prompts import clock_time
from bot.wording import Wording

_BREAK = "  \n"
"""A new line in the same paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFacts:
    """What a step has gathered so far.

    `group_answers` is None in a step that asks for none. `chosen` are the persons who chose
    each of the `options`. `newest_at` is local time, None before the first reply.
    """

    title: str
    step_title: str
    present: int
    answered: int
    replies: int
    groups: int
    group_answers: int | None = None
    options: tuple[str, ...] = ()
    chosen: tuple[int, ...] = ()
    newest_at: datetime | None = None


def live_markdown(facts: LiveFacts, words: Wording) -> str:
    """What an open step has gathered so far."""
    head = words.say(
        "✍️ **{title} · {step}** – so far",
        title=escape(facts.title),
        step=escape(facts.step_title),
    )
    parts = [_BREAK.join([head, " · ".join(_counts(facts, words))])]
    if facts.options:
        parts.append(bars_markdown(facts.options, facts.chosen))
    return "\n\n".join(parts)


def _counts(facts: LiveFacts, words: Wording) -> Iterator[str]:
    if facts.group_answers is None:
        answered = words.say(
            "{answered} of {present} have answered", answered=facts.answered, present=facts.present
        )
    else:
        answered = words.say(
            "{given} of {asked} group answers", given=facts.group_answers, asked=facts.groups
        )
    yield f"**{answered}**"
    yield words.say_n("{number} reply", "{number} replies", facts.replies)
    if facts.newest_at is not None:
        yield words.say("newest at {time}", time=clock_time(facts.newest_at, words))


def rests_markdown(title: str, words: Wording) -> str:
    """What stands there while no step collects anything."""
    return words.say(
        "✍️ **{title}** – nothing is being collected right now. What was answered stands in the "
        "digest.",
        title=escape(title),
    )
