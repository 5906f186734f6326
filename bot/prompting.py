"""Putting a step's question: to every group in its room, and in private where it is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import keys
from bot.facts import step_of
from bot.parcels import post
from bot.rendering.prompts import PromptFacts, private_prompt_markdown, prompt_markdown
from bot.wording import wording
from flows.dialogue import Dialogue
from flows.effects import OpenStep
from flows.ids import DialogueId, EffectKey, EventId, GroupId, StepId, UserId
from flows.packs.pack import Step, StepKind
from storage.instants import to_ms
from storage.rounds import NewRound

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World
    from storage.outbox import Effect as Outgoing
    from storage.transaction import Transaction


class Prompting:
    """Opens rounds and puts their prompts into the outbox."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links

    def open_step(
        self, tx: Transaction, dialogue: Dialogue, effect: OpenStep, *, now: datetime
    ) -> None:
        """Open a round in every group, and ask."""
        step = step_of(dialogue, effect.step_id)
        closes_ms = None if effect.closes_at is None else to_ms(effect.closes_at)
        tx.rounds.open(
            [
                NewRound(
                    dialogue_id=dialogue.id,
                    step_id=step.id,
                    group_id=group.id,
                    room_id=group.room_id,
                    step_kind=step.kind,
                    scenario=step.scenario,
                    text_version=step.version,
                    opened_ms=to_ms(effect.at),
                    closes_ms=closes_ms,
                )
                for group in dialogue.groups
            ]
        )
        facts = self._prompt_facts(dialogue, effect)
        words = wording(dialogue.language)
        text = prompt_markdown(step, dialogue.pack, facts, words)
        prompts = [
            post(keys.prompt(dialogue.id, step.id, group.id), group.room_id, text, silent=False)
            for group in dialogue.groups
        ]
        # All rooms first: the groups begin together, and only then the private chats.
        tx.outbox.put(prompts, now_ms=to_ms(now))
        if step.kind is StepKind.INDIVIDUAL and step.sealed:
            private = private_prompt_markdown(step, dialogue.pack, facts, words)
            tx.outbox.put(self._private_prompts(dialogue, step, private), now_ms=to_ms(now))

    def _private_prompts(self, dialogue: Dialogue, step: Step, text: str) -> list[Outgoing]:
        """The question again in the private chats that are open already."""
        return [
            post(keys.private_prompt(dialogue.id, step.id, user_id), room_id, text, silent=False)
            for group in dialogue.groups
            for user_id in self._world.participants(group.room_id)
            if (room_id := self._world.private_room(user_id)) is not None
        ]

    def note_prompt(self, tx: Transaction, key: EffectKey, event_id: EventId) -> None:
        """A prompt has reached its room: from now on answers in its thread are its round's."""
        dialogue_id, step_id, group_id, *_ = key.split("/")
        place = (DialogueId(dialogue_id), StepId(step_id), GroupId(group_id))
        # Once for each group of a step: what it costs must not grow with their number.
        tx.rounds.note_prompt(*place, event_id)
        self._world.ready(tx).see_prompt(*place, event_id)

    def open_private_prompt(self, tx: Transaction, user_id: UserId, *, now: datetime) -> str | None:
        """The question a person may answer in private right now, as Markdown; None if none is.

        For the moment when somebody opens the private chat in the middle of a step.
        """
        view = self._world.private_view(user_id)
        current = None if view is None else view.current
        if current is None:
            return None
        dialogue = self._world.running[current.dialogue_id]
        round_ = tx.rounds.get(current.round_no)
        if round_ is None or dialogue.closes_at is None:
            return None
        left = OpenStep(step_id=round_.step_id, at=now, closes_at=dialogue.closes_at)
        facts = self._prompt_facts(dialogue, left)
        step = step_of(dialogue, round_.step_id)
        return private_prompt_markdown(step, dialogue.pack, facts, wording(dialogue.language))

    def _prompt_facts(self, dialogue: Dialogue, effect: OpenStep) -> PromptFacts:
        closes_at = effect.closes_at
        length = None if closes_at is None else (closes_at - effect.at).total_seconds()
        local = None if closes_at is None else closes_at.astimezone(ZoneInfo(dialogue.zone))
        return PromptFacts(
            closes_at=local, length_s=length, private_chat=self._links.private_chat()
        )
