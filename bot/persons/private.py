"""What the bot says to a person in private, besides the questions themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot import keys
from bot.rendering.help import (
    closed_anonymous_markdown,
    half_said_markdown,
    help_markdown,
    not_in_a_group_markdown,
    nothing_open_markdown,
    slower_markdown,
    welcome_markdown,
)
from bot.sending.parcels import post
from bot.wording import Wording, wording
from flows.choices import Ballot, ballot_of, number_in
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Edited, Withdrawn, Written
from storage.instants import to_ms
from storage.replies import Reply
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.dialogues.prompting import Prompting
    from bot.later import Asked, HalfSaid
    from bot.world import World
    from storage.transaction import Transaction


class PrivateChats:
    """Welcomes, helps, and tells when nothing is open."""

    def __init__(self, world: World, prompting: Prompting, language: str) -> None:
        self._world = world
        self._prompting = prompting
        self._language = language

    def welcome(self, tx: Transaction, room_id: RoomId, *, now: datetime) -> None:
        """Greet the person of a private chat just opened, with the open question if any."""
        room = self._world.rooms.get(room_id)
        if room is None or room.peer is None:
            return
        words = wording(self._language_for(room.peer))
        parts = [welcome_markdown(words)]
        if not self._world.in_a_group(room.peer) and room.peer not in self._world.onlookers:
            parts.append(not_in_a_group_markdown(words))
        consent = self._consent_for(room.peer, words)
        if consent:
            parts.append(consent)
        # Joined anew after leaving, the person is greeted anew.
        key = EffectKey(f"{room_id}/-/-/welcome/{to_ms(now)}")
        text = "\n\n".join(parts)
        tx.outbox.put([post(key, room_id, text, silent=False)], now_ms=to_ms(now))
        self._prompting.ask_in_private(tx, room.peer, now=now)

    def help(self, tx: Transaction, asked: Asked, *, now: datetime) -> None:
        """Say how to answer, in the person's language or the one it was asked in."""
        message = asked.message
        words = wording(self._world.language_of(message.sender) or asked.language)
        key = EffectKey(f"{message.room_id}/-/-/help/{message.event_id}")
        text = help_markdown(words)
        tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))

    def slower(
        self, tx: Transaction, who: UserId, room_id: RoomId, event_id: EventId, *, now: datetime
    ) -> None:
        """Tell somebody who says much to the bot that it will not answer all of it."""
        text = slower_markdown(wording(self._language_for(who)))
        key = EffectKey(f"{room_id}/-/-/slower/{event_id}")
        tx.outbox.put([post(key, room_id, text)], now_ms=to_ms(now))

    def nothing_open(self, tx: Transaction, message: Written, *, now: datetime) -> None:
        """Tell that what was written answers no open question, and was not kept."""
        words = wording(self._language_for(message.sender))
        closed = self._world.closed_anonymous(message.sender)
        if closed is not None:
            text = closed_anonymous_markdown(closed.pack.title.get(words.language), words)
        elif self._world.in_a_group(message.sender):
            text = nothing_open_markdown(words)
        else:
            text = not_in_a_group_markdown(words)
        key = EffectKey(f"{message.room_id}/-/-/nothing-open/{message.event_id}")
        tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))

    def too_late(self, tx: Transaction, one: Edited | Withdrawn, *, now: datetime) -> None:
        """Tell why an answer of a closed anonymous dialogue cannot be changed; once a day."""
        closed = self._world.closed_anonymous(one.sender)
        if closed is None:
            return
        words = wording(self._language_for(one.sender))
        text = closed_anonymous_markdown(closed.pack.title.get(words.language), words)
        key = EffectKey(f"{one.room_id}/-/-/too-late/{now:%Y-%m-%d}")
        tx.outbox.put([post(key, one.room_id, text)], now_ms=to_ms(now))

    def what_is_missing(self, tx: Transaction, one: HalfSaid, *, now: datetime) -> None:
        """Tell somebody whose answer names no option, or lacks the figure, what to write."""
        round_ = tx.rounds.get(one.round_no)
        dialogue = None if round_ is None else tx.dialogues.get(round_.dialogue_id)
        step = None if round_ is None or dialogue is None else dialogue.pack.step(round_.step_id)
        ballot = None if step is None else ballot_of(step)
        if round_ is None or dialogue is None or step is None or ballot is None:
            return
        seat = self._world.seat(tx, dialogue.id, one.sender, round_.group_id)
        told = tx.replies.by_person([round_.round_no], seat) if one.kept else []
        chosen = any(reply.choices for reply in told)
        if chosen and (not ballot.asks_number or _has_figure(told, ballot)):
            return
        words = wording(self._language_for(one.sender))
        text = half_said_markdown(step, words, kept=one.kept, chosen=chosen)
        place = (dialogue.id, step.id, one.sender)
        if self._world.use_of(one.room_id) is RoomUse.DIRECT:
            hint = post(keys.half_said(*place, one.event_id), one.room_id, text)
        elif (private := self._world.private_room(one.sender)) is not None:
            hint = post(keys.half_said(*place, "room"), private, text, silent=False)
        else:
            # In the thread, and once for each person: the others in the room have done nothing.
            under = keys.prompt(dialogue.id, step.id, round_.group_id)
            hint = post(keys.half_said(*place, "room"), one.room_id, text, under=under)
        tx.outbox.put([hint], now_ms=to_ms(now))

    def _consent_for(self, user_id: UserId, words: Wording) -> str:
        """What the pack wants people to read before their first answer; "" for nothing."""
        view = self._world.private_view(user_id)
        group_room = self._world.group_room(user_id)
        for dialogue in self._world.running.values() if view is not None else ():
            consent = dialogue.pack.consent
            if dialogue.consent:
                continue  # It is asked for, in a message of its own.
            if consent is not None and any(g.room_id == group_room for g in dialogue.groups):
                return consent.get(words.language)
        return ""

    def _language_for(self, user_id: UserId) -> str:
        """The person's own, or that of the dialogue she is in, else the installation's."""
        chosen = self._world.language_of(user_id)
        if chosen is not None:
            return chosen
        view = self._world.private_view(user_id)
        if view is not None and view.rounds:
            return self._world.live[view.rounds[-1].dialogue_id].language
        return self._language


def _has_figure(replies: Sequence[Reply], ballot: Ballot) -> bool:
    return any(number_in(reply.text, ballot) is not None for reply in replies)
