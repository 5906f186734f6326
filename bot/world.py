"""What the database thread keeps in memory, so that taking a reply looks nothing up.

A copy of a few tables: who is in which room, which rounds are open. It belongs to the
database thread alone and changes only inside a transaction there; if that transaction
comes to nothing, everything is read anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.settings import Settings, organizers_rooms, settings_now
from flows.choices import Ballot, ballot_of
from flows.collection import RoomView, RoundView
from flows.dialogue import Status
from flows.ids import DialogueId, EventId, GroupId, RoomId, StepId, UserId
from flows.packs.pack import StepKind
from storage.rooms import Room, RoomUse
from storage.rounds import Round, RoundStatus

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

_NOTHING = RoomView(private=False)
_CLOSED = RoomView(private=True)


class World:
    """The state of all rooms, as the last transaction left it."""

    def __init__(
        self, own_id: UserId, organizers_room: RoomId, configured: Settings | None = None
    ) -> None:
        self._configured = configured or Settings()
        self.settings = self._configured
        self.own_id = own_id
        self._configured_room = organizers_room
        self.organizers_room = organizers_room
        """The room that steers: the configured one, or the one that has replaced it."""
        self.rooms: dict[RoomId, Room] = {}
        self.organizers: frozenset[UserId] = frozenset()
        """Who may steer: those in the organizers' room who do not only read there."""
        self.onlookers: frozenset[UserId] = frozenset()
        """Everybody in the organizers' room, or still in one that it replaced: none of them is a
        participant."""
        self.early: set[EventId] = set()
        self.languages: dict[UserId, str] = {}
        """The languages people have chosen for what is said to them alone."""
        self.running: dict[DialogueId, Dialogue] = {}
        self.live: dict[DialogueId, Dialogue] = {}
        self.asking: dict[RoomId, Dialogue] = {}
        """Groups' rooms whose dialogue has somebody to ask from afar."""
        self.consent_questions: dict[EventId, tuple[DialogueId, RoomId]] = {}
        """Messages on which a ✅ says yes: for which dialogue, in which room."""
        self._asks_consent: dict[RoomId, DialogueId] = {}
        self._consented: set[tuple[DialogueId, UserId]] = set()
        self._members: dict[RoomId, dict[UserId, str | None]] = {}
        self._groups_of: dict[UserId, tuple[RoomId, ...]] = {}
        self._private_rooms: dict[UserId, RoomId] = {}
        self._views: dict[RoomId, RoomView] = {}
        self._private: dict[RoomId, RoomView] = {}
        self._rounds: dict[tuple[DialogueId, StepId, GroupId], Round] = {}
        self._ballots: dict[tuple[DialogueId, StepId], Ballot] = {}
        self._seats: dict[tuple[DialogueId, UserId], int] = {}
        self._own_rooms: dict[UserId, RoomId] = {}
        self._known = False

    def ready(self, tx: Transaction) -> World:
        """This world, read from the database if it is not known (any more)."""
        if not self._known:
            self.see_settings(tx)
            self.see_rooms(tx)
            self.see_rounds(tx)
            self.early = tx.early.targets()
            self._known = True
        tx.after_rollback(self.forget)
        return self

    def forget(self) -> None:
        """Read everything anew at the next transaction."""
        self._known = False

    def rests(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether nobody is to be pinged at this moment."""
        quiet = self.settings.quiet_hours
        return quiet is not None and quiet.covers(now, zone)

    def see_settings(self, tx: Transaction) -> None:
        """Read the settings anew."""
        self.settings = settings_now(tx, self._configured)

    # ------------------------------------------------------------ rooms and people

    def see_rooms(self, tx: Transaction) -> None:
        """Read rooms and members anew."""
        self.rooms = {room.room_id: room for room in tx.rooms.all()}
        *replaced, self.organizers_room = organizers_rooms(tx, self._configured_room)
        inside = self._inside(tx, self.organizers_room)
        self.onlookers = inside.union(*(self._inside(tx, room_id) for room_id in replaced))
        self.organizers = self._steering(inside)
        self.languages = tx.people.languages()
        self._members = defaultdict(dict)
        groups_of: dict[UserId, list[RoomId]] = defaultdict(list)
        for member in tx.rooms.members_of_groups():
            # Organizers look in everywhere; they are not asked.
            if member.user_id != self.own_id and member.user_id not in self.onlookers:
                self._members[member.room_id][member.user_id] = member.name
                groups_of[member.user_id].append(member.room_id)
        self._private_rooms = {
            room.peer: room.room_id for room in tx.rooms.private_chats() if room.peer is not None
        }
        self._groups_of = {user: tuple(self._in_order(own)) for user, own in groups_of.items()}

    def _inside(self, tx: Transaction, room_id: RoomId) -> frozenset[UserId]:
        members = tx.rooms.members(room_id)
        return frozenset(member.user_id for member in members) - {self.own_id}

    def _steering(self, inside: frozenset[UserId]) -> frozenset[UserId]:
        room = self.rooms.get(self.organizers_room)
        if room is None or room.rights is None:
            return inside
        return frozenset(one for one in inside if not room.rights.is_below(one))

    def _in_order(self, rooms: Iterable[RoomId]) -> list[RoomId]:
        return sorted(rooms, key=lambda room_id: self.rooms[room_id].number or 0)

    def use_of(self, room_id: RoomId) -> RoomUse:
        """What a room is to us."""
        if room_id == self.organizers_room:
            return RoomUse.ORGANIZERS
        room = self.rooms.get(room_id)
        return RoomUse.NONE if room is None else room.use

    def participants(self, room_id: RoomId) -> Mapping[UserId, str | None]:
        """The people of a group room with their display names; not the bot, no organizers."""
        return self._members.get(room_id, {})

    def private_room(self, user_id: UserId) -> RoomId | None:
        """The private chat with a person, None if she has not opened one."""
        return self._private_rooms.get(user_id)

    # ------------------------------------------------------------ rounds

    def see_rounds(self, tx: Transaction) -> None:
        """Read running dialogues, their rounds and their participants anew."""
        running = tx.dialogues.in_status(Status.RUNNING)
        self.running = {dialogue.id: dialogue for dialogue in running}
        rooms = [one.room_id for one in self.rooms.values() if one.use is RoomUse.GROUP]
        self.live = {one.id: one for one in _newest_of_each_room(running, rooms, tx)}
        rounds: dict[tuple[DialogueId, GroupId], list[Round]] = defaultdict(list)
        self._rounds = {}
        for round_ in tx.rounds.of_dialogues(self.live):
            rounds[round_.dialogue_id, round_.group_id].append(round_)
            self._rounds[round_.dialogue_id, round_.step_id, round_.group_id] = round_
        self._views = {}
        self._private = {}
        self._ballots = {
            (dialogue.id, step.id): ballot
            for dialogue in self.live.values()
            for step in dialogue.pack.steps
            if (ballot := ballot_of(step)) is not None
        }
        for dialogue in self.live.values():
            for group in dialogue.groups:
                if group.room_id not in self._views:
                    shared, private = self._room_views(rounds[dialogue.id, group.id])
                    self._views[group.room_id] = shared
                    # Cut off from persons, private answers take in none that comes late.
                    closed = dialogue.id not in self.running and dialogue.is_anonymous
                    self._private[group.room_id] = _CLOSED if closed else private
        self.asking = {
            group.room_id: dialogue
            # The first of a room counts, as with what its rounds are.
            for dialogue in reversed(self.live.values())
            if dialogue.pack.contacts
            for group in dialogue.groups
        }
        self._see_consents(tx)
        people = [
            (dialogue, person)
            for dialogue in self.live.values()
            for person in tx.people.of_dialogue(dialogue.id)
        ]
        self._seats = {(dialogue.id, person.user_id): person.number for dialogue, person in people}
        self._own_rooms = {
            person.user_id: own.room_id
            for dialogue, person in people
            if dialogue.id in self.running and (own := dialogue.group(person.group_id)) is not None
        }

    def _see_consents(self, tx: Transaction) -> None:
        # The first of a room counts, as with what its rounds are.
        of_room = {
            group.room_id: dialogue
            for dialogue in reversed(self.live.values())
            for group in dialogue.groups
        }
        self._asks_consent = {
            room_id: dialogue.id for room_id, dialogue in of_room.items() if dialogue.consent
        }
        asked = set(self._asks_consent.values())
        self._consented = tx.consents.held(asked) if asked else set()
        self.consent_questions = tx.consents.questions(asked) if asked else {}

    def waits_for_yes(self, room_id: RoomId, user_id: UserId) -> DialogueId | None:
        """The dialogue of a group's room that may keep nothing of a person yet."""
        dialogue_id = self._asks_consent.get(room_id)
        if dialogue_id is None or (dialogue_id, user_id) in self._consented:
            return None
        return dialogue_id

    def dialogue_in(self, room_id: RoomId | None) -> DialogueId | None:
        """The dialogue of a group's room that people are asked for their consent in."""
        return None if room_id is None else self._asks_consent.get(room_id)

    def note_yes(self, dialogue_id: DialogueId, user_id: UserId) -> None:
        """Note that a person has consented, without reading everything anew."""
        self._consented.add((dialogue_id, user_id))

    def see_prompt(
        self, dialogue_id: DialogueId, step_id: StepId, group_id: GroupId, event_id: EventId
    ) -> None:
        """Note the message that put a round's question, without reading every round anew."""
        round_ = self._rounds.get((dialogue_id, step_id, group_id))
        if round_ is not None:
            room = self._views[round_.room_id]
            prompts = {**room.prompts, event_id: self._view(round_)}
            self._views[round_.room_id] = replace(room, prompts=prompts)

    def busy(self, rooms: Iterable[RoomId]) -> Dialogue | None:
        """A running dialogue that uses one of these rooms, None if they are all free."""
        wanted = set(rooms)
        using = (
            dialogue
            for dialogue in self.running.values()
            if any(group.room_id in wanted for group in dialogue.groups)
        )
        return next(using, None)

    def at_own_pace(self, room_id: RoomId) -> Dialogue | None:
        """The dialogue that the group of this room goes through at its own pace, if it does."""
        dialogue = self.busy((room_id,))
        return dialogue if dialogue is not None and dialogue.own_pace else None

    def view(self, room_id: RoomId) -> RoomView:
        """The rounds of a group's room."""
        return self._views.get(room_id, _NOTHING)

    def private_view(self, user_id: UserId) -> RoomView | None:
        """The rounds a person answers in private: those of her group.

        Returns:
            None if she is in no group's room of a live dialogue.
        """
        room_id = self.group_room(user_id)
        return None if room_id is None else self._private[room_id]

    def group_room(self, user_id: UserId) -> RoomId | None:
        """The group room of a person, the first of them where a dialogue is running."""
        for room_id in self._groups_of.get(user_id, ()):
            if room_id in self._private:
                return room_id
        return None

    def closed_anonymous(self, user_id: UserId) -> Dialogue | None:
        """The anonymous dialogue that the group of a person has been through last, if it has."""
        room_id = self.group_room(user_id)
        return next(
            (
                dialogue
                for dialogue in self.live.values()
                if dialogue.id not in self.running
                and dialogue.is_anonymous
                and any(group.room_id == room_id for group in dialogue.groups)
            ),
            None,
        )

    def asks_sensitively(self, user_id: UserId) -> bool:
        """Whether a dialogue that the person is in has a sensitive step."""
        room_id = self.group_room(user_id)
        return room_id is not None and any(
            step.sensitive
            for dialogue in self.live.values()
            if any(group.room_id == room_id for group in dialogue.groups)
            for step in dialogue.pack.steps
        )

    def own_room(self, user_id: UserId) -> RoomId | None:
        """The room of the group in which a person has answered, while its dialogue runs.

        As of the last step or change of members; a moment ago is soon enough for a hint.
        """
        return self._own_rooms.get(user_id)

    def language_of(self, user_id: UserId) -> str | None:
        """The language a person has chosen, None if she has not."""
        return self.languages.get(user_id)

    def any_room(self, user_id: UserId) -> RoomId | None:
        """A group room of a person, whether or not a dialogue is running there."""
        return next(iter(self._groups_of.get(user_id, ())), None)

    def in_a_group(self, user_id: UserId) -> bool:
        """Whether the person is in any group room at all."""
        return user_id in self._groups_of

    def seat(
        self, tx: Transaction, dialogue_id: DialogueId, user_id: UserId, group_id: GroupId
    ) -> int:
        """The person's number in a dialogue."""
        number = self._seats.get((dialogue_id, user_id))
        if number is None:
            number = tx.people.number_of(dialogue_id, user_id, group_id)
            self._seats[dialogue_id, user_id] = number
        return number

    def _room_views(self, rounds: list[Round]) -> tuple[RoomView, RoomView]:
        """What a group's room and its people's private chats see of its rounds, oldest first."""
        views = tuple(self._view(round_) for round_ in rounds)
        groups = [view for view in views if view.kind is StepKind.GROUP]
        shared = RoomView(
            private=False,
            rounds=views,
            last_group=groups[-1] if groups else None,
            prompts={
                round_.prompt_event: view
                for round_, view in zip(rounds, views, strict=True)
                if round_.prompt_event is not None
            },
        )
        # An exercise is done together, and told of in the room.
        own = (view for view in views if view.kind.asks_each and view.kind is not StepKind.EXERCISE)
        return shared, RoomView(private=True, rounds=tuple(own))

    def _view(self, round_: Round) -> RoundView:
        return RoundView(
            round_no=round_.round_no,
            dialogue_id=round_.dialogue_id,
            group_id=round_.group_id,
            kind=round_.step_kind,
            collects=round_.step_kind.collects,
            is_open=round_.status is RoundStatus.OPEN,
            opened_ms=round_.opened_ms,
            closed_ms=round_.closed_ms,
            ballot=self._ballots.get((round_.dialogue_id, round_.step_id)),
        )


_ENDED_LOOKED_AT = 50
"""A room in which so many others have ended since has no answer that is merely late."""


def _newest_of_each_room(
    running: Sequence[Dialogue], rooms: Collection[RoomId], tx: Transaction
) -> Iterator[Dialogue]:
    """The running dialogues, then those that ended last in rooms where nothing runs.

    After the end, what comes late still finds its round, until another begins there.
    """
    yield from running
    open_rooms = set(rooms) - {group.room_id for one in running for group in one.groups}
    for skip in range(_ENDED_LOOKED_AT):
        # One by one: nearly always the newest had all the rooms that are left.
        ended = next(iter(tx.dialogues.newest_ended(skip=skip)), None) if open_rooms else None
        if ended is None:
            return
        own = {group.room_id for group in ended.groups}
        if own & open_rooms:
            yield ended
        open_rooms -= own
