"""Commands that start, steer and end dialogues."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.commands.choosing import chosen, has_begun, is_running, is_unfinished, named_groups
from bot.commands.registry import Answer, Call, Command
from bot.commands.shelf import how_to_add_groups
from bot.commands.times import day_and_time, local_time
from bot.commands.which_pack import pack_file, sound_pack, unsound
from bot.dialogues.facts import unanswered_groups
from bot.dialogues.orders import (
    ComesAlready,
    NeedsLeading,
    NeverAgain,
    NoGroups,
    Order,
    StillRunning,
    order_at_own_pace,
    order_series,
    order_start,
)
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.rendering.when import when_error_markdown
from flows.audit import Act
from flows.dialogue import Dialogue, Status
from flows.errors import PackError
from flows.events import MovedOn, Stopped
from flows.when import WhenError, parse_when
from storage.instants import to_ms

if TYPE_CHECKING:
    from flows.ids import RoomId


_OWN_PACE = re.compile(r"(?:\bi\s+)?\begen takt\b|(?:\bat\s+)?\bown pace\b", re.IGNORECASE)
_GROUPS = re.compile(
    r"\b(?:(?:med|with)\s+)?(?:grupp(?:en|er|erna)?|groups?)\s+(?P<which>.+)$", re.IGNORECASE
)


def _start(call: Call) -> Answer:
    name, rest = (*call.argument.split(maxsplit=1), "", "")[:2]
    file = pack_file(call, name, unnamed=lambda _: _which(call))
    rest, own_pace = _OWN_PACE.subn("", rest)
    rooms: tuple[RoomId, ...] | None = None
    which = _GROUPS.search(rest)
    if which is not None:
        rooms = tuple(group.room_id for group in named_groups(call, which["which"]))
        rest = rest[: which.start()]
    when = rest.strip(" ,")
    order = Order(
        pack=file,
        starts_at=_moment(call, when) if when else call.now,
        zone=call.tools.zone,
        language=call.tools.language,
        organizers_room=call.tools.world.organizers_room,
        pace=call.tools.pace,
        rooms=rooms,
        own_pace=bool(own_pace),
    )
    if own_pace:
        return _start_at_own_pace(call, order)
    series = _series(call, order)
    if series is not None and not when:
        return Answer(markdown=series)
    dialogue = _ordered(call, order)
    call.note(Act.START, dialogue=dialogue.id)
    parts = [_started(call, dialogue), *([] if series is None else [series])]
    return Answer(markdown="\n\n".join(parts), touched=frozenset({dialogue.id}))


def _moment(call: Call, when: str) -> datetime:
    try:
        return parse_when(when, call.now, ZoneInfo(call.tools.zone))
    except WhenError as error:
        raise CommandError(when_error_markdown(error, call.words)) from error


def _start_at_own_pace(call: Call, order: Order) -> Answer:
    """A dialogue for each group, so that no group waits for another."""
    pack = sound_pack(call, order.pack)
    try:
        started = order_at_own_pace(call.tx, order, now=call.now)
    except NeedsLeading as error:
        message = call.words.say(
            "`{pack}` is not made for groups at their own pace: somebody has to lead it. Start it "
            "without those words.",
            pack=pack.name,
        )
        raise CommandError(message) from error
    except (NoGroups, StillRunning, PackError) as error:
        raise _cannot_start(call, error) from error
    for one in started:
        call.note(Act.START, dialogue=one.id)
    title = escape(pack.title.get(call.words.language))
    begins = call.words.say_n(
        "▶️ **{title}** begins in {number} group, at its own pace: {dialogues}. The group writes "
        "**done** to go on to the next step.",
        "▶️ **{title}** begins in {number} groups, each at its own pace: {dialogues}. A group "
        "writes **done** to go on to its next step.",
        len(started),
        title=title,
        dialogues=", ".join(one.id for one in started),
    )
    return Answer(markdown=begins, touched=frozenset(one.id for one in started))


def _series(call: Call, order: Order) -> str | None:
    """Begin the series of a pack that recurs; what is told of it, None if it does not recur."""
    pack = sound_pack(call, order.pack)
    if pack.recurrence is None:
        return None
    try:
        series, first = order_series(call.tx, order, now=call.now)
    except ComesAlready as error:
        message = call.words.say(
            "`{pack}` comes again and again already; `!{follow_ups}` shows when. End that first, "
            "with `!{stop} {series}`.",
            pack=pack.name,
            follow_ups="uppföljningar" if call.words.language == "sv" else "followups",
            stop=STOP.name(call.words),
            series="serien" if call.words.language == "sv" else "series",
        )
        raise CommandError(message) from error
    except NoGroups as error:
        raise CommandError(how_to_add_groups(call)) from error
    except NeverAgain as error:
        message = call.words.say(
            "`{pack}` says that it comes again, but no day within five years fits.", pack=pack.name
        )
        raise CommandError(message) from error
    call.note(Act.SERIES, subject=series.id)
    return call.words.say(
        "🔁 **{title}** comes by itself, next {day} at {time}, until you write `!{stop} {series}`.",
        title=escape(pack.title.get(call.words.language)),
        **day_and_time(first, order.zone, call.words),
        stop=STOP.name(call.words),
        series="serien" if call.words.language == "sv" else "series",
    )


def _ordered(call: Call, order: Order) -> Dialogue:
    try:
        return order_start(call.tx, order, now=call.now)
    except (NoGroups, StillRunning, PackError) as error:
        raise _cannot_start(call, error) from error


def _cannot_start(call: Call, error: NoGroups | StillRunning | PackError) -> CommandError:
    """What has to be done first."""
    match error:
        case NoGroups():
            return CommandError(how_to_add_groups(call))
        case StillRunning():
            message = call.words.say(
                "{dialogue} is not finished, and a group does one thing at a time: wait until it "
                "ends, or end it with `!{stop} {dialogue}`.",
                dialogue=error.dialogue.id,
                stop=STOP.name(call.words),
            )
            return CommandError(message)
        case PackError():
            return unsound(call, error)


def _which(call: Call) -> str:
    return call.words.say(
        "Write which pack, and when if not now: `!{start} {pack}` or `!{start} {pack} 13.00`.",
        start=START.name(call.words),
        pack="grums",
    )


def _started(call: Call, dialogue: Dialogue) -> str:
    title = escape(dialogue.pack.title.get(call.words.language))
    groups = call.words.say_n("{number} group", "{number} groups", len(dialogue.groups))
    if dialogue.starts_at <= call.now:
        return call.words.say(
            "▶️ **{title}** begins now with {groups} ({dialogue}).",
            title=title,
            groups=groups,
            dialogue=dialogue.id,
        )
    return call.words.say(
        "🗓️ **{title}** begins {day} at {time} with {groups} ({dialogue}).",
        title=title,
        **day_and_time(dialogue.starts_at, dialogue.zone, call.words),
        groups=groups,
        dialogue=dialogue.id,
    )


START = Command(
    swedish="starta",
    english="start",
    usage=lambda words: words.say(
        "`grums` – start that pack now; `grums tomorrow 9:30` later, "
        "`grums groups 1-3` in some groups"
    ),
    run=_start,
)


def _status(call: Call) -> Answer:
    unfinished = call.tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
    if len(unfinished) > 1 and not call.argument:
        lines = [f"- {_in_short(call, dialogue)}" for dialogue in unfinished]
        return Answer(markdown="\n".join(lines))
    dialogue, _ = chosen(call, command=STATUS.name(call.words))
    if dialogue.status is Status.PLANNED:
        return Answer(markdown=_started(call, dialogue))
    title = escape(dialogue.pack.title.get(call.words.language))
    parts = [f"📋 **{title}** ({dialogue.id})", *_where(call, dialogue)]
    return Answer(markdown="\n\n".join(parts))


def _in_short(call: Call, dialogue: Dialogue) -> str:
    if dialogue.status is Status.PLANNED:
        return _started(call, dialogue)
    names = ", ".join(escape(group.name) for group in dialogue.groups)
    return " · ".join([f"**{dialogue.id}** ({names})", *_where(call, dialogue)])


def _where(call: Call, dialogue: Dialogue) -> list[str]:
    """Which step is open or waited for, until when, and what is left out."""
    words = call.words
    parts = []
    step, upcoming = dialogue.step, dialogue.upcoming
    if step is not None:
        place = words.say(
            "Step {position} of {steps}: {title}",
            position=dialogue.position + 1,
            steps=len(dialogue.pack.steps),
            title=escape(step.title.get(words.language)),
        )
        parts.append(place)
    if dialogue.paused_at is not None:
        parts.append(words.say("⏸️ paused"))
    elif dialogue.closes_at is not None:
        time = local_time(dialogue.closes_at, dialogue.zone, words)
        parts.append(words.say("⏳ until {time}", time=time))
    elif step is not None and not dialogue.ends_by_itself(step):
        parts.append(words.say("⏳ until somebody goes on"))
    if dialogue.opens_at is not None and upcoming is not None:
        told = words.say(
            "⏳ **{title}** begins at {time}.",
            title=escape(upcoming.title.get(words.language)),
            time=local_time(dialogue.opens_at, dialogue.zone, words),
        )
        parts.append(told)
    skipped = [one for one in dialogue.pack.steps if one.id in dialogue.skipped]
    if skipped:
        titles = ", ".join(escape(one.title.get(words.language)) for one in skipped)
        parts.append(words.say("⏭️ left out: {titles}", titles=titles))
    return parts


STATUS = Command(
    swedish="läge",
    english="status",
    usage=lambda words: words.say("– which step is open, and until when"),
    run=_status,
    available=is_unfinished,
)


def _board(call: Call) -> Answer:
    dialogue, _ = chosen(call, command=BOARD.name(call.words))
    if dialogue.status is Status.PLANNED:
        return Answer(markdown=_started(call, dialogue))
    call.tools.board.post_anew(call.tx, dialogue, now=call.now)
    return Answer(markdown="")


BOARD = Command(
    swedish="tavla",
    english="board",
    usage=lambda words: words.say("– the board once more, down here; it goes on here"),
    run=_board,
    also_swedish=("tavlan",),
    available=is_running,
)


def _next(call: Call) -> Answer:
    dialogue, _ = chosen(call, command=NEXT.name(call.words))
    step = dialogue.step
    # Between two steps, it is the one that waits for its time.
    wanted = dialogue.upcoming if step is None else step
    if dialogue.status is not Status.RUNNING or wanted is None:
        message = call.words.say("{dialogue} has not begun yet.", dialogue=dialogue.id)
        raise CommandError(message)
    event = MovedOn(
        step_id=wanted.id, at=call.now, unanswered=unanswered_groups(call.tx, dialogue, wanted.id)
    )
    moved = call.tools.dispatcher.apply(call.tx, dialogue, event, now=call.now)
    call.note(Act.NEXT, dialogue=dialogue.id, subject=wanted.id)
    return Answer(markdown=where_now(call, moved), touched=frozenset({dialogue.id}))


def where_now(call: Call, moved: Dialogue) -> str:
    """What is told of a dialogue that has just moved."""
    upcoming = moved.upcoming
    if moved.step is not None:
        title = escape(moved.step.title.get(call.words.language))
        return call.words.say("⏭️ Now open: **{title}**", title=title)
    if moved.opens_at is not None and upcoming is not None:
        return call.words.say(
            "⏳ **{title}** begins at {time}.",
            title=escape(upcoming.title.get(call.words.language)),
            time=local_time(moved.opens_at, moved.zone, call.words),
        )
    return call.words.say("⏭️ That was the last step. The dialogue has ended.")


NEXT = Command(
    swedish="nästa",
    english="next",
    usage=lambda words: words.say("– close the open step now and go on to the next"),
    run=_next,
    available=is_running,
)


def _summary(call: Call) -> Answer:
    if call.argument:
        wanted = call.argument.casefold()
        everything = call.tx.dialogues.in_status()
        dialogue = next((one for one in everything if one.id.casefold() == wanted), None)
        if dialogue is None:
            known = ", ".join(f"`{one.id}`" for one in everything[-5:]) or "–"
            message = call.words.say(
                "There is no dialogue of that name. The newest are: {known}.", known=known
            )
            raise CommandError(message)
    else:
        ended = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
        if not ended:
            message = call.words.say("No dialogue has begun yet, so there is nothing to compile.")
            raise CommandError(message)
        dialogue = ended[-1]
    call.tools.digests.order(call.tx, dialogue, None, now=call.now)
    call.note(Act.DIGEST, dialogue=dialogue.id)
    return Answer(markdown="", touched=frozenset({dialogue.id}))


SUMMARY = Command(
    swedish="sammanställning",
    english="digest",
    usage=lambda words: words.say("– compile the answers so far, now"),
    run=_summary,
    also_english=("summary",),
    available=has_begun,
)


_SERIES_WORDS = ("serien", "serie", "series")


def _stop(call: Call) -> Answer:
    if call.argument.casefold() in _SERIES_WORDS:
        return _stop_series(call)
    dialogue, rest = chosen(call, command=STOP.name(call.words))
    if rest or not call.argument:
        text = call.words.say(
            "⚠️ This ends {dialogue} for all groups and cannot be undone. If you mean it, put ✅ "
            "on this message, or write `!{stop} {dialogue}`.",
            dialogue=dialogue.id,
            stop=STOP.name(call.words),
        )
        return Answer(markdown=text, confirm=f"{STOP.english} {dialogue.id}")
    step = dialogue.step
    missing = frozenset() if step is None else unanswered_groups(call.tx, dialogue, step.id)
    event = Stopped(at=call.now, unanswered=missing)
    call.tools.dispatcher.apply(call.tx, dialogue, event, now=call.now)
    call.note(Act.STOP, dialogue=dialogue.id)
    text = call.words.say("⏹️ {dialogue} has ended.", dialogue=dialogue.id)
    return Answer(markdown=text, touched=frozenset({dialogue.id}))


def _stop_series(call: Call) -> Answer:
    going = call.tx.series.going()
    if not going:
        raise CommandError(call.words.say("No dialogue comes again by itself."))
    titles = ", ".join(f"**{escape(one.pack.title.get(call.words.language))}**" for one in going)
    if not call.confirmed:
        text = call.words.say(
            "⚠️ {titles} will not come again by itself. If you mean it, put ✅ on this message.",
            titles=titles,
        )
        return Answer(markdown=text, confirm=f"{STOP.english} series")
    for one in going:
        call.tx.series.end(one.id, now_ms=to_ms(call.now))
        call.note(Act.SERIES_END, subject=one.id)
    return Answer(markdown=call.words.say("⏹️ {titles} does not come again.", titles=titles))


STOP = Command(
    swedish="avsluta",
    english="stop",
    usage=lambda words: words.say("– end the dialogue; asks once more before it does"),
    run=_stop,
    also_swedish=("stoppa", "stäng", "sluta"),
    also_english=("end", "close"),
    available=is_unfinished,
)
