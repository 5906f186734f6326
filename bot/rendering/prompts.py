"""What a group reads when a step opens, and the same question in private.

Everything that is needed to answer stands in the prompt: a reader has seen nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.numbers import format_percent

from bot.config.care import HelpLine
from bot.rendering.care import lines_markdown
from bot.rendering.durations import spoken_length
from bot.wording import Wording
from flows.packs.pack import Choosing, Identity, Opening, Pack, Scenario, Step, StepKind, Text

_BREAK = "  \n"
"""A new line in the same paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFacts:
    """What a prompt says besides the step's own words.

    `closes_at` is local time, None for a step without an end. `length_s` is how long the step
    lasts in this run, in seconds. `private_chat` is a link that opens a private chat.
    `scenario` is the group's; `scenario_is_new` if the group has not read it yet: then it is
    told, and otherwise named. `own_pace`: the group says itself when it is done with the step.
    `is_first`: nothing has been asked before, so that the pack's consent text is to be read now.
    `help_lines` stand above what is sensitive.
    """

    closes_at: datetime | None
    length_s: float | None
    private_chat: str
    scenario: Scenario | None = None
    scenario_is_new: bool = True
    own_pace: bool = False
    is_first: bool = False
    help_lines: tuple[HelpLine, ...] = ()


def prompt_markdown(step: Step, pack: Pack, facts: PromptFacts, words: Wording) -> str:
    """The message that opens a step in a group's room, as Markdown.

    The text is the pack's, in the dialogue's language; how to answer stands below it.
    """
    if step.sensitive:
        return _joined(
            words.say(
                "🔒 **Now comes a question for each of you alone.** Open your chat with "
                "[Runda]({link}) (tap it, and choose *Message*) when nobody reads over your "
                "shoulder. You do not have to answer.",
                link=facts.private_chat,
            ),
            *_consent(pack, facts, words),
            _until(step, facts, words),
        )
    how = _private_way(step, facts, words) if step.is_private else _open_way(step, words)
    ending = [_until(step, facts, words)]
    if step.kind.collects:
        ending.append(words.say("react with 🙋 if you need help"))
    if facts.own_pace:
        ending.append(words.say("write **done** here when you are ready to go on"))
    return _joined(
        *_asked(step, pack, facts, words),
        *_consent(pack, facts, words),
        how,
        _who_sees(step, pack, words),
        _no_cases(step, words),
        _capitalised(" · ".join(filter(None, ending))),
    )


def _capitalised(line: str) -> str:
    """The line with a capital at its start; most begin with a sign, and stay as they are."""
    return line[:1].upper() + line[1:]


def private_prompt_markdown(step: Step, pack: Pack, facts: PromptFacts, words: Wording) -> str:
    """The question of a sealed step in a private chat, where the answer is written."""
    return _joined(
        *_help_first(step, facts, words),
        *_asked(step, pack, facts, words),
        *_consent(pack, facts, words),
        _own_way(step, words),
        _who_sees(step, pack, words),
        _no_cases(step, words),
        _until(step, facts, words),
    )


def private_ping_markdown(words: Wording) -> str:
    """What rings when a sensitive question has come, and what a locked screen shows."""
    return words.say("🔔 There is something new for you here, above.")


def _help_first(step: Step, facts: PromptFacts, words: Wording) -> Iterator[str]:
    """Above a sensitive question: whom to call, and how to leave fast."""
    if not step.sensitive:
        return
    if facts.help_lines:
        yield lines_markdown(facts.help_lines, words)
    yield words.say(
        "🚪 Write **leave** here, and I take everything I have written off this chat at once. "
        "What you have written yourself you delete yourself."
    )


