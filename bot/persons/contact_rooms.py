"""Who is asked from afar: for which role, in which room with the bot, and whether she is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.rendering import contacts as text
from bot.sending.parcels import invite, leave, open_room, post, revise
from bot.wording import Wording, wording
from flows.ids import EffectKey, EventId, GroupId, RoomId, UserId
from storage.contacts import Named
from storage.instants import to_ms
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.packs.pack import Contact
    from storage.journal import MemberChange
    from storage.transaction import Transaction

log = structlog.get_logger()

ROOM = "contact-room/"
"""How keys of effects begin that make a contact's room."""
_PARTS_OF_ROOM_KEY = 3


def makes_room(key: EffectKey) -> bool:
    """Whether an effect makes a contact's room; others follow from it and have longer keys."""
    return key.startswith(ROOM) and len(key.split("/")) == _PARTS_OF_ROOM_KEY


class ContactRooms:
    """Contacts as people, and what groups are told of their coming and going."""

    def __init__(self, world: World, language: str) -> None:
        self._world = world
        self._language = language
        # Between her naming and the first dialogue no dialogue tells what her role is called.
        self._titles: dict[str, str] = {}

    def name(self, tx: Transaction, role: Contact, user_id: UserId, *, now: datetime) -> None:
        """Name somebody for a role and invite her; whoever had it is let go."""
        before = tx.contacts.named(role.id)
        if before is not None and before.user_id == user_id:
            return
        effects = []
        if before is not None and before.room_id is not None:
            key = EffectKey(f"{before.room_id}/-/-/contact-leaves/{to_ms(now)}")
            effects.append(leave(key, before.room_id))
        title = self._titles[role.id] = role.title.get(self._language)
        key = EffectKey(f"{ROOM}{role.id}/{to_ms(now)}")
        tx.contacts.name(Named(role=role.id, user_id=user_id, key=key))
        room = open_room(
            key,
            self._world.organizers_room,
            name=f"Runda: {title}",
            encrypted=True,
            direct=True,
            invited=[user_id],
        )
        tx.outbox.put([*effects, room], now_ms=to_ms(now))
        log.info("contact.named", role=role.id)

    def let_go(self, tx: Transaction, named: Named, *, now: datetime) -> None:
        """Nobody has her role any more; her room becomes a private chat like others."""
        tx.contacts.unname(named.role)
        known = None if named.room_id is None else tx.rooms.get(named.room_id)
        if known is not None:
            tx.rooms.put(replace(known, use=RoomUse.DIRECT))
            self._world.see_rooms(tx)
        self._tell_presence(tx, named, now)
        title, words = self.title(tx, named.role)
        said = text.let_go_markdown(title, named.role, words)
        key = EffectKey(
            f"{self._world.organizers_room}/-/-/contact-let-go/{named.role}/{to_ms(now)}"
        )
        notice = post(key, self._world.organizers_room, said, silent=False)
        tx.outbox.put([notice], now_ms=to_ms(now))
        log.info("contact.let_go", role=named.role)

    def opened(
        self, tx: Transaction, key: EffectKey, made: EventId, *, now: datetime
    ) -> Named | None:
        """Her room is there (its id stands for an event's): welcome her; None if she is let go."""
        room_id = RoomId(made)
        named = tx.contacts.note_room(key, room_id)
        if named is None:
            tx.outbox.put([leave(EffectKey(f"{key}/leave"), room_id)], now_ms=to_ms(now))
            return None
        known = tx.rooms.get(room_id)
        room = Room(
            room_id=room_id,
            use=RoomUse.CONTACT,
            name="" if known is None else known.name,
            encrypted=True,
            joined=True,
            number=tx.rooms.next_number(RoomUse.CONTACT),
            peer=named.user_id,
            rights=None if known is None else known.rights,
        )
        tx.rooms.put(room)
        self._world.see_rooms(tx)
        title, words = self.title(tx, named.role)
        welcome = text.welcome_markdown(title, words)
        tx.outbox.put(
            [post(EffectKey(f"{key}/welcome"), room_id, welcome, silent=False)], now_ms=to_ms(now)
        )
        return named

    def invite_again(self, tx: Transaction, named: Named, key: EffectKey, *, now: datetime) -> None:
        """Invite her who is not there: she may have declined by mistake, or be invited already."""
        if named.room_id is not None and not self.is_here(tx, named):
            again = invite(key, named.room_id, named.user_id)
            tx.outbox.put([again], now_ms=to_ms(now))

    def is_here(self, tx: Transaction, named: Named | None) -> bool:
        """Whether she has come into her room."""
        if named is None or named.room_id is None:
            return False
        return any(one.user_id == named.user_id for one in tx.rooms.members(named.room_id))

    def tell(self, tx: Transaction, key: str, named: Named, said: str, *, now: datetime) -> None:
        """Tell her something, in her room; nothing as long as she has none."""
        if named.room_id is not None:
            tx.outbox.put([post(EffectKey(key), named.room_id, said)], now_ms=to_ms(now))

    def title(self, tx: Transaction, role_id: str) -> tuple[str, Wording]:
        """What her role is called, and in which language she is spoken to."""
        newest = tx.contacts.of_role(role_id)
        dialogues = [*self._world.live.values()]
        if newest:
            dialogue = tx.dialogues.get(newest[-1].asking.dialogue_id)
            dialogues = [*([] if dialogue is None else [dialogue]), *dialogues]
        for dialogue in dialogues:
            role = dialogue.pack.contact(role_id)
            if role is not None:
                return role.title.get(dialogue.language), wording(dialogue.language)
        return self._titles.get(role_id, role_id), wording(self._language)

    # ------------------------------------------------------------ what groups are told

    def introduce(
        self, tx: Transaction, dialogue: Dialogue, role: Contact, *, now: datetime
    ) -> None:
        """Tell the groups of a contact, and how to ask her."""
        said = self._presence(tx, dialogue, role)
        told = [
            post(_told(dialogue, group.id, role), group.room_id, said) for group in dialogue.groups
        ]
        tx.outbox.put(told, now_ms=to_ms(now))

    def members_changed(
        self, tx: Transaction, changes: Iterable[MemberChange], *, now: datetime
    ) -> None:
        """Tell the groups when a contact comes or goes."""
        rooms = {one.room_id for one in changes}
        for room_id in rooms:
            if self._world.use_of(room_id) is not RoomUse.CONTACT:
                continue
            named = tx.contacts.of_room(room_id)
            if named is not None:
                self._tell_presence(tx, named, now)

    def _tell_presence(self, tx: Transaction, named: Named, now: datetime) -> None:
        effects = []
        here = self.is_here(tx, tx.contacts.named(named.role))
        state = "here" if here else "away"
        for dialogue in self._world.running.values():
            role = dialogue.pack.contact(named.role)
            if role is None:
                continue
            said = self._presence(tx, dialogue, role)
            effects += [
                revise(
                    EffectKey(f"{_told(dialogue, group.id, role)}/{state}-{to_ms(now)}"),
                    group.room_id,
                    _told(dialogue, group.id, role),
                    said,
                )
                for group in dialogue.groups
                if tx.outbox.fate(_told(dialogue, group.id, role)) is not None
            ]
        tx.outbox.put(effects, now_ms=to_ms(now))

    def _presence(self, tx: Transaction, dialogue: Dialogue, role: Contact) -> str:
        words = wording(dialogue.language)
        return text.presence_markdown(
            role.title.get(dialogue.language),
            example(dialogue, role),
            words,
            is_here=self.is_here(tx, tx.contacts.named(role.id)),
        )


def example(dialogue: Dialogue, role: Contact) -> str:
    """How a message begins that asks her."""
    ask = "fråga" if dialogue.language == "sv" else "ask"
    return f"{ask}:" if len(dialogue.pack.contacts) == 1 else f"{ask} {role.id}:"


def _told(dialogue: Dialogue, group_id: GroupId, role: Contact) -> EffectKey:
    """The message that tells a group of a contact."""
    return EffectKey(f"{dialogue.id}/-/{group_id}/contact-{role.id}/0")
