"""Commands that start, steer and end dialogues."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.commands.registry import Answer, Call, Command
from bot.commands.shelf import how_to_add_groups
from bot.errors import CommandError
from bot.facts import unanswered_groups
from bot.nearest import nearest
from bot.orders import NoGroups, Order, StillRunning, order_start
from bot.packs import PackFile
from bot.rendering.markdown import escape
from bot.rendering.problems import problem_sentence
from bot.rendering.prompts import clock_time
from bot.rendering.when import when_error_markdown
from flows.dialogue import Dialogue, Status
from flows.errors import PackError
from flows.events import MovedOn, Stopped
from flows.when import WhenError, parse_when


def _start(call: Call) -> Answer:
    name, when = (*call.argument.split(maxsplit=1), "", "")[:2]
    file = _pack_file(call, name)
    starts_at = call.now
    if when:
        try:
            starts_at = parse_when(when, call.now, ZoneInfo(call.tools.zone))
        except WhenError as error:
            raise CommandError(when_error_markdown(error, call.words)) from error
    order = Order(
        pack=file,
        starts_at=starts_at,
        zone=call.tools.zone,
        language=call.tools.language,
        organizers_room=call.tools.organizers_room,
        pace=call.tools.pace,
    )
    dialogue = _ordered(call, order)
    return Answer(markdown=_started(call, dialogue), touched=frozenset({dialogue.id}))


def _ordered(call: Call, order: Order) -> Dialogue:
    try:
        return order_start(call.tx, order, now=call.now)
    except StillRunning as error:
        message = call.words.say(
            "{dialogue} is not finished. One dialogue at a time uses the groups: wait until it "
            "ends, or end it with `!{stop} {dialogue}`.",
            dialogue=error.dialogue.id,
            stop=STOP.name(call.words),
        )
        raise CommandError(message) from error
    except NoGroups as error:
        raise CommandError(how_to_add_groups(call)) from error
    except PackError as error:
        sentences = [problem_sentence(problem, call.words) for problem in error.problems]
        lines = "\n".join(f"- {escape(sentence)}" for sentence in sentences)
        head = call.words.say("The pack `{name}` cannot be started:", name=error.name)
        message = f"{head}\n\n{lines}"
        raise CommandError(message) from error


def _pack_file(call: Call, name: str) -> PackFile:
    packs = {file.name: file for file in call.tools.packs()}
    wanted = name.casefold().removesuffix(".toml")
    if not wanted:
        message = call.words.say(
            "Write which pack, and when if not now: `!{start} {pack}` or `!{start} {pack} 13.00`.",
            start=START.name(call.words),
            pack="grums",
        )
        raise CommandError(message)
    if wanted in packs:
        return packs[wanted]
    guess = nearest(wanted, list(packs))
    known = ", ".join(f"`{pack}`" for pack in packs)
    if guess is None:
        message = call.words.say("There is no pack of that name. There are: {known}.", known=known)
    else:
        message = call.words.say(
            "There is no pack of that name. Did you mean `{guess}`? There are: {known}.",
            guess=guess,
            known=known,
        )
    raise CommandError(message)


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
    local = dialogue.starts_at.astimezone(ZoneInfo(dialogue.zone))
    return call.words.say(
        "🗓️ **{title}** begins {day} at {time} with {groups} ({dialogue}).",
        title=title,
        day=local.strftime("%Y-%m-%d"),
        time=clock_time(local, call.words),
        groups=groups,
        dialogue=dialogue.id,
    )


START = Command(
    swedish="starta",
    english="start",
    usage=lambda words: words.say(
        "and a pack – start it now, or at a time: `grums`, `grums 13:00`, `grums tomorrow 9:30`"
    ),
    run=_start,
)


def _is_running(call: Call) -> bool:
    return bool(call.tx.dialogues.in_status(Status.RUNNING))


def _is_unfinished(call: Call) -> bool:
    return bool(call.tx.dialogues.in_status(Status.RUNNING, Status.PLANNED))


def _has_begun(call: Call) -> bool:
    return bool(call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED))


def _current(call: Call) -> Dialogue:
    """The dialogue that runs, or else the one that is planned."""
    for status in (Status.RUNNING, Status.PLANNED):
        found = call.tx.dialogues.in_status(status)
        if found:
            return found[-1]
    message = call.words.say(
        "No dialogue is running. Write `!{start}` and a pack's name.",
        start=START.name(call.words),
    )
    raise CommandError(message)


def _status(call: Call) -> Answer:
    dialogue = _current(call)
    if dialogue.status is Status.PLANNED:
        return Answer(markdown=_started(call, dialogue))
    step = dialogue.step
    title = escape(dialogue.pack.title.get(call.words.language))
    parts = [f"📋 **{title}** ({dialogue.id})"]
    if step is not None:
        place = call.words.say(
            "Step {position} of {steps}: {title}",
            position=dialogue.position + 1,
            steps=len(dialogue.pack.steps),
            title=escape(step.title.get(call.words.language)),
        )
        parts.append(place)
    if dialogue.closes_at is not None:
        local = dialogue.closes_at.astimezone(ZoneInfo(dialogue.zone))
        parts.append(call.words.say("⏳ until {time}", time=clock_time(local, call.words)))
    return Answer(markdown="\n\n".join(parts))


STATUS = Command(
    swedish="läge",
    english="status",
    usage=lambda words: words.say("– which step is open, and until when"),
    run=_status,
    available=_is_unfinished,
)


def _next(call: Call) -> Answer:
    dialogue = _current(call)
    step = dialogue.step
    if step is None:
        message = call.words.say("{dialogue} has not begun yet.", dialogue=dialogue.id)
        raise CommandError(message)
    event = MovedOn(
        step_id=step.id, at=call.now, unanswered=unanswered_groups(call.tx, dialogue, step.id)
    )
    moved = call.tools.dispatcher.apply(call.tx, dialogue, event, now=call.now)
    if moved.step is None:
        text = call.words.say("⏭️ That was the last step. The dialogue has ended.")
    else:
        title = escape(moved.step.title.get(call.words.language))
        text = call.words.say("⏭️ Now open: **{title}**", title=title)
    return Answer(markdown=text, touched=frozenset({dialogue.id}))


NEXT = Command(
    swedish="nästa",
    english="next",
    usage=lambda words: words.say("– close the open step now and go on to the next"),
    run=_next,
    available=_is_running,
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
    call.tools.digests.post(call.tx, dialogue, None, now=call.now)
    return Answer(markdown="", touched=frozenset({dialogue.id}))


SUMMARY = Command(
    swedish="sammanställning",
    english="digest",
    usage=lambda words: words.say("– compile the answers so far, now"),
    run=_summary,
    also_english=("summary",),
    available=_has_begun,
)


def _stop(call: Call) -> Answer:
    dialogue = _current(call)
    if call.argument.casefold() != dialogue.id.casefold():
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
    text = call.words.say("⏹️ {dialogue} has ended.", dialogue=dialogue.id)
    return Answer(markdown=text, touched=frozenset({dialogue.id}))


STOP = Command(
    swedish="avsluta",
    english="stop",
    usage=lambda words: words.say("– end the dialogue; asks once more before it does"),
    run=_stop,
    also_swedish=("stoppa", "stäng", "sluta"),
    also_english=("end", "close"),
    available=_is_unfinished,
)
