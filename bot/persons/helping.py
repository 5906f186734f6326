"""Calls for help: a group calls, an organizer is told once, and somebody says that it is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.rendering.own import called_markdown, coming_markdown
from bot.sending.parcels import post
from bot.wording import wording
from flows.ids import EffectKey, EventId, RoomId
from storage.calls import HelpCall
from storage.instants import to_ms

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.world import World
    from flows.ids import DialogueId
    from storage.transaction import Transaction

log = structlog.get_logger()


class Helping:
    """Takes calls for help, and lets them rest when somebody has helped."""

    def __init__(self, world: World, language: str, zone: ZoneInfo) -> None:
        self._world = world
        self._language = language
        self._zone = zone

    def call(
        self, tx: Transaction, room_id: RoomId, event_id: EventId, *, now: datetime
    ) -> frozenset[DialogueId]:
        """A group calls for help; while it waits, a second call changes nothing.

        Returns:
            The dialogues whose board has changed.
        """
        room = self._world.rooms.get(room_id)
        if room is None or room_id in tx.calls.open():
            return frozenset()
        place = f"{room_id}/-/-"
        key = EffectKey(f"{place}/call/{event_id}")
        tx.calls.add(HelpCall(room_id=room_id, event_id=event_id, key=key, called_ms=to_ms(now)))
        number = self._number(room_id)
        text = called_markdown(room.name or number, number, wording(self._language))
        resting = self._world.rests(now, self._zone)
        told = post(
            key,
            self._world.organizers_room,
            text,
            mentions=() if resting else sorted(self._world.organizers),
            silent=resting,
        )
        answer = coming_markdown(wording(self._spoken_in(room_id)))
        thanks = post(EffectKey(f"{place}/called/{event_id}"), room_id, answer)
        tx.outbox.put([told, thanks], now_ms=to_ms(now))
        log.info("help.called", room_id=room_id)
        return self._dialogues(room_id)

    def clear(self, tx: Transaction, call: HelpCall, *, now: datetime) -> frozenset[DialogueId]:
        """Somebody has helped, or it was a slip."""
        tx.calls.clear(call, now_ms=to_ms(now))
        log.info("help.cleared", room_id=call.room_id)
        return self._dialogues(call.room_id)

    def numbers(self, rooms: Iterable[RoomId]) -> dict[str, RoomId]:
        """The numbers by which people know these rooms' groups."""
        return {self._number(room_id): room_id for room_id in rooms}

    def _number(self, room_id: RoomId) -> str:
        """The group's number in its dialogue."""
        for dialogue in self._world.live.values():
            for group in dialogue.groups:
                if group.room_id == room_id:
                    return group.id
        room = self._world.rooms.get(room_id)
        return str(room_id if room is None else room.number)

    def _spoken_in(self, room_id: RoomId) -> str:
        for dialogue in self._world.live.values():
            if any(group.room_id == room_id for group in dialogue.groups):
                return dialogue.language
        return self._language

    def _dialogues(self, room_id: RoomId) -> frozenset[DialogueId]:
        return frozenset(
            dialogue.id
            for dialogue in self._world.running.values()
            if any(group.room_id == room_id for group in dialogue.groups)
        )
