"""The remote contact: somebody outside the groups who is asked, and answers when she can.

She has a room of her own with the bot, and sees no other. What groups ask her, and what she
answers, goes through the tables and the outbox like everything else: it survives the process,
and nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import structlog

from bot.later import Later
from bot.rendering import contacts as text
from bot.rendering.consent import not_kept_of_contact_markdown
from bot.sending.parcels import invite, leave, open_room, post, react, revise, take_back
from bot.sending.reactions import TAKEN_MARK
from bot.wording import Wording, wording
from flows.contacts import asked
from flows.effects import AlarmKind
from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, UserId
from flows.messages import Edited, Marked, Withdrawn
from storage.contacts import Asking, Named, Question
from storage.instants import from_ms, to_ms
from storage.occurrences import Occurrence
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.digest.digests import Digests
    from bot.hearing.consenting import Consenting
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.messages import Written
    from flows.packs.pack import Contact
    from storage.journal import MemberChange
    from storage.transaction import Transaction

log = structlog.get_logger()

ALARM = "contact/"
"""How keys of alarms about questions begin; they are no step's, and stand still for no pause."""
ROOM = "contact-room/"
"""How keys of effects begin that make a contact's room."""

_PARTS_OF_ROOM_KEY = 3
_ALARMS_OF = DialogueId("contacts")


def makes_room(key: EffectKey) -> bool:
    """Whether an effect makes a contact's room; others follow from it and have longer keys."""
    return key.startswith(ROOM) and len(key.split("/")) == _PARTS_OF_ROOM_KEY


