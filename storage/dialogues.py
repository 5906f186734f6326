"""Dialogues, kept whole: the pack as it was, and the little state the engine needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from flows.dialogue import Dialogue, Group, Phase, Status
from flows.follow_ups import follow_up_pack
from flows.ids import DialogueId, GroupId, RoomId, StepId
from flows.packs.pack import Identity, Pack
from flows.packs.parse import parse
from storage.instants import from_ms, to_ms
from storage.pseudonyms import make_key
from storage.tables import DialogueRow, table_of

_dialogue = table_of(DialogueRow)


class Dialogues:
    """Dialogues inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def next_id(self, pack_name: str) -> tuple[DialogueId, int]:
        """An id for a new run of a pack, ``grums-3``, and its number among all dialogues."""
        runs = sa.select(sa.func.count()).where(_dialogue.c.pack_name == pack_name)
        newest = sa.select(sa.func.max(_dialogue.c.number))
        run = (self._db.scalar(runs) or 0) + 1
        return DialogueId(f"{pack_name}-{run}"), (self._db.scalar(newest) or 0) + 1

    def add(self, dialogue: Dialogue, *, number: int, pack_text: str, now: datetime) -> None:
        """Keep a new dialogue with the source of its pack."""
        self._db.execute(
            sa.insert(_dialogue).values(
                dialogue_id=dialogue.id,
                number=number,
                pack_name=dialogue.pack.name,
                pack_text=pack_text,
                created_ms=to_ms(now),
                **_state_values(dialogue),
            )
        )
        if dialogue.pack.identity is Identity.ANONYMOUS:
            make_key(self._db, dialogue.id)

    def save(self, dialogue: Dialogue) -> None:
        """Keep how far a dialogue has come."""
        self._db.execute(
            sa.update(_dialogue)
            .where(_dialogue.c.dialogue_id == dialogue.id)
            .values(**_state_values(dialogue))
        )

    def move(self, old: RoomId, new: RoomId) -> None:
        """Another room takes the place of one, in every dialogue: some come back after months."""
        for dialogue in self.in_status():
            groups = tuple(
                replace(group, room_id=new) if group.room_id == old else group
                for group in dialogue.groups
            )
            organizers = new if dialogue.organizers_room == old else dialogue.organizers_room
            moved = replace(dialogue, groups=groups, organizers_room=organizers)
            if moved != dialogue:
                self.save(moved)

    def get(self, dialogue_id: DialogueId) -> Dialogue | None:
        """The dialogue, or None if there is none of that id."""
        query = sa.select(_dialogue).where(_dialogue.c.dialogue_id == dialogue_id)
        row = self._db.execute(query).first()
        return None if row is None else _to_dialogue(row)

    def in_status(self, *wanted: Status) -> Sequence[Dialogue]:
        """Dialogues in one of these statuses (all, if none is named), oldest first."""
        query = sa.select(_dialogue).order_by(_dialogue.c.number)
        if wanted:
            query = query.where(_dialogue.c.status.in_([status.value for status in wanted]))
        return [_to_dialogue(row) for row in self._db.execute(query)]

    def any_in(self, *wanted: Status) -> bool:
        """Whether there is a dialogue in one of these statuses."""
        query = sa.select(sa.literal(1)).where(
            _dialogue.c.status.in_([status.value for status in wanted])
        )
        return self._db.execute(query.limit(1)).first() is not None

    def newest_ended(self, limit: int = 1, *, skip: int = 0) -> Sequence[Dialogue]:
        """The dialogues that ended last (by their number) after `skip` of them, newest first."""
        query = (
            sa.select(_dialogue)
            .where(_dialogue.c.status == Status.ENDED.value)
            .order_by(_dialogue.c.number.desc())
            .limit(limit)
            .offset(skip)
        )
        return [_to_dialogue(row) for row in self._db.execute(query)]

    def pack_text(self, dialogue_id: DialogueId) -> str:
        """The source of the pack as it was when the dialogue began."""
        query = sa.select(_dialogue.c.pack_text).where(_dialogue.c.dialogue_id == dialogue_id)
        return str(self._db.execute(query).scalar_one())


def _state_values(dialogue: Dialogue) -> dict[str, Any]:
    state = {
        "language": dialogue.language,
        "organizers_room": dialogue.organizers_room,
        "groups": [[group.id, group.name, group.room_id] for group in dialogue.groups],
        "zone": dialogue.zone,
        "starts_ms": to_ms(dialogue.starts_at),
        "pace": dialogue.pace,
        "position": dialogue.position,
        "phase": dialogue.phase.value,
        "opened_ms": _ms(dialogue.opened_at),
        "closes_ms": _ms(dialogue.closes_at),
        "opens_ms": _ms(dialogue.opens_at),
        "paused_ms": _ms(dialogue.paused_at),
        "moves": dialogue.moves,
        "by_hand": dialogue.by_hand,
        "skipped": list(dialogue.skipped),
        "own_pace": dialogue.own_pace,
        "follows": dialogue.follows,
        "follow_up": dialogue.follow_up,
        "series": dialogue.series,
        "registry": dialogue.registry,
        "consent": dialogue.consent,
        "erase_ms": _ms(dialogue.erase_at),
        "erased_ms": _ms(dialogue.erased_at),
        "legal_hold": dialogue.legal_hold,
    }
    return {"status": dialogue.status.value, "state": json.dumps(state, ensure_ascii=False)}


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _to_dialogue(row: sa.Row[Any]) -> Dialogue:
    state = json.loads(row.state)
    # What dialogues of earlier versions of this program did not have yet, has its default.
    follows = state.get("follows")
    return Dialogue(
        id=DialogueId(row.dialogue_id),
        pack=_parsed(row.pack_name, row.pack_text, state.get("follow_up", "")),
        language=state["language"],
        organizers_room=RoomId(state["organizers_room"]),
        groups=tuple(
            Group(id=GroupId(id_), name=name, room_id=RoomId(room_id))
            for id_, name, room_id in state["groups"]
        ),
        zone=state["zone"],
        starts_at=from_ms(state["starts_ms"]),
        pace=state["pace"],
        status=Status(row.status),
        position=state["position"],
        phase=Phase(state["phase"]),
        opened_at=_moment(state["opened_ms"]),
        closes_at=_moment(state["closes_ms"]),
        opens_at=_moment(state.get("opens_ms")),
        paused_at=_moment(state.get("paused_ms")),
        moves=state.get("moves", 0),
        by_hand=state.get("by_hand", False),
        skipped=tuple(StepId(step_id) for step_id in state.get("skipped", ())),
        own_pace=state.get("own_pace", False),
        follows=None if follows is None else DialogueId(follows),
        follow_up=state.get("follow_up", ""),
        series=state.get("series", ""),
        registry=state.get("registry"),
        consent=state.get("consent", ""),
        erase_at=_moment(state.get("erase_ms")),
        erased_at=_moment(state.get("erased_ms")),
        legal_hold=state.get("legal_hold", ""),
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


@lru_cache(maxsize=16)
def _parsed(name: str, source: str, follow_up: str) -> Pack:
    # A dialogue is read at every step; its pack never changes.
    pack = parse(source, name=name)
    return follow_up_pack(pack, follow_up) if follow_up else pack
