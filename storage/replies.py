"""Replies, their earlier wordings, and the marks that make one the group's answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from flows.collection import Placement
from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, EffectKey, EventId, ReplyNo, RoomId, RoundNo, UserId
from flows.messages import Written
from storage.hot import HotInsert, Row
from storage.rooms import RoomUse
from storage.tables import (
    HoldRow,
    MarkRow,
    MeaningRow,
    ReplyRow,
    RevisionRow,
    RoomRow,
    RoundRow,
    table_of,
)

_reply = table_of(ReplyRow)
_revision = table_of(RevisionRow)
_meaning = table_of(MeaningRow)
_mark = table_of(MarkRow)
_hold = table_of(HoldRow)
_round = table_of(RoundRow)
_room = table_of(RoomRow)
# Written out, not bound: a partial index is used only where its condition stands literally.
_PRIVATE = sa.text("sealed")
_UNLOOKED = sa.text("looked = 0")
"""Written out: with a value in its place the partial index would not be used."""
_ADD = HotInsert(
    _reply,
    (
        "round_no",
        "participant_no",
        "kind",
        "room_id",
        "event_id",
        "sent_ms",
        "received_ms",
        "text",
        "media",
        "late",
        "sealed",
        "declared_ms",
        "choices",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A stored reply. `media` is JSON text; `text` is empty once withdrawn.

    `shown_by` is the effect that showed a sealed reply to its group. `choices` are the numbers
    of the options it names, from 1. `looked`: its words have been looked at (bot.hearing.watch).
    """

    reply_no: ReplyNo
    round_no: RoundNo
    participant_no: int
    kind: ReplyKind
    room_id: RoomId
    event_id: EventId
    sent_ms: int
    received_ms: int
    text: str
    media: str | None
    late: bool
    sealed: bool
    declared_ms: int | None
    edited_ms: int | None
    withdrawn_ms: int | None
    shown_by: EffectKey | None
    choices: tuple[int, ...] = ()
    looked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a round has gathered: persons who answered it, their replies, a group answer or not."""

    answered: int = 0
    replies: int = 0
    group_answer: bool = False
    last_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier wording of a reply, and when it was replaced."""

    reply_no: ReplyNo
    text: str
    replaced_ms: int