class Contacts:
    """Carries questions and answers, inside the transaction that heard of them."""

    def __init__(
        self, world: World, digests: Digests, consenting: Consenting, language: str
    ) -> None:
        self._world = world
        self._digests = digests
        self._consenting = consenting
        self._language = language

    # ------------------------------------------------------------ who it is

    def name(self, tx: Transaction, role: Contact, user_id: UserId, *, now: datetime) -> None:
        """Name somebody for a role and invite her; whoever had it is let go."""
        before = tx.contacts.named(role.id)
        if before is not None and before.user_id == user_id:
            return
        effects = []
        if before is not None and before.room_id is not None:
            key = EffectKey(f"{before.room_id}/-/-/contact-leaves/{to_ms(now)}")
            effects.append(leave(key, before.room_id))
        key = EffectKey(f"{ROOM}{role.id}/{to_ms(now)}")
        tx.contacts.name(Named(role=role.id, user_id=user_id, key=key))
        room = open_room(
            key,
            self._world.organizers_room,
            name=f"Runda: {role.title.get(self._language)}",
            encrypted=True,
            direct=True,
            invited=[user_id],
        )
        tx.outbox.put([*effects, room], now_ms=to_ms(now))
        log.info("contact.named", role=role.id)

    def room_opened(self, tx: Transaction, key: EffectKey, made: EventId, *, now: datetime) -> None:
        """Her room is there (its id stands for an event's): welcome her, put what waits."""
        room_id = RoomId(made)
        named = tx.contacts.note_room(key, room_id)
        if named is None:
            tx.outbox.put([leave(EffectKey(f"{key}/leave"), room_id)], now_ms=to_ms(now))
            return
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
        title, words = self._title(tx, named.role)
        welcome = text.welcome_markdown(title, words)
        tx.outbox.put(
            [post(EffectKey(f"{key}/welcome"), room_id, welcome, silent=False)], now_ms=to_ms(now)
        )
        for question in tx.contacts.of_role(named.role):
            if question.is_open:
                self._put(tx, question, named, now=now)

    def is_here(self, tx: Transaction, named: Named | None) -> bool:
        """Whether she has come into her room."""
        if named is None or named.room_id is None:
            return False
        return any(one.user_id == named.user_id for one in tx.rooms.members(named.room_id))

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
        state = "here" if self.is_here(tx, named) else "away"
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
            _example(dialogue, role),
            words,
            is_here=self.is_here(tx, tx.contacts.named(role.id)),
        )

    # ------------------------------------------------------------ asking

    def take(self, tx: Transaction, later: Later, *, now: datetime) -> set[DialogueId]:
        """Act on all that was heard of questions and answers; returns whose board has changed."""
        touched: set[DialogueId] = set()
        for message in later.to_contacts:
            touched |= self.ask(tx, message, now=now)
        for message in later.from_contacts:
            touched |= self.answer(tx, message, now=now)
        for change in later.of_contacts:
            touched |= self.change(tx, change, now=now)
        return touched

    def begin(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Tell the groups of the contacts, and ask what the pack itself asks; once."""
        for role in dialogue.pack.contacts:
            said = self._presence(tx, dialogue, role)
            told = [
                post(_told(dialogue, group.id, role), group.room_id, said)
                for group in dialogue.groups
            ]
            tx.outbox.put(told, now_ms=to_ms(now))
            for number, question in enumerate(role.questions, start=1):
                asking = Asking(
                    key=f"{dialogue.id}/{role.id}/{number}",
                    dialogue_id=dialogue.id,
                    role=role.id,
                    text=question.get(dialogue.language),
                    asked_ms=to_ms(now),
                )
                self._ask(tx, dialogue, role, asking, now=now)

    def ask(self, tx: Transaction, message: Written, *, now: datetime) -> set[DialogueId]:
        """Pass on what a group asks."""
        dialogue = self._world.asking.get(message.room_id)
        question = None if dialogue is None else asked(message.text, dialogue.pack.contacts)
        if dialogue is None or question is None:
            return set()
        words = wording(dialogue.language)
        thread = message.thread or message.event_id
        key = f"{message.room_id}/{message.event_id}"
        said = None
        if question.contact is None:
            examples = [_example(dialogue, one) for one in dialogue.pack.contacts]
            said = text.whom_markdown(examples, words)
        elif not text.fits(question.text):
            said = text.too_long_markdown(words)
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
        if self._ask(tx, dialogue, role, asking, now=now):
            named = tx.contacts.named(role.id)
            said = text.waits_markdown(
                role.title.get(dialogue.language),
                words,
                is_named=named is not None,
                is_here=self.is_here(tx, named),
            )
            waits = post(EffectKey(f"{key}/waits"), message.room_id, said, thread=thread)
            tx.outbox.put([waits], now_ms=to_ms(now))
        self._follow_early(tx, message, now)
        return {dialogue.id}

    def _ask(
        self, tx: Transaction, dialogue: Dialogue, role: Contact, asking: Asking, *, now: datetime
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
            self._put(tx, question, named, now=now)
        return True

    def _put(self, tx: Transaction, question: Question, named: Named, *, now: datetime) -> None:
        """Put a question to her, in her room."""
        if named.room_id is None:
            return
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        if dialogue is not None:
            self._consenting.ask_in_private(tx, dialogue, named.user_id, named.room_id, now=now)
        key = EffectKey(f"contact-question/{question.number}/{named.room_id}")
        _, words = self._title(tx, named.role)
        said = text.question_markdown(question.asking.text, question.asking.group_id, words)
        tx.outbox.put([post(key, named.room_id, said, silent=False)], now_ms=to_ms(now))
        tx.contacts.note_sent(question.number, key)

    # ------------------------------------------------------------ answering

    def answer(self, tx: Transaction, message: Written, *, now: datetime) -> set[DialogueId]:
        """Take what was written in a contact's room."""
        named = tx.contacts.of_room(message.room_id)
        if named is None or message.sender != named.user_id:
            return set()
        title, words = self._title(tx, named.role)
        key = f"{message.room_id}/-/-/contact"
        if message.text.strip(" !?.").casefold() in _HELP_WORDS:
            said = text.welcome_markdown(title, words)
            self._say(tx, f"{key}-help/{message.event_id}", named, said, now)
            return set()
        if message.media is not None and message.text.strip() in ("", message.media.name):
            said = text.words_only_markdown(words)
            self._say(tx, f"{key}-file/{message.event_id}", named, said, now)
            return set()
        if not text.fits(message.text):
            said = text.too_long_markdown(words)
            self._say(tx, f"{key}-long/{message.event_id}", named, said, now)
            return set()
        question = self._meant(tx, named, message)
        if self._is_before_yes(tx, named, question, message, now):
            return set()
        if question is None:
            said = text.nothing_waits_markdown(words)
            self._say(tx, f"{key}-nothing/{message.event_id}", named, said, now)
            return set()
        tx.contacts.answer(
            question.number, event_id=message.event_id, text=message.text, now_ms=to_ms(now)
        )
        taken = EffectKey(f"{key}-taken/{message.event_id}")
        tx.outbox.put(
            [react(taken, message.room_id, message.event_id, TAKEN_MARK)], now_ms=to_ms(now)
        )
        self._pass_on(tx, question.number, now=now)
        self._lead_on(tx, named, message, words, now=now)
        self._follow_early(tx, message, now)
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
                self._say(tx, told, named, said, now)
            return True
        return False

    def _meant(self, tx: Transaction, named: Named, message: Written) -> Question | None:
        """The open question a message answers: the one it points to, else the oldest."""
        waiting = [one for one in tx.contacts.of_role(named.role) if one.is_open and one.sent_key]
        pointers = {message.reply_to, message.thread} - {None}
        if not pointers:
            return waiting[0] if waiting else None
        for question in waiting:
            fate = None if question.sent_key is None else tx.outbox.fate(question.sent_key)
            if fate is not None and fate.event_id in pointers:
                return question
        # A reply to anything else, such as a reminder, is like a message of its own.
        return waiting[0] if waiting else None

    def _pass_on(self, tx: Transaction, number: int, *, now: datetime) -> None:
        question = tx.contacts.get(number)
        dialogue = None if question is None else tx.dialogues.get(question.asking.dialogue_id)
        if question is None or dialogue is None or question.answer is None:
            return
        said = _answer_text(dialogue, question)
        effects = [
            post(key, room_id, said, thread=question.asking.thread, silent=False)
            for key, room_id in _answers(dialogue, question)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))
        self._digests.whole_overtaken(tx, dialogue.id, now=now)
        log.info("contact.answered", number=number)

    def _lead_on(
        self, tx: Transaction, named: Named, message: Written, words: Wording, *, now: datetime
    ) -> None:
        """Say which question the next message answers, if several were waiting."""
        waiting = [one for one in tx.contacts.of_role(named.role) if one.is_open and one.sent_key]
        if waiting:
            asking = waiting[0].asking
            said = text.next_markdown(asking.text, asking.group_id, words)
            self._say(tx, f"{message.room_id}/-/-/next/{message.event_id}", named, said, now)

    def _say(self, tx: Transaction, key: str, named: Named, said: str, now: datetime) -> None:
        if named.room_id is not None:
            tx.outbox.put([post(EffectKey(key), named.room_id, said)], now_ms=to_ms(now))

    # ------------------------------------------------------------ changing

    def _follow_early(self, tx: Transaction, message: Written, now: datetime) -> None:
        """Changes of a message that were heard before it could be read."""
        if message.event_id in self._world.early:
            self._world.early.discard(message.event_id)
            for one in tx.early.take(message.room_id, message.event_id):
                if not isinstance(one, Marked):
                    self.change(tx, one, now=now)

    def change(self, tx: Transaction, one: Edited | Withdrawn, *, now: datetime) -> set[DialogueId]:
        """Follow an edit or a withdrawal of a question or an answer."""
        question = tx.contacts.asked_by(one.room_id, one.target)
        if question is not None:
            self._change_question(tx, question, one, now)
            return {question.asking.dialogue_id}
        named = tx.contacts.of_room(one.room_id)
        if named is None:
            return set()
        answered = [
            each for each in tx.contacts.of_role(named.role) if each.answer_event == one.target
        ]
        for question in answered:
            self._change_answer(tx, question, named, one, now)
        return {each.asking.dialogue_id for each in answered}

    def _change_question(
        self, tx: Transaction, question: Question, one: Edited | Withdrawn, now: datetime
    ) -> None:
        room_id, key = self._room_of(tx, question), question.sent_key
        match one:
            case Edited():
                dialogue = self._world.asking.get(one.room_id)
                new = None if dialogue is None else asked(one.text, dialogue.pack.contacts)
                if dialogue is None or new is None or one.sender != question.asking.asker:
                    return
                if not text.fits(new.text):
                    said = text.too_long_markdown(wording(dialogue.language))
                    told = EffectKey(f"{one.room_id}/{one.event_id}/not-asked")
                    answer = post(told, one.room_id, said, thread=question.asking.thread)
                    tx.outbox.put([answer], now_ms=to_ms(now))
                    return
                self._digests.whole_overtaken(tx, dialogue.id, now=now)
                tx.contacts.reword(question.number, text=new.text)
                if room_id is not None and key is not None:
                    _, words = self._title(tx, question.asking.role)
                    said = text.question_markdown(new.text, question.asking.group_id, words)
                    change = EffectKey(f"{key}/{one.event_id}")
                    tx.outbox.put([revise(change, room_id, key, said)], now_ms=to_ms(now))
            case Withdrawn():
                self._take_back(tx, question, now)
            case _:
                assert_never(one)

    def forget(self, tx: Transaction, user_id: UserId, *, now: datetime) -> None:
        """Take back whatever a person has asked."""
        for question in tx.contacts.of_asker(user_id):
            self._take_back(tx, question, now)

    def forget_dialogue(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Take back everything that was asked and answered in a dialogue."""
        for question in tx.contacts.of_dialogue(dialogue.id):
            self._undo(tx, _answers(dialogue, question), "gone", now)
            self._take_back(tx, question, now)

    def _take_back(self, tx: Transaction, question: Question, now: datetime) -> None:
        self._digests.whole_overtaken(tx, question.asking.dialogue_id, now=now)
        tx.contacts.take_back(question.number)
        tx.erase_for_good()
        room_id, key = self._room_of(tx, question), question.sent_key
        if room_id is not None and key is not None:
            self._undo(tx, [(key, room_id)], "gone", now)

    def _change_answer(
        self,
        tx: Transaction,
        question: Question,
        named: Named,
        one: Edited | Withdrawn,
        now: datetime,
    ) -> None:
        dialogue = tx.dialogues.get(question.asking.dialogue_id)
        if dialogue is None:
            return
        match one:
            case Edited():
                if one.sender != named.user_id:
                    return
                if not text.fits(one.text):
                    _, words = self._title(tx, named.role)
                    told = f"{one.room_id}/-/-/contact-long/{one.event_id}"
                    self._say(tx, told, named, text.too_long_markdown(words), now)
                    return
                self._digests.whole_overtaken(tx, dialogue.id, now=now)
                tx.contacts.reword_answer(question.number, text=one.text)
                new = tx.contacts.get(question.number)
                if new is not None:
                    said = _answer_text(dialogue, new)
                    effects = [
                        revise(EffectKey(f"{key}/{one.event_id}"), room_id, key, said)
                        for key, room_id in _answers(dialogue, new)
                    ]
                    tx.outbox.put(effects, now_ms=to_ms(now))
            case Withdrawn():
                self._digests.whole_overtaken(tx, dialogue.id, now=now)
                tx.contacts.take_back_answer(question.number)
                tx.erase_for_good()
                self._undo(tx, _answers(dialogue, question), "gone", now)
            case _:
                assert_never(one)

    def _undo(
        self, tx: Transaction, sent: list[tuple[EffectKey, RoomId]], why: str, now: datetime
    ) -> None:
        """Take messages of ours back, or never send them."""
        effects = [
            take_back(EffectKey(f"{key}/{why}"), room_id, key)
            for key, room_id in sent
            if not tx.outbox.withdraw_waiting(key)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))

    def _room_of(self, tx: Transaction, question: Question) -> RoomId | None:
        named = tx.contacts.named(question.asking.role)
        return None if named is None else named.room_id

    # ------------------------------------------------------------ waiting

    def _wake(self, tx: Transaction, question: Question, what: str, due_ms: int) -> None:
        tx.occurrences.plan(
            Occurrence(
                key=EffectKey(f"{ALARM}{question.number}/{what}"),
                dialogue_id=_ALARMS_OF,
                alarm=AlarmKind.REMIND,
                step_id=None,
                due_ms=due_ms,
                wall_time=f"{from_ms(due_ms):%Y-%m-%dT%H:%M:%S} UTC",
            )
        )

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
        _, words = self._title(tx, named.role)
        said = text.reminder_markdown(question.asking.text, question.asking.group_id, words)
        key = f"contact-question/{question.number}/reminder"
        effects = [post(EffectKey(key), named.room_id, said, silent=False)]
        if not self.is_here(tx, named):
            # She may have declined by mistake; one who is invited already stays so.
            effects.append(invite(EffectKey(f"{key}-invite"), named.room_id, named.user_id))
        tx.outbox.put(effects, now_ms=to_ms(now))

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
            key = EffectKey(f"contact-question/{question.number}/overdue")
            tx.outbox.put(
                [post(key, room_id, said, thread=question.asking.thread)], now_ms=to_ms(now)
            )

    # ------------------------------------------------------------ words

    def _title(self, tx: Transaction, role_id: str) -> tuple[str, Wording]:
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
        return role_id, wording(self._language)


_HELP_WORDS = frozenset({"hjälp", "hjalp", "help"})


def _told(dialogue: Dialogue, group_id: GroupId, role: Contact) -> EffectKey:
    """The message that tells a group of a contact."""
    return EffectKey(f"{dialogue.id}/-/{group_id}/contact-{role.id}/0")


def _example(dialogue: Dialogue, role: Contact) -> str:
    ask = "fråga" if dialogue.language == "sv" else "ask"
    return f"{ask}:" if len(dialogue.pack.contacts) == 1 else f"{ask} {role.id}:"


def _answers(dialogue: Dialogue, question: Question) -> list[tuple[EffectKey, RoomId]]:
    """Where an answer goes: to who asked; to every group what the pack asked."""
    place = f"contact-answer/{question.number}"
    asking = question.asking
    rooms = [group.room_id for group in dialogue.groups]
    if asking.room_id is not None:
        rooms = [asking.room_id]
    return [(EffectKey(f"{place}/{question.answers}/{room_id}"), room_id) for room_id in rooms]


def _answer_text(dialogue: Dialogue, question: Question) -> str:
    asking = question.asking
    role = dialogue.pack.contact(asking.role)
    title = asking.role if role is None else role.title.get(dialogue.language)
    return text.answer_markdown(
        title,
        question.answer or "",
        wording(dialogue.language),
        question=asking.text if asking.room_id is None else None,
    )
