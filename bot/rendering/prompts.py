"""What a group reads when a step opens, and the short messages around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.rendering.durations import spoken_length
from bot.wording import Wording
from flows.packs.pack import Pack, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFacts:
    """What a prompt says besides the pack's own words.

    `closes_at` is local time, None for a step without an end. `length_s` is how long the step
    lasts in this run, in seconds. `private_chat` is a link that opens a private chat.
    """

    closes_at: datetime | None
    length_s: float | None
    private_chat: str


def prompt_markdown(step: Step, pack: Pack, facts: PromptFacts, words: Wording) -> str:
    """The message that opens a step in a group's room, as Markdown.

    The text is the pack's, in the dialogue's language; how to answer stands below it.
    """
    language = words.language if words.language in pack.languages else pack.language
    parts = [f"**{step.title.get(language)}**", step.text.get(language)]
    how = _how_to_answer(step, facts, words)
    if how:
        parts.append(how)
    return "\n\n".join(parts)


def _how_to_answer(step: Step, facts: PromptFacts, words: Wording) -> str:
    until = _until(facts, words)
    match step.kind:
        case StepKind.INDIVIDUAL if step.sealed:
            return words.say(
                "✍️ **On your own:** write to me in a [private chat]({link}). Nobody in the "
                "group sees your answer until the group question opens, and then without your "
                "name. {until}",
                link=facts.private_chat,
                until=until,
            )
        case StepKind.INDIVIDUAL:
            return words.say(
                "✍️ **On your own:** answer here in the room or in the thread of this message. "
                "Everybody in the group can read your answer. {until}",
                until=until,
            )
        case StepKind.GROUP:
            return words.say(
                "💬 **Together:** talk it over. When you agree, one of you writes a message that "
                "begins with **Group answer:**, or marks a message with ✅. You can change the "
                "answer until the time is up. {until}",
                until=until,
            )
        case StepKind.BREAK:
            return words.say("☕ {until}", until=until)
        case _:
            return ""


def _until(facts: PromptFacts, words: Wording) -> str:
    if facts.closes_at is None or facts.length_s is None:
        return ""
    return words.say(
        "⏳ {length}, until {time}.",
        length=spoken_length(facts.length_s, words),
        time=clock_time(facts.closes_at, words, exact=facts.length_s < _EXACT_BELOW_S),
    )


_EXACT_BELOW_S = 120


def clock_time(local: datetime, words: Wording, *, exact: bool = False) -> str:
    """A time of day as it is written in the language: 13.05 in Swedish, 13:05 in English."""
    separator = "." if words.language == "sv" else ":"
    pattern = separator.join(("%H", "%M", "%S") if exact else ("%H", "%M"))
    return local.strftime(pattern)


def private_prompt_markdown(step: Step, pack: Pack, facts: PromptFacts, words: Wording) -> str:
    """The question of a sealed step in a private chat, where the answer is written."""
    language = words.language if words.language in pack.languages else pack.language
    below = words.say(
        "✍️ Write your answer here. I confirm it with 👍. You can edit it, or delete it to take "
        "it back. {until}",
        until=_until(facts, words),
    )
    return "\n\n".join([f"**{step.title.get(language)}**", step.text.get(language), below])
