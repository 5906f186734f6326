"""Answers of a remote contact: heard in her room, shown to whom they concern, changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import structlog

from bot.later import Later
from bot.persons.contact_questions import QUESTION
from bot.rendering import contacts as text
from bot.rendering.consent import not_kept_of_contact_markdown
from bot.rendering.held import personal_markdown
from bot.sending.parcels import post, react, revise
from bot.sending.reactions import TAKEN_MARK
from bot.sending.unsaying import unsay
from bot.wording import Wording, wording
from flows.ids import DialogueId, EffectKey, RoomId
from flows.messages import Edited, Withdrawn
from storage.contacts import Named, Question
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.digest.digests import Digests
    from bot.persons.contact_rooms import ContactRooms
    from bot.persons.discretion import Discretion
    from bot.replies.consenting import Consenting
    from flows.dialogue import Dialogue
    from flows.messages import Written
    from storage.transaction import Transaction

log = structlog.get_logger()

_ANSWER = "contact-answer/"
"""How keys of effects begin that show answers."""
_HELP_WORDS = frozenset({"hjälp", "hjalp", "help"})


class ContactAnswers:
    """Carries answers of contacts to groups."""

    def __init__(
        self,
        digests: Digests,
        consenting: Consenting,
        rooms: ContactRooms,
        discretion: Discretion,
    ) -> None:
        self._digests = digests
        self._consenting = consenting
        self._rooms = rooms
        self._discretion = discretion

    def take(self, tx: Transaction, message: Written, *, now: datetime) -> set[DialogueId]:
        """Take what was written in a contact's room; returns whose board has changed."""
        named = tx.contacts.of_room(message.room_id)
        if named is None or message.sender != named.user_id:
            return set()
        title, words = self._rooms.title(tx, named.role)
        key = f"{message.room_id}/-/-/contact"
        if message.text.strip(" !?.").casefold() in _HELP_WORDS:
            said = text.welcome_markdown(title, words)
            self._rooms.tell(tx, f"{key}-help/{message.event_id}", named, said, now=now)
            return set()
        if message.media is not None and message.text.strip() in ("", message.media.name):
            said = text.words_only_markdown(words)
            self._rooms.tell(tx, f"{key}-file/{message.event_id}", named, said, now=now)
            return set()
        if not text.fits(message.text):
            said = text.too_long_markdown(words)
            self._rooms.tell(tx, f"{key}-long/{message.event_id}", named, said, now=now)
            return set()
        question = self._meant(tx, named, message)
        if self._is_before_yes(tx, named, question, message, now):
            return set()
        if question is None:
            said = text.nothing_waits_markdown(words)
            self._rooms.tell(tx, f"{key}-nothing/{message.event_id}", named, said, now=now)
            return set()
        if self._is_personal(tx, named, question, message, now):
            return set()
        tx.contacts.answer(
            question.number,
            event_id=message.event_id,
            answerer=message.sender,
            text=message.text,
            now_ms=to_ms(now),
        )
        taken = EffectKey(f"{key}-taken/{message.event_id}")
        tx.outbox.put(
            [react(taken, message.room_id, message.event_id, TAKEN_MARK)], now_ms=to_ms(now)
        )
        self._pass_on(tx, question.number, now)
        self._lead_on(tx, named, message, words, now)
        return {question.asking.dialogue_id}

    def _is_before_yes(
        self,
        tx: Transaction,
        named: Named,
        question: Question | None,
        message: Written,
        now: datetime,
    ) -> bool:
        """Whether she has yet to consent, or does so now; then nothing is passed on."""
        asked = tx.contacts.of_role(named.role) if question is None else [question]
        for one in reversed(asked):
            dialogue = tx.dialogues.get(one.asking.dialogue_id)
            if dialogue is None or not self._consenting.waits(tx, dialogue, message.sender):
                continue
            if self._consenting.hears_yes(tx, message, dialogue.id, now_ms=to_ms(now)):
                return True
            if question is None:
                continue
            later = Later()
            self._consenting.leave_aside(tx, message, dialogue.id, later, now_ms=to_ms(now))
            if later.not_kept:
                title = dialogue.pack.title.get(dialogue.language)
                said = not_kept_of_contact_markdown(title, wording(dialogue.language))
                told = f"{message.room_id}/-/-/contact-not-kept/{message.event_id}"
                self._rooms.tell(tx, told, named, said, now=now)
            return True
        return False

    def _is_personal(
        self,
        tx: Transaction,
        named: Named,
        question: Question,
        one: Written | Edited,
        now: datetime,
    ) -> bool:
        """Whether it goes back to her for the personal data in it; then she is told."""
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        kinds = () if dialogue is None else self._discretion.holds_back(tx, dialogue, one.text)
        if kinds:
            _, words = self._rooms.title(tx, named.role)
            told = f"{one.room_id}/-/-/contact-personal/{one.event_id}"
            self._rooms.tell(tx, told, named, personal_markdown(kinds, words), now=now)
        return bool(kinds)

    def _meant(self, tx: Transaction, named: Named, message: Written) -> Question | None:
        """The open question a message answers: the one it points to, else the oldest."""
        waiting = _waiting(tx, named)
        pointers = {message.reply_to, message.thread} - {None}
        if not pointers:
            return waiting[0] if waiting else None
        for question in waiting:
            fate = None if question.sent_key is None else tx.outbox.fate(question.sent_key)
            if fate is not None and fate.event_id in pointers:
                return question
        # A reply to anything else, such as a reminder, is like a message of its own.
        return waiting[0] if waiting else None

    def _pass_on(self, tx: Transaction, number: int, now: datetime) -> None:
        question = tx.contacts.get(number)
        dialogue = None if question is None else tx.dialogues.get(question.asking.dialogue_id)
        if question is None or dialogue is None or question.answer is None:
            return
        said = self._text(tx, dialogue, question)
        effects = [
            post(key, room_id, said, thread=question.asking.thread, silent=False)
            for key, room_id in _shown_as(dialogue, question)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        log.info("contact.answered", number=number)

    def _lead_on(
        self, tx: Transaction, named: Named, message: Written, words: Wording, now: datetime
    ) -> None:
        """Say which question the next message answers, if several were waiting."""
        waiting = _waiting(tx, named)
        if waiting:
            asking = waiting[0].asking
            dialogue = tx.dialogues.get(asking.dialogue_id)
            shown = ""
            if dialogue is not None:
                shown = self._discretion.shown(tx, dialogue, asking.text, words)
            said = text.next_markdown(shown, asking.group_id, words)
            key = f"{QUESTION}{waiting[0].number}/next-{message.event_id}"
            self._rooms.tell(tx, key, named, said, now=now)

    # ------------------------------------------------------------ changing

    def change(
        self, tx: Transaction, named: Named, one: Edited | Withdrawn, *, now: datetime
    ) -> set[DialogueId]:
        """Follow an edit or a withdrawal of a message that answered."""
        answered = [
            each for each in tx.contacts.of_role(named.role) if each.answer_event == one.target
        ]
        for question in answered:
            dialogue = tx.dialogues.get(question.asking.dialogue_id)
            if dialogue is None:
                continue
            match one:
                case Edited():
                    self._reword(tx, dialogue, question, named, one, now=now)
                case Withdrawn():
                    self.take_back(tx, question, now=now)
                case _:
                    assert_never(one)
        return {each.asking.dialogue_id for each in answered}

    def _reword(
        self,
        tx: Transaction,
        dialogue: Dialogue,
        question: Question,
        named: Named,
        one: Edited,
        *,
        now: datetime,
    ) -> None:
        if one.sender != named.user_id:
            return
        if not text.fits(one.text):
            _, words = self._rooms.title(tx, named.role)
            told = f"{one.room_id}/-/-/contact-long/{one.event_id}"
            self._rooms.tell(tx, told, named, text.too_long_markdown(words), now=now)
            return
        if self._is_personal(tx, named, question, one, now):
            return
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        tx.contacts.reword_answer(question.number, text=one.text)
        new = tx.contacts.get(question.number)
        if new is not None:
            said = self._text(tx, dialogue, new)
            effects = [
                revise(EffectKey(f"{key}/{one.event_id}"), room_id, key, said)
                for key, room_id in _shown_as(dialogue, new)
            ]
            tx.outbox.put(effects, now_ms=to_ms(now))

    def _text(self, tx: Transaction, dialogue: Dialogue, question: Question) -> str:
        """An answer as a group reads it."""
        asking = question.asking
        role = dialogue.pack.contact(asking.role)
        words = wording(dialogue.language)
        return text.answer_markdown(
            asking.role if role is None else role.title.get(dialogue.language),
            self._discretion.shown(tx, dialogue, question.answer or "", words),
            words,
            question=asking.text if asking.room_id is None else None,
        )

    def take_back(self, tx: Transaction, question: Question, *, now: datetime) -> None:
        """Forget an answer, and take it back wherever it was shown; the question waits again."""
        self._digests.whole_overtaken(tx, question.asking.dialogue_id, now=now)
        tx.contacts.take_back_answer(question.number)
        tx.erase_for_good()
        self.unsay(tx, question, now=now)

    def unsay(self, tx: Transaction, question: Question, *, now: datetime) -> None:
        """Take every answer to a question back wherever it was shown, and every edit of one."""
        unsay(tx, f"{_ANSWER}{question.number}/", now=now)


def _waiting(tx: Transaction, named: Named) -> list[Question]:
    """What was put to her and has no answer, oldest first."""
    return [one for one in tx.contacts.of_role(named.role) if one.is_open and one.sent_key]


def _shown_as(dialogue: Dialogue, question: Question) -> list[tuple[EffectKey, RoomId]]:
    """Where an answer goes: to who asked; to every group what the pack asked."""
    place = f"{_ANSWER}{question.number}"
    asking = question.asking
    rooms = [group.room_id for group in dialogue.groups]
    if asking.room_id is not None:
        rooms = [asking.room_id]
    return [(EffectKey(f"{place}/{question.answers}/{room_id}"), room_id) for room_id in rooms]
