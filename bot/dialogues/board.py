"""The live board: one message in the organizers' room, edited in place."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import keys
from bot.dialogues.edits import Edits
from bot.rendering.board import BoardFacts, BoardLine, board_markdown
from bot.sending.parcels import post, revise, take_back
from bot.wording import wording
from flows.dialogue import Dialogue, Phase, Status
from flows.ids import DialogueId, EffectKey, RoomId, RoundNo
from flows.packs.pack import StepKind
from storage.instants import from_ms, to_ms
from storage.replies import Tally
from storage.rounds import Round, RoundStatus

if TYPE_CHECKING:
    from bot.world import World
    from storage.transaction import Transaction


class Board:
    """Writes boards; of edits not yet sent, only the newest is kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._written: dict[DialogueId, tuple[RoomId, str]] = {}
        self._edits = Edits()

    def post(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Bring a dialogue's board up to date; nothing happens if it shows the same."""
        text = self._text(tx, dialogue, now)
        room_id = dialogue.organizers_room
        if self._written.get(dialogue.id) == (room_id, text):
            return
        posted = boards(tx, dialogue.id)
        now_ms = to_ms(now)
        if not posted:
            tx.outbox.put([post(keys.board(dialogue.id), room_id, text)], now_ms=now_ms)
        else:
            edit, beginning = keys.board_edit(dialogue.id, now_ms), keys.board_edits(dialogue.id)
            self._edits.make_way(tx, dialogue.id, edit, beginning=beginning)
            tx.outbox.put([revise(edit, room_id, posted[-1], text)], now_ms=now_ms)
        self._written[dialogue.id] = (room_id, text)

    def post_anew(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Post a board once more, below all that was written since; the earlier one goes."""
        posted, room_id = boards(tx, dialogue.id), dialogue.organizers_room
        outgoing = []
        tx.outbox.withdraw_all_waiting(keys.board_edits(dialogue.id))
        if posted and not tx.outbox.withdraw_waiting(posted[-1]):
            earlier = tx.outbox.fate(posted[-1])
            if earlier is not None and earlier.event_id is not None:
                key = EffectKey(f"{posted[-1]}/taken-back")
                outgoing.append(take_back(key, earlier.room_id, posted[-1]))
        text = self._text(tx, dialogue, now)
        # Another key than any before: the homeserver remembers what it was sent under those.
        key = keys.board(dialogue.id, len(posted))
        tx.outbox.put([post(key, room_id, text), *outgoing], now_ms=to_ms(now))
        self._edits.forget(dialogue.id)
        self._written[dialogue.id] = (room_id, text)

    def _text(self, tx: Transaction, dialogue: Dialogue, now: datetime) -> str:
        step = dialogue.step
        rounds = {}
        if step is not None:
            rounds = {one.group_id: one for one in tx.rounds.of_step(dialogue.id, step.id)}
        tallies = tx.replies.tallies([one.round_no for one in rounds.values()])
        zone = ZoneInfo(dialogue.zone)
        stale = any(digest.stale for digest in tx.digests.newest(dialogue.id))
        calling = tx.calls.open()
        lines = tuple(
            _line(
                group.name,
                rounds.get(group.id),
                tallies,
                present=len(self._world.participants(group.room_id)),
                help_wanted=group.room_id in calling,
                now=now,
            )
            for group in dialogue.groups
        )
        closes_at = dialogue.closes_at
        following = dialogue.upcoming
        opens_at = dialogue.opens_at
        facts = BoardFacts(
            title=dialogue.pack.title.get(dialogue.language),
            ended=dialogue.status is Status.ENDED,
            step_title="" if step is None else step.title.get(dialogue.language),
            position=dialogue.position + 1,
            steps=len(dialogue.pack.steps),
            closes_at=None if closes_at is None else closes_at.astimezone(zone),
            exact=closes_at is not None
            and dialogue.opened_at is not None
            and (closes_at - dialogue.opened_at).total_seconds() < _EXACT_BELOW_S,
            waiting=dialogue.phase is Phase.GRACE,
            is_group_step=step is not None and step.kind is StepKind.GROUP,
            collects=step is not None and step.kind.collects,
            lines=() if dialogue.status is Status.ENDED else lines,
            unreadable=sum(tx.journal.unreadable_by_room().values()),
            digest_stale=stale,
            left_minutes=_minutes_left(dialogue, now),
            opens_at=None if opens_at is None else opens_at.astimezone(zone),
            paused=dialogue.paused_at is not None,
            enough=dialogue.phase is Phase.ENOUGH,
            next_title="" if following is None else following.title.get(dialogue.language),
        )
        return board_markdown(facts, wording(dialogue.language))


def boards(tx: Transaction, dialogue_id: DialogueId) -> list[EffectKey]:
    """The effects that posted a dialogue's board, oldest first; the last is the one in use."""
    posted: list[EffectKey] = []
    while tx.outbox.fate(key := keys.board(dialogue_id, len(posted))) is not None:
        posted.append(key)
    return posted


_EXACT_BELOW_S = 120
_MINUTE = 60


def _line(
    name: str,
    round_: Round | None,
    tallies: dict[RoundNo, Tally],
    *,
    present: int,
    help_wanted: bool,
    now: datetime,
) -> BoardLine:
    if round_ is None:
        return BoardLine(name=name, present=present, help_wanted=help_wanted)
    tally = tallies.get(round_.round_no, Tally())
    last = round_.opened_ms if tally.last_ms is None else tally.last_ms
    quiet_s = (now - from_ms(last)).total_seconds()
    return BoardLine(
        name=name,
        present=present if round_.status is RoundStatus.OPEN else round_.present,
        answered=tally.answered,
        group_answer=tally.group_answer,
        quiet_minutes=max(0, int(quiet_s // _MINUTE)),
        help_wanted=help_wanted,
    )


def _minutes_left(dialogue: Dialogue, now: datetime) -> int | None:
    """Whole minutes until the open step closes, the one that has begun counted."""
    if dialogue.closes_at is None:
        return None
    left_s = (dialogue.closes_at - now).total_seconds()
    return max(0, math.ceil(left_s / _MINUTE))
