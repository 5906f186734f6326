"""Reading everything stored of a dialogue, or its digest, to be handed out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

from bot.digest.snapshots import meaning_of, take_snapshot
from bot.rendering.forms.form import Length, Wanted
from bot.rendering.forms.material import Material
from flows.dialogue import Dialogue
from flows.digest.analyse import Meaning
from flows.digest.document import Digest
from flows.digest.public import Release, released
from flows.digest.snapshot import Snapshot
from flows.digest.verify import verify
from flows.export import (
    Export,
    ExportGroup,
    ExportReply,
    ExportRevision,
    ExportRound,
    ExportStep,
    as_told,
)
from flows.ids import DialogueId, EffectKey, EventId, ReplyNo, StepId
from flows.messages import MediaKind
from flows.packs.pack import Identity, Step, StepKind
from storage.holds import HoldKind
from storage.instants import to_ms
from storage.overview import Reading
from storage.replies import Reply
from storage.rounds import Round
from storage.transaction import Transaction

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World


def gather(seen: Reading, world: World, dialogue: Dialogue, *, exported_ms: int) -> Export:
    """The dialogue with its counts; the counts are the database's own.

    Of one that is anonymous, or told by role, no more is told than by its digest.
    """
    whole = _whole(seen, dialogue, exported_ms=exported_ms)
    own = _own_steps(dialogue)
    return as_told(whole, take_snapshot(seen.tx, world, dialogue, None), own) if own else whole


def _own_steps(dialogue: Dialogue) -> frozenset[StepId]:
    """The steps in which each one's answers must not lead to her group."""
    match dialogue.pack.identity:
        case Identity.ANONYMOUS:
            return frozenset(step.id for step in dialogue.pack.steps if step.is_private)
        case Identity.ROLE:
            return frozenset(step.id for step in dialogue.pack.steps if step.kind.asks_each)
        case Identity.NAMED:
            return frozenset()
        case _:
            assert_never(dialogue.pack.identity)


def _whole(seen: Reading, dialogue: Dialogue, *, exported_ms: int) -> Export:
    rounds = seen.tx.rounds.of_dialogue(dialogue.id)
    by_number = {one.round_no: one for one in rounds}
    revisions: dict[ReplyNo, list[ExportRevision]] = {}
    for one in seen.tx.replies.revisions(by_number):
        wording = ExportRevision(text=one.text, replaced_ms=one.replaced_ms)
        revisions.setdefault(one.reply_no, []).append(wording)
    replies = seen.tx.replies.of_rounds(by_number)
    held = _held(seen.tx, replies)
    counts = seen.overview.counts(dialogue.id)
    unreadable = seen.tx.journal.unreadable_by_room()
    opened = {one.step_id for one in rounds}
    return Export(
        dialogue_id=dialogue.id,
        status=dialogue.status.value,
        pack=dialogue.pack.name,
        title=dialogue.pack.title.get(dialogue.language),
        language=dialogue.language,
        created_ms=seen.overview.created_ms(dialogue.id),
        exported_ms=exported_ms,
        steps=tuple(
            _step(step, dialogue.language) for step in dialogue.pack.steps if step.id in opened
        ),
        groups=tuple(ExportGroup(group_id=one.id, name=one.name) for one in dialogue.groups),
        rounds=tuple(_round(one, unreadable.get(one.room_id, 0)) for one in rounds),
        replies=tuple(
            _reply(
                reply,
                by_number[reply.round_no],
                tuple(revisions.get(reply.reply_no, ())),
                held.get(reply.reply_no),
            )
            for reply in replies
        ),
        received=counts.received,
        withdrawn=counts.withdrawn,
    )


def _step(step: Step, language: str) -> ExportStep:
    return ExportStep(
        step_id=step.id,
        kind=step.kind,
        title=step.title.get(language),
        text=step.text.get(language),
        text_version=step.version,
        scenario=step.scenario,
        sealed=step.kind is StepKind.INDIVIDUAL and step.sealed,
    )


def _round(round_: Round, unreadable: int) -> ExportRound:
    return ExportRound(
        step_id=round_.step_id,
        group_id=round_.group_id,
        opened_ms=round_.opened_ms,
        closed_ms=round_.closed_ms,
        present=round_.present,
        no_answer=round_.no_answer,
        unreadable=unreadable,
    )


