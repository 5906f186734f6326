"""Carries decisions of the engine into the database: new state, rounds, alarms, outbox.

Everything here happens inside one transaction. Nothing is sent; the sender does that when
the transaction is on disk.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

import structlog

from bot import keys
from bot.facts import unanswered_groups
from bot.parcels import post
from bot.rendering.notices import (
    ask_for_answer_markdown,
    late_start_markdown,
    private_reminder_markdown,
    reminder_markdown,
    step_closed_markdown,
)
from bot.rendering.prompts import PromptFacts, private_prompt_markdown, prompt_markdown
from bot.wording import wording
from flows.dialogue import Dialogue, Group
from flows.effects import (
    AlarmKind,
    AskForAnswer,
    CloseStep,
    Effect,
    MakeDigest,
    OpenStep,
    Remind,
    ShowSealed,
    WakeAt,
)
from flows.engine import Decision, decide
from flows.events import Event, GraceOver, ReminderDue, Started, TimeUp
from flows.ids import DialogueId, EffectKey, EventId, GroupId, StepId, UserId
from flows.packs.pack import Step, StepKind
from storage.instants import from_ms, to_ms
from storage.occurrences import Occurrence
from storage.rounds import NewRound, Round

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.digests import Digests
    from bot.showing import Showing
    from bot.world import World
    from storage.outbox import Effect as Outgoing
    from storage.transaction import Transaction

log = structlog.get_logger()

_LATE_AFTER_S = 60
"""An alarm that rings later than this is told: the organizers' plan has slipped."""


