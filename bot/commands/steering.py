"""Commands that steer a dialogue while it runs: its clock, its steps, and words to the groups."""

from __future__ import annotations

import re

from bot.commands.choosing import (
    chosen,
    goes_on,
    has_groups,
    is_paused,
    is_unfinished,
    named_groups,
)
from bot.commands.dialogues import where_now
from bot.commands.registry import Answer, Call, Command
from bot.commands.times import local_time
from bot.dialogues.orders import groups_of
from bot.errors import CommandError
from bot.nearest import nearest
from bot.rendering.durations import spoken_length
from bot.rendering.markdown import escape
from bot.sending.parcels import post
from flows.audit import Act
from flows.dialogue import Dialogue, Status
from flows.events import CloseMoved, Paused, Resumed, Skipped
from flows.ids import EffectKey
from flows.packs.pack import Step
from storage.instants import to_ms


def _running(call: Call, command: str) -> tuple[Dialogue, str]:
    dialogue, rest = chosen(call, command=command)
    if dialogue.status is not Status.RUNNING:
        message = call.words.say("{dialogue} has not begun yet.", dialogue=dialogue.id)
        raise CommandError(message)
    return dialogue, rest


# ---------------------------------------------------------------- its clock


def _pause(call: Call) -> Answer:
    dialogue, _ = _running(call, PAUSE.name(call.words))
    if dialogue.paused_at is not None:
        message = call.words.say(
            "{dialogue} is paused already. `!{resume}` lets it go on.",
            dialogue=dialogue.id,
            resume=RESUME.name(call.words),
        )
        raise CommandError(message)
    call.tools.dispatcher.apply(call.tx, dialogue, Paused(at=call.now), now=call.now)
    call.note(Act.PAUSE, dialogue=dialogue.id)
    text = call.words.say(
        "⏸️ {dialogue} is paused, and its groups are told. Its clock stands until you write "
        "`!{resume}`.",
        dialogue=dialogue.id,
        resume=RESUME.name(call.words),
    )
    return Answer(markdown=text, touched=frozenset({dialogue.id}))


PAUSE = Command(
    swedish="paus",
    english="pause",
    usage=lambda words: words.say("– let the clock stand still in all groups"),
    run=_pause,
    also_swedish=("pausa", "vänta"),
    available=goes_on,
)


def _resume(call: Call) -> Answer:
    dialogue, _ = _running(call, RESUME.name(call.words))
    if dialogue.paused_at is None:
        message = call.words.say("{dialogue} is not paused.", dialogue=dialogue.id)
        raise CommandError(message)
    stood_s = (call.now - dialogue.paused_at).total_seconds()
    moved = call.tools.dispatcher.apply(call.tx, dialogue, Resumed(at=call.now), now=call.now)
    call.note(Act.RESUME, dialogue=dialogue.id)
    text = call.words.say(
        "▶️ {dialogue} goes on. Everything to come is {length} later.",
        dialogue=dialogue.id,
        length=spoken_length(stood_s, call.words),
    )
    return Answer(markdown=text, touched=frozenset({moved.id}))


RESUME = Command(
    swedish="fortsätt",
    english="resume",
    usage=lambda words: words.say("– let the clock go on"),
    run=_resume,
    also_swedish=("återuppta",),
    also_english=("continue",),
    available=is_paused,
)

_MINUTES = re.compile(
    r"(?P<sign>[+\-\u2212\u2013]?)\s*(?P<number>[0-9]{1,4})\s*(?P<unit>m|min|minut|minuter|minutes?|"
    r"s|sek|sekunder|seconds?|h|tim|timmar|timme|hours?)?"
)
_UNITS = {"s": 1, "h": 3600, "t": 3600}
_MINUTE = 60


