"""Erasing a dialogue on its date, after warning the organizers, unless a legal hold stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.rendering.retention import erased_markdown, held_markdown, warning_markdown
from bot.sending.parcels import post
from bot.sending.unsaying import INSTEAD, undo
from bot.wording import wording
from flows.audit import Act
from flows.ids import DialogueId, EffectKey
from flows.packs.outline import planned_s
from flows.retention import erase_at
from storage.instants import from_ms, to_ms
from storage.occurrences import Occurrence, of_no_step

if TYPE_CHECKING:
    from bot.persons.contacts import Contacts
    from bot.persons.erasing import Erasing
    from bot.world import World
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

log = structlog.get_logger()

ALARM = "retention/"
"""How keys of its alarms begin; they are no step's."""
WARNS_DAYS_BEFORE = (14, 2)

ASIDE_KEPT = timedelta(days=30)
"""So long after the end of a dialogue somebody may still say yes to what she wrote in it."""

_ERASES = "erase"
_ASIDE = "aside"
_ALARMS_OF = DialogueId("retention")


class Retention:
    """Sets days, warns, erases and verifies, inside one transaction each."""

    def __init__(self, world: World, *, erasing: Erasing, contacts: Contacts) -> None:
        self._world = world
        self._erasing = erasing
        self._contacts = contacts

    def begun(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> Dialogue:
        """A dialogue begins: the pack's time gives it a day, counted from its end as planned.

        Groups at their own pace end nobody knows when: their day is set at the end.
        """
        retention = dialogue.pack.retention
        if retention is None or dialogue.erase_at is not None or dialogue.own_pace:
            return dialogue
        lasts_s = planned_s(dialogue.pack, now.astimezone(ZoneInfo(dialogue.zone)))
        ends_at = now + timedelta(seconds=lasts_s / dialogue.pace)
        day = erase_at(retention, ends_at, ZoneInfo(dialogue.zone))
        return self.set(tx, dialogue, day, now=now)

    def ended(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """A dialogue has ended: its day is set now at the latest, if its pack has a time."""
        retention = dialogue.pack.retention
        if retention is not None and dialogue.erase_at is None:
            self.set(tx, dialogue, erase_at(retention, now, ZoneInfo(dialogue.zone)), now=now)
        if dialogue.consent:
            key = EffectKey(f"{ALARM}{dialogue.id}/{to_ms(now)}/{_ASIDE}")
            self._alarm(tx, dialogue, key, now + ASIDE_KEPT)

    def set(
        self, tx: Transaction, dialogue: Dialogue, moment: datetime, *, now: datetime
    ) -> Dialogue:
        """Erase the dialogue then, and not at any time set before."""
        changed = replace(dialogue, erase_at=moment)
        tx.dialogues.save(changed)
        self._world.see_rounds(tx)
        for days in WARNS_DAYS_BEFORE:
            warns_at = moment - timedelta(days=days)
            if warns_at > now:
                self._plan(tx, changed, str(days), warns_at)
        self._plan(tx, changed, _ERASES, moment)
        return changed

    def hold(self, tx: Transaction, dialogue: Dialogue, reason: str) -> Dialogue:
        """Stop the erasure until the hold is lifted; "" lifts it."""
        changed = replace(dialogue, legal_hold=reason)
        tx.dialogues.save(changed)
        self._world.see_rounds(tx)
        return changed

    def _plan(self, tx: Transaction, dialogue: Dialogue, what: str, moment: datetime) -> None:
        if dialogue.erase_at is not None:
            key = EffectKey(f"{ALARM}{dialogue.id}/{to_ms(dialogue.erase_at)}/{what}")
            self._alarm(tx, dialogue, key, moment)

    def _alarm(self, tx: Transaction, dialogue: Dialogue, key: EffectKey, moment: datetime) -> None:
        tx.occurrences.plan(
            of_no_step(key, whose=_ALARMS_OF, due_ms=to_ms(moment), zone=dialogue.zone)
        )

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> DialogueId | None:
        """Warn of an erasure, or carry it out; nothing if another date was set since."""
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        _, dialogue_id, erase_ms, what = occurrence.key.split("/")
        if what == _ASIDE:
            tx.consents.drop_of_dialogue(DialogueId(dialogue_id))
            tx.erase_for_good()
            return None
        dialogue = tx.dialogues.get(DialogueId(dialogue_id))
        if dialogue is None or dialogue.erase_at != from_ms(int(erase_ms)):
            return None
        words = wording(dialogue.language)
        if dialogue.legal_hold:
            text = held_markdown(dialogue, words)
        elif what == _ERASES:
            answers, people = self._erase(tx, dialogue, now)
            text = erased_markdown(dialogue, answers, people, words)
        else:
            text = warning_markdown(dialogue, int(what), words)
        key = EffectKey(f"{dialogue.id}/-/-/{occurrence.key}")
        notice = post(key, dialogue.organizers_room, text, silent=False)
        tx.outbox.put([notice], now_ms=to_ms(now))
        return dialogue.id

    def _erase(self, tx: Transaction, dialogue: Dialogue, now: datetime) -> tuple[int, int]:
        """Erase what people wrote; returns how many answers and people that was.

        Raises:
            LookupError: something is left; nothing is erased then, and the alarm rings again.
        """
        undo(tx, tx.outbox.cancel(f"{dialogue.id}/", instead=INSTEAD), now=now)
        via_link = tx.contacts.people_of(dialogue.id)
        self._contacts.forget_dialogue(tx, dialogue, now=now)
        self._erasing.unsay(tx, dialogue.id, now=now, anew=False)
        self._erasing.lists_of(tx, dialogue, now=now)
        people = {one.user_id for one in tx.people.of_dialogue(dialogue.id)}
        self._erasing.unsay_in_private(tx, people | via_link, now=now)
        counts = tx.erasure.dialogue(dialogue.id)
        left = tx.erasure.left(dialogue.id)
        if left:
            message = f"erasing {dialogue.id} left rows in {', '.join(left)}"
            raise LookupError(message)
        tx.dialogues.save(replace(dialogue, erase_at=None, erased_at=now))
        tx.erase_for_good()
        tx.audit.add(
            Act.ERASE,
            actor="runda",
            at_ms=to_ms(now),
            dialogue=dialogue.id,
            subject=str(counts.answers),
            reason="retention",
        )
        self._world.see_rounds(tx)
        log.info("dialogue.erased", dialogue_id=dialogue.id, replies=counts.answers)
        return counts.answers, counts.people
