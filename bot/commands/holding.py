"""Commands that hold a reply back, and release it: it stays stored and counted, unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never
from urllib.parse import unquote

from bot.commands.choosing import has_begun
from bot.commands.registry import Answer, Call, Command
from bot.dialogues.showing import shown_replies
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.rendering.moderation import policy_markdown
from bot.sending.parcels import post
from bot.wording import Wording, wording
from flows.audit import Act
from flows.dialogue import Status
from flows.digest.snapshot import ReplyKind
from flows.ids import EffectKey, EventId, ReplyNo, RoomId
from storage.holds import Hold, HoldKind
from storage.instants import to_ms
from storage.replies import Reply
from storage.told import SpeaksOf

if TYPE_CHECKING:
    from storage.rounds import Round

_LINK = re.compile(r"<?https?://\S*?/(?P<room>[!][^/\s?]+)/(?P<event>\$[^/\s?>]+)\S*")
_QUOTED = re.compile(r"[\"“”„«»](?P<words>[^\"“”„«»]+)[\"“”„«»]")
_FIRST_WORD = re.compile(r"^(?:inne|tillbaka|back)\b\s*", re.IGNORECASE)
_PREVIEW_CHARS = 60
_DIALOGUES_SEARCHED = 5
_MOST_REASON_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """What an organizer pointed at, and why."""

    link: tuple[RoomId, EventId] | None
    words: str
    reason: str


def _read(argument: str) -> _Meant:
    rest = _FIRST_WORD.sub("", argument.strip())
    link = _LINK.search(rest)
    where = None
    if link is not None:
        where = (RoomId(unquote(link["room"])), EventId(unquote(link["event"])))
        rest = f"{rest[: link.start()]} {rest[link.end() :]}"
    quoted = _QUOTED.search(rest)
    words = ""
    if quoted is not None:
        words = quoted["words"].strip()
        rest = f"{rest[: quoted.start()]} {rest[quoted.end() :]}"
    return _Meant(link=where, words=words, reason=" ".join(rest.split())[:_MOST_REASON_CHARS])


def _hold(call: Call) -> Answer:
    meant = _read(call.argument)
    if meant.link is None and not meant.words:
        held = frozenset(one.reply_no for one in call.tx.holds.all())
        return Answer(markdown=_held(call), speaks_of=SpeaksOf(replies=held))
    reply, round_ = _found(call, meant)
    hold = Hold(
        reply_no=reply.reply_no,
        event_id=reply.event_id,
        held_by=call.message.sender,
        reason=meant.reason,
        held_ms=to_ms(call.now),
    )
    if not call.tx.holds.add(hold):
        raise CommandError(call.words.say("That reply is held back already."))
    call.note(
        Act.HOLD, dialogue=round_.dialogue_id, subject=str(reply.reply_no), reason=meant.reason
    )
    _follow(call, reply, round_)
    told = _tell_author(call, reply, round_, held=True, reason=meant.reason)
    parts = [
        call.words.say(
            "🤚 Held back: “{reply}”. It is counted, and stands in no digest. "
            "`!{release} {number}` releases it.",
            reply=_preview(reply),
            release=RELEASE.name(call.words),
            number=reply.reply_no,
        ),
        told,
    ]
    if not reply.sealed:
        parts.append(
            call.words.say("In its room it can still be read; a moderator can remove it there.")
        )
    return Answer(
        markdown=" ".join(parts),
        touched=frozenset({round_.dialogue_id}),
        speaks_of=SpeaksOf(replies=frozenset({reply.reply_no})),
    )


def _preview(reply: Reply) -> str:
    text = " ".join(reply.text.split())
    short = text if len(text) <= _PREVIEW_CHARS else f"{text[:_PREVIEW_CHARS].rstrip()}…"
    return escape(short)


def _held(call: Call) -> str:
    how = call.words.say(
        "Write which reply: its link from the digest, or some of its words in quotation marks; "
        "and then why, for its author: `!{hold} “some words” names a person`.",
        hold="håll inne" if call.words.language == "sv" else "hold",
    )
    newest = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
    rules = policy_markdown(
        newest[-1].pack if newest else None,
        call.words,
        configured=call.tools.world.settings.rules,
    )
    held = call.tx.holds.all()
    if not held:
        return f"{how}\n\n{rules}"
    head = call.words.say_n(
        "**{number} reply is held back**", "**{number} replies are held back**", len(held)
    )
    lines = [f"- {one.reply_no}: {_why(one, call.words)}" for one in held]
    return "\n\n".join([head, "\n".join(lines), how, rules])


def _why(hold: Hold, words: Wording) -> str:
    match hold.kind:
        case HoldKind.ORGANIZER:
            return escape(hold.reason) or "–"
        case HoldKind.CARE:
            return words.say("🤖 whoever wrote it may be in danger")
        case HoldKind.CASE:
            return words.say("🤖 it seems to tell of one person")
        case HoldKind.PERSONAL:
            return words.say("🤖 it seems to have personal data in it")
        case _:
            assert_never(hold.kind)


# ---------------------------------------------------------------- which reply


def _found(call: Call, meant: _Meant) -> tuple[Reply, Round]:
    candidates = _at_link(call, *meant.link) if meant.link is not None else _recent(call)
    if meant.words:
        wanted = " ".join(meant.words.casefold().split())
        candidates = [
            reply for reply in candidates if wanted in " ".join(reply.text.casefold().split())
        ]
    if len(candidates) > 1:
        message = call.words.say_n(
            "{number} reply fits. Write some of its words in quotation marks.",
            "{number} replies fit. Write so many words, in quotation marks, that only one does.",
            len(candidates),
        )
        raise CommandError(message)
    round_ = call.tx.rounds.get(candidates[0].round_no) if candidates else None
    if round_ is None:
        message = call.words.say(
            "I find no such reply. Copy the link of the quote in the digest, or write some of "
            "its words in quotation marks, exactly as they stand there."
        )
        raise CommandError(message)
    return candidates[0], round_


def _at_link(call: Call, room_id: RoomId, event_id: EventId) -> list[Reply]:
    """The reply of a message, or all that a message of ours showed to their group."""
    reply = call.tx.replies.find(room_id, event_id)
    if reply is not None:
        return [reply] if _may_be_held(reply) else []
    rounds = [one for one in _rounds(call) if one.room_id == room_id]
    return [
        reply
        for round_ in rounds
        for reply in shown_replies(call.tx, round_.round_no)
        if reply.shown_by is not None and _event_of(call, reply.shown_by) == event_id
    ]


def _event_of(call: Call, key: EffectKey) -> EventId | None:
    fate = call.tx.outbox.fate(key)
    return None if fate is None else fate.event_id


def _recent(call: Call) -> list[Reply]:
    replies = call.tx.replies.of_rounds([one.round_no for one in _rounds(call)])
    return [reply for reply in replies if _may_be_held(reply)]


def _rounds(call: Call) -> list[Round]:
    """The rounds of the newest dialogues."""
    newest = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)[-_DIALOGUES_SEARCHED:]
    return call.tx.rounds.of_dialogues(one.id for one in newest)


def _may_be_held(reply: Reply) -> bool:
    return reply.withdrawn_ms is None and reply.kind is not ReplyKind.TALK


# ---------------------------------------------------------------- what follows


def _follow(call: Call, reply: Reply, round_: Round) -> None:
    """The group sees its answers anew without it, or with it; digests of it are overtaken."""
    dialogue = call.tx.dialogues.get(round_.dialogue_id)
    if reply.sealed and round_.shown and dialogue is not None:
        call.tools.showing.show(call.tx, dialogue, round_, now=call.now)
    call.tools.digests.overtaken(call.tx, round_.round_no, now=call.now)


def _tell_author(call: Call, reply: Reply, round_: Round, *, held: bool, reason: str = "") -> str:
    """Tell the author in private; returns what the organizers are told of that."""
    people = call.tx.people.of_dialogue(round_.dialogue_id)
    author = next((one for one in people if one.number == reply.participant_no), None)
    room_id = None if author is None else call.tools.world.private_room(author.user_id)
    dialogue = call.tx.dialogues.get(round_.dialogue_id)
    if reply.sealed and dialogue is not None and dialogue.is_anonymous and room_id is None:
        return call.words.say("Its author cannot be told: the dialogue is anonymous.")
    if room_id is None:
        return call.words.say("Its author has no private chat with me, and has not been told.")
    words = wording(call.tools.language if dialogue is None else dialogue.language)
    if not held:
        text = words.say("Your answer “{reply}” is shown again.", reply=_preview(reply))
    else:
        text = words.say(
            "An organizer holds your answer back: “{reply}”. It is kept and counted, and nobody "
            "else is shown it.",
            reply=_preview(reply),
        )
        if reason:
            text += " " + words.say("They say why: {reason}", reason=escape(reason))
        text += "\n\n" + words.say("Write **show the rules** to see when answers are held back.")
    key = EffectKey(f"{room_id}/-/-/held/{call.message.event_id}")
    call.tx.outbox.put([post(key, room_id, text, silent=False)], now_ms=to_ms(call.now))
    return call.words.say("Its author has been told in private.")


HOLD = Command(
    swedish="håll",
    english="hold",
    second_words=("inne", "back"),
    usage=lambda words: words.say(
        '`back "some words" why` – a reply, by words of it or by its link; it is counted '
        "and not shown"
    ),
    run=_hold,
    also_swedish=("hållinne", "håll-inne"),
    available=has_begun,
)


def _release(call: Call) -> Answer:
    digits = re.sub(r"\D", "", call.argument)
    held = {one.reply_no: one for one in call.tx.holds.all()}
    number = ReplyNo(int(digits)) if digits else next(iter(held), ReplyNo(0))
    if not held or number not in held or (not digits and len(held) > 1):
        message = call.words.say(
            "Write the number of a reply that is held back; `!{hold}` lists them.",
            hold="håll inne" if call.words.language == "sv" else "hold",
        )
        raise CommandError(message)
    call.tx.holds.release(number)
    reply = call.tx.replies.find_number(number)
    round_ = None if reply is None else call.tx.rounds.get(reply.round_no)
    if reply is None or round_ is None:
        return Answer(markdown=call.words.say("The reply is not there any more."))
    why = call.argument.replace(digits, "", 1).strip() if digits else ""
    call.note(Act.RELEASE, dialogue=round_.dialogue_id, subject=str(number), reason=why)
    _follow(call, reply, round_)
    told = _tell_author(call, reply, round_, held=False)
    text = call.words.say("Released: “{reply}”.", reply=_preview(reply))
    return Answer(
        markdown=f"{text} {told}",
        touched=frozenset({round_.dialogue_id}),
        speaks_of=SpeaksOf(replies=frozenset({number})),
    )


def _something_is_held(call: Call) -> bool:
    return bool(call.tx.holds.all())


RELEASE = Command(
    swedish="släpp",
    english="release",
    usage=lambda words: words.say("– show a reply again that was held back, by its number"),
    run=_release,
    available=_something_is_held,
)

HOLDING: tuple[Command, ...] = (HOLD, RELEASE)
