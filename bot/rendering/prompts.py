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
    parts = [f"### {step.title.get(language)}", step.text.get(language)]
    # While there is something to read or to listen to, nobody has to watch the time.
    timed = step.kind.collects or step.kind is StepKind.BREAK
    until = _until(facts, words) if timed else ""
    parts += [part for part in (_how_to_answer(step, facts, words), until) if part]
    return "\n\n".join(parts)


def _how_to_answer(step: Step, facts: PromptFacts, words: Wording) -> str:
    match step.kind:
        case StepKind.INDIVIDUAL if step.sealed:
            # Clients show the link as the bot's name, whatever it is called here.
            return words.say(
                "✍️ **Answer on your own:** tap [Runda]({link}), choose *Message*, and write your "
                "answer there. The group sees the answers only when the group question opens, and "
                "then without names.",
                link=facts.private_chat,
            )
        case StepKind.INDIVIDUAL:
            return words.say(
                "✍️ **Answer on your own:** write your answer here in the room. Everybody in the "
                "group can read it."
            )
        case StepKind.GROUP:
            return words.say(
                "💬 **Answer together:** talk it over. Then write **Group answer:** and what you "
                "have agreed on, or mark a message with ✅. The newest answer counts."
            )
        case _:
            return ""


def _until(facts: PromptFacts, words: Wording) -> str:
    if facts.closes_at is None or facts.length_s is None:
        return ""
    return words.say(
        "⏳ {length}, until {time}",
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
        "it back."
    )
    parts = [f"### {step.title.get(language)}", step.text.get(language), below]
    return "\n\n".join([*parts, *filter(None, [_until(facts, words)])])
