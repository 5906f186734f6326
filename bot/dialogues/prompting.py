"""Putting a step's question: to every group in its room, and in private where it is sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot import keys
from bot.dialogues.facts import step_of
from bot.packs.media import mime_of
from bot.rendering.prompts import (
    PromptFacts,
    file_markdown,
    private_ping_markdown,
    private_prompt_markdown,
    prompt_markdown,
)
from bot.sending.parcels import post, post_file, react_to_own
from bot.wording import wording
from flows.choices import KEYCAPS
from flows.dialogue import Dialogue, Group
from flows.effects import OpenStep
from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, StepId, UserId
from flows.packs.pack import Pack, Step
from storage.instants import to_ms
from storage.rounds import NewRound

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.config.care import HelpLine
    from bot.persons.contacts import Contacts
    from bot.replies.consenting import Consenting
    from bot.world import World
    from storage.outbox import Effect as Outgoing
    from storage.transaction import Transaction

log = structlog.get_logger()


class Prompting:
    """Opens rounds and puts their prompts into the outbox.

    `help_lines` stand above sensitive questions.
    """

    def __init__(
        self,
        world: World,
        links: Links,
        contacts: Contacts,
        consenting: Consenting,
        *,
        help_lines: tuple[HelpLine, ...] = (),
    ) -> None:
        self._world = world
        self._links = links
        self._contacts = contacts
        self._help_lines = help_lines
        self._consenting = consenting

    def open_step(
        self, tx: Transaction, dialogue: Dialogue, effect: OpenStep, *, now: datetime
    ) -> None:
        """Open a round in every group, and ask."""
        step = step_of(dialogue, effect.step_id)
        if not tx.rounds.any_of(dialogue.id):
            self._consenting.begin(tx, dialogue, now=now)
        self._contacts.begin(tx, dialogue, now=now)
        told = tx.rounds.scenarios_met(dialogue.id, besides=step.id)
        asked = tx.rounds.asked(dialogue.id, besides=step.id)
        scenarios = {
            group.id: step.scenario_of(place) for place, group in enumerate(dialogue.groups)
        }
        closes_ms = None if effect.closes_at is None else to_ms(effect.closes_at)
        tx.rounds.open(
            [
                NewRound(
                    dialogue_id=dialogue.id,
                    step_id=step.id,
                    group_id=group.id,
                    room_id=group.room_id,
                    step_kind=step.kind,
                    scenario=scenarios[group.id],
                    text_version=text_version(dialogue.pack, step, scenarios[group.id]),
                    opened_ms=to_ms(effect.at),
                    closes_ms=closes_ms,
                )
                for group in dialogue.groups
            ]
        )
        # In the quiet hours a prompt is there to be read, and rings nowhere.
        silent = self._world.rests(now, ZoneInfo(dialogue.zone))
        prompts: list[Outgoing] = []
        private: list[Outgoing] = []
        for group in dialogue.groups:
            scenario = scenarios[group.id]
            is_new = (group.id, scenario) not in told
            is_first = step.kind.collects and group.id not in asked
            question = self._question(dialogue, effect, scenario, is_new=is_new, is_first=is_first)
            prompts.append(self._prompt(question, group, silent=silent))
            if step.is_private:
                self._ask_consent_in_private(tx, dialogue, group, now=now)
                private += self._private_prompts(question, group, silent=silent)
        # All rooms first: the groups begin together, and only then what comes below the
        # prompts, and the private chats.
        tx.outbox.put(prompts, now_ms=to_ms(now))
        tx.outbox.put(self._below_prompts(tx, dialogue, step), now_ms=to_ms(now))
        tx.outbox.put(private, now_ms=to_ms(now))

    def _question(
        self,
        dialogue: Dialogue,
        effect: OpenStep,
        scenario: str,
        *,
        is_new: bool,
        is_first: bool = False,
    ) -> _Question:
        step = step_of(dialogue, effect.step_id)
        closes_at = effect.closes_at
        length = None if closes_at is None else (closes_at - effect.at).total_seconds()
        local = None if closes_at is None else closes_at.astimezone(ZoneInfo(dialogue.zone))
        facts = PromptFacts(
            closes_at=local,
            length_s=length,
            private_chat=self._links.private_chat(),
            scenario=dialogue.pack.scenario(scenario),
            scenario_is_new=is_new,
            own_pace=dialogue.own_pace and not dialogue.ends_by_itself(step),
            is_first=is_first,
            help_lines=self._help_lines,
        )
        return _Question(dialogue, step, facts)

    def _prompt(self, question: _Question, group: Group, *, silent: bool) -> Outgoing:
        key = keys.prompt(question.dialogue.id, question.step.id, group.id)
        return post(key, group.room_id, question.in_room(), silent=silent)

    def _below_prompts(self, tx: Transaction, dialogue: Dialogue, step: Step) -> list[Outgoing]:
        """What is put under the prompts in the groups' rooms: a file, or keycaps to tap."""
        effects: list[Outgoing] = []
        for group in dialogue.groups:
            prompt = keys.prompt(dialogue.id, step.id, group.id)
            effects += self._file(tx, dialogue, step, prompt, group.room_id)
            if not step.is_private:
                effects += _keycaps(step, prompt, group.room_id)
        return effects

    def _file(
        self, tx: Transaction, dialogue: Dialogue, step: Step, prompt: EffectKey, room_id: RoomId
    ) -> list[Outgoing]:
        """The step's picture or document, as it was when the dialogue was ordered."""
        if step.attached is None:
            return []
        name = step.attached.name
        owners = filter(None, (dialogue.id, dialogue.series, dialogue.follows))
        data = next(filter(None, (tx.pack_files.get(owner, name) for owner in owners)), None)
        if data is None:
            log.error("file.missing", dialogue_id=dialogue.id, step_id=step.id)
            return []
        text = file_markdown(step, dialogue.pack, wording(dialogue.language))
        key = keys.prompt_file(prompt)
        mime = mime_of(name)
        return [post_file(tx, key, room_id, name=name, mime=mime, data=data, markdown=text)]

    def _ask_consent_in_private(
        self, tx: Transaction, dialogue: Dialogue, group: Group, *, now: datetime
    ) -> None:
        """Those who have a private chat read there, before the question, what they say yes to."""
        for user_id in self._world.participants(group.room_id) if dialogue.consent else ():
            room_id = self._world.private_room(user_id)
            if room_id is not None:
                self._consenting.ask_in_private(tx, dialogue, user_id, room_id, now=now)

    def _private_prompts(
        self, question: _Question, group: Group, *, silent: bool
    ) -> list[Outgoing]:
        """The question again in the private chats that are open already."""
        effects = []
        for user_id in self._world.participants(group.room_id):
            room_id = self._world.private_room(user_id)
            if room_id is not None:
                key = keys.private_prompt(question.dialogue.id, question.step.id, user_id)
                language = self._world.language_of(user_id)
                effects += question.privately(key, room_id, language, silent=silent)
                effects += _keycaps(question.step, key, room_id)
        return effects

    def note_prompt(self, tx: Transaction, key: EffectKey, event_id: EventId) -> None:
        """A prompt has reached its room: from now on answers in its thread are its round's."""
        dialogue_id, step_id, group_id, *_ = key.split("/")
        place = (DialogueId(dialogue_id), StepId(step_id), GroupId(group_id))
        # Once for each group of a step: what it costs must not grow with their number.
        tx.rounds.note_prompt(*place, event_id)
        self._world.ready(tx).see_prompt(*place, event_id)

    def room_of(self, key: EffectKey) -> RoomId | None:
        """The room that a prompt of this key stands in, of a dialogue that is running."""
        dialogue_id, _, whom, *_ = key.split("/")
        dialogue = self._world.running.get(DialogueId(dialogue_id))
        group = None if dialogue is None else dialogue.group(GroupId(whom))
        return self._world.private_room(UserId(whom)) if group is None else group.room_id

    def ask_again(self, tx: Transaction, room_id: RoomId, *, now: datetime) -> None:
        """Put the open question once more: the group's room is another one now."""
        current = self._world.view(room_id).current
        round_ = None if current is None else tx.rounds.get(current.round_no)
        dialogue = None if round_ is None else self._world.running.get(round_.dialogue_id)
        group = None if round_ is None or dialogue is None else dialogue.group(round_.group_id)
        if round_ is None or dialogue is None or group is None:
            return
        left = OpenStep(step_id=round_.step_id, at=now, closes_at=dialogue.closes_at)
        question = self._question(dialogue, left, round_.scenario, is_new=True)
        key = keys.prompt_again(dialogue.id, round_.step_id, group.id, to_ms(now))
        effects = [post(key, room_id, question.in_room(), silent=False)]
        if not question.step.is_private:
            effects += _keycaps(question.step, key, room_id)
        tx.outbox.put(effects, now_ms=to_ms(now))

    def ask_in_private(self, tx: Transaction, user_id: UserId, *, now: datetime) -> None:
        """Put the question that a person may answer in private right now, if there is one.

        For the moment when somebody opens the private chat in the middle of a step.
        """
        view = self._world.private_view(user_id)
        current = None if view is None else view.current
        room_id = self._world.private_room(user_id)
        round_ = None if current is None else tx.rounds.get(current.round_no)
        if round_ is None or room_id is None:
            return
        dialogue = self._world.running[round_.dialogue_id]
        self._consenting.ask_in_private(tx, dialogue, user_id, room_id, now=now)
        left = OpenStep(step_id=round_.step_id, at=now, closes_at=dialogue.closes_at)
        question = self._question(dialogue, left, round_.scenario, is_new=True)
        # Joined anew after leaving, the person is asked anew.
        time = 0
        place = (dialogue.id, round_.step_id, user_id)
        while tx.outbox.fate(keys.private_prompt(*place, time)) is not None:
            time += 1
        key = keys.private_prompt(*place, time)
        language = self._world.language_of(user_id)
        prompt = question.privately(key, room_id, language, silent=False)
        keycaps = _keycaps(question.step, key, room_id)
        tx.outbox.put([*prompt, *keycaps], now_ms=to_ms(now))


