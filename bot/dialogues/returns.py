"""Dialogues that begin by themselves: follow-ups after months, and the next of a series."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.dialogues.orders import groups_of, plan_next
from bot.rendering.consent import consent_version
from bot.rendering.markdown import escape
from bot.sending.parcels import post
from bot.wording import Wording, wording
from flows.dialogue import Dialogue, Group, Phase, Status
from flows.effects import AlarmKind
from flows.events import Started
from flows.follow_ups import follow_up_pack
from flows.ids import DialogueId, EffectKey
from storage.instants import to_ms
from storage.told import SpeaksOf

if TYPE_CHECKING:
    from bot.dialogues.dispatcher import Dispatcher
    from bot.world import World
    from storage.occurrences import Occurrence
    from storage.people import Participant
    from storage.series import Series
    from storage.transaction import Transaction

log = structlog.get_logger()

BEGINNINGS = (AlarmKind.FOLLOW_UP, AlarmKind.SERIES)
"""Alarms that begin a dialogue which is not there yet."""


class Returns:
    """Begins a dialogue when its alarm rings; if its groups are busy, it waits for them."""

    def __init__(self, world: World, dispatcher: Dispatcher) -> None:
        self._world = world
        self._dispatcher = dispatcher

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> Dialogue | None:
        """Do what an alarm of `BEGINNINGS` is for; returns the dialogue that has begun."""
        if occurrence.alarm is AlarmKind.FOLLOW_UP:
            return self._follow_up(tx, occurrence, now)
        return self._next_of_series(tx, occurrence, now)

    def _follow_up(self, tx: Transaction, occurrence: Occurrence, now: datetime) -> Dialogue | None:
        earlier = tx.dialogues.get(occurrence.dialogue_id)
        if earlier is None:
            tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
            return None
        rooms = {group.room_id for group in groups_of(tx)}
        draft = replace(
            _not_begun(earlier, now),
            pack=follow_up_pack(earlier.pack, occurrence.about),
            groups=tuple(group for group in earlier.groups if group.room_id in rooms),
            follows=earlier.id,
            follow_up=occurrence.about,
            own_pace=False,
            consent=consent_version(earlier.pack),
        )
        words = wording(earlier.language)
        head = words.say("the follow-up of {dialogue}", dialogue=earlier.id)
        missing = self._missing(tx, earlier, draft, words)
        named = frozenset(one.user_id for one in self._left(tx, earlier, draft))
        tx.told.note(_begins(occurrence), SpeaksOf(people=named))
        source = tx.dialogues.pack_text(earlier.id)
        return self._begin(tx, occurrence, draft, source, " – ".join((head, *missing)), now=now)

    def _missing(
        self, tx: Transaction, earlier: Dialogue, draft: Dialogue, words: Wording
    ) -> list[str]:
        """Who of the earlier dialogue is not there any more, in sentences for the organizers."""
        told = []
        there = {group.id for group in draft.groups}
        gone = [escape(group.name) for group in earlier.groups if group.id not in there]
        if gone:
            told.append(words.say("no longer reachable: {groups}", groups=", ".join(gone)))
        names = {group.id: escape(group.name) for group in draft.groups}
        left = [
            f"`{person.user_id}` ({names[person.group_id]})"
            for person in self._left(tx, earlier, draft)
        ]
        if left:
            told.append(words.say("not there any more: {people}", people=", ".join(left)))
        return told

    def _left(self, tx: Transaction, earlier: Dialogue, draft: Dialogue) -> list[Participant]:
        """Who is not in her group's room any more."""
        if earlier.is_anonymous:
            # Who took part is not known, and is not asked.
            return []
        return [
            person
            for person in tx.people.of_dialogue(earlier.id)
            if (group := draft.group(person.group_id)) is not None
            and person.user_id not in self._world.participants(group.room_id)
        ]

    def _next_of_series(
        self, tx: Transaction, occurrence: Occurrence, now: datetime
    ) -> Dialogue | None:
        series = tx.series.get(occurrence.dialogue_id)
        if series is None or series.ended:
            tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
            return None
        words = wording(series.language)
        draft = _of_series(series, groups_of(tx, series.rooms or None), now)
        head = words.say_n(
            "the first of its series", "number {number} of its series", series.ran + 1
        )
        begun = self._begin(tx, occurrence, draft, series.pack_text, head, now=now)
        if begun is not None:
            tx.series.count(series.id)
            counted = replace(series, ran=series.ran + 1)
            if plan_next(tx, counted, after=now) is None:
                tx.series.end(series.id, now_ms=to_ms(now))
        elif not draft.groups:
            plan_next(tx, series, after=now)
        return begun

    def _begin(
        self,
        tx: Transaction,
        occurrence: Occurrence,
        draft: Dialogue,
        source: str,
        head: str,
        *,
        now: datetime,
    ) -> Dialogue | None:
        words = wording(draft.language)
        title = escape(draft.pack.title.get(draft.language))
        key = _begins(occurrence)
        if not draft.groups:
            tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
            text = words.say(
                "⚠️ **{title}** ({what}) does not begin: none of its groups can be reached.",
                title=title,
                what=head,
            )
            tx.outbox.put([post(key, draft.organizers_room, text)], now_ms=to_ms(now))
            return None
        if self._dispatcher.waits_for_groups(tx, occurrence, draft, now):
            return None
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        dialogue_id, number = tx.dialogues.next_id(draft.pack.name)
        dialogue = replace(draft, id=dialogue_id)
        tx.dialogues.add(dialogue, number=number, pack_text=source, now=now)
        if dialogue.series:
            _take_files(tx, dialogue)
        groups = words.say_n("{number} group", "{number} groups", len(dialogue.groups))
        text = words.say(
            "🔁 **{title}** begins with {groups} ({dialogue}): {what}",
            title=title,
            groups=groups,
            dialogue=dialogue.id,
            what=head,
        )
        tx.outbox.put([post(key, dialogue.organizers_room, text)], now_ms=to_ms(now))
        log.info("dialogue.returned", dialogue_id=dialogue.id, alarm=occurrence.alarm.value)
        return self._dispatcher.apply(tx, dialogue, Started(at=now), now=now)


