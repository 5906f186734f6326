"""Everything stored of one dialogue, to be handed out: the input of the export formats.

Plain values, like the snapshot of a digest, but of every reply, with its history. Persons are
numbers here: account names and display names have no place in an export.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flows.digest.snapshot import ReplyKind
from flows.errors import FlowError
from flows.ids import GroupId, ReplyNo, StepId
from flows.messages import MediaKind
from flows.packs.pack import StepKind


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
