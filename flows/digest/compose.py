"""Makes a digest of a snapshot: a pure function, the same for any order of the replies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import groupby

from flows.digest.document import (
    ContactPart,
    ContactState,
    Counts,
    Delta,
    Digest,
    GroupAnswer,
    GroupPart,
    Participation,
    StepPart,
    attachment_of,
)
from flows.digest.findings import NOTHING_FOUND, Findings
from flows.digest.masks import find_masks
from flows.digest.ordering import group_order, reading_order
from flows.digest.quote import Quote
from flows.digest.snapshot import (
    ContactRecord,
    ReplyKind,
    ReplyRecord,
    RoundRecord,
    Snapshot,
    StepRecord,
)
from flows.group_answer import answer_span, trimmed
from flows.ids import GroupId, ReplyNo, StepId
from flows.packs.pack import StepKind
from flows.votes import Vote, count

Place = tuple[StepId, GroupId]
Replies = Sequence[ReplyRecord]


def compose(
    snapshot: Snapshot, findings: Findings = NOTHING_FOUND, *, delta: Delta | None = None
) -> Digest:
    """Say what a step or a dialogue gave.

    Args:
        findings: what ``flows.digest.analyse`` found in the same snapshot.
        delta: what has changed since the digest that this one replaces.

    What belongs to no round of the snapshot is left out here, and refused by
    ``flows.digest.verify``.
    """
    asked = [step for step in snapshot.steps if step.kind.collects]
    asked_ids = {step.step_id for step in asked}
    rounds = {
        (round_.step_id, round_.group_id): round_
        for round_ in snapshot.rounds
        if round_.step_id in asked_ids
    }
    replies = _by_place(snapshot.replies)
    groups = sorted({group_id for _, group_id in rounds}, key=group_order)
    steps = tuple(_step(step, groups, rounds, replies, snapshot.names) for step in asked)
    participations = tuple(_participation(group_id, steps, replies) for group_id in groups)
    return Digest(
        dialogue_id=snapshot.dialogue_id,
        title=snapshot.title,
        language=snapshot.language,
        scope=snapshot.scope,
        total=_total(participations, steps, replies),
        groups=participations,
        steps=steps,
        findings=findings,
        delta=delta,
        contacts=tuple(_contact(one, snapshot.names) for one in snapshot.contacts),
    )


def _contact(record: ContactRecord, names: tuple[str, ...]) -> ContactPart:
    state = ContactState.OVERDUE if record.overdue else ContactState.WAITS
    return ContactPart(
        number=record.number,
        role=record.role,
        group_id=record.group_id,
        group_name=record.group_name,
        state=state if record.answer is None else ContactState.ANSWERED,
        text=record.question,
        answer_text=record.answer or "",
        masks=find_masks(record.question, names),
        answer_masks=find_masks(record.answer or "", names),
    )


def standing_answers(replies: Iterable[ReplyRecord]) -> frozenset[ReplyNo]:
    """The numbers of the answers that stand, each its group's in its round."""
    opened = [reply for reply in replies if may_be_quoted(reply)]
    standing = (standing_answer(group) for group in _by_place(opened).values())
    return frozenset(reply.reply_no for reply in standing if reply is not None)


def standing_answer(replies: Iterable[ReplyRecord]) -> ReplyRecord | None:
    """The answer of a group among the replies of its round: the one it declared last.

    One that came after the close replaces none that came in time; alone it stands, as late.
    """
    declared = [reply for reply in replies if reply.kind is ReplyKind.GROUP and not reply.withdrawn]
    return max(declared, key=_standing_order, default=None)


def may_be_quoted(reply: ReplyRecord) -> bool:
    """Whether its words may be shown: neither sealed, nor held back, nor withdrawn."""
    return reply.source is not None and not reply.held and not reply.withdrawn


def _standing_order(reply: ReplyRecord) -> tuple[bool, int, int]:
    declared_ms = reply.sent_ms if reply.declared_ms is None else reply.declared_ms
    return not reply.late, declared_ms, reply.reply_no


def _by_place(replies: Iterable[ReplyRecord]) -> Mapping[Place, Replies]:
    told = sorted((reply for reply in replies if reply.kind is not ReplyKind.TALK), key=_place)
    return {place: tuple(group) for place, group in groupby(told, key=_place)}


def _place(reply: ReplyRecord) -> Place:
    return reply.step_id, reply.group_id


# --------------------------------------------------------------------- a step


def _step(
    step: StepRecord,
    groups: Iterable[GroupId],
    rounds: Mapping[Place, RoundRecord],
    replies: Mapping[Place, Replies],
    names: tuple[str, ...],
) -> StepPart:
    places = [(step.step_id, group_id) for group_id in groups]
    return StepPart(
        step_id=step.step_id,
        kind=step.kind,
        title=step.title,
        question=step.question,
        scenario=step.scenario,
        sealed=step.sealed,
        groups=tuple(
            _part(step, rounds[place], replies.get(place, ()), names)
            for place in places
            if place in rounds
        ),
        options=step.options,
        choosing=step.choosing,
    )


