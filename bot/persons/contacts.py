"""The remote contact: somebody outside the groups who is asked, and answers when she can.

She has a room of her own with the bot, and sees no other. What groups ask her, and what she
answers, goes through the tables and the outbox like everything else: it survives the process,
and nobody waits for it.

Here is what the rest of the bot asks of contacts; beside it, `contact_rooms` knows who they
are, `contact_questions` what they are asked, `contact_answers` what they answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.persons.contact_answers import ContactAnswers
from bot.persons.contact_questions import ContactQuestions
from bot.persons.contact_rooms import ContactRooms
from bot.persons.discretion import Discretion
from flows.ids import DialogueId, EffectKey, EventId, UserId
from flows.messages import Edited, Marked, Withdrawn

if TYPE_CHECKING:
    from bot.digest.digests import Digests
    from bot.later import Later
    from bot.replies.consenting import Consenting
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.messages import Written
    from flows.packs.pack import Contact
    from storage.contacts import Named
    from storage.journal import MemberChange
    from storage.occurrences import Occurrence
    from storage.transaction import Transaction


class Contacts:
    """Carries questions and answers, inside the transaction that heard of them."""

    def __init__(
        self, world: World, digests: Digests, consenting: Consenting, language: str
    ) -> None:
        self._world = world
        self._rooms = ContactRooms(world, language)
        discretion = Discretion(world)
        self._questions = ContactQuestions(world, digests, consenting, self._rooms, discretion)
        self._answers = ContactAnswers(digests, consenting, self._rooms, discretion)

    # ------------------------------------------------------------ who it is

    def name(self, tx: Transaction, role: Contact, user_id: UserId, *, now: datetime) -> None:
        """Name somebody for a role and invite her; whoever had it is let go."""
        self._rooms.name(tx, role, user_id, now=now)

    def room_opened(self, tx: Transaction, key: EffectKey, made: EventId, *, now: datetime) -> None:
        """Her room is there (its id stands for an event's): welcome her, put what waits."""
        named = self._rooms.opened(tx, key, made, now=now)
        if named is not None:
            self._questions.put_waiting(tx, named, now=now)

    def is_here(self, tx: Transaction, named: Named | None) -> bool:
        """Whether she has come into her room."""
        return self._rooms.is_here(tx, named)

    def members_changed(
        self, tx: Transaction, changes: Iterable[MemberChange], *, now: datetime
    ) -> None:
        """Tell the groups when a contact comes or goes."""
        self._rooms.members_changed(tx, changes, now=now)

    # ------------------------------------------------------------ what is said

    def begin(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Tell the groups of the contacts, and ask what the pack itself asks; once."""
        for role in dialogue.pack.contacts:
            self._rooms.introduce(tx, dialogue, role, now=now)
            self._questions.of_pack(tx, dialogue, role, now=now)

    def take(self, tx: Transaction, later: Later, *, now: datetime) -> set[DialogueId]:
        """Act on all that was heard of questions and answers; returns whose board has changed."""
        touched: set[DialogueId] = set()
        for message in later.to_contacts:
            asked = self._questions.ask(tx, message, now=now)
            touched |= self._with_early_changes(tx, message, asked, now)
        for message in later.from_contacts:
            answered = self._answers.take(tx, message, now=now)
            touched |= self._with_early_changes(tx, message, answered, now)
        for change in later.of_contacts:
            touched |= self._change(tx, change, now)
        return touched

    def _with_early_changes(
        self, tx: Transaction, message: Written, touched: set[DialogueId], now: datetime
    ) -> set[DialogueId]:
        """Follow what changed a message and was heard before it could be read."""
        if touched and message.event_id in self._world.early:
            self._world.early.discard(message.event_id)
            for one in tx.early.take(message.room_id, message.event_id):
                if not isinstance(one, Marked):
                    self._change(tx, one, now)
        return touched

    def _change(self, tx: Transaction, one: Edited | Withdrawn, now: datetime) -> set[DialogueId]:
        """Follow an edit or a withdrawal of a question or an answer."""
        question = tx.contacts.asked_by(one.room_id, one.target)
        if question is not None:
            self._questions.change(tx, question, one, now=now)
            return {question.asking.dialogue_id}
        named = tx.contacts.of_room(one.room_id)
        return set() if named is None else self._answers.change(tx, named, one, now=now)

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> DialogueId | None:
        """Remind her of a question, or note that it has waited too long."""
        return self._questions.ring(tx, occurrence, now=now)

    # ------------------------------------------------------------ forgetting

    def forget(self, tx: Transaction, user_id: UserId, *, now: datetime) -> None:
        """Take back whatever a person has asked, and what she has answered."""
        for question in tx.contacts.of_answerer(user_id):
            self._answers.take_back(tx, question, now=now)
        for question in tx.contacts.of_asker(user_id):
            self._answers.unsay(tx, question, now=now)
            self._questions.take_back(tx, question, now=now)

    def let_go(self, tx: Transaction, user_id: UserId, *, now: datetime) -> None:
        """Nobody asks her any more: she is to be forgotten. The organizers are told of the role."""
        for named in tx.contacts.roles_of(user_id):
            self._rooms.let_go(tx, named, now=now)

    def forget_dialogue(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Take back everything that was asked and answered in a dialogue."""
        for question in tx.contacts.of_dialogue(dialogue.id):
            self._answers.unsay(tx, question, now=now)
            self._questions.take_back(tx, question, now=now)
