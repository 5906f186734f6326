"""Sound exports, of which a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace

from flows.digest.snapshot import ReplyKind
from flows.export import Export, ExportGroup, ExportReply, ExportRound, ExportStep
from flows.ids import GroupId, ReplyNo, StepId
from flows.packs.pack import StepKind

STEP = ExportStep(
    step_id=StepId("alone"),
    kind=StepKind.INDIVIDUAL,
    title="On your own",
    text="What do *you* do?",
    text_version="0123456789ab",
    scenario="emma",
    sealed=True,
)
ROUND = ExportRound(
    step_id=STEP.step_id,
    group_id=GroupId("2"),
    opened_ms=1_777_975_200_000,
    closed_ms=1_777_975_440_500,
    present=6,
)


def exported(no: int, text: str = "More adults", **changes: object) -> ExportReply:
    sound = ExportReply(
        reply_no=ReplyNo(no),
        step_id=STEP.step_id,
        group_id=GroupId("2"),
        text_version=STEP.text_version,
        person=no,
        kind=ReplyKind.INDIVIDUAL,
        text=text,
        sent_ms=1_777_975_300_007,
        received_ms=1_777_975_301_000,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def export(*replies: ExportReply) -> Export:
    return Export(
        dialogue_id="grums-1",
        status="ended",
        pack="grums",
        title="Unga i Grums",
        language="sv",
        created_ms=1_777_975_000_000,
        exported_ms=1_777_990_000_000,
        steps=(STEP,),
        groups=(
            ExportGroup(group_id=GroupId("10"), name="Bord 10"),
            ExportGroup(group_id=GroupId("2"), name="Bord 2"),
        ),
        rounds=(ROUND,),
        replies=replies,
        received=len(replies),
        withdrawn=sum(reply.withdrawn_ms is not None for reply in replies),
    )
