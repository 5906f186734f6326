"""What an author reads whose reply the bot holds back by itself, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.wording import Wording
from flows.digest.masks import MaskKind
from flows.watch import Found, Why


def held_markdown(words: Wording, *, found: Found, in_private: bool) -> str:
    """Why it is held back and what she can do. `in_private`: nobody else has read it."""
    if found.why is Why.CASE:
        why = words.say(
            "✋ Your answer seems to tell of one person who could be recognised, and here no "
            "individual cases are to be told. So I hold it back: it is counted, and stands in no "
            "digest."
        )
    else:
        listed = words.say(" and ").join(_kind(kind, words) for kind in found.kinds)
        why = words.say(
            "✋ There seems to be something in your answer that shows who somebody is: {what}. "
            "So I hold it back: it is counted, and stands in no digest.",
            what=listed or words.say("something I cannot read"),
        )
    how = words.say(
        "Edit the answer and write it without that, and I look again at once. If I am wrong, an "
        "organizer can release it."
    )
    parts = [why, how]
    if not in_private:
        parts.append(
            words.say("In your group's room it can still be read. You can delete it there.")
        )
    return "\n\n".join(parts)


def personal_markdown(kinds: Sequence[MaskKind], words: Wording) -> str:
    """Why a question or an answer is not passed on, for whoever wrote it."""
    return words.say(
        "✋ I have not passed this on: there seems to be something in it that shows who somebody "
        "is: {what}. Write it again without that.",
        what=words.say(" and ").join(_kind(kind, words) for kind in kinds),
    )


def let_go_markdown(words: Wording) -> str:
    """The answer was rewritten, and is not held back any longer."""
    return words.say("👍 Thank you. Your answer counts as you have written it now.")


def _kind(kind: MaskKind, words: Wording) -> str:
    match kind:
        case MaskKind.PERSONAL_NUMBER:
            return words.say("a personal identity number")
        case MaskKind.PHONE:
            return words.say("a phone number")
        case MaskKind.EMAIL:
            return words.say("an e-mail address")
        case MaskKind.ADDRESS:
            return words.say("an address")
        case MaskKind.NAME:
            return words.say("a name")
        case _:
            assert_never(kind)
