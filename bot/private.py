"""What the bot says to a person in private, besides the questions themselves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.parcels import post
from bot.rendering.help import (
    help_markdown,
    not_in_a_group_markdown,
    nothing_open_markdown,
    welcome_markdown,
)
from bot.wording import wording
from flows.ids import EffectKey, RoomId, UserId
from flows.messages import Written
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.prompting import Prompting
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
        question = self._prompting.open_private_prompt(tx, room.peer, now=now)
        words = wording(self._language_for(room.peer))
        parts = [welcome_markdown(words)]
        if not self._world.in_a_group(room.peer) and room.peer not in self._world.organizers:
            parts.append(not_in_a_group_markdown(words))
        if question is not None:
            parts.append(question)
        # Joined anew after leaving, the person is greeted anew.
        key = EffectKey(f"{room_id}/-/-/welcome/{to_ms(now)}")
        text = "\n\n".join(parts)
        tx.outbox.put([post(key, room_id, text, silent=False)], now_ms=to_ms(now))

    def help(self, tx: Transaction, message: Written, *, now: datetime) -> None:
        """Answer a call for help, in the language it was made in."""
        asked = message.text.casefold()
        words = wording("en" if "help" in asked else "sv")
        key = EffectKey(f"{message.room_id}/-/-/help/{message.event_id}")
        text = help_markdown(words)
        tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))

    def nothing_open(self, tx: Transaction, message: Written, *, now: datetime) -> None:
        """Tell that what was written answers no open question, and was not kept."""
        words = wording(self._language_for(message.sender))
        if self._world.in_a_group(message.sender):
            text = nothing_open_markdown(words)
        else:
            text = not_in_a_group_markdown(words)
        key = EffectKey(f"{message.room_id}/-/-/nothing-open/{message.event_id}")
        tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))

    def _language_for(self, user_id: UserId) -> str:
        """The language of the dialogue the person is in, else the installation's."""
        view = self._world.private_view(user_id)
        if view is not None and view.rounds:
            return self._world.live[view.rounds[-1].dialogue_id].language
        return self._language
