"""Everything that is stored of one person, as a file that she can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.rendering.prompts import clock_time
from storage.instants import from_ms

if TYPE_CHECKING:
    from bot.wording import Wording
    from flows.dialogue import Dialogue
    from flows.ids import UserId
    from storage.transaction import Transaction


def personal_text(tx: Transaction, user_id: UserId, words: Wording, zone: str) -> str:
    """What is stored of a person, as plain text, in her own words where she wrote it."""
    lines = [words.say("What Runda has stored of {person}", person=user_id), ""]
    language = tx.people.languages().get(user_id)
    if language is not None:
        lines.append(words.say("Language you have chosen: {language}", language=language))
    lines += [
        words.say("Your name, as the chat tells it: {name}", name=name)
        for name in tx.rooms.names_of(user_id)
    ]
    for seated in tx.seatings.listed(user_id):
        told = ", ".join(filter(None, (seated.name, seated.role, seated.organisation)))
        lines.append(words.say("On the organizers' list of participants: {told}", told=told))
    lines += [
        words.say("You are asked via link, in the role {role}", role=named.role)
        for named in tx.contacts.roles_of(user_id)
    ]
    for consent in tx.consents.of_person(user_id):
        given = _moment(consent.given_ms, zone, words)
        told = words.say(
            "You said yes in {dialogue}: {given} (text {version})",
            dialogue=consent.dialogue_id,
            given=given,
            version=consent.version,
        )
        if consent.withdrawn_ms is not None:
            withdrawn = _moment(consent.withdrawn_ms, zone, words)
            told = words.say("{told}; taken back {withdrawn}", told=told, withdrawn=withdrawn)
        lines.append(told)
    aside = tx.consents.aside_of(user_id)
    if aside:
        lines.append(
            words.say_n(
                "{number} message is not kept, since you have not said yes: only its number is",
                "{number} messages are not kept, since you have not said yes: only their numbers "
                "are",
                aside,
            )
        )
    for dialogue_id, number in tx.people.seats(user_id):
        dialogue = tx.dialogues.get(dialogue_id)
        if dialogue is not None:
            lines += _dialogue(tx, dialogue, number, words)
    for question in tx.contacts.of_asker(user_id):
        lines += ["", words.say("You asked via link: {text}", text=question.asking.text)]
    for question in tx.contacts.of_answerer(user_id):
        lines += ["", words.say("You answered via link: {text}", text=question.answer or "")]
    return "\n".join((*lines, ""))


def _dialogue(tx: Transaction, dialogue: Dialogue, number: int, words: Wording) -> Iterator[str]:
    title = dialogue.pack.title.get(words.language)
    yield ""
    yield f"== {title} ({dialogue.id}) =="
    replies = tx.replies.of_person(dialogue.id, number)
    rounds = {reply.round_no for reply in replies}
    earlier = tx.replies.revisions(rounds) if rounds else []
    for reply in replies:
        round_ = tx.rounds.get(reply.round_no)
        step = None if round_ is None else dialogue.pack.step(round_.step_id)
        name = "" if step is None else step.title.get(words.language)
        yield ""
        yield f"{name}, {_moment(reply.sent_ms, dialogue.zone, words)}:"
        if reply.withdrawn_ms is not None:
            yield words.say("(taken back; the words are erased)")
            continue
        yield reply.text
        if reply.media is not None:
            yield words.say("(a file; it lies on the homeserver)")
        for wording_before in (one.text for one in earlier if one.reply_no == reply.reply_no):
            yield words.say("Before you changed it: {text}", text=wording_before)


def _moment(ms: int, zone: str, words: Wording) -> str:
    local = from_ms(ms).astimezone(ZoneInfo(zone))
    day = format_date(local, "d MMMM y", locale=words.language)
    return f"{day} {clock_time(local, words)}"