def _extend(call: Call) -> Answer:
    dialogue, written = _running(call, EXTEND.name(call.words))
    step = dialogue.step
    match = _MINUTES.fullmatch(written.strip().casefold())
    if match is None:
        message = call.words.say(
            "Write how many minutes: `!{extend} 5` gives five more, `!{extend} -5` takes five "
            "away.",
            extend=EXTEND.name(call.words),
        )
        raise CommandError(message)
    if step is None or dialogue.closes_at is None:
        message = call.words.say(
            "No step with an end is open now, so there is nothing to move. `!{next}` goes on.",
            next="nästa" if call.words.language == "sv" else "next",
        )
        raise CommandError(message)
    seconds = int(match["number"]) * _UNITS.get((match["unit"] or "m")[0], _MINUTE)
    if match["sign"] and match["sign"] != "+":
        seconds = -seconds
    closes_at = dialogue.closes_at + dialogue.lasting(seconds)
    earliest = dialogue.paused_at or call.now
    if closes_at <= earliest:
        message = call.words.say(
            "Only {left} are left of this step. `!{next}` closes it now.",
            left=spoken_length((dialogue.closes_at - earliest).total_seconds(), call.words),
            next="nästa" if call.words.language == "sv" else "next",
        )
        raise CommandError(message)
    event = CloseMoved(step_id=step.id, at=call.now, closes_at=closes_at)
    moved = call.tools.dispatcher.apply(call.tx, dialogue, event, now=call.now)
    call.note(Act.EXTEND, dialogue=dialogue.id, subject=f"{step.id} {seconds:+d} s")
    text = call.words.say(
        "⏱️ **{title}** now ends at {time}. The steps after it move by as much.",
        title=escape(step.title.get(call.words.language)),
        time=local_time(closes_at, moved.zone, call.words),
    )
    if moved.paused_at is not None:
        left_s = (closes_at - moved.paused_at).total_seconds()
        text = call.words.say(
            "⏱️ **{title}** has {left} left when it goes on.",
            title=escape(step.title.get(call.words.language)),
            left=spoken_length(left_s, call.words),
        )
    return Answer(markdown=text, touched=frozenset({moved.id}))


EXTEND = Command(
    swedish="förläng",
    english="extend",
    usage=lambda words: words.say(
        "`5` – minutes more for the open step, `-5` less; later steps move too"
    ),
    run=_extend,
    also_swedish=("förlänga", "mertid"),
    available=goes_on,
)


# ---------------------------------------------------------------- its steps


def _skip(call: Call) -> Answer:
    dialogue, written = chosen(call, command=SKIP.name(call.words))
    # "hoppa över 4" is two words in Swedish; the second says nothing more.
    wanted = re.sub(r"^(?:över|over)\b\s*", "", written, flags=re.IGNORECASE).strip()
    step = _step_to_skip(call, dialogue, wanted)
    if step.id in dialogue.skipped:
        message = call.words.say(
            "**{title}** is left out already.", title=escape(step.title.get(call.words.language))
        )
        raise CommandError(message)
    event = Skipped(step_id=step.id, at=call.now)
    moved = call.tools.dispatcher.apply(call.tx, dialogue, event, now=call.now)
    call.note(Act.SKIP, dialogue=dialogue.id, subject=step.id)
    parts = [
        call.words.say(
            "⏭️ **{title}** will not be asked.", title=escape(step.title.get(call.words.language))
        )
    ]
    upcoming = moved.upcoming
    if moved.position != dialogue.position or moved.status is Status.ENDED:
        parts.append(where_now(call, moved))
    elif upcoming is not None:
        parts.append(
            call.words.say(
                "Next comes **{title}**.", title=escape(upcoming.title.get(call.words.language))
            )
        )
    return Answer(markdown=" ".join(parts), touched=frozenset({moved.id}))


def _step_to_skip(call: Call, dialogue: Dialogue, wanted: str) -> Step:
    """The step that is meant by its number or title; the next one if none is named."""
    steps = dialogue.pack.steps
    to_come = steps[dialogue.position + 1 :]
    if not wanted and dialogue.upcoming is not None:
        return dialogue.upcoming
    titles = {step.title.get(call.words.language).casefold(): step for step in to_come}
    by_number = {str(number): step for number, step in enumerate(steps, start=1)}
    found = by_number.get(wanted) or titles.get(wanted.casefold())
    if found is None and wanted:
        guess = nearest(wanted, list(titles))
        found = None if guess is None else titles[guess]
    if found is None or found not in to_come:
        lines = "\n".join(
            f"- {number}: {escape(step.title.get(call.words.language))}"
            for number, step in enumerate(steps, start=1)
            if step in to_come and step.id not in dialogue.skipped
        )
        message = call.words.say(
            "Only a step that is still to come can be left out. `!{next}` closes the open one. "
            "To come:\n\n{steps}",
            next="nästa" if call.words.language == "sv" else "next",
            steps=lines or "–",
        )
        raise CommandError(message)
    return found


