"""Cutting the private answers of a dialogue off from the persons who gave them, for good.

What could lead from an answer to a person is of three kinds: what names her or her private chat,
what stands in both places (ids, times), and order. The first two are taken away. Of the third,
nothing is left to compare with: the answers change their numbers among themselves by chance, and
so do the persons, and every row that is about the private chats goes.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId
from storage.chunks import chunked
from storage.pseudonyms import accounts, destroy_key, key_of
from storage.tables import (
    CareAlertRow,
    ConsentRow,
    DialogueRow,
    DigestRow,
    EarlyRow,
    HoldRow,
    InboxRow,
    LeftAsideRow,
    MarkRow,
    MeaningRow,
    MemberRow,
    OutboxRow,
    ParticipantRow,
    ReplyRow,
    RevisionRow,
    RoomRow,
    RoundRow,
    ThemeReplyRow,
    ToldOfRow,
    table_of,
)

_aside = table_of(LeftAsideRow)
_consent = table_of(ConsentRow)
_care_alert = table_of(CareAlertRow)
_dialogue = table_of(DialogueRow)
_digest = table_of(DigestRow)
_early = table_of(EarlyRow)
_hold = table_of(HoldRow)
_inbox = table_of(InboxRow)
_mark = table_of(MarkRow)
_meaning = table_of(MeaningRow)
_member = table_of(MemberRow)
_outbox = table_of(OutboxRow)
_participant = table_of(ParticipantRow)
_reply = table_of(ReplyRow)
_revision = table_of(RevisionRow)
_room = table_of(RoomRow)
_round = table_of(RoundRow)
_theme_reply = table_of(ThemeReplyRow)
_told = table_of(ToldOfRow)

Values = dict[str, Any]

_DIRECT = "direct"
_SENT = 0
"""State of an event in the inbox that has been acted on, and of an effect that waits."""
_chance = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class _Round:
    room_id: str
    opened_ms: int


class Anonymity:
    """What makes a dialogue anonymous, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def is_cut(self, dialogue_id: DialogueId) -> bool:
        """Whether the private answers of an anonymous dialogue are cut off already."""
        return key_of(self._db, dialogue_id) is None

    def cut(self, dialogue_id: DialogueId) -> int:
        """Cut the private answers of a dialogue off from persons; returns how many those are.

        Goes with `Transaction.erase_for_good`. Done again, it changes nothing.
        """
        if self.is_cut(dialogue_id):
            return 0
        rounds = {
            row.round_no: _Round(row.room_id, row.opened_ms)
            for row in self._db.execute(
                sa.select(_round).where(_round.c.dialogue_id == dialogue_id)
            )
        }
        private = self._private(rounds)
        rooms = self._private_rooms(rounds, private)
        persons = self._new_persons(dialogue_id, private)
        numbers = _shuffled([row["reply_no"] for row in private])
        cut = [_cut(row, rounds, numbers, persons) for row in _in_own_order(private)]
        self._replace(dialogue_id, cut, numbers)
        self._renumber_digests(dialogue_id, numbers)
        self._forget_persons(dialogue_id)
        self._forget_chats(dialogue_id, rooms)
        destroy_key(self._db, dialogue_id)
        return len(cut)

    # ------------------------------------------------------------ what is private

    def _private(self, rounds: Mapping[int, _Round]) -> list[Values]:
        """The answers that were not written in their group's room."""
        rows = [
            dict(row)
            for part in chunked(sorted(rounds))
            for row in self._all(sa.select(_reply).where(_reply.c.round_no.in_(part)))
        ]
        return [row for row in rows if row["room_id"] != rounds[row["round_no"]].room_id]

    def _all(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        return self._db.execute(query).mappings().all()

    def _private_rooms(self, rounds: Mapping[int, _Round], private: Sequence[Values]) -> list[str]:
        """The private chats of everybody who is or was in one of the groups' rooms."""
        groups = {one.room_id for one in rounds.values()}
        people = sa.select(_member.c.user_id).where(_member.c.room_id.in_(groups))
        direct = sa.select(_room.c.room_id).where(_room.c.use == _DIRECT, _room.c.peer.in_(people))
        answered_in = {row["room_id"] for row in private} - {""}
        return sorted({*self._db.scalars(direct), *answered_in})

    # ------------------------------------------------------------ persons

    def _new_persons(self, dialogue_id: DialogueId, private: Sequence[Values]) -> dict[int, int]:
        """A new number for everybody who answered in private, given in an order of chance."""
        known = {
            row.participant_no: row.group_id
            for row in self._db.execute(
                sa.select(_participant).where(_participant.c.dialogue_id == dialogue_id)
            )
        }
        before = sorted({row["participant_no"] for row in private} & known.keys())
        _chance.shuffle(before)
        added = {}
        for number in before:
            values = {
                "dialogue_id": dialogue_id,
                "user_id": f"anonymous-{secrets.token_hex(16)}",
                "group_id": known[number],
            }
            insert = sa.insert(_participant).values(**values)
            new = self._db.execute(insert.returning(_participant.c.participant_no)).scalar_one()
            added[number] = int(new)
        return added

    def _forget_persons(self, dialogue_id: DialogueId) -> None:
        """Who answered in private alone is not there any more; others are there as in their room.

        What they wrote there stands beside their name in the room, and is theirs to change.
        """
        key = key_of(self._db, dialogue_id)
        behind = {} if key is None else accounts(self._db, key)
        here = _participant.c.dialogue_id == dialogue_id
        for row in self._db.execute(sa.select(_participant).where(here)).all():
            one = _participant.c.participant_no == row.participant_no
            answers = sa.select(sa.literal(1)).where(_reply.c.participant_no == row.participant_no)
            if self._db.scalar(answers.limit(1)) is None:
                self._db.execute(sa.delete(_participant).where(one))
            elif row.user_id in behind:
                values = {"user_id": behind[row.user_id]}
                self._db.execute(sa.update(_participant).where(one).values(**values))

    # ------------------------------------------------------------ replies

    def _replace(
        self, dialogue_id: DialogueId, cut: Sequence[Values], numbers: Mapping[int, int]
    ) -> None:
        """Put the answers in the place of what they were, with all that speaks of them."""
        before = sorted(numbers)
        pointing: list[tuple[sa.Table, list[Values]]] = []
        for table in (_meaning, _theme_reply, _hold):
            rows: list[Values] = []
            for part in chunked(before):
                there = table.c.reply_no.in_(part)
                rows += [dict(row) for row in self._all(sa.select(table).where(there))]
                self._db.execute(sa.delete(table).where(there))
            for row in rows:
                row["reply_no"] = numbers[row["reply_no"]]
                if table is _hold:
                    row |= {"event_id": _no_event(row["reply_no"]), "held_ms": 0}
            pointing.append((table, sorted(rows, key=lambda row: int(row["reply_no"]))))
        for part in chunked(before):
            # Who was in danger stays known, in which of these answers not: the number is another's.
            of_these = _care_alert.c.reply_no.in_(part)
            self._db.execute(sa.update(_care_alert).where(of_these).values(reply_no=None))
            # A message that quotes one of them goes on the day, and for no person's sake.
            quoted = _told.c.reply_no.in_(part)
            of_dialogue = {"reply_no": None, "dialogue_id": dialogue_id}
            self._db.execute(sa.update(_told).where(quoted).values(**of_dialogue))
            self._db.execute(sa.delete(_revision).where(_revision.c.reply_no.in_(part)))
            self._db.execute(sa.delete(_reply).where(_reply.c.reply_no.in_(part)))
        if cut:
            in_order = sorted(cut, key=lambda row: int(row["reply_no"]))
            self._db.execute(sa.insert(_reply), in_order)
        for table, rows in pointing:
            if rows:
                self._db.execute(sa.insert(table), rows)

    def _renumber_digests(self, dialogue_id: DialogueId, numbers: Mapping[int, int]) -> None:
        """Keep which replies the newest digest of each scope named, until it is made anew.

        No more than that: the order in which they stand may be that in which they came, and
        digests from before tell what had come by when.
        """
        newest: dict[str, int] = {}
        rows = sa.select(_digest).where(_digest.c.dialogue_id == dialogue_id)
        found = list(self._db.execute(rows.order_by(_digest.c.digest_no)))
        for row in found:
            newest[row.scope] = row.digest_no
        for row in found:
            here = _digest.c.digest_no == row.digest_no
            if newest[row.scope] != row.digest_no:
                self._db.execute(sa.delete(_digest).where(here))
                continue
            named = {numbers.get(number, number) for number in _named(json.loads(row.document))}
            document = {"named": [{"reply_no": number} for number in sorted(named)]}
            self._db.execute(sa.update(_digest).where(here).values(document=json.dumps(document)))

    # ------------------------------------------------------------ private chats

    def _forget_chats(self, dialogue_id: DialogueId, rooms: Sequence[str]) -> None:
        """Forget what was heard and said in the private chats since the dialogue was ordered."""
        since = sa.select(_dialogue.c.created_ms).where(_dialogue.c.dialogue_id == dialogue_id)
        since_ms = int(self._db.execute(since).scalar_one())
        # That somebody consented stays; when, and in which chat, would tell who came first.
        self._db.execute(sa.delete(_aside).where(_aside.c.dialogue_id == dialogue_id))
        self._db.execute(
            sa.update(_consent)
            .where(_consent.c.dialogue_id == dialogue_id)
            .values(given_ms=since_ms, room_id="", event_id="")
        )
        own = _outbox.c.key.startswith(f"{dialogue_id}/", autoescape=True)
        for part in chunked(rooms):
            done = (_inbox.c.state == _SENT, _inbox.c.sent_ms >= since_ms)
            self._db.execute(sa.delete(_inbox).where(_inbox.c.room_id.in_(part), *done))
            self._db.execute(sa.delete(_early).where(_early.c.room_id.in_(part)))
            self._db.execute(sa.delete(_mark).where(_mark.c.room_id.in_(part)))
            # Questions of another dialogue are still tapped on; the others are answers to what
            # was written. What waits to be sent is still sent, and says nothing of an answer.
            of_chat = sa.or_(*(_outbox.c.key.startswith(room, autoescape=True) for room in part))
            self._db.execute(
                sa.delete(_outbox).where(
                    _outbox.c.room_id.in_(part),
                    _outbox.c.created_ms >= since_ms,
                    _outbox.c.state != _SENT,
                    sa.or_(own, of_chat),
                )
            )


def _in_own_order(private: Iterable[Values]) -> list[Values]:
    """The answers, with `place` among those that the same person gave to the same question.

    Of two votes of a person the later one counts, so that much has to stay.
    """
    together: dict[tuple[int, int], list[Values]] = defaultdict(list)
    for row in private:
        together[row["participant_no"], row["round_no"]].append(row)
    placed = []
    for rows in together.values():
        rows.sort(key=lambda row: (row["edited_ms"] or row["sent_ms"], row["reply_no"]))
        placed += [{**row, "place": place} for place, row in enumerate(rows)]
    return placed


def _cut(
    row: Values,
    rounds: Mapping[int, _Round],
    numbers: Mapping[int, int],
    persons: Mapping[int, int],
) -> Values:
    """An answer as it is kept: its words, its question, and nothing that is the person's."""
    round_ = rounds[row["round_no"]]
    number = numbers[row["reply_no"]]
    at_ms = round_.opened_ms + row["place"]
    cut = {
        "reply_no": number,
        "participant_no": persons.get(row["participant_no"], row["participant_no"]),
        "room_id": round_.room_id,
        "event_id": _no_event(number),
        "sent_ms": at_ms,
        "received_ms": at_ms,
        "text": _no_name(row["text"], row["media"]),
        "media": _no_file(row["media"]),
        "late": False,
        "declared_ms": None,
        "edited_ms": None,
        "withdrawn_ms": None if row["withdrawn_ms"] is None else round_.opened_ms,
    }
    # What else a reply has is of its words, or of its question.
    return {name: value for name, value in row.items() if name != "place"} | cut


def _named(node: object) -> set[int]:
    """The replies that a stored digest names."""
    if isinstance(node, dict):
        number = node.get("reply_no")
        own = {number} if isinstance(number, int) else set()
        return own.union(*(_named(value) for value in node.values()))
    if isinstance(node, list):
        return set[int]().union(*(_named(value) for value in node))
    return set()


def _no_event(number: int) -> str:
    return f"anonymous-{number}"


def _no_name(text: str, media: str | None) -> str:
    """The words; of a file without any, not its name."""
    return "" if media is not None and json.loads(media)["name"] == text else text


def _no_file(media: str | None) -> str | None:
    """That there was a file, and of what kind: its name and address could tell whose it was."""
    if media is None:
        return None
    kind = json.loads(media)["kind"]
    return json.dumps({"kind": kind, "name": str(kind), "mime": "", "size": 0, "address": ""})


def _shuffled(numbers: Sequence[int]) -> dict[int, int]:
    """Another number for each, of the same ones, by chance."""
    anew = list(numbers)
    _chance.shuffle(anew)
    return dict(zip(numbers, anew, strict=True))
