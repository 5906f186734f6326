"""A group that goes through a pack at its own pace, and says when it is done with a step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogues.facts import unanswered_groups
from bot.sending.parcels import post
from bot.wording import wording
from flows.events import MovedOn
from flows.ids import EffectKey
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.dialogues.dispatcher import Dispatcher
    from bot.world import World
    from flows.ids import DialogueId
    from flows.messages import Written
    from storage.transaction import Transaction

_DONE_WORDS = frozenset({"klar", "klara", "klart", "färdig", "färdiga", "done", "ready"})
_LONGEST = 12


def says_done(text: str) -> bool:
    """Whether a message is nothing but the word that a step is done."""
    return len(text) <= _LONGEST and text.strip(" !.").casefold() in _DONE_WORDS


class OwnPace:
    """Lets a group that is done go on to its next step."""

    def __init__(self, world: World, dispatcher: Dispatcher) -> None:
        self._world = world
        self._dispatcher = dispatcher

    def said_done(
        self, tx: Transaction, message: Written, *, now: datetime
    ) -> frozenset[DialogueId]:
        """Close the open step of the room's dialogue; returns the dialogue that has moved.

        A group that has not given its answer to a group step is asked for it instead.
        """
        dialogue = self._world.at_own_pace(message.room_id)
        step = None if dialogue is None else dialogue.step
        if dialogue is None or step is None:
            return frozenset()
        if unanswered_groups(tx, dialogue, step.id):
            words = wording(dialogue.language)
            text = words.say(
                "Your group has no answer yet. Write **Group answer:** and what you agree on, or "
                "mark a message with ✅; then write **done** again."
            )
            key = EffectKey(f"{message.room_id}/-/-/not-done/{message.event_id}")
            tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))
            return frozenset()
        self._dispatcher.apply(tx, dialogue, MovedOn(step_id=step.id, at=now), now=now)
        return frozenset({dialogue.id})