def _held(tx: Transaction, replies: Sequence[Reply]) -> dict[ReplyNo, str]:
    """What the bot itself holds replies back for; what an organizer does is theirs to read."""
    kinds = {(one.reply_no, one.event_id): one.kind for one in tx.holds.all()}
    held = {}
    for reply in replies:
        kind = kinds.get((reply.reply_no, reply.event_id))
        if kind is not None and kind is not HoldKind.ORGANIZER:
            held[reply.reply_no] = kind.value
        elif not reply.looked and reply.withdrawn_ms is None:
            held[reply.reply_no] = "not looked at yet"
    return held


def _reply(
    reply: Reply, round_: Round, revisions: tuple[ExportRevision, ...], held: str | None
) -> ExportReply:
    media = None if reply.media is None or held else json.loads(reply.media)
    return ExportReply(
        reply_no=reply.reply_no,
        step_id=round_.step_id,
        group_id=round_.group_id,
        text_version=round_.text_version,
        person=reply.participant_no,
        kind=reply.kind,
        text="" if held else reply.text,
        sent_ms=reply.sent_ms,
        received_ms=reply.received_ms,
        media=None if media is None else media["name"],
        media_kind=None if media is None else MediaKind(media["kind"]),
        late=reply.late,
        sealed=reply.sealed,
        opened=reply.shown_by is not None,
        declared_ms=reply.declared_ms,
        edited_ms=reply.edited_ms,
        withdrawn_ms=reply.withdrawn_ms,
        held=held,
        revisions=() if held else revisions,
    )


# ----------------------------------------------------------------------- the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the files of a digest are made of, read at one moment.

    `links` are the addresses of the messages in which replies stand, as far as there are any.
    `released` are the numbers that were published before, the oldest first.
    """

    snapshot: Snapshot
    meaning: Meaning | None
    made_at: datetime
    links: Mapping[ReplyNo, str]
    registry: str = ""
    erased_on: date | None = None
    released: tuple[Release, ...] = ()


def gather_digest(
    tx: Transaction, world: World, dialogue: Dialogue, links: Links, *, now: datetime
) -> Gathered:
    """Everything said in a dialogue, as it stands."""
    snapshot = take_snapshot(tx, world, dialogue, None)
    return Gathered(
        snapshot=snapshot,
        meaning=meaning_of(tx, snapshot),
        made_at=now.astimezone(ZoneInfo(dialogue.zone)),
        links=_addresses(tx, snapshot, links),
        registry=dialogue.registry_number,
        erased_on=dialogue.erased_on,
        released=tx.handed_out.releases(dialogue.id),
    )


def material_of(gathered: Gathered, digest: Digest) -> Material:
    """A digest of what was gathered, to be written as files.

    Raises:
        DigestNotTrue: it does not agree with the stored replies.
    """
    verify(digest, gathered.snapshot)
    return Material(
        digest=digest,
        made_at=gathered.made_at,
        links=gathered.links,
        registry=gathered.registry,
        erased_on=gathered.erased_on,
        release=released(digest, gathered.released, made_ms=to_ms(gathered.made_at)),
    )


def note_handed_out(
    tx: Transaction, key: EffectKey, material: Material, wanted: Iterable[Wanted]
) -> None:
    """Remember that files were made, and what they tell the public."""
    is_public = any(one.length is Length.PUBLIC for one in wanted)
    tx.handed_out.add(
        key,
        DialogueId(material.digest.dialogue_id),
        made_ms=to_ms(material.made_at),
        released=material.release if is_public else None,
    )


def _addresses(tx: Transaction, snapshot: Snapshot, links: Links) -> Mapping[ReplyNo, str]:
    """Where each reply can be read; one shown in a message not sent yet has no place."""
    addresses: dict[ReplyNo, str] = {}
    shown: dict[EffectKey, EventId | None] = {}
    for reply in snapshot.replies:
        source = reply.source
        if source is None:
            continue
        event_id, key = source.event_id, source.shown_by
        if event_id is None and key is not None:
            if key not in shown:
                fate = tx.outbox.fate(key)
                shown[key] = None if fate is None else fate.event_id
            event_id = shown[key]
        if event_id is not None:
            addresses[reply.reply_no] = links.message(source.room_id, event_id)
    return addresses
