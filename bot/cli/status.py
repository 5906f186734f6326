"""``runda status``: how far the dialogues have come, and what is stuck. Only reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.cli.configuration import config_path, configured
from bot.cli.moments import shown_moment
from bot.cli.organizers_room import moved_sentence
from bot.cli.running import running_process
from bot.cli.terminal import OK, Terminal
from bot.config.values import Config
from bot.service.tracebacks import printable
from bot.settings import organizers_rooms
from bot.wording import Wording
from flows.dialogue import Dialogue, Phase, Status
from flows.ids import RoomId
from flows.packs.pack import StepKind
from storage.instants import from_ms
from storage.journal import InboxState
from storage.overview import Reading, Stuck, reading
from storage.rooms import RoomUse

_SHOWN = 10
"""Of what can be many, that many."""


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Show everything at one moment."""
    config = configured(parsed, terminal)
    terminal.show(_process(config, terminal.words))
    with reading(config.database_url) as seen:
        moved = moved_sentence(config, config_path(parsed), seen.tx, terminal.words)
        if moved is not None:
            terminal.show(moved)
        status = _Status(seen=seen, config=config, now=terminal.now, words=terminal.words)
        for line in status.lines():
            terminal.show(line)
    return OK


def _process(config: Config, words: Wording) -> str:
    number = running_process(config)
    if number is None:
        return words.say("The bot is not running.")
    return words.say("The bot is running (process {number}).", number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    seen: Reading
    config: Config
    now: datetime
    words: Wording

    def lines(self) -> Iterator[str]:
        yield self._groups()
        for dialogue in self._shown_dialogues():
            yield ""
            yield from self._dialogue(dialogue)
        yield ""
        yield from self._sending()
        yield from self._reading()

    def _time(self, at_ms: int) -> str:
        return self._moment(from_ms(at_ms))

    def _moment(self, moment: datetime) -> str:
        return shown_moment(moment.astimezone(self.config.zone), self.now, self.words)

    # ------------------------------------------------------------ groups and dialogues

    def _groups(self) -> str:
        rooms = self.seen.tx.rooms.used_as(RoomUse.GROUP)
        of_groups = self.seen.tx.rooms.members_of_groups()
        people = len({member.user_id for member in of_groups} - self._staff())
        return self.words.say(
            "{groups}, {people}.",
            groups=self.words.say_n("{number} group", "{number} groups", len(rooms)),
            people=self.words.say_n("{number} person", "{number} people", people),
        )

    def _staff(self) -> set[str]:
        """The bot and the organizers, who look in everywhere and are not asked."""
        rooms = organizers_rooms(self.seen.tx, self.config.organizers_room)
        members = (member for room in rooms for member in self.seen.tx.rooms.members(room))
        return {self.config.matrix.user_id, *(member.user_id for member in members)}

    def _present(self, room_id: RoomId) -> int:
        members = self.seen.tx.rooms.members(room_id)
        return len({member.user_id for member in members} - self._staff())

    def _shown_dialogues(self) -> list[Dialogue]:
        """Those that are not over, or else the last one that was."""
        unfinished = self.seen.tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
        return list(unfinished or self.seen.tx.dialogues.in_status(Status.ENDED)[-1:])

    def _dialogue(self, dialogue: Dialogue) -> Iterator[str]:
        title = dialogue.pack.title.get(self.words.language)
        yield f"{dialogue.id}  {title}"
        yield f"  {self._where(dialogue)}"
        if dialogue.step is not None and dialogue.step.kind.collects:
            yield from self._groups_of(dialogue)
        yield from self._answers(dialogue)
        for digest in self.seen.tx.digests.newest(dialogue.id):
            if digest.stale:
                scope = digest.scope or self.words.say("whole dialogue")
                yield "  " + self.words.say(
                    "digest of {scope}: answers have changed since it was made", scope=scope
                )

    def _where(self, dialogue: Dialogue) -> str:
        if dialogue.status is Status.PLANNED:
            return self.words.say("begins {time}", time=self._moment(dialogue.starts_at))
        step, upcoming = dialogue.step, dialogue.upcoming
        if dialogue.opens_at is not None and upcoming is not None:
            return self.words.say(
                "{title} begins {time}",
                title=upcoming.title.get(self.words.language),
                time=self._moment(dialogue.opens_at),
            )
        if step is None:
            return self.words.say("has ended")
        place = self.words.say(
            "step {position} of {steps}: {title}",
            position=dialogue.position + 1,
            steps=len(dialogue.pack.steps),
            title=step.title.get(self.words.language),
        )
        if dialogue.paused_at is not None:
            paused = self.words.say("paused")
            return f"{place}, {paused}"
        if dialogue.closes_at is None:
            return place
        time = self._moment(dialogue.closes_at)
        if dialogue.phase is Phase.GRACE:
            until = self.words.say("waiting for answers until {time}", time=time)
        else:
            until = self.words.say("until {time}", time=time)
        return f"{place}, {until}"

    def _groups_of(self, dialogue: Dialogue) -> Iterator[str]:
        """The open step, group by group."""
        step = dialogue.step
        if step is None:
            return
        rounds = {one.group_id: one for one in self.seen.tx.rounds.of_step(dialogue.id, step.id)}
        tallies = self.seen.tx.replies.tallies([one.round_no for one in rounds.values()])
        for group in dialogue.groups:
            round_ = rounds.get(group.id)
            tally = None if round_ is None else tallies.get(round_.round_no)
            if step.kind is StepKind.GROUP:
                has_answer = tally is not None and tally.group_answer
                done = (
                    self.words.say("answer in") if has_answer else self.words.say("no answer yet")
                )
            else:
                done = self.words.say(
                    "{answered} of {present} have answered",
                    answered=0 if tally is None else tally.answered,
                    present=self._present(group.room_id),
                )
            yield f"    {printable(group.name)}: {done}"

    def _answers(self, dialogue: Dialogue) -> Iterator[str]:
        """Every step that has been open, with what it gathered."""
        rounds = self.seen.tx.rounds.of_dialogue(dialogue.id)
        tallies = self.seen.tx.replies.tallies([one.round_no for one in rounds])
        for step in dialogue.pack.steps:
            of_step = [one for one in rounds if one.step_id == step.id]
            if not of_step or not step.kind.collects:
                continue
            gathered = [tallies[one.round_no] for one in of_step if one.round_no in tallies]
            if step.kind is StepKind.GROUP:
                answered = self.words.say(
                    "{answered} of {groups} groups have answered",
                    answered=sum(tally.group_answer for tally in gathered),
                    groups=len(of_step),
                )
            else:
                answered = self.words.say_n(
                    "{number} answer",
                    "{number} answers",
                    sum(tally.replies for tally in gathered),
                )
            yield f"  {step.title.get(self.words.language)}: {answered}"

    # ------------------------------------------------------------ what is stuck

    def _sending(self) -> Iterator[str]:
        waiting, oldest_ms = self.seen.overview.waiting()
        if oldest_ms is None:
            yield self.words.say("Nothing is waiting to be sent.")
        else:
            yield self.words.say_n(
                "{number} message is waiting to be sent, since {time}.",
                "{number} messages are waiting to be sent, the oldest since {time}.",
                waiting,
                time=self._time(oldest_ms),
            )
        for stuck in self.seen.overview.stuck(limit=_SHOWN):
            yield f"  {self._stuck(stuck)}"

    def _stuck(self, stuck: Stuck) -> str:
        room = self.seen.tx.rooms.get(stuck.room_id)
        name = printable(room.name if room is not None and room.name else stuck.room_id)
        if stuck.failed:
            return self.words.say(
                "given up: {key} to {room} ({reason})",
                key=stuck.key,
                room=name,
                reason=printable(stuck.reason),
            )
        return self.words.say(
            "tried in vain so far: {key} to {room} ({reason})",
            key=stuck.key,
            room=name,
            reason=printable(stuck.reason),
        )

    def _reading(self) -> Iterator[str]:
        journal = self.seen.tx.journal
        for room_id, number in sorted(journal.unreadable_by_room().items()):
            room = self.seen.tx.rooms.get(room_id)
            name = printable(room.name if room is not None and room.name else room_id)
            yield self.words.say_n(
                "{number} message in {room} cannot be read: the key is missing.",
                "{number} messages in {room} cannot be read: the keys are missing.",
                number,
                room=name,
            )
        odd = journal.count(InboxState.ODD)
        if odd:
            yield self.words.say_n(
                "{number} malformed event was set aside; nothing of it was acted on.",
                "{number} malformed events were set aside; nothing of them was acted on.",
                odd,
            )
        gaps = len(journal.gaps())
        if gaps:
            yield self.words.say_n(
                "{number} gap in what was read is still to be filled.",
                "{number} gaps in what was read are still to be filled.",
                gaps,
            )
