"""What is worked out in child processes: tables, and nothing of names goes there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from flows.grouping.people import Person, PersonId, Plan
from flows.grouping.propose import Proposal, propose, rebalance
from storage.seating import Seated, Seating
from storage.seating_rules import rules_from_json, rules_json

PROPOSE = "bot.seating.children:seat_in_child"
SECONDS = 20.0
MEGABYTES = 1_500
"""Mostly address space that the solver reserves and never touches."""


def question(
    seating: Seating,
    people: Sequence[Seated],
    *,
    anew: bool,
    pinned: Collection[PersonId],
) -> bytes:
    """What the child is to work out: tables `anew`, or as few moves as possible."""
    return orjson.dumps(
        {
            "people": [[one.person.id, one.person.role, one.person.organisation] for one in people],
            "rules": rules_json(seating.rules),
            "seed": seating.seed,
            "groups": 0 if anew else seating.groups,
            "seats": [[one.person.id, one.table] for one in people if one.table is not None],
            "locked": [one.person.id for one in people if one.locked and one.table is not None],
            "pinned": sorted(pinned),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What it has found."""

    plan: Plan
    proved: bool
    moved: int


def found(answer: dict[str, Any]) -> Found:
    """The child's answer as values."""
    seats = {PersonId(person): table for person, table in answer["seats"]}
    return Found(plan=Plan(answer["groups"], seats), proved=answer["proved"], moved=answer["moved"])


def seat_in_child(payload: bytes) -> dict[str, Any]:
    """What the child does."""
    asked = orjson.loads(payload)
    proposal = _proposal(asked)
    return {
        "groups": proposal.plan.groups,
        "seats": [[person, table] for person, table in sorted(proposal.plan.seats.items())],
        "proved": proposal.measures.proved,
        "moved": proposal.measures.moved,
    }


def _proposal(asked: dict[str, Any]) -> Proposal:
    people = [
        Person(id=PersonId(number), name="", role=role, organisation=organisation)
        for number, role, organisation in asked["people"]
    ]
    rules = rules_from_json(orjson.loads(asked["rules"]))
    seats = {PersonId(person): table for person, table in asked["seats"]}
    locked = {PersonId(person): seats[person] for person in asked["locked"]}
    if asked["groups"] == 0:
        return propose(people, rules, seed=asked["seed"], locked=locked)
    pinned = {*locked, *map(PersonId, asked["pinned"])}
    return rebalance(Plan(asked["groups"], seats), people, rules, pinned=pinned)
