"""Ordering dialogues and series: from the organizers' room or from the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.rendering.consent import consent_version
from flows.dialogue import Dialogue, Group, Status
from flows.effects import AlarmKind, WakeAt
from flows.engine import start_alarm
from flows.ids import DialogueId, EffectKey, GroupId, RoomId
from flows.packs.parse import parse
from flows.recurrence import next_occurrence
from storage.instants import to_ms
from storage.occurrences import Occurrence, wall_time
from storage.rooms import Room, RoomUse
from storage.series import Series

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.packs.known import PackFile
    from flows.packs.pack import Pack
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A dialogue to be run. `zone` is an IANA name; `pace` divides the lengths of the pack.

    `rooms` are the rooms of the groups that take part; None is all that are free.
    `own_pace`: its groups go on when they are done.
    """

    pack: PackFile
    starts_at: datetime
    zone: str
    language: str
    organizers_room: RoomId
    pace: float = 1.0
    rooms: tuple[RoomId, ...] | None = None
    own_pace: bool = False


class NoGroups(Exception):
    """There is no group room yet, so there is nobody to ask."""


class StillRunning(Exception):
    """Another dialogue uses the groups; `dialogue` is it."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        super().__init__(dialogue.id)


class NeverAgain(Exception):
    """The pack's recurrence has no day to come."""


class ComesAlready(Exception):
    """A series of the pack goes on; it has to be ended before another begins."""


class NeedsLeading(Exception):
    """The pack is not made for groups at their own pace."""


def group_rooms(tx: Transaction) -> list[Room]:
    """The rooms of the groups as people count them: Bord 1, Bord 2, Bord 10.

    Those without a number in the name come last, in the order in which they came.
    """
    rooms = tx.rooms.used_as(RoomUse.GROUP)
    return sorted(rooms, key=lambda room: (_counted(room.name), room.number or 0))


def _counted(name: str) -> tuple[bool, str, int]:
    found = re.fullmatch(r"(.*?)(\d{1,9})\D*", name, re.DOTALL)
    return (True, "", 0) if found is None else (False, found[1].casefold(), int(found[2]))


def groups_of(tx: Transaction, rooms: Collection[RoomId] | None = None) -> tuple[Group, ...]:
    """The groups as a dialogue knows them, of these rooms (None: of all), as people count them.

    A group has the same id in every dialogue, as long as no group is added before it.
    """
    everything = enumerate(group_rooms(tx), start=1)
    return tuple(
        Group(id=GroupId(str(place)), name=room.name or str(place), room_id=room.room_id)
        for place, room in everything
        if rooms is None or room.room_id in rooms
    )


def order_start(tx: Transaction, order: Order, *, now: datetime) -> Dialogue:
    """Keep a new dialogue, and order its start.

    Nothing is sent here: the running bot begins when the start is due.

    Raises:
        NoGroups: the bot is in no group room.
        StillRunning: a dialogue that is planned or running uses the groups; a group does one
            thing at a time.
        flows.errors.PackError: the pack is not sound.
    """
    source = order.pack.source()
    pack = parse(source, name=order.pack.name)
    groups = _free(tx, groups_of(tx, order.rooms), named=order.rooms is not None)
    dialogue_id, number = tx.dialogues.next_id(pack.name)
    dialogue = Dialogue(
        id=dialogue_id,
        pack=pack,
        language=order.language if order.language in pack.languages else pack.language,
        organizers_room=order.organizers_room,
        groups=groups,
        zone=order.zone,
        starts_at=order.starts_at,
        pace=order.pace,
        own_pace=order.own_pace,
        consent=consent_version(pack),
    )
    tx.dialogues.add(dialogue, number=number, pack_text=source, now=now)
    keep_files(tx, dialogue.id, order.pack, pack)
    plan(tx, dialogue.id, start_alarm(dialogue), zone=order.zone)
    return dialogue


