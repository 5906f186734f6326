"""Everything stored of one dialogue, to be handed out: the input of the export formats.

Plain values, like the snapshot of a digest, but of every reply, with its history. Persons are
numbers here: account names and display names have no place in an export.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from flows.digest.snapshot import ReplyKind, ReplyRecord, RoundRecord, Snapshot
from flows.errors import FlowError
from flows.ids import GroupId, ReplyNo, StepId
from flows.messages import MediaKind
from flows.packs.pack import StepKind

NOBODY = 0
"""Stands for a person where replies must not lead to one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportStep:
    """A step of the pack; `text` is what was asked, and `text_version` names that wording."""

    step_id: StepId
    kind: StepKind
    title: str
    text: str
    text_version: str
    scenario: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportGroup:
    """A group of the dialogue."""

    group_id: GroupId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRound:
    """One step in one group; `closed_ms` is None while it is open."""

    step_id: StepId
    group_id: GroupId
    opened_ms: int
    closed_ms: int | None
    present: int = 0
    no_answer: bool = False
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRevision:
    """A wording that its author replaced, at `replaced_ms`."""

    text: str
    replaced_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReply:
    """A stored reply. `text_version` is the wording of the question it answers.

    `person` is a number within the dialogue. `opened`: a sealed reply has been shown to its
    group. What was withdrawn has no words any more, and is listed so that the counts show it.
    `held` says what the bot holds it back for; its words are left out.
    """

    reply_no: ReplyNo
    step_id: StepId
    group_id: GroupId
    text_version: str
    person: int
    kind: ReplyKind
    text: str
    sent_ms: int
    received_ms: int
    media: str | None = None
    media_kind: MediaKind | None = None
    late: bool = False
    sealed: bool = False
    opened: bool = False
    declared_ms: int | None = None
    edited_ms: int | None = None
    withdrawn_ms: int | None = None
    held: str | None = None
    revisions: tuple[ExportRevision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One dialogue. `received` and `withdrawn` are counted by storage, not from `replies`."""

    dialogue_id: str
    status: str
    pack: str
    title: str
    language: str
    created_ms: int
    exported_ms: int
    steps: tuple[ExportStep, ...]
    groups: tuple[ExportGroup, ...]
    rounds: tuple[ExportRound, ...]
    replies: tuple[ExportReply, ...]
    received: int
    withdrawn: int

    @property
    def exported(self) -> int:
        """How many replies the export hands out with what they say."""
        return sum(reply.withdrawn_ms is None for reply in self.replies)


def as_told(export: Export, snapshot: Snapshot, own: Collection[StepId]) -> Export:
    """The same export, of which no more can be known than of the digest.

    For dialogues that are anonymous, or told by role. Where everybody answered for herself, a reply
    stands where the snapshot has put it, in its words, with nothing that leads from it to another
    reply or to a moment: neither a person, nor a time, nor an earlier wording.

    Args:
        snapshot: of the whole dialogue, after `without_small_cells` or `by_role`.
        own: the steps in which each one's own answers must not lead to a group.
    """
    records = {record.reply_no: record for record in snapshot.replies}
    opened = {step_id: _opened(export, step_id) for step_id in own}
    told = [one for one in snapshot.rounds if one.step_id in own]
    names = {one.group_id: one.group_name for one in told}
    return replace(
        export,
        groups=(
            *export.groups,
            *(ExportGroup(group_id=group_id, name=name) for group_id, name in names.items()),
        ),
        rounds=(
            *(one for one in export.rounds if one.step_id not in own),
            *(_round_as_told(export, one) for one in told),
        ),
        replies=tuple(
            _as_told(reply, records[reply.reply_no], opened[reply.step_id])
            if reply.step_id in own
            else reply
            for reply in export.replies
        ),
    )


def _as_told(reply: ExportReply, record: ReplyRecord, at_ms: int) -> ExportReply:
    return replace(
        reply,
        group_id=record.group_id,
        person=NOBODY,
        text=record.text if reply.text else "",
        sent_ms=at_ms,
        received_ms=at_ms,
        declared_ms=None if reply.declared_ms is None else at_ms,
        edited_ms=None if reply.edited_ms is None else at_ms,
        withdrawn_ms=None if reply.withdrawn_ms is None else at_ms,
        revisions=(),
    )


def _round_as_told(export: Export, told: RoundRecord) -> ExportRound:
    closed = [one.closed_ms for one in export.rounds if one.step_id == told.step_id]
    return ExportRound(
        step_id=told.step_id,
        group_id=told.group_id,
        opened_ms=_opened(export, told.step_id),
        closed_ms=max((at for at in closed if at is not None), default=None)
        if told.closed
        else None,
        present=told.present,
        unreadable=told.unreadable,
    )


def _opened(export: Export, step_id: StepId) -> int:
    """When a step began, in the first of its groups."""
    return min((one.opened_ms for one in export.rounds if one.step_id == step_id), default=0)


class ExportNotTrue(FlowError):
    """An export is not what is stored; `problems` say where, by number and not by word."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(f"the export is not what is stored: {'; '.join(problems)}")


def reconcile(export: Export) -> None:
    """Check that nothing is missing, doubled or out of place.

    Raises:
        ExportNotTrue: received - withdrawn is not what is exported, a reply is there twice,
            or it belongs to a step or a group that is not.
    """
    problems = (*_wrong_counts(export), *_misplaced(export))
    if problems:
        raise ExportNotTrue(problems)


def _wrong_counts(export: Export) -> Iterator[str]:
    listed = len(export.replies)
    if listed != export.received:
        yield f"{export.received} received, {listed} listed"
    if export.received - export.withdrawn != export.exported:
        yield (
            f"{export.received} received - {export.withdrawn} withdrawn"
            f" is not {export.exported} exported"
        )
    times = Counter(reply.reply_no for reply in export.replies)
    yield from (f"reply {number} is listed {n} times" for number, n in times.items() if n > 1)


def _misplaced(export: Export) -> Iterator[str]:
    steps = {step.step_id for step in export.steps}
    groups = {group.group_id for group in export.groups}
    for reply in export.replies:
        if reply.step_id not in steps or reply.group_id not in groups:
            place = f"{reply.step_id}/{reply.group_id}"
            yield f"reply {reply.reply_no} is of {place}, which is not listed"
    for round_ in export.rounds:
        if round_.step_id not in steps or round_.group_id not in groups:
            yield f"round {round_.step_id}/{round_.group_id} is of what is not listed"