SKIP = Command(
    swedish="hoppa",
    english="skip",
    second_words=("över", ""),
    usage=lambda words: words.say(
        "– leave out the step that comes next, or a later one by its number; the open one goes on"
    ),
    run=_skip,
    also_swedish=("hoppaöver", "hoppa-över"),
    available=is_unfinished,
)


# ---------------------------------------------------------------- words to the groups


_TO_ALL = ("alla", "all", "everybody", "everyone")
_LONGEST = 4000
_A_GROUP = r"(?:(?:grupp|group|bord|table)\s+)"


def _say(call: Call) -> Answer:
    named = _called_by_name(call)
    whom, text = named or _split(call.argument)
    text = text.strip()
    if not whom or not text:
        message = call.words.say(
            "Write to whom and what: `!{say} {all} We begin again at ten`, or `!{say} 3 …` to "
            "group 3 alone.",
            say=SAY.name(call.words),
            all="alla" if call.words.language == "sv" else "all",
        )
        raise CommandError(message)
    if len(text) > _LONGEST:
        message = call.words.say(
            "That is too long for one message: at most {number} characters.", number=_LONGEST
        )
        raise CommandError(message)
    everybody = whom.casefold() in _TO_ALL
    groups = groups_of(call.tx) if everybody else tuple(named_groups(call, whom))
    told = [
        post(
            EffectKey(f"{group.room_id}/-/-/said/{call.message.event_id}"),
            group.room_id,
            f"📣 {escape(text)}",
            silent=False,
        )
        for group in groups
    ]
    call.tx.outbox.put(told, now_ms=to_ms(call.now))
    call.note(Act.SAY, subject=", ".join(group.id for group in groups))
    if len(groups) == 1:
        answer = call.words.say("📣 Said to **{group}**.", group=escape(groups[0].name))
    else:
        answer = call.words.say_n(
            "📣 Said to {number} group.", "📣 Said to {number} groups.", len(groups)
        )
    return Answer(markdown=answer)


def _called_by_name(call: Call) -> tuple[str, str] | None:
    """To whom, and what, where a group is called by the whole name of its room."""
    said = re.sub(r"^(?:till|to)\s+", "", call.argument, flags=re.IGNORECASE)
    # "Table 1" is how "Table 10" begins: a name ends where a word does, and the longest counts.
    names = sorted((one.name for one in groups_of(call.tx) if one.name), key=len, reverse=True)
    for name in names:
        match = re.match(rf"{re.escape(name)}(?=[\s:]|$)[:\s]?", said, re.IGNORECASE)
        if match is not None:
            return name, said[match.end() :]
    return None


def _split(argument: str) -> tuple[str, str]:
    """To whom, and what; the numbers of groups may have spaces after their commas."""
    match = re.match(
        rf"\s*(?:till\s+|to\s+)?({_A_GROUP}?(?:\d[\d\s,\-–]*\d|\d+)(?=[\s:])|\S+?(?=[\s:]|$))[:\s]?",
        argument,
        re.IGNORECASE,
    )
    if match is None:
        return "", ""
    whom = re.sub(rf"^{_A_GROUP}", "", match[1].strip(), flags=re.IGNORECASE)
    return whom, argument[match.end() :]


SAY = Command(
    swedish="säg",
    english="say",
    usage=lambda words: words.say(
        "`all We begin again at ten` – a message of yours in every group's room; "
        "`3 Please …` in one"
    ),
    run=_say,
    available=has_groups,
)

STEERING: tuple[Command, ...] = (PAUSE, RESUME, EXTEND, SKIP, SAY)
