"""What the bot answers to participants' own words: my answers, undo, forget me, help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rendering.markdown import escape
from bot.wording import Wording

_SHORT = 300
"""Characters of an answer that are enough to know it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """One stored answer as its author reads it: where, when (local), what, and a link to it."""

    step: str
    moment: str
    text: str
    link: str
    is_file: bool = False


def answers_markdown(
    title: str, answers: Sequence[StoredAnswer], withdrawn: int, words: Wording
) -> list[str]:
    """What is stored of a person in one dialogue, as blocks of Markdown."""
    head = words.say_n(
        "**{title}** – {number} answer of yours is stored:",
        "**{title}** – {number} answers of yours are stored:",
        len(answers),
        title=escape(title),
    )
    blocks = [head] if answers else []
    blocks += [_item(answer, words) for answer in answers]
    if withdrawn:
        blocks.append(
            words.say_n(
                "{number} answer was taken back, and its words are erased.",
                "{number} answers were taken back, and their words are erased.",
                withdrawn,
            )
        )
    return blocks


def via_link_markdown(answers: Sequence[str], words: Wording) -> list[str]:
    """What is stored of the answers of somebody who is asked via link, as blocks of Markdown."""
    if not answers:
        return []
    head = words.say_n(
        "**Via link** – {number} answer of yours is stored:",
        "**Via link** – {number} answers of yours are stored:",
        len(answers),
    )
    return [head, *(f"- {shortened(answer, words)}" for answer in answers)]


def _item(answer: StoredAnswer, words: Wording) -> str:
    link = f"[{escape(answer.moment)}]({answer.link})"
    text = shortened(answer.text, words, is_file=answer.is_file)
    return f"- {escape(answer.step)}, {link}: {text}"


def shortened(text: str, words: Wording, *, is_file: bool = False) -> str:
    """An answer in one line, escaped; enough of it to know it again."""
    line = " ".join(text.split())
    cut = f"{line[:_SHORT].rstrip()} …" if len(line) > _SHORT else line
    return f"📎 {escape(cut)}" if is_file else words.say("“{text}”", text=escape(cut))


def nothing_stored_markdown(words: Wording) -> str:
    """What a person reads of whom nothing is stored."""
    return words.say("Nothing that you have written is stored.")


def undone_markdown(answer: StoredAnswer, words: Wording) -> str:
    """What was taken back by "undo"."""
    return words.say(
        "↩️ Taken back: your answer to {step}, {text} I have erased it. The message itself stays "
        "in the chat until you delete it. If this was a mistake, write the answer again.",
        step=f"*{escape(answer.step)}*",
        text=f"{shortened(answer.text, words, is_file=answer.is_file)}.",
    )


def nothing_to_undo_markdown(words: Wording) -> str:
    """What "undo" is answered with where there is nothing to take back."""
    return words.say("There is no answer of yours that I could take back.")


def forget_question_markdown(stored: int, words: Wording) -> str:
    """The one question before a person is forgotten."""
    if not stored:
        return nothing_stored_markdown(words)
    return words.say_n(
        "I have {number} answer of yours. Shall I erase it, and that it was you? This cannot be "
        "undone. Write **yes, forget me**.",
        "I have {number} answers of yours. Shall I erase them all, and that they were yours? This "
        "cannot be undone. Write **yes, forget me**.",
        stored,
    )


def forgotten_markdown(erased: int, words: Wording) -> str:
    """What a person reads who has been forgotten."""
    return words.say_n(
        "🗑️ Done: {number} answer is erased, and no answer leads to you any more. What you wrote "
        "in the chat itself stays there until you delete it. I take back the digests and files I "
        "have posted of your dialogues, and make the digests anew without you.",
        "🗑️ Done: {number} answers are erased, and no answer leads to you any more. What you wrote "
        "in the chat itself stays there until you delete it. I take back the digests and files I "
        "have posted of your dialogues, and make the digests anew without you.",
        erased,
    )


def left_markdown(words: Wording) -> str:
    """All that is left in a chat that somebody has left fast; anybody may read it."""
    return words.say("👋 See you another time.")


def language_markdown(words: Wording) -> str:
    """What a person reads who has chosen a language."""
    return words.say("From now on I write English to you. In the group's room nothing changes.")


def in_private_markdown(link: str, words: Wording) -> str:
    """The least that can be said in a room to somebody who should be answered in private."""
    return words.say(
        "I answer that in private: tap [Runda]({link}), choose *Message*, and write it there.",
        link=link,
    )


def no_commands_markdown(words: Wording) -> str:
    """What a participant reads in private who has tried an organizer's command."""
    return words.say(
        "What you wrote with **!** is a word for the organizers' room, and does nothing in yours. "
        "You need no commands: just answer the question. If something is wrong, write **call for "
        "help** in your group's room. If you wonder about something, write **help** to me here."
    )


def called_markdown(group: str, number: str, words: Wording) -> str:
    """What the organizers read when a group calls for help."""
    return words.say(
        "🙋 **{group}** calls for help. Put ✅ on this message when somebody has been there, or "
        "write `!helped {number}`.",
        group=escape(group),
        number=number,
    )


def coming_markdown(words: Wording) -> str:
    """What the group reads that has called."""
    return words.say("🙋 I have told the organizers that you want help.")
