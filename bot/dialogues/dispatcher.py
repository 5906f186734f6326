"""Carries decisions of the engine into the database: new state, rounds, alarms, outbox.

Everything here happens inside one transaction. Nothing is sent; the sender does that when
the transaction is on disk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

import structlog

from bot import keys
from bot.dialogues.facts import answered, rounds_by_group, step_of, unanswered_groups
from bot.dialogues.orders import plan
from bot.rendering.markdown import escape
from bot.rendering.news import news_markdown
from bot.rendering.notices import (
    late_start_markdown,
    step_closed_markdown,
)
from bot.sending.parcels import post
from bot.wording import wording
from flows.audit import Act
from flows.dialogue import Dialogue, Phase, Status
from flows.effects import (
    AlarmKind,
    AskForAnswer,
    CloseStep,
    Effect,
    MakeDigest,
    MoveClose,
    News,
    OpenStep,
    Remind,
    ShowSealed,
    TellGroups,
    WakeAt,
)
from flows.engine import Decision, decide, listens_for_answers
from flows.events import Event, GraceOver, ReminderDue, Started, TimeUp, WaitOver
from flows.ids import EffectKey
from flows.packs.pack import StepKind
from storage.instants import from_ms, to_ms
from storage.occurrences import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dialogues.prompting import Prompting
    from bot.dialogues.reminding import Reminding
    from bot.dialogues.showing import Showing
    from bot.digest.digests import Digests
    from bot.persons.retention import Retention
    from bot.world import World
    from flows.ids import DialogueId
    from storage.outbox import Effect as Outgoing
    from storage.transaction import Transaction

log = structlog.get_logger()

_LATE_AFTER_S = 60
"""An alarm that rings later than this is told: the organizers' plan has slipped."""


_BUSY_AGAIN_MS = 30_000
"""So soon it is looked again whether the groups of a dialogue about to begin are free."""