def order_at_own_pace(tx: Transaction, order: Order, *, now: datetime) -> list[Dialogue]:
    """A dialogue for each group, so that no group waits for another.

    A busy group that is named is an error; where all are meant, it is left in peace.

    Raises:
        NeedsLeading: the pack is not made for it.
        NoGroups: as `order_start`.
        StillRunning: as `order_start`.
        flows.errors.PackError: the pack is not sound.
    """
    if not order.pack.load().self_paced:
        raise NeedsLeading
    using = {
        group.room_id
        for dialogue in tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
        for group in dialogue.groups
    }
    groups = groups_of(tx, order.rooms)
    free = [one for one in groups if order.rooms is not None or one.room_id not in using]
    alone = replace(order, own_pace=True)
    if not free:
        return [order_start(tx, alone, now=now)]
    return [order_start(tx, replace(alone, rooms=(one.room_id,)), now=now) for one in free]


def _free(tx: Transaction, groups: tuple[Group, ...], *, named: bool) -> tuple[Group, ...]:
    """Those of the groups that no dialogue uses; if they were named, all of them or none."""
    if not groups:
        raise NoGroups
    using = {
        group.room_id: dialogue
        for dialogue in tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
        for group in dialogue.groups
    }
    busy = [using[group.room_id] for group in groups if group.room_id in using]
    free = tuple(group for group in groups if group.room_id not in using)
    if busy and (named or not free):
        raise StillRunning(busy[0])
    return free


def order_series(tx: Transaction, order: Order, *, now: datetime) -> tuple[Series, datetime]:
    """Keep a series of a pack that recurs; returns it and when its first dialogue begins.

    Raises:
        ComesAlready: one of this pack goes on.
        NoGroups: the bot is in no group room.
        NeverAgain: there is no such day within five years.
        flows.errors.PackError: the pack is not sound.
    """
    source = order.pack.source()
    pack = parse(source, name=order.pack.name)
    if any(one.pack.name == pack.name for one in tx.series.going()):
        raise ComesAlready
    groups = groups_of(tx, order.rooms)
    if not groups:
        raise NoGroups
    since = max(order.starts_at, now)
    series = Series(
        id=tx.series.next_id(pack.name),
        pack=pack,
        pack_text=source,
        language=order.language if order.language in pack.languages else pack.language,
        organizers_room=order.organizers_room,
        rooms=() if order.rooms is None else tuple(group.room_id for group in groups),
        zone=order.zone,
        pace=order.pace,
        since=since.astimezone(ZoneInfo(order.zone)).date(),
    )
    tx.series.add(series)
    keep_files(tx, series.id, order.pack, pack)
    first = plan_next(tx, series, after=since)
    if first is None:
        raise NeverAgain
    return series, first


def plan_next(tx: Transaction, series: Series, *, after: datetime) -> datetime | None:
    """Order the next dialogue of a series; returns when, None if there is none."""
    recurrence = series.pack.recurrence
    if recurrence is None or (recurrence.times is not None and series.ran >= recurrence.times):
        return None
    zone = ZoneInfo(series.zone)
    moment = next_occurrence(recurrence, anchor=series.since, zone=zone, after=after)
    if moment is None:
        return None
    # By its day: the hour that the clocks show twice in October is of one day, and comes once.
    day = moment.astimezone(zone).date().isoformat()
    alarm = WakeAt(
        key=EffectKey(f"{series.id}/-/{day}/{AlarmKind.SERIES}/0"),
        alarm=AlarmKind.SERIES,
        step_id=None,
        at=moment,
        about=day,
    )
    plan(tx, DialogueId(series.id), alarm, zone=series.zone)
    return moment


def plan(tx: Transaction, whose: DialogueId, alarm: WakeAt, *, zone: str) -> None:
    """Order an alarm of a dialogue, or of a series."""
    tx.occurrences.plan(
        Occurrence(
            key=alarm.key,
            dialogue_id=whose,
            alarm=alarm.alarm,
            step_id=alarm.step_id,
            due_ms=to_ms(alarm.at),
            wall_time=wall_time(alarm.at, zone),
            about=alarm.about,
        )
    )


def keep_files(tx: Transaction, owner: str, file: PackFile, pack: Pack) -> None:
    """Keep the files beside a pack for a dialogue (or a series): the folder may change.

    Raises:
        flows.errors.PackError: one of them is missing or not sound.
    """
    steps = [*pack.steps, *(step for later in pack.follow_ups for step in later.steps)]
    names = {step.attached.name for step in steps if step.attached is not None}
    for name in sorted(names):
        tx.pack_files.keep(owner, name, file.media(name))
