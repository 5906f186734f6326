"""Which invitations the bot accepts, and what a room becomes by them.

An organizer's invitation makes a room a group of the coming dialogue. A private chat may be
opened by whoever the bot knows, and by people of the servers that are allowed. Every other
invitation is declined: strangers shall not make the bot a witness of their rooms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.rendering.markdown import escape
from bot.sending.parcels import join, leave, post
from bot.throttle import Turn, for_invitations
from bot.wording import wording
from flows.ids import EffectKey, RoomId, UserId
from storage.instants import to_ms
from storage.journal import Departure, Invitation, MemberChange, Membership, RoomFacts
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.hearing.upgrades import Upgrades
    from bot.hearing.wrong_room import WrongRoom
    from bot.sending.away import Away
    from bot.world import World
    from storage.transaction import Transaction

log = structlog.get_logger()


class Doorkeeper:
    """Keeps rooms and members, inside the transaction that journals them."""

    def __init__(
        self,
        world: World,
        wrong_room: WrongRoom,
        upgrades: Upgrades,
        away: Away,
        language: str,
        *,
        allowed_servers: Iterable[str] = (),
    ) -> None:
        self._world = world
        self._wrong_room = wrong_room
        self._upgrades = upgrades
        self._away = away
        self._language = language
        self._servers = frozenset((_server_of(world.own_id), *allowed_servers))
        self._throttle = for_invitations()

    def learn(
        self,
        tx: Transaction,
        *,
        rooms: Sequence[RoomFacts],
        members: Iterable[MemberChange],
        departures: Iterable[Departure],
        now: datetime,
    ) -> list[RoomId]:
        """Keep what changed of rooms; returns the private rooms the bot has just come into."""
        entered: list[RoomId] = []
        open_again: list[RoomId] = []
        changed = False
        for facts in rooms:
            before = tx.rooms.get(facts.room_id)
            tx.rooms.learn(facts)
            changed = True
            newly_in = facts.joined and (before is None or not before.joined)
            if newly_in and before is not None and before.use is RoomUse.DIRECT:
                entered.append(facts.room_id)
            if newly_in or facts.levels is not None:
                open_again.append(facts.room_id)
        news = tx.rooms.apply([_not_from_the_future(one, to_ms(now)) for one in members])
        came = self._newcomers(news)
        changed = changed or bool(news)
        for departure in departures:
            room = tx.rooms.get(departure.room_id)
            if room is not None and room.joined:
                tx.rooms.put(replace(room, joined=False))
                self._tell_departure(tx, room, now)
                changed = True
        if changed:
            self._world.see_rooms(tx)
            self._world.see_rounds(tx)
            moved = self._upgrades.learn(tx, rooms, now=now)
            for room_id in dict.fromkeys((*open_again, *moved)):
                self._away.come_back(tx, room_id, now=now)
            self._wrong_room.help(tx, came, now=now)
        return entered

    def _newcomers(self, changes: Iterable[MemberChange]) -> list[tuple[RoomId, UserId]]:
        """Who has come into a group's room, as it was known before; a new name is no coming."""
        return [
            (one.room_id, one.user_id)
            for one in changes
            if one.membership is Membership.JOIN
            and self._world.use_of(one.room_id) is RoomUse.GROUP
            and one.user_id not in self._world.participants(one.room_id)
        ]

    def _tell_departure(self, tx: Transaction, room: Room, now: datetime) -> None:
        """A group nobody can ask any more: the organizers have to know."""
        if room.use is not RoomUse.GROUP:
            return
        words = wording(self._language)
        text = words.say(
            "⚠️ I am not in **{group}** any more, so that group gets no questions and its answers "
            "do not reach me. Invite {bot} to its room again.",
            group=escape(room.name or str(room.number)),
            bot=f"`{self._world.own_id}`",
        )
        key = EffectKey(f"{room.room_id}/-/-/departure/{to_ms(now)}")
        notice = post(key, self._world.organizers_room, text, silent=False)
        tx.outbox.put([notice], now_ms=to_ms(now))

    def answer(self, tx: Transaction, invitations: Iterable[Invitation], *, now: datetime) -> None:
        """Accept or decline invitations."""
        effects = []
        for invitation in invitations:
            room = self._room_for(tx, invitation, now)
            # An invitation may come again after a leave: the time makes it another effect.
            key = f"{invitation.room_id}/invitation/{to_ms(now)}"
            if room is None:
                log.info("invitation.declined", room_id=invitation.room_id)
                effects.append(leave(EffectKey(f"{key}/leave"), invitation.room_id))
                continue
            tx.rooms.put(room)
            effects.append(join(EffectKey(f"{key}/join"), invitation.room_id))
            log.info("invitation.accepted", room_id=room.room_id, use=room.use.value)
        if effects:
            tx.outbox.put(effects, now_ms=to_ms(now))
            self._world.see_rooms(tx)

    def _may_talk(self, tx: Transaction, who: UserId, now: datetime) -> bool:
        """Whether somebody may open a private chat, and has not opened too many of them."""
        allowed = (
            "*" in self._servers
            or _server_of(who) in self._servers
            or who in self._world.onlookers
            or self._world.in_a_group(who)
            or tx.contacts.has(who)
            or tx.seatings.lists(who)
        )
        return allowed and self._throttle.turn(who, now) is Turn.ANSWER

    def _room_for(self, tx: Transaction, invitation: Invitation, now: datetime) -> Room | None:
        known = tx.rooms.get(invitation.room_id)
        by_organizer = invitation.inviter in self._world.organizers
        if known is not None and known.use is not RoomUse.NONE:
            # What somebody once called a private chat is a group when an organizer says so.
            is_group = known.use is RoomUse.DIRECT and by_organizer and not invitation.direct
            if not is_group:
                return replace(known, joined=False)
        use = RoomUse.ORGANIZERS if invitation.room_id == self._world.organizers_room else None
        if use is None and invitation.direct and self._may_talk(tx, invitation.inviter, now):
            use = RoomUse.DIRECT
        if use is None and by_organizer and not invitation.direct:
            use = RoomUse.GROUP
        if use is not RoomUse.ORGANIZERS and self._upgrades.is_awaited(tx, invitation.room_id):
            # It takes over what the room before it was, when the bot is in.
            use = RoomUse.NONE
        if use is None:
            return None
        return Room(
            room_id=invitation.room_id,
            use=use,
            name=invitation.name or "",
            encrypted=invitation.encrypted,
            joined=False,
            number=None if use is RoomUse.NONE else tx.rooms.next_number(use),
            peer=invitation.inviter if use is RoomUse.DIRECT else None,
        )


def _server_of(user_id: UserId) -> str:
    return user_id.partition(":")[2].lower()


def _not_from_the_future(change: MemberChange, now_ms: int) -> MemberChange:
    # Somebody's homeserver may claim any time. What came later than all to come could never
    # be undone: an organizer who was put out would steer for ever.
    return replace(change, sent_ms=now_ms) if change.sent_ms > now_ms else change
