"""Commands about how long a dialogue is kept: its date, and a legal hold that stops it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.commands.choosing import named_or_newest
from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.rendering.retention import day_of
from flows.audit import Act
from flows.dialogue import Dialogue
from flows.wall import on_the_wall

_AT = (9, 0)
_MOST_REASON = 300


def _erase_on(call: Call) -> Answer:
    dialogue, written = named_or_newest(call, nothing=_nothing_yet)
    if not written:
        return Answer(markdown=_shown(call, dialogue))
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise CommandError(_how(call)) from None
    moment = on_the_wall(day, _AT, ZoneInfo(dialogue.zone))
    if moment < call.now + timedelta(days=1):
        raise CommandError(
            call.words.say(
                "That day is past or too near: write one from tomorrow on, so that a slip can be "
                "mended."
            )
        )
    changed = call.tools.retention.set(call.tx, dialogue, moment, now=call.now)
    call.note(Act.RETENTION, dialogue=dialogue.id, subject=day.isoformat())
    return Answer(markdown=f"✅ {_shown(call, changed)}", touched=frozenset({dialogue.id}))


def _hold(call: Call) -> Answer:
    dialogue, reason = named_or_newest(call, nothing=_nothing_yet)
    if not reason:
        raise CommandError(
            call.words.say(
                "Write why it must be kept, for example `!legalhold {dialogue} appeal in case "
                "123`.",
                dialogue=dialogue.id,
            )
        )
    reason = " ".join(reason.split())[:_MOST_REASON]
    call.tools.retention.hold(call.tx, dialogue, reason)
    call.note(Act.LEGAL_HOLD, dialogue=dialogue.id, reason=reason)
    text = call.words.say(
        "⚖️ {dialogue} is not erased on its date as long as this stands: “{reason}”. It still is "
        "when a person asks for herself. To lift it: `!endhold {dialogue}`.",
        dialogue=dialogue.id,
        reason=escape(reason),
    )
    return Answer(markdown=text, touched=frozenset({dialogue.id}))


def _end_hold(call: Call) -> Answer:
    dialogue, _ = named_or_newest(call, nothing=_nothing_yet)
    if not dialogue.legal_hold:
        text = call.words.say("{dialogue} has no legal hold.", dialogue=dialogue.id)
        return Answer(markdown=text)
    call.note(Act.LEGAL_HOLD_END, dialogue=dialogue.id, reason=dialogue.legal_hold)
    changed = call.tools.retention.hold(call.tx, dialogue, "")
    if changed.erase_at is not None and changed.erase_at <= call.now:
        # Its day went by meanwhile. Not at once: whoever lifted it by mistake has a week.
        later = call.now + timedelta(days=7)
        changed = call.tools.retention.set(call.tx, changed, later, now=call.now)
    return Answer(markdown=f"✅ {_shown(call, changed)}", touched=frozenset({dialogue.id}))


def _nothing_yet(call: Call) -> str:
    return call.words.say("There is no dialogue yet that could be erased.")


def _how(call: Call) -> str:
    return call.words.say(
        "Write the day as year, month and day: `!{command} 2027-06-30`.",
        command=ERASE_ON.name(call.words),
    )


def _shown(call: Call, dialogue: Dialogue) -> str:
    if dialogue.erased_at is not None:
        return call.words.say(
            "What people wrote in {dialogue} is erased already.", dialogue=dialogue.id
        )
    day = day_of(dialogue, call.words)
    if not day:
        return call.words.say(
            "{dialogue} has no day on which it is erased. `!{command} 2027-06-30` gives it one.",
            dialogue=dialogue.id,
            command=ERASE_ON.name(call.words),
        )
    return call.words.say(
        "What people wrote in {dialogue} is erased on {day}. You are warned two weeks and two days "
        "before.",
        dialogue=dialogue.id,
        day=day,
    )


ERASE_ON = Command(
    swedish="gallra",
    english="retention",
    usage=lambda words: words.say("`2027-06-30` – the day on which what people wrote is erased"),
    run=_erase_on,
    also_swedish=("gallringsdatum",),
    also_english=("erase-on",),
)
LEGAL_HOLD = Command(
    swedish="bevara",
    english="legalhold",
    usage=lambda words: words.say("… – why a dialogue must not be erased on its day"),
    run=_hold,
    also_english=("legal-hold",),
)
END_HOLD = Command(
    swedish="slutabevara",
    english="endhold",
    usage=lambda words: words.say("– it may be erased again"),
    run=_end_hold,
    also_swedish=("sluta-bevara",),
    also_english=("end-hold",),
)
