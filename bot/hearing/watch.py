"""Looking at every reply before anybody is shown it.

A reply is stored and confirmed first; then, in the next steps of the database's thread, its words
are looked at, in a thread beside. What has not been looked at yet counts as held back
(`storage.holds.Holds.among`): it stands in no digest, file, showing or prompt to a model. Whoever
makes one of those calls `catch_up` first, so that nothing is missing that came in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.bell import Called
from bot.digest.snapshots import names_of
from bot.persons.care import Heard
from bot.persons.whisper import Word
from bot.rendering.held import held_markdown, let_go_markdown
from bot.wording import Wording, wording
from flows.digest.snapshot import ReplyKind
from flows.packs.pack import PersonalData
from flows.watch import Found, ToLookAt, Why, look_at
from storage.holds import Hold, HoldKind
from storage.instants import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dialogues.holds import HoldsBack
    from bot.persons.care import Care
    from bot.persons.whisper import Whisper
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.ids import DialogueId, UserId
    from storage.database import Database
    from storage.replies import Reply
    from storage.rounds import Round
    from storage.transaction import Transaction

log = structlog.get_logger()

AT_ONCE = 200
_AGAIN_AFTER_S = 5.0

_KINDS = {
    Why.DANGER: HoldKind.CARE,
    Why.CASE: HoldKind.CASE,
    Why.PERSONAL: HoldKind.PERSONAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A reply to be looked at, and what for."""

    reply: Reply
    task: ToLookAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A reply that was looked at, and what was found in these words."""

    reply: Reply
    found: Found | None


class Watch(Called):
    """Looks at replies, and holds back what must not be shown.

    Args:
        changed: called after each step with the dialogues whose board may have changed.
    """

    def __init__(
        self,
        *,
        database: Database,
        world: World,
        care: Care,
        holds: HoldsBack,
        whisper: Whisper,
        now: Callable[[], datetime],
        changed: Callable[[set[DialogueId]], None],
        language: str,
    ) -> None:
        super().__init__()
        self._database = database
        self._world = world
        self._care = care
        self._holds = holds
        self._whisper = whisper
        self._now = now
        self._changed = changed
        self._language = language

    async def run(self) -> None:
        """Look until cancelled; what the last process left first."""
        self.wake()
        while True:
            await self._bell.wait()
            try:
                while await self._step():
                    pass
            except Exception:  # the dialogue goes on; what is not looked at is shown to nobody
                log.exception("watch.failed")
                await asyncio.sleep(_AGAIN_AFTER_S)
                self.wake()

    async def _step(self) -> bool:
        """Look at some; False if there was nothing to look at."""
        looks = await self._database.write(self._read)
        if not looks:
            return False
        seen = await asyncio.to_thread(_seen, looks)
        now = self._now()
        try:
            touched = await self._database.write(partial(self._settle, seen=seen, now=now))
        except Exception:
            log.exception("looks.failed", replies=len(seen))
            touched = await self._one_by_one(seen, now)
        if touched:
            self._changed(touched)
        return True

    async def _one_by_one(self, seen: Sequence[Seen], now: datetime) -> set[DialogueId]:
        """Settle each by itself; one that cannot be is held back, for an organizer to look at."""
        touched: set[DialogueId] = set()
        for one in seen:
            try:
                touched |= await self._database.write(partial(self._settle, seen=[one], now=now))
            except Exception:
                log.exception("look.failed", reply_no=one.reply.reply_no)
                await self._database.write(partial(self._set_aside, one=one, now=now))
        return touched

    def _set_aside(self, tx: Transaction, one: Seen, now: datetime) -> None:
        if not _still_reads(tx, one):
            return
        tx.replies.note_looked([one.reply.reply_no])
        if one.found is not None:
            hold = Hold(
                reply_no=one.reply.reply_no,
                event_id=one.reply.event_id,
                held_by=self._world.own_id,
                reason="",
                held_ms=to_ms(now),
                kind=_KINDS[one.found.why],
            )
            tx.holds.add(hold)

    def catch_up(self, tx: Transaction, *, now: datetime) -> None:
        """Look at everything that is left, here and now. Nearly always nothing is."""
        try:
            with tx.savepoint():
                while looks := self._read(tx):
                    self._settle(tx, _seen(looks), now)
        except Exception:  # what is left stays held back, and whoever shows the rest goes on
            log.exception("catching_up.failed")

    # ------------------------------------------------------------ what is looked at

    def _read(self, tx: Transaction) -> list[Look]:
        replies = tx.replies.unlooked(limit=AT_ONCE)
        if not replies:
            return []
        self._world.ready(tx)
        rounds = {number: tx.rounds.get(number) for number in {one.round_no for one in replies}}
        dialogues: dict[DialogueId, Dialogue | None] = {}
        names: dict[DialogueId, frozenset[str]] = {}
        looks = []
        for reply in replies:
            round_ = rounds[reply.round_no]
            dialogue = None
            if round_ is not None:
                if round_.dialogue_id not in dialogues:
                    dialogues[round_.dialogue_id] = tx.dialogues.get(round_.dialogue_id)
                dialogue = dialogues[round_.dialogue_id]
            task = ToLookAt(text=reply.text)
            if round_ is not None and dialogue is not None and reply.kind is not ReplyKind.TALK:
                task = self._task(tx, reply, round_, dialogue, names)
            looks.append(Look(reply=reply, task=task))
        return looks

    def _task(
        self,
        tx: Transaction,
        reply: Reply,
        round_: Round,
        dialogue: Dialogue,
        names: dict[DialogueId, frozenset[str]],
    ) -> ToLookAt:
        step = dialogue.pack.step(round_.step_id)
        cases = step is not None and step.no_cases
        personal = dialogue.pack.personal_data is PersonalData.HOLD
        if (cases or personal) and dialogue.id not in names:
            names[dialogue.id] = frozenset(names_of(tx, dialogue, self._world))
        known = names.get(dialogue.id, frozenset())
        return ToLookAt(text=reply.text, cases=cases, personal=personal, names=known)

    # ------------------------------------------------------------ what follows

    def _settle(self, tx: Transaction, seen: Sequence[Seen], now: datetime) -> set[DialogueId]:
        self._world.ready(tx)
        still = [one for one in seen if _still_reads(tx, one)]
        # All of them before anything follows: what follows may look for what is left.
        tx.replies.note_looked([one.reply.reply_no for one in still])
        touched: set[DialogueId] = set()
        for one in still:
            touched |= self._follow(tx, one, now)
        return touched

    def _follow(self, tx: Transaction, one: Seen, now: datetime) -> set[DialogueId]:
        reply, found = one.reply, one.found
        if found is not None and found.why is Why.DANGER and not self._care.is_on:
            found = None
        held = tx.holds.of(reply)
        if found is None and held is None:
            return set()
        round_ = tx.rounds.get(reply.round_no)
        if round_ is None:
            return set()
        here = _Here(reply=reply, round=round_, author=_author(tx, reply, round_), now=now)
        if found is not None:
            self._hold(tx, here, found)
        elif held is not None and held.kind in (HoldKind.CASE, HoldKind.PERSONAL):
            self._holds.release(tx, reply.reply_no, only_care=False, by="runda", now=now)
            self._tell(tx, here, let_go_markdown, "let-go")
        return {round_.dialogue_id}

    def _hold(self, tx: Transaction, here: _Here, found: Found) -> None:
        reply, kind = here.reply, _KINDS[found.why]
        held = tx.holds.of(reply)
        if kind is HoldKind.CARE and held is not None and held.kind is not HoldKind.CARE:
            # What an edit or an organizer would have released, only a person may now.
            tx.holds.release(reply.reply_no)
        is_new = self._holds.hold(tx, reply, here.round, kind, by=self._world.own_id, now=here.now)
        if is_new:
            log.info("reply.held", reply_no=reply.reply_no, kind=kind.value)
        if found.danger is None:
            if is_new:
                why = partial(held_markdown, found=found, in_private=reply.sealed)
                self._tell(tx, here, why, "held-back")
        elif here.author is not None:
            heard = Heard(
                user_id=here.author,
                danger=found.danger,
                room_id=reply.room_id,
                event_id=reply.event_id,
                reply_no=reply.reply_no,
                dialogue_id=here.round.dialogue_id,
            )
            self._care.hear(tx, heard, now=here.now)

    def _tell(
        self, tx: Transaction, here: _Here, text_of: Callable[[Wording], str], name: str
    ) -> None:
        """Tell the author, once for each wording of the reply."""
        if here.author is None:
            return
        reply = here.reply
        words = wording(self._world.language_of(here.author) or self._language)
        word = Word(name=f"{name}/{reply.event_id}/{reply.edited_ms or 0}", markdown=text_of(words))
        self._whisper.tell(tx, here.author, [word], near=reply.room_id, now=here.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """A reply that something was found in, or that is held back; `author` is None if forgotten."""

    reply: Reply
    round: Round
    author: UserId | None
    now: datetime


def _seen(looks: Sequence[Look]) -> list[Seen]:
    return [Seen(reply=one.reply, found=_found(one)) for one in looks]


def _found(one: Look) -> Found | None:
    try:
        return look_at(one.task)
    except Exception:  # what cannot be looked at must stop no other, and is not shown unlooked
        log.exception("reply.unlooked", reply_no=one.reply.reply_no)
        return Found(why=Why.PERSONAL)


def _still_reads(tx: Transaction, one: Seen) -> bool:
    now = tx.replies.find_number(one.reply.reply_no)
    return now == one.reply


def _author(tx: Transaction, reply: Reply, round_: Round) -> UserId | None:
    people = tx.people.of_dialogue(round_.dialogue_id)
    return next((one.user_id for one in people if one.number == reply.participant_no), None)
