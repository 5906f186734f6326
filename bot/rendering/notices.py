"""The short messages between prompts: reminders, questions, what the organizers are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.rendering.durations import spoken_length
from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.packs.pack import Step, StepKind

if TYPE_CHECKING:
    from flows.dialogue import Dialogue


def reminder_markdown(
    step: Step, left_s: float, words: Wording, *, private_chat: str = "", silent: bool = False
) -> str:
    """A reminder in a group's room; for a sealed step with the way to the private chat.

    `silent`: nobody of a group has written a word in a group step.
    """
    left = spoken_length(left_s, words)
    if step.kind is StepKind.GROUP and silent:
        return words.say(
            "⏳ {left} left, and nobody has written yet. Begin with one sentence: what comes to "
            "your mind first? Then write **Group answer:** and what you agree on.",
            left=left,
        )
    if step.kind is StepKind.GROUP:
        return words.say(
            "⏳ {left} left, and your group has no answer yet. Write **Group answer:** and what "
            "you agree on, or mark a message with ✅.",
            left=left,
        )
    if step.is_private and private_chat:
        return words.say(
            "⏳ {left} left. If you have not answered yet: tap [Runda]({link}), choose *Message*, "
            "and write your answer there.",
            left=left,
            link=private_chat,
        )
    return words.say("⏳ {left} left. If you have not answered yet, do it now.", left=left)


def private_reminder_markdown(left_s: float, words: Wording) -> str:
    """A reminder to one person, in private."""
    left = spoken_length(left_s, words)
    return words.say("⏳ {left} left to answer. Write it here.", left=left)


def ask_for_answer_markdown(wait_s: float, words: Wording) -> str:
    """The one question to a group whose answer is missing when the time is up."""
    return words.say(
        "⌛ The time is up, and your group's answer is missing. Write **Group answer:** and what "
        "you agree on, or mark a message with ✅. I wait {wait}, then I note that the group gave "
        "no answer.",
        wait=spoken_length(wait_s, words),
    )


def step_closed_markdown(words: Wording) -> str:
    """What a group reads that gave no answer, whether the time ran out or was cut short."""
    return words.say("The question is closed. Your group has no answer to it.")


def late_start_markdown(dialogue: Dialogue, late_s: float, words: Wording) -> str:
    """What organizers read when a step came later than planned (the bot was not running)."""
    step = dialogue.step
    language = words.language if words.language in dialogue.pack.languages else ""
    title = escape(step.title.get(language)) if step is not None else ""
    late = spoken_length(late_s, words)
    if step is None:
        return words.say("⚠️ The dialogue ended {late} later than planned.", late=late)
    return words.say(
        "⚠️ **{title}** opened {late} later than planned. The steps after it move by as much.",
        title=title,
        late=late,
    )


def shown_markdown(title: str, quotes: Sequence[str], words: Wording, chosen: str = "") -> str:
    """Sealed answers as their group sees them, without names; `quotes` are escaped.

    `chosen` is what was chosen in a poll, as Markdown; then `quotes` may be none.
    """
    if chosen:
        head = words.say("🔓 **{title}** – without names", title=title)
        listed = "\n".join(f"- {quote}" for quote in quotes)
        return "\n\n".join(filter(None, [head, chosen, listed]))
    head = words.say_n(
        "🔓 **{title}** – {number} answer from you, without names:",
        "🔓 **{title}** – {number} answers from you, without names:",
        len(quotes),
        title=title,
    )
    return "\n\n".join([head, "\n".join(f"- {quote}" for quote in quotes)])
