"""Reminding those who have not answered, and asking groups for the answer they have not given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot import keys
from bot.dialogues.facts import rounds_by_group, step_of
from bot.rendering.notices import (
    ask_for_answer_markdown,
    private_reminder_markdown,
    reminder_markdown,
)
from bot.sending.parcels import post
from bot.wording import wording
from flows.dialogue import Dialogue, Group
from flows.effects import AlarmKind, AskForAnswer, Remind
from flows.ids import UserId
from flows.packs.pack import Step, StepKind
from storage.instants import to_ms
from storage.occurrences import Occurrence, wall_time
from storage.rounds import Round

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World
    from storage.outbox import Effect as Outgoing
    from storage.transaction import Transaction

log = structlog.get_logger()


class Reminding:
    """Puts reminders into the outbox, each said once."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links

    def remind(self, tx: Transaction, dialogue: Dialogue, effect: Remind, *, now: datetime) -> None:
        """Remind the people, or in a group step the groups, that have not answered.

        In the quiet hours nobody is: they are reminded when those are over, if the step is
        still open then.
        """
        if self._world.rests(now, ZoneInfo(dialogue.zone)):
            self._remind_later(tx, dialogue, effect, now)
            return
        step = step_of(dialogue, effect.step_id)
        left_s = (effect.closes_at - now).total_seconds()
        words = wording(dialogue.language)
        outgoing: list[Outgoing] = []
        rounds = rounds_by_group(tx, dialogue, step.id)
        spoken = tx.replies.spoken_in([round_.round_no for _, round_ in rounds])
        for group, round_ in rounds:
            if step.kind is StepKind.GROUP:
                if tx.replies.standing_answer(round_.round_no) is None:
                    key = keys.reminder(dialogue.id, step.id, group.id)
                    silent = round_.round_no not in spoken
                    text = reminder_markdown(step, left_s, words, silent=silent)
                    outgoing.append(post(key, group.room_id, text, silent=False))
            else:
                missing = self._missing(tx, group, round_)
                missing = _not_reminded(tx, dialogue, step, group, missing)
                outgoing += self._individual_reminders(dialogue, step, group, missing, left_s)
        tx.outbox.put(outgoing, now_ms=to_ms(now))

    def _remind_later(
        self, tx: Transaction, dialogue: Dialogue, effect: Remind, now: datetime
    ) -> None:
        quiet = self._world.settings.quiet_hours
        zone = ZoneInfo(dialogue.zone)
        over = now if quiet is None else quiet.over_at(now, zone)
        if over >= effect.closes_at:
            log.info("reminder.skipped", dialogue_id=dialogue.id, step_id=effect.step_id)
            return
        key = keys.reminder_after_quiet(dialogue.id, effect.step_id, to_ms(over))
        tx.occurrences.plan(
            Occurrence(
                key=key,
                dialogue_id=dialogue.id,
                alarm=AlarmKind.REMIND,
                step_id=effect.step_id,
                due_ms=to_ms(over),
                wall_time=wall_time(over, dialogue.zone),
            )
        )

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
            room_id = self._world.private_room(user_id) if step.is_private else None
            if room_id is None:
                without_chat.append(user_id)
                continue
            key = keys.reminder(dialogue.id, step.id, user_id)
            own = wording(self._world.language_of(user_id) or dialogue.language)
            text = private_reminder_markdown(left_s, own)
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

    def ask_for_answer(
        self, tx: Transaction, dialogue: Dialogue, effect: AskForAnswer, *, now: datetime
    ) -> None:
        """Ask the groups without an answer, and wait for them a little longer."""
        wait_s = (effect.until - now).total_seconds()
        text = ask_for_answer_markdown(wait_s, wording(dialogue.language))
        questions = [
            post(
                keys.question_for_answer(dialogue.id, effect.step_id, group.id),
                group.room_id,
                text,
                silent=self._world.rests(now, ZoneInfo(dialogue.zone)),
            )
            for group in dialogue.groups
            if group.id in effect.groups
        ]
        tx.outbox.put(questions, now_ms=to_ms(now))
        tx.rounds.extend(dialogue.id, effect.step_id, closes_ms=to_ms(effect.until))


def _not_reminded(
    tx: Transaction, dialogue: Dialogue, step: Step, group: Group, missing: list[UserId]
) -> list[UserId]:
    """Those whom this step has not pinged yet: it may have been given more time since.

    Who was pinged in the room is not kept, so that where somebody was, all have been.
    """
    if tx.outbox.fate(keys.reminder(dialogue.id, step.id, group.id)) is not None:
        return []
    return [
        user_id
        for user_id in missing
        if tx.outbox.fate(keys.reminder(dialogue.id, step.id, user_id)) is None
    ]