class Dispatcher:
    """One step of a dialogue at a time."""

    def __init__(self, world: World, links: Links, showing: Showing, digests: Digests) -> None:
        self._world = world
        self._links = links
        self._showing = showing
        self._digests = digests

    # ------------------------------------------------------------ what makes a dialogue move

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> Dialogue | None:
        """Do what an alarm is for, and mark it done; returns the dialogue as it is now."""
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        before = tx.dialogues.get(occurrence.dialogue_id)
        if before is None:
            return None
        late_s = (now - from_ms(occurrence.due_ms)).total_seconds()
        log.info("alarm.rung", key=occurrence.key, late_s=round(late_s, 1))
        event = self._event(tx, before, occurrence, now)
        dialogue = self.apply(tx, before, event, now=now)
        if late_s > _LATE_AFTER_S and dialogue.position != before.position:
            text = late_start_markdown(dialogue, late_s, wording(dialogue.language))
            key = keys.notice(dialogue.id, f"late-{occurrence.key}")
            self._put(tx, [post(key, dialogue.organizers_room, text)], now)
        return dialogue

    def _event(
        self, tx: Transaction, dialogue: Dialogue, occurrence: Occurrence, now: datetime
    ) -> Event:
        step_id = occurrence.step_id
        if occurrence.alarm is AlarmKind.START or step_id is None:
            return Started(at=now)
        match occurrence.alarm:
            case AlarmKind.REMIND:
                return ReminderDue(step_id=step_id, at=now)
            case AlarmKind.CLOSE:
                return TimeUp(
                    step_id=step_id, at=now, unanswered=unanswered_groups(tx, dialogue, step_id)
                )
            case AlarmKind.GRACE:
                return GraceOver(
                    step_id=step_id, at=now, unanswered=unanswered_groups(tx, dialogue, step_id)
                )
            case _:
                assert_never(occurrence.alarm)

    def apply(
        self, tx: Transaction, dialogue: Dialogue, event: Event, *, now: datetime
    ) -> Dialogue:
        """Run one step of the engine and keep its outcome; returns the dialogue as it is now."""
        decision = decide(dialogue, event)
        if decision == Decision(dialogue):
            return dialogue
        tx.dialogues.save(decision.dialogue)
        self._keep(tx, decision, now=now)
        return decision.dialogue

    def _keep(self, tx: Transaction, decision: Decision, *, now: datetime) -> None:
        for effect in decision.effects:
            self._carry_out(tx, decision.dialogue, effect, now)
        self._world.see_rounds(tx)
        log.info(
            "dialogue.moved",
            dialogue_id=decision.dialogue.id,
            status=decision.dialogue.status.value,
            position=decision.dialogue.position,
        )

    def _carry_out(
        self, tx: Transaction, dialogue: Dialogue, effect: Effect, now: datetime
    ) -> None:
        match effect:
            case OpenStep():
                self._open_step(tx, dialogue, effect, now)
            case ShowSealed():
                for round_ in tx.rounds.of_step(dialogue.id, effect.step_id):
                    self._showing.show(tx, dialogue, round_, now=now)
            case Remind():
                self._remind(tx, dialogue, effect, now)
            case AskForAnswer():
                self._ask_for_answer(tx, dialogue, effect, now)
            case CloseStep():
                self._close_step(tx, dialogue, effect, now)
            case MakeDigest():
                self._digests.post(tx, dialogue, effect.step_id, now=now)
            case WakeAt():
                self._wake_at(tx, dialogue, effect)
            case _:
                assert_never(effect)

    # ------------------------------------------------------------ effects

    def _open_step(
        self, tx: Transaction, dialogue: Dialogue, effect: OpenStep, now: datetime
    ) -> None:
        step = _step(dialogue, effect.step_id)
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
        self._put(tx, prompts, now)
        if step.kind is StepKind.INDIVIDUAL and step.sealed:
            private = private_prompt_markdown(step, dialogue.pack, facts, words)
            self._put(tx, self._private_prompts(dialogue, step, private), now)

    def _private_prompts(self, dialogue: Dialogue, step: Step, text: str) -> list[Outgoing]:
        """The question again in the private chats that are open already."""
        return [
            post(keys.private_prompt(dialogue.id, step.id, user_id), room_id, text, silent=False)
            for group in dialogue.groups
            for user_id in self._world.participants(group.room_id)
            if (room_id := self._world.private_room(user_id)) is not None
        ]

    def _prompt_facts(self, dialogue: Dialogue, effect: OpenStep) -> PromptFacts:
        closes_at = effect.closes_at
        length = None if closes_at is None else (closes_at - effect.at).total_seconds()
        local = None if closes_at is None else closes_at.astimezone(ZoneInfo(dialogue.zone))
        return PromptFacts(
            closes_at=local, length_s=length, private_chat=self._links.private_chat()
        )

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
        if view is None or view.last is None or not view.last.is_open:
            return None
        dialogue = self._world.running[view.last.dialogue_id]
        round_ = tx.rounds.get(view.last.round_no)
        if round_ is None or dialogue.closes_at is None:
            return None
        left = OpenStep(step_id=round_.step_id, at=now, closes_at=dialogue.closes_at)
        facts = self._prompt_facts(dialogue, left)
        step = _step(dialogue, round_.step_id)
        return private_prompt_markdown(step, dialogue.pack, facts, wording(dialogue.language))

    def _remind(self, tx: Transaction, dialogue: Dialogue, effect: Remind, now: datetime) -> None:
        step = _step(dialogue, effect.step_id)
        left_s = (effect.closes_at - now).total_seconds()
        words = wording(dialogue.language)
        outgoing: list[Outgoing] = []
        for group, round_ in self._rounds(tx, dialogue, step.id):
            if step.kind is StepKind.GROUP:
                if tx.replies.standing_answer(round_.round_no) is None:
                    key = keys.reminder(dialogue.id, step.id, group.id)
                    text = reminder_markdown(step, left_s, words)
                    outgoing.append(post(key, group.room_id, text, silent=False))
            else:
                missing = self._missing(tx, group, round_)
                outgoing += self._individual_reminders(dialogue, step, group, missing, left_s)
        self._put(tx, outgoing, now)

    def _individual_reminders(
        self, dialogue: Dialogue, step: Step, group: Group, missing: list[UserId], left_s: float
    ) -> list[Outgoing]:
        """In private to those who have a private chat; the others are pinged in the room.

        The room's message names nobody: clients show a ping to the pinged alone.
        """
        words = wording(dialogue.language)
        outgoing = []
        without_chat = []
        for user_id in missing:
            room_id = self._world.private_room(user_id) if step.sealed else None
            if room_id is None:
                without_chat.append(user_id)
                continue
            key = keys.reminder(dialogue.id, step.id, user_id)
            text = private_reminder_markdown(left_s, words)
            outgoing.append(post(key, room_id, text, silent=False))
        if without_chat:
            key = keys.reminder(dialogue.id, step.id, group.id)
            text = reminder_markdown(step, left_s, words, private_chat=self._links.private_chat())
            outgoing.append(post(key, group.room_id, text, mentions=without_chat, silent=False))
        return outgoing

    def _missing(self, tx: Transaction, group: Group, round_: Round) -> list[UserId]:
        answered = tx.replies.answered([round_.round_no])
        seats = {one.user_id: one.number for one in tx.people.of_dialogue(round_.dialogue_id)}
        present = self._world.participants(group.room_id)
        return [user_id for user_id in present if seats.get(user_id) not in answered]

    def _ask_for_answer(
        self, tx: Transaction, dialogue: Dialogue, effect: AskForAnswer, now: datetime
    ) -> None:
        words = wording(dialogue.language)
        wait_s = (effect.until - now).total_seconds()
        text = ask_for_answer_markdown(wait_s, words)
        self._put(
            tx,
            [
                post(
                    keys.question_for_answer(dialogue.id, effect.step_id, group.id),
                    group.room_id,
                    text,
                    silent=False,
                )
                for group in dialogue.groups
                if group.id in effect.groups
            ],
            now,
        )
        tx.rounds.extend(dialogue.id, effect.step_id, closes_ms=to_ms(effect.until))

    def _close_step(
        self, tx: Transaction, dialogue: Dialogue, effect: CloseStep, now: datetime
    ) -> None:
        step = _step(dialogue, effect.step_id)
        rounds = self._rounds(tx, dialogue, step.id)
        for group, round_ in rounds:
            tx.rounds.close(
                round_.round_no,
                closed_ms=to_ms(effect.at),
                present=len(self._world.participants(group.room_id)),
                no_answer=group.id in effect.unanswered,
            )
        if step.kind is StepKind.GROUP:
            # Talk was kept only so that a mark could make it the answer.
            tx.replies.drop_talk([round_.round_no for _, round_ in rounds])
            text = step_closed_markdown(wording(dialogue.language))
            unanswered = [group for group, _ in rounds if group.id in effect.unanswered]
            self._put(
                tx,
                [
                    post(
                        keys.notice(dialogue.id, f"{step.id}-{group.id}-closed"),
                        group.room_id,
                        text,
                    )
                    for group in unanswered
                ],
                now,
            )

    def _wake_at(self, tx: Transaction, dialogue: Dialogue, effect: WakeAt) -> None:
        local = effect.at.astimezone(ZoneInfo(dialogue.zone))
        tx.occurrences.plan(
            Occurrence(
                key=effect.key,
                dialogue_id=dialogue.id,
                alarm=effect.alarm,
                step_id=effect.step_id,
                due_ms=to_ms(effect.at),
                wall_time=f"{local:%Y-%m-%dT%H:%M:%S} {dialogue.zone}",
            )
        )

    # ------------------------------------------------------------ small things

    def _rounds(
        self, tx: Transaction, dialogue: Dialogue, step_id: StepId
    ) -> list[tuple[Group, Round]]:
        by_group = {round_.group_id: round_ for round_ in tx.rounds.of_step(dialogue.id, step_id)}
        return [(group, by_group[group.id]) for group in dialogue.groups if group.id in by_group]

    def _put(self, tx: Transaction, effects: list[Outgoing], now: datetime) -> None:
        tx.outbox.put(effects, now_ms=to_ms(now))


def _step(dialogue: Dialogue, step_id: StepId) -> Step:
    step = dialogue.pack.step(step_id)
    if step is None:
        message = f"dialogue {dialogue.id} speaks of step {step_id}, which its pack has not"
        raise LookupError(message)
    return step