class Dispatcher:
    """One step of a dialogue at a time."""

    def __init__(
        self,
        world: World,
        *,
        prompting: Prompting,
        reminding: Reminding,
        showing: Showing,
        digests: Digests,
        retention: Retention,
    ) -> None:
        self._world = world
        self._prompting = prompting
        self._reminding = reminding
        self._showing = showing
        self._digests = digests
        self._retention = retention

    # ------------------------------------------------------------ what makes a dialogue move

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> Dialogue | None:
        """Do what an alarm is for, and mark it done; returns the dialogue as it is now.

        A dialogue whose groups are busy with another waits for them, and begins after it.
        """
        before = tx.dialogues.get(occurrence.dialogue_id)
        if before is None:
            tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
            return None
        if before.status is Status.PLANNED and self.waits_for_groups(tx, occurrence, before, now):
            return before
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        late_s = (now - from_ms(occurrence.due_ms)).total_seconds()
        log.info("alarm.rung", key=occurrence.key, late_s=round(late_s, 1))
        event = self._event(tx, before, occurrence, now)
        dialogue = self.apply(tx, before, event, now=now)
        # The last step's end moves the dialogue too, though not to another position.
        moved = (dialogue.position, dialogue.status) != (before.position, before.status)
        if late_s > _LATE_AFTER_S and moved and dialogue.phase is not Phase.WAITING:
            text = late_start_markdown(dialogue, late_s, wording(dialogue.language))
            key = keys.notice(dialogue.id, f"late-{occurrence.key}")
            self._put(tx, [post(key, dialogue.organizers_room, text)], now)
        return dialogue

    def waits_for_groups(
        self, tx: Transaction, occurrence: Occurrence, dialogue: Dialogue, now: datetime
    ) -> bool:
        """Whether a group of a dialogue about to begin is busy; then its alarm rings again soon."""
        other = self._world.busy(group.room_id for group in dialogue.groups)
        if other is None:
            return False
        tx.occurrences.postpone(occurrence.key, due_ms=to_ms(now) + _BUSY_AGAIN_MS)
        words = wording(dialogue.language)
        text = words.say(
            "⏳ **{title}** should begin now, but its groups are busy with {other}. It begins when "
            "that has ended.",
            title=escape(dialogue.pack.title.get(dialogue.language)),
            other=other.id,
        )
        key = EffectKey(f"{occurrence.key}/busy")
        self._put(tx, [post(key, dialogue.organizers_room, text)], now)
        return True

    def note_answers(
        self, tx: Transaction, dialogues: Iterable[DialogueId], *, now: datetime
    ) -> None:
        """Let dialogues that wait for answers know how many there are now."""
        for dialogue_id in sorted(dialogues):
            dialogue = self._world.running.get(dialogue_id)
            if dialogue is None or not listens_for_answers(dialogue) or dialogue.step is None:
                continue
            event = answered(tx, self._world, dialogue, dialogue.step.id, now=now)
            self.apply(tx, dialogue, event, now=now)

    def _event(
        self, tx: Transaction, dialogue: Dialogue, occurrence: Occurrence, now: datetime
    ) -> Event:
        step_id = occurrence.step_id
        if occurrence.alarm is AlarmKind.START or step_id is None:
            return Started(at=now)
        match occurrence.alarm:
            case AlarmKind.REMIND:
                return ReminderDue(step_id=step_id, at=now)
            case AlarmKind.OPEN:
                return WaitOver(step_id=step_id, at=now)
            case AlarmKind.CLOSE:
                return TimeUp(
                    step_id=step_id, at=now, unanswered=unanswered_groups(tx, dialogue, step_id)
                )
            case AlarmKind.GRACE:
                return GraceOver(
                    step_id=step_id, at=now, unanswered=unanswered_groups(tx, dialogue, step_id)
                )
            case AlarmKind.FOLLOW_UP | AlarmKind.SERIES:
                message = f"{occurrence.key} begins a dialogue, and is no alarm of one"
                raise LookupError(message)
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
        if dialogue.status is Status.PLANNED and decision.dialogue.status is Status.RUNNING:
            # Before anybody is asked for consent: she is told the day.
            begun = self._retention.begun(tx, decision.dialogue, now=now)
            decision = replace(decision, dialogue=begun)
        self._keep(tx, decision, now=now)
        if decision.dialogue.status is Status.ENDED and dialogue.status is not Status.ENDED:
            self._retention.ended(tx, decision.dialogue, now=now)
        return decision.dialogue

    def _keep(self, tx: Transaction, decision: Decision, *, now: datetime) -> None:
        for effect in decision.effects:
            self._carry_out(tx, decision.dialogue, effect, now)
        if decision.dialogue.is_anonymous and decision.dialogue.status is Status.ENDED:
            self._make_anonymous(tx, decision.dialogue, now)
        self._world.see_rounds(tx)
        log.info(
            "dialogue.moved",
            dialogue_id=decision.dialogue.id,
            status=decision.dialogue.status.value,
            position=decision.dialogue.position,
        )

    def _make_anonymous(self, tx: Transaction, dialogue: Dialogue, now: datetime) -> None:
        """Cut its private answers off from persons, in the transaction that ends it."""
        if tx.anonymity.is_cut(dialogue.id):
            return
        self._showing.look_at_all(tx)
        number = tx.anonymity.cut(dialogue.id)
        tx.erase_for_good()
        tx.audit.add(
            Act.ANONYMOUS,
            actor="runda",
            at_ms=to_ms(now),
            dialogue=dialogue.id,
            subject=str(number),
        )
        # Late and edited answers are not told apart any more.
        for digest in tx.digests.newest(dialogue.id):
            self._digests.order_anew(tx, dialogue.id, digest.scope, at=now)

    def _carry_out(  # noqa: C901  a line for each effect there is
        self, tx: Transaction, dialogue: Dialogue, effect: Effect, now: datetime
    ) -> None:
        match effect:
            case OpenStep():
                self._prompting.open_step(tx, dialogue, effect, now=now)
            case ShowSealed():
                for round_ in tx.rounds.of_step(dialogue.id, effect.step_id):
                    if not round_.shown:
                        self._showing.show(tx, dialogue, round_, now=now)
            case Remind():
                self._remind(tx, dialogue, effect, now)
            case AskForAnswer():
                self._reminding.ask_for_answer(tx, dialogue, effect, now=now)
            case MoveClose():
                tx.rounds.extend(dialogue.id, effect.step_id, closes_ms=to_ms(effect.closes_at))
            case TellGroups():
                self._tell_groups(tx, dialogue, effect, now)
            case CloseStep():
                self._close_step(tx, dialogue, effect, now)
            case MakeDigest():
                self._digests.order(tx, dialogue, effect.step_id, now=now)
            case WakeAt():
                plan(tx, dialogue.id, effect, zone=dialogue.zone)
            case _:
                assert_never(effect)

    # ------------------------------------------------------------ effects

    def _close_step(
        self, tx: Transaction, dialogue: Dialogue, effect: CloseStep, now: datetime
    ) -> None:
        step = step_of(dialogue, effect.step_id)
        rounds = rounds_by_group(tx, dialogue, step.id)
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
            tx.erase_for_good()
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

    def _remind(self, tx: Transaction, dialogue: Dialogue, effect: Remind, now: datetime) -> None:
        if self._world.settings.reminders:
            self._reminding.remind(tx, dialogue, effect, now=now)
        else:
            log.info("reminder.left_out", dialogue_id=dialogue.id, step_id=effect.step_id)

    def _tell_groups(
        self, tx: Transaction, dialogue: Dialogue, effect: TellGroups, now: datetime
    ) -> None:
        zone = ZoneInfo(dialogue.zone)
        step = None if effect.step_id is None else step_of(dialogue, effect.step_id)
        title = "" if step is None else escape(step.title.get(dialogue.language))
        until = None if effect.until is None else effect.until.astimezone(zone)
        text = news_markdown(effect.news, until, title, wording(dialogue.language))
        about = f"{effect.news}-{effect.step_id or ''}"
        # What somebody must act on at once rings; the rest is read by who looks.
        silent = effect.news not in (News.ENOUGH, News.RESUMED)
        told = [
            post(
                keys.news(dialogue.id, about, group.id, effect.number),
                group.room_id,
                text,
                silent=silent,
            )
            for group in dialogue.groups
        ]
        self._put(tx, told, now)

    # ------------------------------------------------------------ small things

    def _put(self, tx: Transaction, effects: list[Outgoing], now: datetime) -> None:
        tx.outbox.put(effects, now_ms=to_ms(now))
