"""Which dialogue a command is about, and which groups; what is going on, for the help."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.dialogues.orders import groups_of
from bot.errors import CommandError
from bot.rendering.markdown import escape
from flows.dialogue import Dialogue, Group, Status
from flows.effects import AlarmKind

if TYPE_CHECKING:
    from bot.commands.registry import Call

_NUMBERS = re.compile(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?")


def is_running(call: Call) -> bool:
    """Something is going on."""
    return call.tx.dialogues.any_in(Status.RUNNING)


def is_unfinished(call: Call) -> bool:
    """Something is going on, or planned."""
    return call.tx.dialogues.any_in(Status.RUNNING, Status.PLANNED)


def has_begun(call: Call) -> bool:
    """Something has been asked, now or earlier."""
    return call.tx.dialogues.any_in(Status.RUNNING, Status.ENDED)


def is_paused(call: Call) -> bool:
    """A dialogue's clock stands."""
    return any(one.paused_at is not None for one in call.tools.world.running.values())


def goes_on(call: Call) -> bool:
    """A dialogue's clock runs."""
    return any(one.paused_at is None for one in call.tools.world.running.values())


def has_groups(call: Call) -> bool:
    """There is a group that something can be said to."""
    return bool(groups_of(call.tx))


def has_bookings(call: Call) -> bool:
    """A follow-up is booked, or the next of a series."""
    kinds = (AlarmKind.FOLLOW_UP, AlarmKind.SERIES)
    return any(call.tx.occurrences.waiting_for(kind) for kind in kinds)


def chosen(call: Call, *, command: str) -> tuple[Dialogue, str]:
    """The unfinished dialogue a command is about, and the rest of its argument.

    The one that is named first in the argument; where none is, the only one that runs, or else
    the one that is planned.

    Raises:
        CommandError: none is unfinished, or several are and none is named.
    """
    unfinished = call.tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
    named = _named_first(call, unfinished)
    if named is not None:
        return named
    running = [one for one in unfinished if one.status is Status.RUNNING]
    candidates = running or unfinished
    if len(candidates) == 1:
        return candidates[0], call.argument
    if not candidates:
        message = call.words.say(
            "No dialogue is running. Write `!{start}` and a pack's name.",
            start="starta" if call.words.language == "sv" else "start",
        )
        raise CommandError(message)
    names = ", ".join(f"`{one.id}`" for one in candidates)
    message = call.words.say(
        "Several dialogues are running: {names}. Write which one you mean, for example "
        "`!{command} {dialogue}`.",
        names=names,
        command=command,
        dialogue=candidates[0].id,
    )
    raise CommandError(message)


def named_or_newest(call: Call, *, nothing: Callable[[Call], str]) -> tuple[Dialogue, str]:
    """The dialogue that is named first in the argument, else the newest there is; and the rest.

    Args:
        nothing: what is said where there has been no dialogue yet.

    Raises:
        CommandError: there has been none.
    """
    known = call.tx.dialogues.in_status()
    if not known:
        raise CommandError(nothing(call))
    return _named_first(call, known) or (known[-1], call.argument)


def _named_first(call: Call, among: Sequence[Dialogue]) -> tuple[Dialogue, str] | None:
    """The one that the argument begins with, and the rest of it."""
    first, _, rest = call.argument.partition(" ")
    named = next((one for one in among if one.id.casefold() == first.casefold()), None)
    return None if named is None else (named, rest.strip())


def named_groups(call: Call, written: str) -> list[Group]:
    """The groups that are named: ``3``, ``1-4, 7``, or a name as it stands on the room.

    Raises:
        CommandError: one of them does not exist, or nothing that was written names a group.
    """
    groups = groups_of(call.tx)
    by_name = [one for one in groups if one.name.casefold() == written.strip().casefold()]
    if by_name:
        return by_name[:1]
    wanted: list[int] = []
    rest = _NUMBERS.sub("", written)
    if re.fullmatch(r"(?:\s|,|;|&|och|and)*", rest.casefold()):
        for first, last in _NUMBERS.findall(written):
            wanted += range(int(first), int(last or first) + 1)
    unknown = [number for number in wanted if not 1 <= number <= len(groups)]
    if not wanted or unknown:
        message = call.words.say(
            "I know no group “{written}”. There are {number}, see `!{groups}`. Write their "
            "numbers, for example `3` or `1-4, 7`.",
            written=str(unknown[0]) if unknown else escape(written),
            number=len(groups),
            groups="grupper" if call.words.language == "sv" else "groups",
        )
        raise CommandError(message)
    return [groups[number - 1] for number in dict.fromkeys(wanted)]
