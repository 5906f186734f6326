"""The digest that grows while a step is open: one message in the organizers' room.

It counts and analyses nothing. The step's own digest comes when the step closes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import keys
from bot.dialogues.edits import Edits
from bot.rendering.live import LiveFacts, live_markdown, rests_markdown
from bot.sending.parcels import post, revise
from bot.wording import wording
from flows.digest.snapshot import ReplyKind
from flows.packs.pack import StepKind
from flows.votes import Vote, count
from storage.instants import from_ms, to_ms
from storage.replies import Tally
from storage.rounds import Round, RoundStatus

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.ids import DialogueId, RoomId, RoundNo
    from flows.packs.pack import Step
    from storage.transaction import Transaction


class LiveDigest:
    """Writes one such message for each dialogue; of edits not yet sent, only the newest is kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._written: dict[DialogueId, tuple[RoomId, str]] = {}
        self._edits = Edits()

    def post(self, tx: Transaction, dialogue: Dialogue, *, now: datetime) -> None:
        """Bring a dialogue's message up to date; nothing happens if it shows the same.

        It is first posted when the first reply has come, so that it never tells of nothing.
        """
        first, room_id = keys.live(dialogue.id), dialogue.organizers_room
        written = self._written.get(dialogue.id)
        is_there = written is not None and written[0] == room_id
        is_posted = is_there or tx.outbox.fate(first) is not None
        text = self._text(tx, dialogue, is_posted=is_posted)
        if text is None or written == (room_id, text):
            return
        now_ms = to_ms(now)
        if is_posted:
            edit, beginning = keys.live_edit(dialogue.id, now_ms), keys.live_edits(dialogue.id)
            self._edits.make_way(tx, dialogue.id, edit, beginning=beginning)
            effect = revise(edit, room_id, first, text)
        else:
            effect = post(first, room_id, text, silent=True)
        tx.outbox.put([effect], now_ms=now_ms)
        self._written[dialogue.id] = (room_id, text)

    def _text(self, tx: Transaction, dialogue: Dialogue, *, is_posted: bool) -> str | None:
        """What is to be shown; None where there is nothing to tell."""
        words, step = wording(dialogue.language), dialogue.step
        if step is None or not step.kind.collects:
            title = dialogue.pack.title.get(dialogue.language)
            return rests_markdown(title, words) if is_posted else None
        rounds = tx.rounds.of_step(dialogue.id, step.id)
        tallies = tx.replies.tallies([one.round_no for one in rounds])
        if not is_posted and not any(tally.replies for tally in tallies.values()):
            return None
        return live_markdown(self._facts(tx, dialogue, step, rounds, tallies), words)

    def _facts(
        self,
        tx: Transaction,
        dialogue: Dialogue,
        step: Step,
        rounds: list[Round],
        tallies: dict[RoundNo, Tally],
    ) -> LiveFacts:
        gathered = [(one, tallies.get(one.round_no, Tally())) for one in rounds]
        newest_ms = max((tally.last_ms or 0 for _, tally in gathered if tally.replies), default=0)
        zone = ZoneInfo(dialogue.zone)
        is_group_step = step.kind is StepKind.GROUP
        return LiveFacts(
            title=dialogue.pack.title.get(dialogue.language),
            step_title=step.title.get(dialogue.language),
            present=sum(max(self._present(one), tally.answered) for one, tally in gathered),
            answered=sum(tally.answered for _, tally in gathered),
            replies=sum(tally.replies for _, tally in gathered),
            groups=len(gathered),
            group_answers=sum(tally.group_answer for _, tally in gathered)
            if is_group_step
            else None,
            options=()
            if dialogue.is_anonymous
            else tuple(option.get(dialogue.language) for option in step.options),
            # Of an anonymous dialogue each vote could be read off as it comes.
            chosen=()
            if dialogue.is_anonymous
            else _chosen(tx, step, [one.round_no for one in rounds]),
            newest_at=from_ms(newest_ms).astimezone(zone) if newest_ms else None,
        )

    def _present(self, round_: Round) -> int:
        if round_.status is RoundStatus.CLOSED:
            return round_.present
        return len(self._world.participants(round_.room_id))


def _chosen(tx: Transaction, step: Step, rounds: Collection[RoundNo]) -> tuple[int, ...]:
    """How many chose each option, counted as the digest counts; () where there is none."""
    if not step.options:
        return ()
    replies = tx.replies.of_rounds(rounds)
    held = tx.holds.among(replies)
    votes = (
        Vote(
            person=reply.participant_no,
            sent_ms=reply.sent_ms if reply.edited_ms is None else reply.edited_ms,
            number=reply.reply_no,
            text=reply.text,
            choices=reply.choices,
        )
        for reply in replies
        if reply.kind is ReplyKind.INDIVIDUAL
        and reply.withdrawn_ms is None
        and reply.reply_no not in held
    )
    return count(votes, step.choosing, len(step.options))