class Replies:
    """Replies inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, rows: Sequence[Row]) -> None:
        """Add replies of events the journal saw first now, rows of `reply_row`."""
        if rows:
            _ADD.run(self._db, rows)

    def find(self, room_id: RoomId, event_id: EventId) -> Reply | None:
        """The reply written in this message, None if it is none.

        In a private chat it is looked for from the newest back; in a group's room among the
        replies to what was asked there. What a room held that is not ours any more (it was
        replaced, or the bot was shown out) is looked for among all replies.
        """
        it = (_reply.c.room_id == room_id, _reply.c.event_id == event_id)
        newest_first = (_reply.c.room_id.desc(), _reply.c.sent_ms.desc())
        in_private = sa.select(_reply).where(_PRIVATE, *it).order_by(*newest_first).limit(1)
        asked_there = sa.select(_round.c.round_no).where(_round.c.room_id == room_id)
        in_group = sa.select(_reply).where(_reply.c.round_no.in_(asked_there), *it).limit(1)
        row = self._db.execute(in_private).first() or self._db.execute(in_group).first()
        if row is None and not self._is_in_use(room_id):
            row = self._db.execute(sa.select(_reply).where(*it).limit(1)).first()
        return None if row is None else _to_reply(row)

    def _is_in_use(self, room_id: RoomId) -> bool:
        use = self._db.scalar(sa.select(_room.c.use).where(_room.c.room_id == room_id))
        return use is not None and use != RoomUse.NONE.value

    def find_number(self, reply_no: ReplyNo) -> Reply | None:
        """The reply of that number."""
        row = self._db.execute(sa.select(_reply).where(_reply.c.reply_no == reply_no)).first()
        return None if row is None else _to_reply(row)

    def of_rounds(self, rounds: Collection[RoundNo]) -> list[Reply]:
        """All replies to these rounds, in order of arrival."""
        query = sa.select(_reply).where(_reply.c.round_no.in_(rounds)).order_by(_reply.c.reply_no)
        return [_to_reply(row) for row in self._db.execute(query)]

    def revise(
        self,
        reply: Reply,
        *,
        edit: EventId,
        text: str,
        edited_ms: int,
        choices: Sequence[int] = (),
    ) -> None:
        """Give a reply the wording it got at `edited_ms`, and keep the old one.

        `choices` are those of the new wording.
        """
        self._db.execute(
            sa.insert(_revision).values(
                reply_no=reply.reply_no, event_id=edit, text=reply.text, replaced_ms=edited_ms
            )
        )
        self._forget_meaning(reply.reply_no)
        self._update(
            reply.reply_no,
            text=text,
            edited_ms=edited_ms,
            choices=_choices_text(choices),
            looked=0,
        )

    def withdraw(self, reply_no: ReplyNo, *, now_ms: int) -> None:
        """Take a reply back: its text, file, meaning and earlier wordings are erased."""
        self._forget_meaning(reply_no)
        self._db.execute(sa.delete(_revision).where(_revision.c.reply_no == reply_no))
        self._update(reply_no, text="", media=None, choices=None, withdrawn_ms=now_ms)

    def declare(self, reply_no: ReplyNo, *, kind: ReplyKind, declared_ms: int | None) -> None:
        """Make a message its group's answer, or talk again (None)."""
        # Talk is looked at for danger alone; an answer for all that answers are looked at for.
        self._update(reply_no, kind=kind.value, declared_ms=declared_ms, looked=0)

    def unlooked(self, *, limit: int) -> list[Reply]:
        """Replies whose words have not been looked at, oldest first."""
        query = sa.select(_reply).where(_UNLOOKED).order_by(_reply.c.reply_no).limit(limit)
        return [_to_reply(row) for row in self._db.execute(query)]

    def note_looked(self, numbers: Collection[ReplyNo]) -> None:
        """Remember that the words of these have been looked at, as they stand."""
        self._db.execute(sa.update(_reply).where(_reply.c.reply_no.in_(numbers)).values(looked=1))

    def note_shown(self, numbers: Collection[ReplyNo], key: EffectKey) -> None:
        """Remember which effect showed these sealed replies to their group."""
        self._db.execute(
            sa.update(_reply).where(_reply.c.reply_no.in_(numbers)).values(shown_by=key)
        )

    def drop_talk(self, rounds: Collection[RoundNo]) -> int:
        """Forget what was said in group steps without being an answer; returns how much."""
        talk = (_reply.c.round_no.in_(rounds), _reply.c.kind == ReplyKind.TALK.value)
        numbers = sa.select(_reply.c.reply_no).where(*talk)
        self._db.execute(sa.delete(_revision).where(_revision.c.reply_no.in_(numbers)))
        self._db.execute(sa.delete(_hold).where(_hold.c.reply_no.in_(numbers)))
        return self._db.execute(sa.delete(_reply).where(*talk)).rowcount

    def _forget_meaning(self, reply_no: ReplyNo) -> None:
        self._db.execute(sa.delete(_meaning).where(_meaning.c.reply_no == reply_no))

    def _update(self, reply_no: ReplyNo, **values: object) -> None:
        self._db.execute(sa.update(_reply).where(_reply.c.reply_no == reply_no).values(**values))

    def revisions(self, rounds: Collection[RoundNo]) -> list[Revision]:
        """Earlier wordings of the replies to these rounds, oldest first."""
        query = (
            sa.select(_revision)
            .join(_reply, _reply.c.reply_no == _revision.c.reply_no)
            .where(_reply.c.round_no.in_(rounds))
            .order_by(_revision.c.revision_no)
        )
        return [
            Revision(reply_no=ReplyNo(row.reply_no), text=row.text, replaced_ms=row.replaced_ms)
            for row in self._db.execute(query)
        ]

    def tallies(self, rounds: Collection[RoundNo]) -> dict[RoundNo, Tally]:
        """What each of these rounds has gathered, withdrawn replies and talk left out."""
        standing = (_reply.c.withdrawn_ms.is_(None), _reply.c.round_no.in_(rounds))
        talk = _reply.c.kind == ReplyKind.TALK.value
        answer = sa.case((talk, None), else_=_reply.c.participant_no)
        group = sa.case((_reply.c.kind == ReplyKind.GROUP.value, 1), else_=0)
        query = (
            sa.select(
                _reply.c.round_no,
                sa.func.count(sa.distinct(answer)),
                sa.func.count(answer),
                sa.func.sum(group),
                sa.func.max(_reply.c.received_ms),
            )
            .where(*standing)
            .group_by(_reply.c.round_no)
        )
        return {
            RoundNo(number): Tally(
                answered=answered, replies=replies, group_answer=groups > 0, last_ms=last_ms
            )
            for number, answered, replies, groups, last_ms in self._db.execute(query)
        }

    def spoken_in(self, rounds: Collection[RoundNo]) -> set[RoundNo]:
        """The rounds in which anybody has written anything, talk included."""
        query = sa.select(_reply.c.round_no).where(_reply.c.round_no.in_(rounds)).distinct()
        return {RoundNo(number) for number in self._db.scalars(query)}

    def answered(self, rounds: Collection[RoundNo]) -> set[int]:
        """The participants who have a standing answer in one of these rounds."""
        query = (
            sa.select(_reply.c.participant_no)
            .where(
                _reply.c.round_no.in_(rounds),
                _reply.c.withdrawn_ms.is_(None),
                _reply.c.kind != ReplyKind.TALK.value,
            )
            .distinct()
        )
        return set(self._db.scalars(query))

    def by_person(self, rounds: Collection[RoundNo], participant_no: int) -> list[Reply]:
        """What a person has answered in these rounds and not taken back, oldest first."""
        query = (
            sa.select(_reply)
            .where(
                _reply.c.round_no.in_(rounds),
                _reply.c.participant_no == participant_no,
                _reply.c.withdrawn_ms.is_(None),
                _reply.c.kind != ReplyKind.TALK.value,
            )
            .order_by(_reply.c.reply_no)
        )
        return [_to_reply(row) for row in self._db.execute(query)]

    def of_person(self, dialogue_id: DialogueId, participant_no: int) -> list[Reply]:
        """Everything a person has written in a dialogue, talk included, oldest first."""
        query = (
            sa.select(_reply)
            .join(_round, _round.c.round_no == _reply.c.round_no)
            .where(_round.c.dialogue_id == dialogue_id, _reply.c.participant_no == participant_no)
            .order_by(_reply.c.reply_no)
        )
        return [_to_reply(row) for row in self._db.execute(query)]

    def cut_off(self, replies: Collection[ReplyNo]) -> None:
        """Let withdrawn replies tell no more which message they were."""
        for number in replies:
            self._update(number, event_id=f"forgotten-{number}", room_id="")

    def forget_marks(self, sender: UserId) -> None:
        """Erase who put these marks; what they made a group's answer stays one."""
        self._db.execute(sa.delete(_mark).where(_mark.c.sender == sender))

    def standing_answer(self, round_no: RoundNo) -> Reply | None:
        """The group's answer that counts: the one declared last and not withdrawn.

        One that came in time is not replaced by one that came late.
        """
        query = (
            sa.select(_reply)
            .where(
                _reply.c.round_no == round_no,
                _reply.c.kind == ReplyKind.GROUP.value,
                _reply.c.withdrawn_ms.is_(None),
            )
            .order_by(_reply.c.late, _reply.c.declared_ms.desc(), _reply.c.reply_no.desc())
            .limit(1)
        )
        row = self._db.execute(query).first()
        return None if row is None else _to_reply(row)

    # ------------------------------------------------------------ marks

    def add_mark(
        self, *, room_id: RoomId, event_id: EventId, target: EventId, sender: UserId, sent_ms: int
    ) -> None:
        """Keep a person's mark on a message."""
        self._db.execute(
            sa.insert(_mark).values(
                room_id=room_id, event_id=event_id, target=target, sender=sender, sent_ms=sent_ms
            )
        )

    def remove_mark(self, room_id: RoomId, event_id: EventId) -> EventId | None:
        """Take a mark back; returns the message it stood on, None if it is no mark of ours."""
        here = (_mark.c.room_id == room_id, _mark.c.event_id == event_id)
        target = self._db.scalar(sa.select(_mark.c.target).where(*here))
        if target is None:
            return None
        self._db.execute(sa.delete(_mark).where(*here))
        return EventId(target)

    def newest_mark_ms(self, room_id: RoomId, target: EventId) -> int | None:
        """When a message was last marked, None if it is not marked."""
        query = sa.select(sa.func.max(_mark.c.sent_ms)).where(
            _mark.c.room_id == room_id, _mark.c.target == target
        )
        newest: int | None = self._db.scalar(query)
        return newest


