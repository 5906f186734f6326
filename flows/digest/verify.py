"""The gate before a digest is posted: nothing in it that the stored replies do not say.

It looks from the replies at the digest, place by place, and counts for itself. Composing a
second time and comparing would let a mistake of ``flows.digest.compose`` agree with itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields

from flows.choices import tapped
from flows.digest.compose import standing_answer
from flows.digest.document import (
    ContactState,
    Counts,
    Digest,
    GroupAnswer,
    GroupPart,
)
from flows.digest.masks import find_masks
from flows.digest.quote import Quote
from flows.digest.snapshot import ReplyKind, ReplyRecord, RoundRecord, Snapshot, StepRecord
from flows.digest.verify_findings import is_true, misquoted_findings, wrong_findings
from flows.errors import FlowError
from flows.ids import GroupId, ReplyNo, StepId
from flows.packs.pack import Choosing, StepKind

Place = tuple[StepId, GroupId]
Replies = Sequence[ReplyRecord]


class DigestNotTrue(FlowError):
    """A digest says something that the replies do not; it must not be posted.

    Attributes:
        reply_nos: the replies that are quoted wrongly, or should be quoted and are not.
        counts: what does not add up, each as ``step/group: what``.
    """

    def __init__(self, reply_nos: Iterable[ReplyNo], counts: Iterable[str]) -> None:
        self.reply_nos = tuple(sorted(set(reply_nos)))
        self.counts = tuple(counts)
        wrong = []
        if self.reply_nos:
            wrong.append(f"replies {', '.join(map(str, self.reply_nos))} are not quoted as stored")
        if self.counts:
            wrong.append(f"counts do not add up ({', '.join(self.counts)})")
        super().__init__(f"the digest is not true to the replies: {'; '.join(wrong)}")


def verify(digest: Digest, snapshot: Snapshot) -> None:
    """Check every quote and every count of a digest against the replies.

    Raises:
        DigestNotTrue: names the replies and the counts that are wrong, and no text.
    """
    parts = {(step.step_id, part.group_id): part for step in digest.steps for part in step.groups}
    replies = _by_place(snapshot.replies)
    reply_nos = [
        *_misquoted(digest, parts, snapshot),
        *_unquoted(parts, replies),
        *misquoted_findings(digest.findings, snapshot),
    ]
    counts = [
        *_wrong_in_parts(parts, snapshot, replies),
        *_wrong_in_groups(digest, parts, replies),
        *_wrong_in_total(digest, replies),
        *_wrong_in_contacts(digest, snapshot),
        *wrong_findings(digest.findings, snapshot),
    ]
    if reply_nos or counts:
        raise DigestNotTrue(reply_nos, counts)


def _by_place(replies: Iterable[ReplyRecord]) -> Mapping[Place, Replies]:
    places: dict[Place, list[ReplyRecord]] = defaultdict(list)
    for reply in replies:
        if reply.kind is not ReplyKind.TALK:
            places[reply.step_id, reply.group_id].append(reply)
    return places


# --------------------------------------------------------------------- quotes


def _misquoted(
    digest: Digest, parts: Mapping[Place, GroupPart], snapshot: Snapshot
) -> Iterator[ReplyNo]:
    """What is quoted and is not the words of its reply, or must not be quoted."""
    stored = {reply.reply_no: reply for reply in snapshot.replies}
    times = Counter(quote.reply_no for quote in digest.all_quotes)
    for place, part in parts.items():
        for quote in part.all_quotes:
            reply = stored.get(quote.reply_no)
            kind = ReplyKind.GROUP if quote is part.standing else ReplyKind.INDIVIDUAL
            if (
                reply is None
                or times[quote.reply_no] > 1
                or (reply.step_id, reply.group_id) != place
                or reply.kind is not kind
                or not is_true(quote, reply, snapshot.names)
            ):
                yield quote.reply_no


def _unquoted(
    parts: Mapping[Place, GroupPart], replies: Mapping[Place, Replies]
) -> Iterator[ReplyNo]:
    """What should be quoted and is not, or has no place in the digest at all."""
    for place, told in replies.items():
        part = parts.get(place)
        if part is None:
            yield from (reply.reply_no for reply in told)
            continue
        opened = [
            reply
            for reply in told
            if reply.source is not None and not reply.held and not reply.withdrawn
        ]
        due = {reply.reply_no for reply in opened if reply.kind is ReplyKind.INDIVIDUAL}
        standing = standing_answer(opened)
        if standing is not None:
            due.add(standing.reply_no)
        yield from due - {quote.reply_no for quote in part.all_quotes}


# --------------------------------------------------------------------- counts


def _wrong_in_parts(
    parts: Mapping[Place, GroupPart], snapshot: Snapshot, replies: Mapping[Place, Replies]
) -> Iterator[str]:
    steps = {step.step_id: step for step in snapshot.steps}
    kinds = {step.step_id: step.kind for step in snapshot.steps if step.kind.collects}
    rounds = {(round_.step_id, round_.group_id): round_ for round_ in snapshot.rounds}
    asked = {place for place in rounds if place[0] in kinds}
    yield from (f"{step}/{group}: round" for step, group in sorted(asked ^ set(parts)))
    for place in sorted(asked & set(parts)):
        part, round_ = parts[place], rounds[place]
        expected = _tally(
            replies.get(place, ()), part.all_quotes, round_.present, round_.unreadable
        )
        yield from _differing("/".join(place), part.counts, expected)
        if part.answer is not _expected_answer(kinds[place[0]], round_, part):
            yield f"{'/'.join(place)}: group answer"
        if part.chosen != _chosen(steps[place[0]], replies.get(place, ())):
            yield f"{'/'.join(place)}: choices"


def _chosen(step: StepRecord, told: Replies) -> tuple[int, ...]:
    """How many persons chose each option, counted option by option."""
    opened = [
        reply
        for reply in told
        if reply.kind is ReplyKind.INDIVIDUAL
        and reply.choices
        and not (reply.withdrawn or reply.held or reply.source is None)
    ]
    people = {reply.person for reply in opened}
    return tuple(
        sum(_names(option, step, [one for one in opened if one.person == who]) for who in people)
        for option in range(1, len(step.options) + 1)
    )


def _names(option: int, step: StepRecord, own: Replies) -> bool:
    """Whether an option is among what a person has chosen, whatever she wrote before."""
    newest = max(own, key=_last_said)
    if step.choosing is not Choosing.MULTIPLE:
        return option in newest.choices
    written = [reply for reply in own if tapped(reply.text.strip()) is None]
    counting = [reply for reply in own if reply not in written]
    if written:
        counting.append(max(written, key=_last_said))
    return any(option in reply.choices for reply in counting)


def _last_said(reply: ReplyRecord) -> tuple[int, int]:
    return reply.sent_ms if reply.chosen_ms is None else reply.chosen_ms, reply.reply_no


def _expected_answer(kind: StepKind, round_: RoundRecord, part: GroupPart) -> GroupAnswer | None:
    if kind is not StepKind.GROUP:
        return None
    if part.standing is not None:
        return GroupAnswer.GIVEN
    return GroupAnswer.MISSING if round_.no_answer else GroupAnswer.AWAITED


def _wrong_in_groups(
    digest: Digest, parts: Mapping[Place, GroupPart], replies: Mapping[Place, Replies]
) -> Iterator[str]:
    listed = [group.group_id for group in digest.groups]
    if len(set(listed)) < len(listed) or set(listed) != {group_id for _, group_id in parts}:
        yield "groups"
        return
    for group in digest.groups:
        own = [part for (_, group_id), part in parts.items() if group_id == group.group_id]
        expected = _tally(
            [
                reply
                for place, told in replies.items()
                if place[1] == group.group_id
                for reply in told
            ],
            [quote for part in own for quote in part.all_quotes],
            max(part.counts.present for part in own),
            max(part.counts.unreadable for part in own),
        )
        yield from _differing(group.group_id, group.counts, expected)


def _wrong_in_total(digest: Digest, replies: Mapping[Place, Replies]) -> Iterator[str]:
    expected = _tally(
        [reply for told in replies.values() for reply in told],
        digest.all_quotes,
        sum(group.counts.present for group in digest.groups),
        sum(group.counts.unreadable for group in digest.groups),
    )
    yield from _differing("all", digest.total, expected)


def _wrong_in_contacts(digest: Digest, snapshot: Snapshot) -> Iterator[str]:
    """Questions to contacts that are told otherwise than they stand, twice, or not at all."""
    told = {part.number: part for part in digest.contacts}
    if len(told) < len(digest.contacts) or set(told) != {one.number for one in snapshot.contacts}:
        yield "contacts: questions"
        return
    for record in snapshot.contacts:
        part = told[record.number]
        answered = part.state is ContactState.ANSWERED
        if (
            (part.role, part.group_id, part.text) != (record.role, record.group_id, record.question)
            or answered != (record.answer is not None)
            or part.answer_text != (record.answer or "")
            or part.masks != find_masks(record.question, snapshot.names)
            or part.answer_masks != find_masks(record.answer or "", snapshot.names)
            or (not answered and (part.state is ContactState.OVERDUE) != record.overdue)
        ):
            yield f"contacts: question {record.number}"


def _tally(told: Replies, quotes: Sequence[Quote], present: int, unreadable: int) -> Counts:
    kept = [reply for reply in told if not reply.withdrawn]
    persons = len({reply.person for reply in kept})
    held = sum(reply.held for reply in kept)
    sealed = sum(reply.source is None for reply in kept if not reply.held)
    return Counts(
        present=max(present, persons),
        answered=persons,
        replies=len(kept),
        sealed=sealed,
        held=held,
        replaced=len(kept) - sealed - held - len(quotes),
        late=sum(reply.late for reply in kept),
        withdrawn=len(told) - len(kept),
        unreadable=unreadable,
    )


def _differing(place: str, counts: Counts, expected: Counts) -> Iterator[str]:
    for field in fields(Counts):
        if getattr(counts, field.name) != getattr(expected, field.name):
            yield f"{place}: {field.name}"
