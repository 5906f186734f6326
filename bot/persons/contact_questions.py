"""Questions to a remote contact: asked by a group or by the pack, put to her, reworded, waiting."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from bot.persons.contact_rooms import example
from bot.rendering import contacts as text
from bot.rendering.held import personal_markdown
from bot.sending.parcels import post, revise
from bot.sending.unsaying import unsay
from bot.wording import wording
from flows.contacts import asked
from flows.ids import DialogueId, EffectKey, RoomId
from flows.messages import Edited, Withdrawn
from storage.contacts import Asking, Named, Question
from storage.instants import to_ms
from storage.occurrences import Occurrence, of_no_step

if TYPE_CHECKING:
    from bot.digest.digests import Digests
    from bot.persons.contact_rooms import ContactRooms
    from bot.persons.discretion import Discretion
    from bot.replies.consenting import Consenting
    from bot.wording import Wording
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.messages import Written
    from flows.packs.pack import Contact
    from storage.transaction import Transaction

QUESTION = "contact-question/"
"""How keys of effects begin that speak of one question; its number follows."""
ALARM = "contact/"
"""How keys of alarms about questions begin; they are no step's, and stand still for no pause."""
_ALARMS_OF = DialogueId("contacts")


class ContactQuestions:
    """Carries questions to contacts, and reminds of those that wait."""

    def __init__(
        self,
        world: World,
        digests: Digests,
        consenting: Consenting,
        rooms: ContactRooms,
        discretion: Discretion,
    ) -> None:
        self._world = world
        self._digests = digests
        self._consenting = consenting
        self._rooms = rooms
        self._discretion = discretion

    # ------------------------------------------------------------ asking

    def of_pack(self, tx: Transaction, dialogue: Dialogue, role: Contact, *, now: datetime) -> None:
        """Ask what the pack itself asks; once."""
        for number, question in enumerate(role.questions, start=1):
            asking = Asking(
                key=f"{dialogue.id}/{role.id}/{number}",
                dialogue_id=dialogue.id,
                role=role.id,
                text=question.get(dialogue.language),
                asked_ms=to_ms(now),
            )
            self._ask(tx, dialogue, role, asking, now)

    def ask(self, tx: Transaction, message: Written, *, now: datetime) -> set[DialogueId]:
        """Pass on what a group asks; returns whose board has changed."""
        dialogue = self._world.asking.get(message.room_id)
        question = None if dialogue is None else asked(message.text, dialogue.pack.contacts)
        if dialogue is None or question is None:
            return set()
        words = wording(dialogue.language)
        thread = message.thread or message.event_id
        key = f"{message.room_id}/{message.event_id}"
        said = None
        if question.contact is None:
            examples = [example(dialogue, one) for one in dialogue.pack.contacts]
            said = text.whom_markdown(examples, words)
        else:
            said = self._refusal(tx, dialogue, question.text)
        if said is not None or question.contact is None:
            answer = post(EffectKey(f"{key}/not-asked"), message.room_id, said or "", thread=thread)
            tx.outbox.put([answer], now_ms=to_ms(now))
            return set()
        group = next(one for one in dialogue.groups if one.room_id == message.room_id)
        role = question.contact
        asking = Asking(
            key=key,
            dialogue_id=dialogue.id,
            role=role.id,
            text=question.text,
            asked_ms=to_ms(now),
            group_id=group.id,
            asker=message.sender,
            room_id=message.room_id,
            event_id=message.event_id,
            thread=thread,
        )
        if self._ask(tx, dialogue, role, asking, now):
            named = tx.contacts.named(role.id)
            said = text.waits_markdown(
                role.title.get(dialogue.language),
                words,
                is_named=named is not None,
                is_here=self._rooms.is_here(tx, named),
            )
            waits = post(EffectKey(f"{key}/waits"), message.room_id, said, thread=thread)
            tx.outbox.put([waits], now_ms=to_ms(now))
        return {dialogue.id}

    def _refusal(self, tx: Transaction, dialogue: Dialogue, question: str) -> str | None:
        """Why a question is not passed on, for the group that asks; None if it is."""
        words = wording(dialogue.language)
        if not text.fits(question):
            return text.too_long_markdown(words)
        kinds = self._discretion.holds_back(tx, dialogue, question)
        return personal_markdown(kinds, words) if kinds else None

    def _ask(
        self, tx: Transaction, dialogue: Dialogue, role: Contact, asking: Asking, now: datetime
    ) -> bool:
        question = tx.contacts.ask(asking)
        if question is None:
            return False
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        self._wake(tx, question, "remind", to_ms(now) + role.remind_after_s * 1000)
        self._wake(tx, question, "overdue", to_ms(now) + role.wait_s * 1000)
        named = tx.contacts.named(role.id)
        if named is None:
            words = wording(dialogue.language)
            said = text.nobody_named_markdown(role.title.get(dialogue.language), role.id, words)
            key = EffectKey(f"{dialogue.id}/-/-/nobody-named/{role.id}")
            notice = post(key, dialogue.organizers_room, said, silent=False)
            tx.outbox.put([notice], now_ms=to_ms(now))
        elif named.room_id is not None:
            self._put(tx, question, named, now)
        return True

    def put_waiting(self, tx: Transaction, named: Named, *, now: datetime) -> None:
        """Put what has waited for her room."""
        for question in tx.contacts.of_role(named.role):
            if question.is_open:
                self._put(tx, question, named, now)

    def _put(self, tx: Transaction, question: Question, named: Named, now: datetime) -> None:
        """Put a question to her, in her room."""
        if named.room_id is None:
            return
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        if dialogue is not None:
            self._consenting.ask_in_private(tx, dialogue, named.user_id, named.room_id, now=now)
        key = EffectKey(f"{QUESTION}{question.number}/{named.room_id}")
        _, words = self._rooms.title(tx, named.role)
        asked_now = self._shown(tx, question, words)
        said = text.question_markdown(asked_now, question.asking.group_id, words)
        tx.outbox.put([post(key, named.room_id, said, silent=False)], now_ms=to_ms(now))
        tx.contacts.note_sent(question.number, key)

    def _shown(self, tx: Transaction, question: Question, words: Wording) -> str:
        """A question as the contact may read it."""
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        if dialogue is None:
            return ""
        return self._discretion.shown(tx, dialogue, question.asking.text, words)

    # ------------------------------------------------------------ changing

    def change(
        self, tx: Transaction, question: Question, one: Edited | Withdrawn, *, now: datetime
    ) -> None:
        """Follow an edit or a withdrawal of the message that asked."""
        match one:
            case Edited():
                self._reword(tx, question, one, now)
            case Withdrawn():
                self.take_back(tx, question, now=now)
            case _:
                assert_never(one)

    def _reword(self, tx: Transaction, question: Question, one: Edited, now: datetime) -> None:
        dialogue = self._world.asking.get(one.room_id)
        new = None if dialogue is None else asked(one.text, dialogue.pack.contacts)
        if dialogue is None or new is None or one.sender != question.asking.asker:
            return
        said = self._refusal(tx, dialogue, new.text)
        if said is not None:
            told = EffectKey(f"{one.room_id}/{one.event_id}/not-asked")
            answer = post(told, one.room_id, said, thread=question.asking.thread)
            tx.outbox.put([answer], now_ms=to_ms(now))
            return
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        tx.contacts.reword(question.number, text=new.text)
        _, words = self._rooms.title(tx, question.asking.role)
        shown = self._discretion.shown(tx, dialogue, new.text, words)
        said = text.question_markdown(shown, question.asking.group_id, words)
        changed = [
            revise(EffectKey(f"{key}/{one.event_id}"), room_id, key, said)
            for key, room_id in _put_as(tx, question)
        ]
        tx.outbox.put(changed, now_ms=to_ms(now))

    def take_back(self, tx: Transaction, question: Question, *, now: datetime) -> None:
        """Forget a question, and take it back where she sees it."""
        self._digests.whole_overtaken(tx, question.asking.dialogue_id, now=now)
        tx.contacts.take_back(question.number)
        tx.erase_for_good()
        unsay(tx, f"{QUESTION}{question.number}/", now=now)

    # ------------------------------------------------------------ waiting

    def _wake(self, tx: Transaction, question: Question, what: str, due_ms: int) -> None:
        key = EffectKey(f"{ALARM}{question.number}/{what}")
        tx.occurrences.plan(of_no_step(key, whose=_ALARMS_OF, due_ms=due_ms))

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> DialogueId | None:
        """Remind her of a question, or note that it has waited too long."""
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        _, number, what = occurrence.key.split("/")
        question = tx.contacts.get(int(number))
        if question is None or not question.is_open:
            return None
        if what == "remind":
            self._remind(tx, question, now)
        else:
            self._overdue(tx, question, now)
        return question.asking.dialogue_id

    def _remind(self, tx: Transaction, question: Question, now: datetime) -> None:
        named = tx.contacts.named(question.asking.role)
        if named is None or named.room_id is None:
            return
        _, words = self._rooms.title(tx, named.role)
        asked_now = self._shown(tx, question, words)
        said = text.reminder_markdown(asked_now, question.asking.group_id, words)
        key = EffectKey(f"{QUESTION}{question.number}/reminder")
        tx.outbox.put([post(key, named.room_id, said, silent=False)], now_ms=to_ms(now))
        self._rooms.invite_again(tx, named, EffectKey(f"{key}-invite"), now=now)

    def _overdue(self, tx: Transaction, question: Question, now: datetime) -> None:
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        role = None if dialogue is None else dialogue.pack.contact(question.asking.role)
        if dialogue is None or role is None:
            return
        tx.contacts.note_overdue(question.number, now_ms=to_ms(now))
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        said = text.overdue_markdown(role.title.get(dialogue.language), wording(dialogue.language))
        room_id = question.asking.room_id
        if room_id is not None:
            key = EffectKey(f"{QUESTION}{question.number}/overdue")
            tx.outbox.put(
                [post(key, room_id, said, thread=question.asking.thread)], now_ms=to_ms(now)
            )


def _put_as(tx: Transaction, question: Question) -> list[tuple[EffectKey, RoomId]]:
    """The message that put a question to her, and where; empty as long as none has."""
    named = tx.contacts.named(question.asking.role)
    if named is None or named.room_id is None or question.sent_key is None:
        return []
    return [(question.sent_key, named.room_id)]
