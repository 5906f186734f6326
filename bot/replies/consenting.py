"""Consent: asked once in each dialogue, and until it is given nothing of a person is kept.

What somebody writes before that is left aside: the id of the event is kept and not a word of
it. When she says yes, `bot.hearing.taking_in` fetches it from the chat, and it counts as of its own
time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot import keys
from bot.digest.taking_back import unsay_digests
from bot.later import Later, NotKept
from bot.rendering.consent import not_kept_markdown, question_markdown
from bot.sending.parcels import post, react, react_to_own
from bot.sending.reactions import TAKEN_MARK
from bot.sending.unsaying import unsay_these
from bot.wording import wording
from flows.audit import Act
from flows.choices import tapped
from flows.collection import GROUP_MARK
from flows.consent import says_yes
from flows.ids import EffectKey
from flows.messages import Edited, Marked, Withdrawn, Written
from storage.consents import Consent, LeftAside
from storage.instants import from_ms, to_ms
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.replies.corrections import Corrections
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.ids import DialogueId, EventId, RoomId, UserId
    from storage.outbox import Effect
    from storage.transaction import Transaction

log = structlog.get_logger()


class Consenting:
    """Asks for consent, hears it, and leaves aside what comes before it.

    `let_in` is called, in the database thread, when something left aside is to be fetched.
    """

    def __init__(
        self,
        world: World,
        corrections: Corrections,
        *,
        let_in: Callable[[], None],
    ) -> None:
        self._world = world
        self._corrections = corrections
        self._let_in = let_in

    # ------------------------------------------------------------ asking

    def begin(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Ask in every group's room, when a dialogue opens there; nobody twice.

        Who has said yes to the same text in the dialogue that this one follows up, or in an
        earlier one of its series, is not asked again.
        """
        if not dialogue.consent:
            return
        earlier = _earlier(tx, dialogue)
        if earlier:
            tx.consents.take_over(dialogue.id, dialogue.consent, of=earlier)
        held = tx.consents.held([dialogue.id])
        rooms = []
        for group in dialogue.groups:
            people = self._world.participants(group.room_id)
            if not people or any((dialogue.id, one) not in held for one in people):
                rooms.append(group.room_id)
        questions = [_question(dialogue, room_id, dialogue.language) for room_id in rooms]
        marks = [_tick(dialogue.id, room_id) for room_id in rooms]
        tx.outbox.put([*questions, *marks], now_ms=to_ms(now))

    def ask_in_private(
        self,
        tx: Transaction,
        dialogue: Dialogue,
        user_id: UserId,
        room_id: RoomId,
        *,
        now: datetime,
    ) -> None:
        """Ask a person in her own room, unless she has said yes or is asked there already."""
        if not self.waits(tx, dialogue, user_id):
            return
        if tx.outbox.fate(keys.consent(dialogue.id, room_id)) is not None:
            return
        language = self._world.language_of(user_id) or dialogue.language
        via_link = self._world.use_of(room_id) is RoomUse.CONTACT
        question = _question(dialogue, room_id, language, private=True, via_link=via_link)
        tx.outbox.put([question, _tick(dialogue.id, room_id)], now_ms=to_ms(now))

    def note_asked(
        self, tx: Transaction, key: EffectKey, event_id: EventId, *, now: datetime
    ) -> None:
        """A question has reached its room: from now on a ✅ on it says yes."""
        asked = keys.consent_of(key)
        if asked is None:
            return
        dialogue_id, room_id = asked
        tx.consents.note_question(room_id, event_id, dialogue_id)
        self._world.ready(tx).consent_questions[event_id] = asked
        if event_id not in self._world.early:
            return
        # It was tapped before it was noted as sent.
        self._world.early.discard(event_id)
        for one in tx.early.take(room_id, event_id):
            if isinstance(one, Marked):
                self._tapped(tx, one, now_ms=to_ms(now))

    # ------------------------------------------------------------ hearing a yes

    def waits(self, tx: Transaction, dialogue: Dialogue, user_id: UserId) -> bool:
        """Whether the dialogue may keep nothing of the person yet."""
        if not dialogue.consent:
            return False
        return (dialogue.id, user_id) not in tx.consents.held([dialogue.id])

    def is_of(self, aside: LeftAside) -> bool:
        """Whether the dialogue an event was left aside in is still the one of its room."""
        if self._world.use_of(aside.room_id) is RoomUse.CONTACT:
            return True
        dialogue = self._world.live.get(aside.dialogue_id)
        room_id: RoomId | None = aside.room_id
        if self._world.use_of(aside.room_id) is RoomUse.DIRECT:
            room_id = self._world.group_room(aside.user_id)
        return dialogue is not None and self._world.dialogue_in(room_id) == dialogue.id

    def waits_for(self, room_id: RoomId, user_id: UserId) -> DialogueId | None:
        """The dialogue that may keep nothing yet of what a person does in a room."""
        if self._world.use_of(room_id) is RoomUse.DIRECT:
            group_room = self._world.group_room(user_id)
            return None if group_room is None else self._world.waits_for_yes(group_room, user_id)
        return self._world.waits_for_yes(room_id, user_id)

    def hears_yes(
        self, tx: Transaction, message: Written, dialogue_id: DialogueId, *, now_ms: int
    ) -> bool:
        """Take a message that says yes as consent; False if it says something else."""
        if message.media is not None or not says_yes(message.text):
            return False
        self.give(tx, dialogue_id, message, now_ms=now_ms)
        key = EffectKey(f"{message.room_id}/-/-/yes/{message.event_id}")
        heard = react(key, message.room_id, message.event_id, TAKEN_MARK)
        tx.outbox.put([heard], now_ms=now_ms)
        return True

    def points_at_question(self, message: Written) -> bool:
        """Whether a message stands under the question for consent, or answers it."""
        questions = self._world.consent_questions
        return message.thread in questions or message.reply_to in questions

    def _tapped(self, tx: Transaction, mark: Marked, *, now_ms: int) -> bool:
        asked = self._world.consent_questions.get(mark.target)
        if asked is None or asked[1] != mark.room_id or not mark.mark.startswith(GROUP_MARK):
            return False
        in_group = self._world.use_of(mark.room_id) is RoomUse.GROUP
        if not in_group or mark.sender in self._world.participants(mark.room_id):
            self.give(tx, asked[0], mark, now_ms=now_ms)
        return True

    def give(
        self, tx: Transaction, dialogue_id: DialogueId, said: Written | Marked, *, now_ms: int
    ) -> None:
        """Keep a yes, and let in what its giver has written before."""
        dialogue = self._world.live.get(dialogue_id) or tx.dialogues.get(dialogue_id)
        if dialogue is None or not dialogue.consent:
            return
        given = tx.consents.give(
            Consent(
                dialogue_id=dialogue_id,
                user_id=said.sender,
                version=dialogue.consent,
                given_ms=now_ms,
                room_id=said.room_id,
                event_id=said.event_id,
            )
        )
        if not given:
            return
        self._world.note_yes(dialogue_id, said.sender)
        aside = tx.consents.let_in(dialogue_id, said.sender, now_ms=now_ms)
        if aside:
            tx.after_commit(self._let_in)
        log.info("consent.given", dialogue_id=dialogue_id, left_aside=aside)

    # ------------------------------------------------------------ leaving aside

    def leave_aside(
        self,
        tx: Transaction,
        one: Written | Edited | Marked,
        dialogue_id: DialogueId,
        later: Later,
        *,
        now_ms: int,
    ) -> None:
        """Keep which event it was and nothing of it; its author is told, the first time."""
        is_first = tx.consents.leave_aside(
            LeftAside(
                room_id=one.room_id,
                event_id=one.event_id,
                dialogue_id=dialogue_id,
                user_id=one.sender,
                sent_ms=one.sent_ms,
                received_ms=now_ms,
            )
        )
        if not isinstance(one, Marked):
            # Not kept, and yet heard: somebody in danger is answered.
            later.unplaced.append(one)
        if is_first:
            later.not_kept.append(
                NotKept(
                    dialogue_id=dialogue_id,
                    room_id=one.room_id,
                    event_id=one.event_id,
                    sender=one.sender,
                )
            )

    def takes(
        self, tx: Transaction, one: Edited | Marked | Withdrawn, later: Later, *, now_ms: int
    ) -> bool:
        """Whether a change or a mark is about consent, or of somebody who has not consented.

        Then it has been dealt with.
        """
        match one:
            case Withdrawn():
                return self._takes_back(tx, one, later, now_ms)
            case Edited():
                return self._edits(tx, one, later, now_ms)
            case Marked():
                return self._tapped(tx, one, now_ms=now_ms) or self._marks(tx, one, later, now_ms)

    def _takes_back(self, tx: Transaction, one: Withdrawn, later: Later, now_ms: int) -> bool:
        if tx.consents.drop(one.room_id, one.target):
            # What waited for it has nothing to wait for any more.
            tx.early.take(one.room_id, one.target)
            return True
        whose = tx.consents.said_by(one.room_id, one.target)
        if whose is None:
            return False
        self.withdraw(tx, whose, later, now_ms=now_ms)
        return True

    def _edits(self, tx: Transaction, one: Edited, later: Later, now_ms: int) -> bool:
        dialogue_id = self.waits_for(one.room_id, one.sender)
        if dialogue_id is None:
            dialogue_id = tx.consents.aside_for(one.room_id, one.target)
        if dialogue_id is None:
            return False
        self.leave_aside(tx, one, dialogue_id, later, now_ms=now_ms)
        return True

    def _marks(self, tx: Transaction, one: Marked, later: Later, now_ms: int) -> bool:
        dialogue_id = self.waits_for(one.room_id, one.sender)
        if dialogue_id is None:
            return False
        if tapped(one.mark) is not None:
            self.leave_aside(tx, one, dialogue_id, later, now_ms=now_ms)
            return True
        if not one.mark.startswith(GROUP_MARK):
            return False
        here = (one.room_id, one.target)
        if tx.replies.find(*here) is not None or tx.consents.aside_for(*here) is not None:
            self.leave_aside(tx, one, dialogue_id, later, now_ms=now_ms)
        elif (dialogue_id, one.room_id) not in self._world.consent_questions.values():
            # Perhaps on the question, which is not noted as sent yet.
            tx.early.keep(one)
            self._world.early.add(one.target)
        return True

    def tell(self, tx: Transaction, one: NotKept, *, now: datetime) -> None:
        """Tell somebody, once, that she is to say yes first.

        In her private chat if she has opened one: nobody else need see who has not. Else in
        the thread of the question, where it disturbs nobody, and pings her alone.
        """
        dialogue = self._world.live.get(one.dialogue_id)
        if dialogue is None:
            return
        private = self._world.private_room(one.sender)
        language = self._world.language_of(one.sender) or dialogue.language
        key = keys.not_kept(dialogue.id, one.sender, one.event_id)
        if private is not None:
            self.ask_in_private(tx, dialogue, one.sender, private, now=now)
            text = not_kept_markdown(wording(language), private=True)
            told = post(key, private, text, silent=False)
        else:
            asked = keys.consent(dialogue.id, one.room_id)
            if tx.outbox.fate(asked) is None:
                question = _question(dialogue, one.room_id, dialogue.language)
                tx.outbox.put([question, _tick(dialogue.id, one.room_id)], now_ms=to_ms(now))
            text = not_kept_markdown(wording(language), private=False)
            told = post(key, one.room_id, text, under=asked, mentions=[one.sender], silent=False)
        tx.outbox.put([told], now_ms=to_ms(now))

    # ------------------------------------------------------------ taking it back

    def withdraw(
        self, tx: Transaction, user_id: UserId, later: Later, *, now_ms: int
    ) -> int | None:
        """Take back every yes of a person, and erase what rested on it.

        Which events her answers were is kept, so that they can be fetched if she says yes again.

        Returns:
            How many answers were erased; None if there was no yes.
        """
        dialogues = tx.consents.withdraw(user_id, now_ms=now_ms)
        if not dialogues:
            return None
        tx.consents.keep_out(user_id)
        erased = 0
        for dialogue_id, number in tx.people.seats(user_id):
            if dialogue_id not in dialogues:
                continue
            standing = [
                reply
                for reply in tx.replies.of_person(dialogue_id, number)
                if reply.withdrawn_ms is None
            ]
            for reply in standing:
                self._corrections.take_back(tx, reply, later, now_ms=now_ms)
                tx.consents.leave_aside(
                    LeftAside(
                        room_id=reply.room_id,
                        event_id=reply.event_id,
                        dialogue_id=dialogue_id,
                        user_id=user_id,
                        sent_ms=reply.sent_ms,
                        received_ms=reply.received_ms,
                    )
                )
            numbers = [reply.reply_no for reply in standing]
            if standing:
                now = from_ms(now_ms)
                unsay_digests(tx, dialogue_id, now=now)
                unsay_these(tx, tx.told.take_of_replies(numbers), now=now)
            tx.replies.cut_off(numbers)
            erased += len(standing)
        tx.replies.forget_marks(user_id)
        self._world.see_rounds(tx)
        tx.audit.add(Act.WITHDRAW_CONSENT, actor="participant", at_ms=now_ms, subject=str(erased))
        log.info("consent.withdrawn", dialogues=len(dialogues), replies=erased)
        return erased


def _earlier(tx: Transaction, dialogue: Dialogue) -> list[DialogueId]:
    if dialogue.follows is not None:
        return [dialogue.follows]
    if dialogue.series:
        return tx.consents.earlier_of_pack(dialogue.pack.name, besides=dialogue.id)
    return []


def _question(
    dialogue: Dialogue,
    room_id: RoomId,
    language: str,
    *,
    private: bool = False,
    via_link: bool = False,
) -> Effect:
    erase_at = dialogue.erase_at
    text = question_markdown(
        dialogue.pack,
        wording(language),
        private=private,
        via_link=via_link,
        erase_at=None if erase_at is None else erase_at.astimezone(ZoneInfo(dialogue.zone)),
    )
    return post(keys.consent(dialogue.id, room_id), room_id, text, silent=private)


def _tick(dialogue_id: DialogueId, room_id: RoomId) -> Effect:
    """The bot's own ✅ on its question, for people to tap."""
    key = keys.consent(dialogue_id, room_id)
    return react_to_own(EffectKey(f"{key}/tick"), room_id, key, GROUP_MARK)
