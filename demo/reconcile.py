"""Holds what the people say they sent against what the bot says it received.

Pure, and in no debt to the bot: one side is the clients' own ledger (with the homeserver's
time of each message, and the marks that stood on it in the end), the other the bot's
export and its digest, as they came out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from demo.ledger import Line, Receipt, Sent
from demo.script import Act, Meant, Where

STANDING_MARK: Final = "✅"
_AT_THE_BELL_MS: Final = 5_000
"""The bot judges when it reads, on a busy machine some seconds later: what was sent this
short before the close may be late or not, and is only asked to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as the people's ledger has it in the end: with its last words.

    `person` is whose it is there. `text` and `media` are None once it is withdrawn. `tapped`:
    it is a mark itself.
    """

    event_id: str
    table: str
    step: str
    person: str
    kind: str
    text: str | None
    media: str | None
    server_ms: int
    marks: tuple[str, ...] = ()
    edited: bool = False
    withdrawn: bool = False
    declared_ms: int = 0
    can_miss_the_close: bool = False
    tapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table at the end: a count on either side."""

    what: str
    people: int
    bot: int

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same."""
        return self.people == self.bot


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The outcome; `problems` name what is missing, doubled or different, one by one."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.problems and all(row.agrees for row in self.rows)


@dataclass(slots=True)
class Matching:
    """Which reply of the export is which answer."""

    pairs: list[tuple[Answer, Mapping[str, Any]]] = field(default_factory=list)
    missing: list[Answer] = field(default_factory=list)
    surplus: list[Mapping[str, Any]] = field(default_factory=list)


def reconcile(lines: Sequence[Line], export: Mapping[str, Any]) -> Reconciliation:
    """Compare a ledger with an export (its JSON).

    Two things need not be there: a message written into the room after the close, and not
    into the question's thread, for it answers nothing any more; and what its author took
    back before the bot had read it (and put a mark on it). All else must be there once,
    with its last words.
    """
    answers = answers_of(lines)
    closings = _closings(export)
    matching = match(answers, export)
    missing = [
        one
        for one in matching.missing
        if not _missed_the_close(one, closings) and not (one.withdrawn and not one.marks)
    ]
    problems = [
        *(f"missing: {_told(answer)}" for answer in missing),
        *(f"nobody sent, or it is there twice: {_listed(one)}" for one in matching.surplus),
        *_differences(matching, closings),
        *_mixed_up(matching),
        *_unconfirmed(answers, matching),
        *_wrong_sums(export),
    ]
    # What need not be there is in no count.
    counted = [one for one in answers if one not in matching.missing or one in missing]
    return Reconciliation(tuple(_rows(counted, matching, export)), tuple(problems))


# ------------------------------------------------------------------ the people's side


def answers_of(lines: Iterable[Line]) -> list[Answer]:
    """The answers of a ledger, after all edits, marks and withdrawals, as they were sent."""
    listed = list(lines)
    receipts = {line.event_id: line for line in listed if isinstance(line, Receipt)}
    sent = [line for line in listed if isinstance(line, Sent)]
    changes: defaultdict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        if one.target is not None:
            changes[one.target].append(one)
    written = (one for one in sent if one.act in {Act.WRITE, Act.PHOTO, Act.TAP})
    made = (_answer(one, changes[one.event_id], receipts.get(one.event_id)) for one in written)
    return [answer for answer in made if answer is not None]


def _answer(first: Sent, changes: Sequence[Sent], receipt: Receipt | None) -> Answer | None:
    edits = [one for one in changes if one.act is Act.EDIT]
    marks = [one for one in changes if one.act is Act.MARK]
    withdrawn = any(one.act is Act.WITHDRAW for one in changes)
    kind = Meant.GROUP if marks else first.meant
    if kind not in {Meant.INDIVIDUAL, Meant.GROUP}:
        return None
    server_ms = first.started_ms if receipt is None else receipt.server_ms
    return Answer(
        event_id=first.event_id,
        table=first.table,
        step=first.step,
        person=first.person,
        kind=kind.value,
        text=None if withdrawn else (edits[-1] if edits else first).text,
        media=None if withdrawn else first.media,
        server_ms=server_ms,
        marks=() if receipt is None else receipt.marks,
        edited=bool(edits) and not withdrawn,
        withdrawn=withdrawn,
        declared_ms=marks[0].taken_ms if marks else server_ms,
        can_miss_the_close=first.act is Act.TAP
        or (first.where is Where.ROOM and not first.pointing),
        tapped=first.act is Act.TAP,
    )


def standing(answers: Iterable[Answer]) -> list[Answer]:
    """The answer of each table to each question for the group: the one declared last."""
    newest: dict[tuple[str, str], Answer] = {}
    for one in answers:
        if one.kind == Meant.GROUP and not one.withdrawn:
            place = one.table, one.step
            if place not in newest or newest[place].declared_ms <= one.declared_ms:
                newest[place] = one
    return list(newest.values())


# ------------------------------------------------------------------------- matching


def match(answers: Iterable[Answer], export: Mapping[str, Any]) -> Matching:
    """Find each answer in the export.

    By group, step and the homeserver's time; of several at once, by kind and words.
    """
    names = {group["id"]: group["name"] for group in export["groups"]}
    waiting: defaultdict[tuple[str, str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for reply in export["replies"]:
        if reply["kind"] != Meant.TALK:
            place = names[reply["group"]], reply["step"], _ms(reply["sent_at"])
            waiting[place].append(reply)
    matching = Matching()
    for answer in answers:
        there = waiting[answer.table, answer.step, answer.server_ms]
        if there:
            best = max(there, key=lambda reply: _likeness(answer, reply))
            there.remove(best)
            matching.pairs.append((answer, best))
        else:
            matching.missing.append(answer)
    matching.surplus = [reply for left in waiting.values() for reply in left]
    return matching


def _likeness(answer: Answer, reply: Mapping[str, Any]) -> tuple[bool, bool]:
    return reply["kind"] == answer.kind, reply["text"] == answer.text


def _closings(export: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    names = {group["id"]: group["name"] for group in export["groups"]}
    return {
        (names[one["group"]], one["step"]): _ms(one["closed_at"])
        for one in export["rounds"]
        if one["closed_at"] is not None
    }


def _missed_the_close(answer: Answer, closings: Mapping[tuple[str, str], int]) -> bool:
    closed_ms = closings.get((answer.table, answer.step))
    return answer.can_miss_the_close and closed_ms is not None and answer.server_ms >= closed_ms


# -------------------------------------------------------------------------- problems


def _differences(matching: Matching, closings: Mapping[tuple[str, str], int]) -> Iterator[str]:
    for answer, reply in matching.pairs:
        media = None if reply["media"] is None else reply["media"]["name"]
        told = {
            "kind": (answer.kind, reply["kind"]),
            "words": (answer.text, reply["text"]),
            "file": (answer.media, media),
            "withdrawn": (answer.withdrawn, reply["withdrawn_at"] is not None),
            "edited": (
                answer.edited,
                reply["edited_at"] is not None and reply["withdrawn_at"] is None,
            ),
        }
        for what, (people, bot) in told.items():
            if people != bot:
                yield f"different {what}: {_told(answer)}: sent {people!r}, exported {bot!r}"
        yield from _wrongly_timed(answer, reply, closings.get((answer.table, answer.step)))


def _wrongly_timed(
    answer: Answer, reply: Mapping[str, Any], closed_ms: int | None
) -> Iterator[str]:
    if closed_ms is None:
        return
    if answer.server_ms >= closed_ms and not reply["late"]:
        yield f"after the close, and not late: {_told(answer)}"
    if answer.server_ms < closed_ms - _AT_THE_BELL_MS and reply["late"]:
        yield f"in time, and called late: {_told(answer)}"


def _mixed_up(matching: Matching) -> Iterator[str]:
    """Two people under one number, or one under two."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    people: defaultdict[int, set[str]] = defaultdict(set)
    for answer, reply in matching.pairs:
        numbers[answer.person].add(reply["person"])
        people[reply["person"]].add(answer.person)
    for person, several in numbers.items():
        if len(several) > 1:
            yield f"{person} is several persons in the export: {sorted(several)}"
    for number, several_names in people.items():
        if len(several_names) > 1:
            yield f"person {number} of the export is several: {sorted(several_names)}"


