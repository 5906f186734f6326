"""What a digest may be made of where answers are told by role: the role in place of the group.

A role that few people have is as good as a name. Those are told together, as other roles.

As with what is anonymous (`small.py`), it is done to what the digest is made of, so that every
form of it tells the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.digest.public import SMALLEST
from flows.digest.small import EVERYBODY
from flows.digest.snapshot import ReplyRecord, RoundRecord, Snapshot
from flows.ids import GroupId, StepId

_ROLE = "role-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Who has which role. `others` is how those are called whose role is not told.

    `each` are the steps in which everybody answers for herself. `of` has the role of each person
    who answered, by her number in the dialogue; `present` the roles of all who were there, one
    entry for each of them, "" for none.
    """

    each: Collection[StepId]
    of: Mapping[int, str]
    present: Sequence[str]
    others: str


def is_group(group_id: GroupId) -> bool:
    """Whether it is a group with a room, and no role or all groups together."""
    return group_id != EVERYBODY and not group_id.startswith(_ROLE)


def told_roles(present: Sequence[str]) -> tuple[str, ...]:
    """The roles that may be told, by name: those of five people or more.

    If those whose role is not told are fewer than five in all, it would be told which role they
    do not have: then the smallest of the others is not told either.
    """
    numbers = Counter(role for role in present if role)
    told = sorted((role for role, number in numbers.items() if number >= SMALLEST))
    while told and 0 < len(present) - sum(numbers[role] for role in told) < SMALLEST:
        told.remove(min(told, key=lambda role: (numbers[role], role)))
    return tuple(told)


def by_role(snapshot: Snapshot, known: Roles) -> Snapshot:
    """The same snapshot, with a role where the group of each one's own answers stood."""
    told = told_roles(known.present)
    groups = {role: GroupId(f"{_ROLE}{place}") for place, role in enumerate(told, start=1)}
    others = GroupId(f"{_ROLE}{len(told) + 1}")

    def place(reply: ReplyRecord) -> ReplyRecord:
        if reply.step_id not in known.each:
            return reply
        return replace(reply, group_id=groups.get(known.of.get(reply.person, ""), others))

    replies = tuple(place(reply) for reply in snapshot.replies)
    return replace(
        snapshot,
        replies=replies,
        rounds=_rounds(snapshot.rounds, replies, known, {**groups, "": others}),
    )


def _rounds(
    rounds: Sequence[RoundRecord],
    replies: Sequence[ReplyRecord],
    known: Roles,
    groups: Mapping[str, GroupId],
) -> tuple[RoundRecord, ...]:
    kept = [one for one in rounds if one.step_id not in known.each]
    by_step: dict[StepId, list[RoundRecord]] = defaultdict(list)
    for one in rounds:
        if one.step_id in known.each:
            by_step[one.step_id].append(one)
    present = Counter(groups.get(role, groups[""]) for role in known.present)
    answered_in = {(reply.step_id, reply.group_id) for reply in replies}
    for step_id, own in by_step.items():
        # Unreadable is a number of the room: where rooms are named, it stands there; else once.
        unreadable = 0 if kept else sum(one.unreadable for one in own)
        for role, group_id in groups.items():
            if not present[group_id] and (step_id, group_id) not in answered_in and not unreadable:
                continue
            kept.append(
                RoundRecord(
                    step_id=step_id,
                    group_id=group_id,
                    group_name=role or known.others,
                    present=present[group_id],
                    closed=all(one.closed for one in own),
                    unreadable=unreadable if group_id == groups[""] else 0,
                )
            )
    return tuple(kept)