def _part(
    step: StepRecord, round_: RoundRecord, replies: Replies, names: tuple[str, ...]
) -> GroupPart:
    kept = [reply for reply in replies if not reply.withdrawn]
    opened = [reply for reply in kept if may_be_quoted(reply)]
    standing = standing_answer(opened)
    individual = [reply for reply in opened if reply.kind is ReplyKind.INDIVIDUAL]
    individual.sort(key=reading_order)
    return GroupPart(
        group_id=round_.group_id,
        name=round_.group_name,
        counts=_counts(round_, replies, standing),
        answer=_group_answer(step, round_, standing),
        chosen=count(map(_vote, individual), step.choosing, len(step.options)),
        standing=None if standing is None else quote_of(standing, names),
        quotes=tuple(quote_of(reply, names) for reply in individual),
    )


def _vote(reply: ReplyRecord) -> Vote:
    return Vote(
        person=reply.person,
        sent_ms=reply.sent_ms if reply.chosen_ms is None else reply.chosen_ms,
        number=reply.reply_no,
        text=reply.text,
        choices=reply.choices,
    )


def _counts(round_: RoundRecord, replies: Replies, standing: ReplyRecord | None) -> Counts:
    kept = [reply for reply in replies if not reply.withdrawn]
    answered = len({reply.person for reply in kept})
    return Counts(
        # Somebody who answered and left before the close was there all the same.
        present=max(round_.present, answered),
        answered=answered,
        replies=len(kept),
        sealed=sum(reply.source is None and not reply.held for reply in kept),
        held=sum(reply.held for reply in kept),
        replaced=sum(
            reply.kind is ReplyKind.GROUP and may_be_quoted(reply) and reply is not standing
            for reply in kept
        ),
        late=sum(reply.late for reply in kept),
        withdrawn=len(replies) - len(kept),
        unreadable=round_.unreadable,
    )


def _group_answer(
    step: StepRecord, round_: RoundRecord, standing: ReplyRecord | None
) -> GroupAnswer | None:
    if step.kind is not StepKind.GROUP:
        return None
    if standing is not None:
        return GroupAnswer.GIVEN
    return GroupAnswer.MISSING if round_.no_answer else GroupAnswer.AWAITED


def quote_of(reply: ReplyRecord, names: tuple[str, ...] = ()) -> Quote:
    """The answer in a reply as a quote, with masks over what must not be shown.

    Raises:
        ValueError: the reply is sealed.
    """
    if reply.source is None:
        raise ValueError(f"reply {reply.reply_no} is sealed and cannot be quoted")
    start, end = quoted_span(reply)
    return Quote(
        reply_no=reply.reply_no,
        start=start,
        end=end,
        text=reply.text[start:end],
        source=reply.source,
        late=reply.late,
        attachment=attachment_of(reply),
        masks=find_masks(reply.text, names),
        file_masks=() if reply.media is None else find_masks(reply.media, names),
    )


def quoted_span(reply: ReplyRecord) -> tuple[int, int]:
    """Which of a reply's words are its answer: without the space around it, or "Group answer:"."""
    if reply.media is not None and reply.text.strip() == reply.media.strip():
        # A file without a caption: chats put its name where the text would be.
        return 0, 0
    if reply.kind is ReplyKind.GROUP:
        return answer_span(reply.text)
    return trimmed(reply.text, 0, len(reply.text))


# -------------------------------------------------------------- participation


def _participation(
    group_id: GroupId, steps: Iterable[StepPart], replies: Mapping[Place, Replies]
) -> Participation:
    own = [part for step in steps for part in step.groups if part.group_id == group_id]
    places = [(step.step_id, group_id) for step in steps]
    answered = _persons(places, replies)
    counts = replace(
        _sum(part.counts for part in own),
        present=max(answered, *(part.counts.present for part in own)),
        answered=answered,
        # A number of the room, the same in each of its rounds.
        unreadable=max(part.counts.unreadable for part in own),
    )
    return Participation(group_id=group_id, name=own[0].name, counts=counts)


def _total(
    groups: Iterable[Participation], steps: Iterable[StepPart], replies: Mapping[Place, Replies]
) -> Counts:
    places = [(step.step_id, part.group_id) for step in steps for part in step.groups]
    summed = _sum(group.counts for group in groups)
    return replace(summed, answered=_persons(places, replies))


def _persons(places: Iterable[Place], replies: Mapping[Place, Replies]) -> int:
    written = (reply for place in places for reply in replies.get(place, ()))
    return len({reply.person for reply in written if not reply.withdrawn})


def _sum(counts: Iterable[Counts]) -> Counts:
    added = tuple(counts)
    return Counts(
        **{
            field.name: sum(getattr(count, field.name) for count in added)
            for field in fields(Counts)
        }
    )