def _unconfirmed(answers: Iterable[Answer], matching: Matching) -> Iterator[str]:
    received = {answer.event_id for answer, _ in matching.pairs}
    for one in answers:
        # Nobody can put a mark on a mark.
        own = one.kind == Meant.INDIVIDUAL and not (one.withdrawn or one.tapped)
        if own and one.event_id in received and not one.marks:
            yield f"received, but its author was not told: {_told(one)}"
    for one in standing(answers):
        if one.event_id in received and STANDING_MARK not in one.marks:
            yield f"stands, but the table was not told: {_told(one)}"


def _wrong_sums(export: Mapping[str, Any]) -> Iterator[str]:
    counts, replies = export["counts"], export["replies"]
    withdrawn = sum(reply["withdrawn_at"] is not None for reply in replies)
    if counts["received"] != len(replies) or counts["withdrawn"] != withdrawn:
        yield f"the export does not agree with itself: {counts}, {len(replies)} listed"


def _told(answer: Answer) -> str:
    words = "(withdrawn)" if answer.text is None else f"”{answer.text[:60]}”"
    return f"{answer.table}, {answer.step}, {answer.person}, {answer.kind}, {words}"


def _listed(reply: Mapping[str, Any]) -> str:
    words = "(withdrawn)" if reply["text"] is None else f"”{reply['text'][:60]}”"
    return f"reply {reply['reply']}, {reply['step']}, group {reply['group']}, {words}"