@dataclass(frozen=True, slots=True)
class _Question:
    """A step as it is put to one group."""

    dialogue: Dialogue
    step: Step
    facts: PromptFacts

    def in_room(self) -> str:
        words = wording(self.dialogue.language)
        return prompt_markdown(self.step, self.dialogue.pack, self.facts, words)

    def privately(
        self, key: EffectKey, room_id: RoomId, language: str | None, *, silent: bool
    ) -> list[Outgoing]:
        """The question in a private chat; a sensitive one is silent, and a word without it rings.

        Clients show what rings on a locked screen, and the last message in their list of rooms.
        """
        words = wording(language or self.dialogue.language)
        text = private_prompt_markdown(self.step, self.dialogue.pack, self.facts, words)
        if not self.step.sensitive:
            return [post(key, room_id, text, silent=silent)]
        ping = post(keys.ping(key), room_id, private_ping_markdown(words), silent=silent)
        return [post(key, room_id, text, silent=True), ping]


def _keycaps(step: Step, prompt: EffectKey, room_id: RoomId) -> list[Outgoing]:
    """The signs under a prompt that one tap chooses by."""
    if not step.kind.offers_options:
        return []
    numbers = range(1, min(len(step.options), len(KEYCAPS)) + 1)
    return [
        react_to_own(keys.keycap(prompt, number), room_id, prompt, KEYCAPS[number - 1])
        for number in numbers
    ]


def text_version(pack: Pack, step: Step, scenario: str) -> str:
    """Twelve hex digits that name what exactly was asked: the step's text and the scenario's."""
    told = pack.scenario(scenario)
    if told is None:
        return step.version
    texts = "\0".join(f"{code}\0{text}" for code, text in sorted(told.text.versions))
    return hashlib.sha256(f"{step.version}\0{texts}".encode()).hexdigest()[:12]