def reply_row(
    message: Written, placement: Placement, *, participant_no: int, received_ms: int
) -> Row:
    """A new reply as a row. A plain tuple: this is the hot path, and it takes a batch of them."""
    kind = placement.kind
    media = message.media
    return (
        placement.round.round_no,
        participant_no,
        kind.value,
        message.room_id,
        message.event_id,
        message.sent_ms,
        received_ms,
        message.text,
        None if media is None else json.dumps(asdict(media), ensure_ascii=False),
        placement.late,
        placement.sealed,
        message.sent_ms if kind is ReplyKind.GROUP else None,
        _choices_text(placement.choices),
    )


def _choices_text(choices: Sequence[int]) -> str | None:
    return json.dumps(list(choices)) if choices else None


def _to_reply(row: sa.Row[Any]) -> Reply:
    return Reply(
        reply_no=ReplyNo(row.reply_no),
        round_no=RoundNo(row.round_no),
        participant_no=row.participant_no,
        kind=ReplyKind(row.kind),
        room_id=RoomId(row.room_id),
        event_id=EventId(row.event_id),
        sent_ms=row.sent_ms,
        received_ms=row.received_ms,
        text=row.text,
        media=row.media,
        late=row.late,
        sealed=row.sealed,
        declared_ms=row.declared_ms,
        edited_ms=row.edited_ms,
        withdrawn_ms=row.withdrawn_ms,
        shown_by=None if row.shown_by is None else EffectKey(row.shown_by),
        choices=() if row.choices is None else tuple(json.loads(row.choices)),
        looked=bool(row.looked),
    )
