"""What participants may ask for themselves: what is stored of them, and that it goes away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date

from bot.persons.personal import personal_text
from bot.persons.whisper import Word
from bot.rendering.consent import nothing_to_withdraw_markdown, withdrawn_markdown
from bot.rendering.help import closed_anonymous_markdown
from bot.rendering.moderation import policy_markdown
from bot.rendering.own import (
    StoredAnswer,
    answers_markdown,
    forget_question_markdown,
    forgotten_markdown,
    in_private_markdown,
    language_markdown,
    left_markdown,
    no_commands_markdown,
    nothing_stored_markdown,
    nothing_to_undo_markdown,
    undone_markdown,
    via_link_markdown,
)
from bot.rendering.parts import weight
from bot.rendering.prompts import clock_time
from bot.sending.parcels import post, post_file, take_back
from bot.wording import Wording, wording
from flows.digest.snapshot import ReplyKind
from flows.ids import EffectKey, RoomId, UserId
from flows.messages import Written
from flows.requests import Request
from storage.instants import from_ms, to_ms
from storage.replies import Reply
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.later import Asked, Later
    from bot.persons.contacts import Contacts
    from bot.persons.erasing import Erasing
    from bot.persons.helping import Helping
    from bot.persons.whisper import Whisper
    from bot.replies.consenting import Consenting
    from bot.replies.corrections import Corrections
    from bot.world import World
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

log = structlog.get_logger()

_MOST_TAKEN_BACK = 100
_PART_BYTES = 10_000
"""A message stays under the size a homeserver takes, encrypted and as HTML too."""


class OwnWords:
    """Answers participants' own words, in private wherever that is possible."""

    def __init__(
        self,
        world: World,
        *,
        links: Links,
        corrections: Corrections,
        helping: Helping,
        contacts: Contacts,
        consenting: Consenting,
        erasing: Erasing,
        whisper: Whisper,
        language: str,
        zone: str,
    ) -> None:
        self._world = world
        self._links = links
        self._corrections = corrections
        self._helping = helping
        self._contacts = contacts
        self._consenting = consenting
        self._erasing = erasing
        self._whisper = whisper
        self._language = language
        self._zone = zone

    def answer(self, tx: Transaction, asked: Asked, later: Later, *, now: datetime) -> None:
        """Do what a participant asks of the bot, and tell her."""
        message, request = asked.message, asked.request
        if request is Request.CALL:
            self._call(tx, message, later, now)
            return
        if request in (Request.SWEDISH, Request.ENGLISH):
            language = "sv" if request is Request.SWEDISH else "en"
            tx.people.speak(message.sender, language)
            self._world.see_rooms(tx)
            self._say(tx, message, [language_markdown(wording(language))], now)
            return
        words = wording(self._world.language_of(message.sender) or asked.language)
        if request is Request.LEAVE:
            self._leave(tx, message, words, now)
            return
        if request is Request.WITHDRAW:
            # As easily as it was given: in the group's room too.
            self._withdraw(tx, message, later, words, now)
            return
        # What it says is nobody else's to read: outside the private chat nothing is done.
        if self._private_room(message) is None:
            self._say(tx, message, [in_private_markdown(self._links.private_chat(), words)], now)
            return
        if request is Request.DATA:
            self._data(tx, message, words, now)
            return
        texts = self._texts(tx, asked, later, words, now)
        self._say(tx, message, [*texts, *self._of_closed(message.sender, request, words)], now)

    def _texts(
        self, tx: Transaction, asked: Asked, later: Later, words: Wording, now: datetime
    ) -> list[str]:
        """Do what is asked in private; returns what is said of it."""
        sender = asked.message.sender
        match asked.request:
            case Request.MINE:
                return self._mine(tx, sender, words)
            case Request.RULES:
                return [self._rules(sender, words)]
            case Request.UNDO:
                return [self._undo(tx, sender, later, words, now)]
            case Request.FORGET:
                answers = len(self._stored(tx, sender)) + len(tx.contacts.of_answerer(sender))
                return [forget_question_markdown(answers, words)]
            case _:
                return [self._forget(tx, sender, later, words, now)]

    def _of_closed(self, user_id: UserId, request: Request, words: Wording) -> list[str]:
        """What is said of answers in a closed anonymous dialogue, which may be hers."""
        closed = self._world.closed_anonymous(user_id)
        if closed is None or request in (Request.FORGET, Request.RULES):
            return []
        return [closed_anonymous_markdown(closed.pack.title.get(words.language), words)]

    def no_command(self, tx: Transaction, message: Written, *, now: datetime) -> None:
        """Tell a participant in private, at most once in an hour, that commands are not for her.

        If she has no private chat, one is opened; for somebody whom no room of ours knows, none is.
        """
        if self._private_room(message) is None and self._world.any_room(message.sender) is None:
            return
        words = wording(self._world.language_of(message.sender) or self._language)
        name = f"no-command/{now:%Y-%m-%dT%H}"
        word = Word(name=name, markdown=no_commands_markdown(words), silent=True)
        self._whisper.tell(tx, message.sender, [word], near=message.room_id, now=now)

    def _leave(self, tx: Transaction, message: Written, words: Wording, now: datetime) -> None:
        """Take what the bot has said in this private chat off the screen, and say nothing of it."""
        room_id = message.room_id
        gone = [
            take_back(EffectKey(f"{key}/gone"), room_id, key)
            for key in tx.outbox.shown_in(room_id, most=_MOST_TAKEN_BACK)
        ]
        left = post(
            EffectKey(f"{room_id}/-/-/left/{message.event_id}"), room_id, left_markdown(words)
        )
        tx.outbox.put([*gone, left], now_ms=to_ms(now))

    def _withdraw(
        self, tx: Transaction, message: Written, later: Later, words: Wording, now: datetime
    ) -> None:
        erased = self._consenting.withdraw(tx, message.sender, later, now_ms=to_ms(now))
        text = nothing_to_withdraw_markdown(words)
        if erased is not None:
            self._contacts.forget(tx, message.sender, now=now)
            text = withdrawn_markdown(erased, words)
        self._say(tx, message, [text], now)

    def _rules(self, user_id: UserId, words: Wording) -> str:
        """When an answer is held back in the dialogue of a person's group."""
        room_id = self._world.group_room(user_id)
        packs = (
            dialogue.pack
            for dialogue in self._world.live.values()
            if any(group.room_id == room_id for group in dialogue.groups)
        )
        rules = self._world.settings.rules
        return policy_markdown(next(packs, None), words, configured=rules)

    def _call(self, tx: Transaction, message: Written, later: Later, now: datetime) -> None:
        room_id = message.room_id
        if self._world.use_of(room_id) is RoomUse.DIRECT:
            group_room = self._world.group_room(message.sender) or self._world.any_room(
                message.sender
            )
            if group_room is None:
                later.answered_nothing.append(message)
                return
            room_id = group_room
        later.touched |= self._helping.call(tx, room_id, message.event_id, now=now)

    # ------------------------------------------------------------ what is stored

    def _stored(self, tx: Transaction, user_id: UserId) -> list[tuple[Dialogue, Reply]]:
        """Every standing reply of a person, oldest first."""
        return [
            (dialogue, reply)
            for dialogue_id, number in tx.people.seats(user_id)
            if (dialogue := tx.dialogues.get(dialogue_id)) is not None
            for reply in tx.replies.of_person(dialogue_id, number)
            if reply.withdrawn_ms is None
        ]

    def _mine(self, tx: Transaction, user_id: UserId, words: Wording) -> list[str]:
        blocks: list[str] = []
        for dialogue_id, number in tx.people.seats(user_id):
            dialogue = tx.dialogues.get(dialogue_id)
            if dialogue is None:
                continue
            replies = tx.replies.of_person(dialogue_id, number)
            kept = [reply for reply in replies if reply.withdrawn_ms is None]
            told = [self._told(tx, dialogue, reply, words) for reply in kept]
            title = dialogue.pack.title.get(words.language)
            blocks += answers_markdown(title, told, len(replies) - len(kept), words)
        answered = [one.answer for one in tx.contacts.of_answerer(user_id) if one.answer]
        blocks += via_link_markdown(answered, words)
        return _parts(blocks) or [nothing_stored_markdown(words)]

    def _told(
        self, tx: Transaction, dialogue: Dialogue, reply: Reply, words: Wording
    ) -> StoredAnswer:
        round_ = tx.rounds.get(reply.round_no)
        step = None if round_ is None else dialogue.pack.step(round_.step_id)
        local = from_ms(reply.sent_ms).astimezone(ZoneInfo(dialogue.zone))
        day = format_date(local, "d MMMM", locale=words.language)
        return StoredAnswer(
            step="" if step is None else step.title.get(words.language),
            moment=f"{day} {clock_time(local, words)}",
            text=reply.text,
            link=self._links.message(reply.room_id, reply.event_id),
            is_file=reply.media is not None,
        )

    def _data(self, tx: Transaction, message: Written, words: Wording, now: datetime) -> None:
        """Everything that is stored of her, as a file, in private."""
        room_id = self._private_room(message)
        if room_id is None:
            return
        text = personal_text(tx, message.sender, words, self._zone)
        # As with other words of hers in private: when she is forgotten, it is taken back.
        key = EffectKey(f"{room_id}/-/-/own-words-file/{message.event_id}")
        file = post_file(
            tx,
            key,
            RoomId(room_id),
            name=words.say("my-data.txt"),
            mime="text/plain",
            data=text.encode(),
        )
        tx.outbox.put([file], now_ms=to_ms(now))

    # ------------------------------------------------------------ taking back

    def _undo(
        self, tx: Transaction, user_id: UserId, later: Later, words: Wording, now: datetime
    ) -> str:
        answers = [
            (dialogue, reply)
            for dialogue, reply in self._stored(tx, user_id)
            if reply.kind is not ReplyKind.TALK
        ]
        if not answers:
            return nothing_to_undo_markdown(words)
        dialogue, newest = max(answers, key=lambda one: (one[1].sent_ms, one[1].reply_no))
        told = self._told(tx, dialogue, newest, words)
        self._corrections.take_back(tx, newest, later, now_ms=to_ms(now))
        return undone_markdown(told, words)

    def _forget(
        self, tx: Transaction, user_id: UserId, later: Later, words: Wording, now: datetime
    ) -> str:
        return forgotten_markdown(self._erasing.person(tx, user_id, later, now=now), words)

    # ------------------------------------------------------------ where it is said

    def _private_room(self, message: Written) -> str | None:
        if self._is_private(message):
            return message.room_id
        return self._world.private_room(message.sender)

    def _is_private(self, message: Written) -> bool:
        """Whether it was said where nobody but she and the bot reads."""
        return self._world.use_of(message.room_id) in (RoomUse.DIRECT, RoomUse.CONTACT)

    def _say(
        self,
        tx: Transaction,
        message: Written,
        texts: list[str],
        now: datetime,
    ) -> None:
        """In private; where there is no private chat, briefly in the room, once an hour."""
        in_private = self._is_private(message)
        room_id = message.room_id if in_private else self._world.private_room(message.sender)
        occurrence: str = message.event_id
        if room_id is None:
            occurrence = f"{message.sender}/{now:%Y-%m-%dT%H}"
        effects = [
            post(
                EffectKey(f"{room_id or message.room_id}/-/-/own-words-{part}/{occurrence}"),
                room_id or message.room_id,
                text,
                silent=in_private or room_id is None,
            )
            for part, text in enumerate(texts)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))


def _parts(blocks: list[str]) -> list[str]:
    """Blocks in messages of a size that can be sent."""
    parts: list[list[str]] = []
    room = 0
    for block in blocks:
        size = weight(block) + 2
        if not parts or size > room:
            parts.append([])
            room = _PART_BYTES
        parts[-1].append(block)
        room -= size
    return ["\n".join(part) for part in parts]
