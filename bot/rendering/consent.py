"""What people say yes to before anything they write is kept, and what is said about it."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from bot.rendering.markdown import escape
from bot.rendering.prompts import beside_markdown
from bot.wording import Wording, wording
from flows.consent import version_of
from flows.packs.pack import Pack, Text

_LANGUAGES = ("en", "sv")


def consent_text(pack: Pack, erase_at: datetime | None = None) -> Text:
    """The pack's own text, or the bot's where it has none.

    `erase_at`: when the dialogue is to be erased, in its zone; the bot's text names that day.
    """
    if pack.consent is not None:
        return pack.consent
    return Text(
        versions=tuple((code, _default(pack, erase_at, wording(code))) for code in _LANGUAGES)
    )


def consent_version(pack: Pack) -> str:
    """The version of what people of this pack are asked, "" if they are not asked.

    Each dialogue of a series has a day of its own: that alone asks nobody again.
    """
    return version_of(consent_text(pack)) if pack.asks_consent else ""


def _default(pack: Pack, erase_at: datetime | None, words: Wording) -> str:
    """At most 120 words: who reads, what for, how long, public record, how to withdraw."""
    return words.say(
        "**Who reads it?** Those who organize this dialogue, and your group what you write in the "
        "group's room.\n\n"
        "**What for?** To compile what you have said. Your name is not in the compilation.\n\n"
        "**For how long?** {until} Then your answers are erased.\n\n"
        "**Public record?** What is sent to a public authority can be one, and others may then "
        "have the right to read it. So write nothing that points to a single person.\n\n"
        "**Changed your mind?** Write `withdraw` to me, or take your ✅ away. Then I erase your "
        "answers.",
        until=_until(pack, erase_at, words),
    )


def _until(pack: Pack, erase_at: datetime | None, words: Wording) -> str:
    if erase_at is not None:
        return words.say("Until {day}.", day=format_date(erase_at, "d MMMM y", words.language))
    if pack.retention is not None:
        return words.say(
            "Until {length} after the dialogue has ended.", length=_length(pack.retention, words)
        )
    return words.say("Until the work is done.")


def _length(retention: tuple[int, int], words: Wording) -> str:
    months, days = retention
    spoken = []
    if months:
        spoken.append(words.say_n("{number} month", "{number} months", months))
    if days or not months:
        spoken.append(words.say_n("{number} day", "{number} days", days))
    return " ".join(spoken)


def heading(words: Wording) -> str:
    """How every message begins that asks for consent."""
    return words.say("📄 **May I keep what you write?**")


def question_markdown(
    pack: Pack,
    words: Wording,
    *,
    private: bool,
    via_link: bool = False,
    erase_at: datetime | None = None,
) -> str:
    """The message that a ✅ says yes to, in a group's room or in a private chat.

    `via_link`: for somebody who is in no group, and whose answers every group reads.
    """
    text = consent_text(pack, erase_at)
    parts = [heading(words)]
    parts.append("> " + text.get(words.language).strip().replace("\n", "\n> "))
    parts += beside_markdown(text, pack, words.language)
    if via_link:
        parts.append(
            words.say(
                "**You answer via link:** the groups read what you answer, with your role and "
                "without your name."
            )
        )
    if private:
        how = words.say(
            "**Yes?** Tap ✅ below, or write **yes**. Before that I keep nothing of what you write."
        )
    else:
        how = words.say(
            "**Yes?** Tap ✅ below, or write **yes**, each of you. Of those who have not, I keep "
            "nothing."
        )
    return "\n\n".join((*parts, how))


def not_kept_markdown(words: Wording, *, private: bool) -> str:
    """What somebody reads, once, who has answered before she said yes."""
    if private:
        return words.say(
            "✋ I have not kept your answer yet, since you have not said yes above. Tap ✅ there, "
            "or write **yes** here. You need not write your answer again: I then fetch it."
        )
    return words.say(
        "✋ I have not kept your answer yet, since you have not said yes to the message at the top "
        "of this thread. Tap ✅ on it, or write **yes**. You need not write your answer again: I "
        "then fetch it."
    )


def withdrawn_markdown(erased: int, words: Wording) -> str:
    """What a person reads who has taken her yes back."""
    if not erased:
        return words.say(
            "↩️ You have taken your yes back. From now on I keep nothing of what you write. If you "
            "change your mind, write **yes**."
        )
    return words.say_n(
        "↩️ You have taken your yes back. I have erased {number} answer of yours, and from now on "
        "I keep nothing of what you write. If you change your mind, write **yes**.",
        "↩️ You have taken your yes back. I have erased {number} answers of yours, and from now on "
        "I keep nothing of what you write. If you change your mind, write **yes**.",
        erased,
    )


def nothing_to_withdraw_markdown(words: Wording) -> str:
    """What "withdraw" is answered with by somebody who has not said yes to anything."""
    return words.say(
        "You have not said yes to anything, so I keep nothing of yours that rests on it. To erase "
        "everything I have of you, write **forget me**."
    )


def not_kept_of_contact_markdown(title: str, words: Wording) -> str:
    """The same for somebody who is asked from afar, about the dialogue of that title."""
    return words.say(
        "✋ I have not passed your answer on yet: first say yes to the message above about "
        "**{title}**. Tap ✅ there, or write **yes** here. You need not write your answer again.",
        title=escape(title),
    )