def _begins(occurrence: Occurrence) -> EffectKey:
    """The message that tells the organizers of it."""
    return EffectKey(f"{occurrence.key}/begins")


def _not_begun(earlier: Dialogue, now: datetime) -> Dialogue:
    """A dialogue like an earlier one, of which nothing has happened."""
    return replace(
        earlier,
        starts_at=now,
        status=Status.PLANNED,
        position=-1,
        phase=Phase.OPEN,
        opened_at=None,
        closes_at=None,
        opens_at=None,
        paused_at=None,
        moves=0,
        by_hand=False,
        skipped=(),
        series="",
        erase_at=None,
        erased_at=None,
        legal_hold="",
    )


def _of_series(series: Series, groups: tuple[Group, ...], now: datetime) -> Dialogue:
    return Dialogue(
        id=DialogueId(series.id),
        pack=series.pack,
        language=series.language,
        organizers_room=series.organizers_room,
        groups=groups,
        zone=series.zone,
        starts_at=now,
        pace=series.pace,
        series=series.id,
        consent=consent_version(series.pack),
    )


def _take_files(tx: Transaction, dialogue: Dialogue) -> None:
    """Give a dialogue of a series the files that were kept when the series was ordered.

    A follow-up needs none of its own: it has those of the dialogue that it follows.
    """
    steps = (*dialogue.pack.steps, *(one for it in dialogue.pack.follow_ups for one in it.steps))
    names = {step.attached.name for step in steps if step.attached is not None}
    for name in sorted(names):
        data = tx.pack_files.get(dialogue.series, name)
        if data is not None:
            tx.pack_files.keep(dialogue.id, name, data)