def file_markdown(step: Step, pack: Pack, words: Wording) -> str:
    """What stands under the step's picture or file, for those who cannot see it as well."""
    if step.attached is None:
        return ""
    own = _language(pack, words)
    return _joined(
        step.attached.description.get(own), *_beside(step.attached.description, pack, own)
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _language(pack: Pack, words: Wording) -> str:
    return words.language if words.language in pack.languages else pack.language


# ------------------------------------------------------------- what is asked


def _asked(step: Step, pack: Pack, facts: PromptFacts, words: Wording) -> Iterator[str]:
    own = _language(pack, words)
    yield f"### {step.title.get(own)}"
    if facts.scenario is not None:
        yield f"📖 **{facts.scenario.title.get(own)}**"
        if facts.scenario_is_new:
            yield facts.scenario.text.get(own)
            yield from _beside(facts.scenario.text, pack, own)
    yield step.text.get(own)
    yield from _beside(step.text, pack, own)
    if step.link is not None:
        yield words.say("▶️ [Watch the film]({link})", link=step.link)
    if step.kind.offers_options:
        yield _options(step, pack, own)


def _consent(pack: Pack, facts: PromptFacts, words: Wording) -> Iterator[str]:
    """What the pack wants people to read before their first answer, above how to answer."""
    if pack.consent is None or pack.asks_consent or not facts.is_first:
        # Where it is asked for, it has been put in a message of its own.
        return
    own = _language(pack, words)
    yield words.say("📄 **Read this before you answer:**")
    yield _quoted(pack.consent.get(own).strip())
    yield from _beside(pack.consent, pack, own)


def _beside(text: Text, pack: Pack, own: str) -> Iterator[str]:
    """The same text in the languages that are shown beside the dialogue's own."""
    versions = dict(text.versions)
    for code in pack.beside:
        if code != own and versions.get(code):
            name = language_name(code)
            yield f"> **{name}**\n>\n{_quoted(versions[code])}"


def beside_markdown(text: Text, pack: Pack, own: str) -> list[str]:
    """A text of the pack in the languages that are shown beside the dialogue's own."""
    return list(_beside(text, pack, own))


def _quoted(text: str) -> str:
    return "> " + text.replace("\n", "\n> ")


def language_name(code: str) -> str:
    """What a language calls itself; its code, where nobody has told us."""
    try:
        own = Locale.parse(code).get_display_name(code)
    except (UnknownLocaleError, ValueError):
        own = None
    return own[0].upper() + own[1:] if own else code


def _options(step: Step, pack: Pack, own: str) -> str:
    """The options, one a line; of a scale only the places that have words."""
    lines = []
    for number, option in enumerate(step.options, start=1):
        texts = [option.get(own), *_other_texts(option, pack, own)]
        told = " · ".join(dict.fromkeys(filter(None, texts)))
        if told or step.choosing is not Choosing.SCALE:
            # Not the keycap itself: within a text some clients draw its frame over the next letter.
            lines.append(f"**{number}** {told}")
    return _BREAK.join(lines)


def _other_texts(option: Text, pack: Pack, own: str) -> list[str]:
    versions = dict(option.versions)
    return [versions[code] for code in pack.beside if code != own and code in versions]


# ------------------------------------------------------------- how to answer


def _open_way(step: Step, words: Wording) -> str:
    """How to answer in the room itself."""
    match step.kind:
        case StepKind.INDIVIDUAL:
            return words.say(
                "✍️ **Answer on your own:** write your answer here in the room. Everybody in the "
                "group can read it."
            )
        case StepKind.EXERCISE:
            return words.say(
                "🙌 **Do it together**, then write here in the room how it went, each in your own "
                "words. A photo is welcome too."
            )
        case StepKind.GROUP:
            return words.say(
                "💬 **Answer together:** talk it over. Then write **Group answer:** and what you "
                "have agreed on, or mark a message with ✅. The newest answer counts."
            )
        case StepKind.POLL | StepKind.CHECK_IN:
            seen = words.say("Everybody in the room sees what you choose.")
            return f"{_choosing(step, words)}{_BREAK}{seen}"
        case _:
            return ""


def _private_way(step: Step, facts: PromptFacts, words: Wording) -> str:
    """How to come to the private chat. Clients show the link as the bot's name."""
    if step.stays_private:
        return words.say(
            "🔒 **Answer in private, if you want to:** tap [Runda]({link}), choose *Message*, and "
            "write there. The group never sees the answers; the organizers read them without "
            "names.",
            link=facts.private_chat,
        )
    if step.kind is StepKind.INDIVIDUAL:
        return words.say(
            "✍️ **Answer on your own:** tap [Runda]({link}), choose *Message*, and write your "
            "answer there. The group sees the answers only when the group question opens, and "
            "then without names.",
            link=facts.private_chat,
        )
    return words.say(
        "☝️ **Choose on your own:** tap [Runda]({link}), choose *Message*, and answer there. "
        "The group sees the result when the time is up, without names.",
        link=facts.private_chat,
    )


def _own_way(step: Step, words: Wording) -> str:
    """How to answer in the private chat."""
    if step.stays_private:
        return words.say(
            "🔒 Write your answer here, if you want to. The group never sees it; the organizers "
            "read it without your name. I confirm it with 👍, and you can delete it to take it "
            "back."
        )
    if step.kind.offers_options:
        change = words.say("You can change your answer until the time is up.")
        return f"{_choosing(step, words)}{_BREAK}{change}"
    return words.say(
        "✍️ Write your answer here. I confirm it with 👍. You can edit it, or delete it to take "
        "it back."
    )


def _choosing(step: Step, words: Wording) -> str:
    """How to name an option, for each way of choosing."""
    if step.kind is StepKind.CHECK_IN:
        if step.asks_number:
            return words.say(
                "☝️ **Write one message:** the number of what fits best, a sentence, and last the "
                "figure that is asked for. Like this: `2 We are halfway. 14`"
            )
        return words.say(
            "☝️ **Write one message:** the number of what fits best, and a sentence. Like this: "
            "`2 We are halfway.`"
        )
    match step.choosing:
        case Choosing.MULTIPLE:
            return words.say(
                "☝️ **Choose all that fit:** tap their numbers below, or write them, for example "
                "`1, 3`."
            )
        case Choosing.SCALE:
            return words.say(
                "☝️ **Choose from 1 to {most}:** tap the number below, or write it.",
                most=len(step.options),
            )
        case _:
            return words.say("☝️ **Choose one:** tap its number below, or write it.")


def _who_sees(step: Step, pack: Pack, words: Wording) -> str:
    """In an anonymous pack: whether this step's answers are, said where people answer."""
    if pack.identity is Identity.NAMED or not step.kind.collects:
        return ""
    if pack.identity is Identity.ROLE:
        if not step.kind.asks_each:
            return ""
        return words.say(
            "👥 **By role:** in the digest your answer stands with your role from the organizers’ "
            "list, if five people or more have it, and without your name."
        )
    if step.is_private:
        return words.say(
            "🎭 **Anonymous:** when the dialogue closes, I forget who wrote what. After that "
            "nobody can tell by my database, and nothing can be changed or taken back. What you "
            "write can still show who you are, and your chat server keeps a copy of its own."
        )
    return words.say(
        "👤 **Not anonymous:** what you write or mark in this room stands there with your name."
    )


def _no_cases(step: Step, words: Wording) -> str:
    if not step.no_cases:
        return ""
    return words.say("🔒 Do not tell of individual cases: nothing here may show who a person is.")


# ------------------------------------------------------------ how long it lasts


def _until(step: Step, facts: PromptFacts, words: Wording) -> str:
    """How long the step lasts and what opens the next one."""
    if step.opening is Opening.ORGANIZER:
        return words.say("⏳ We go on when an organizer says so")
    # While there is something to read or to listen to, nobody has to watch the time.
    timed = step.kind.collects or step.kind in (StepKind.BREAK, StepKind.FILM)
    if not timed or facts.closes_at is None or facts.length_s is None:
        return ""
    time = clock_time(facts.closes_at, words, exact=facts.length_s < _EXACT_BELOW_S)
    match step.opening:
        case Opening.EVERYONE if step.kind is StepKind.GROUP:
            return words.say(
                "⏳ We go on when all groups have answered, at {time} at the latest", time=time
            )
        case Opening.EVERYONE:
            return words.say(
                "⏳ We go on when everybody has answered, at {time} at the latest", time=time
            )
        case Opening.QUORUM:
            return words.say(
                "⏳ We go on when {share} have answered, at {time} at the latest",
                share=format_percent(step.quorum, locale=words.language),
                time=time,
            )
        case _:
            length = spoken_length(facts.length_s, words)
            return words.say("⏳ {length}, until {time}", length=length, time=time)


_EXACT_BELOW_S = 120


def clock_time(local: datetime, words: Wording, *, exact: bool = False) -> str:
    """A time of day as it is written in the language: 13.05 in Swedish, 13:05 in English."""
    separator = "." if words.language == "sv" else ":"
    pattern = separator.join(("%H", "%M", "%S") if exact else ("%H", "%M"))
    return local.strftime(pattern)