# ---------------------------------------------------------------------------- counts


def _rows(
    answers: Sequence[Answer], matching: Matching, export: Mapping[str, Any]
) -> Iterator[Row]:
    replies = [reply for reply in export["replies"] if reply["kind"] != Meant.TALK]
    sides: dict[str, tuple[int, int]] = {
        "answers sent, answers received": (len(answers), len(replies)),
        "of single people": (
            sum(one.kind == Meant.INDIVIDUAL for one in answers),
            sum(reply["kind"] == Meant.INDIVIDUAL for reply in replies),
        ),
        "of groups": (
            sum(one.kind == Meant.GROUP for one in answers),
            sum(reply["kind"] == Meant.GROUP for reply in replies),
        ),
        "edited": (
            sum(one.edited for one in answers),
            sum(
                reply["edited_at"] is not None and reply["withdrawn_at"] is None
                for reply in replies
            ),
        ),
        "withdrawn": (
            sum(one.withdrawn for one in answers),
            sum(reply["withdrawn_at"] is not None for reply in replies),
        ),
        "photos": (
            sum(one.media is not None for one in answers),
            sum(reply["media"] is not None for reply in replies),
        ),
        "late": (late_answers(matching, export), sum(reply["late"] for reply in replies)),
        "people who answered": (
            len({one.person for one in answers if not one.withdrawn}),
            len({one["person"] for one in replies if one["withdrawn_at"] is None}),
        ),
    }
    yield from (Row(what=what, people=sent, bot=got) for what, (sent, got) in sides.items())


def late_answers(matching: Matching, export: Mapping[str, Any]) -> int:
    """How many answers are late; at the bell either is right, and the export says which."""
    closings = _closings(export)
    number = 0
    for answer, reply in matching.pairs:
        closed_ms = closings.get((answer.table, answer.step))
        if closed_ms is not None:
            at_the_bell = 0 < closed_ms - answer.server_ms <= _AT_THE_BELL_MS
            number += reply["late"] if at_the_bell else answer.server_ms >= closed_ms
    return number


def _ms(instant: str) -> int:
    """Milliseconds since 1970; a float of seconds would lose some."""
    parsed = datetime.fromisoformat(instant)
    return int(parsed.timestamp()) * 1000 + parsed.microsecond // 1000
