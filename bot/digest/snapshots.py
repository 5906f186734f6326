"""Reading the replies a digest is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

import orjson

from bot.wording import wording
from flows.dialogue import Status
from flows.digest.analyse import Meaning
from flows.digest.roles import Roles, by_role
from flows.digest.sentences import model_name
from flows.digest.small import Anonymous, without_small_cells
from flows.digest.snapshot import (
    ContactRecord,
    HeadingRecord,
    ReplyRecord,
    RoundRecord,
    Snapshot,
    Source,
    StepRecord,
)
from flows.messages import MediaKind
from flows.packs.pack import Identity, Step, Theme
from storage.replies import Reply
from storage.rounds import Round, RoundStatus

if TYPE_CHECKING:
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.ids import StepId
    from storage.contacts import Question
    from storage.transaction import Transaction


def steps_of_scope(dialogue: Dialogue, scope: StepId | None) -> list[Step]:
    """The collecting steps a digest speaks of.

    A step's digest speaks of its whole scenario so far: the group's answer is read beside
    what its people had said on their own.
    """
    steps = dialogue.pack.steps
    collecting = [step for step in steps if step.kind.collects]
    if scope is None:
        return collecting
    step = dialogue.pack.step(scope)
    if step is None:
        return []
    until = steps.index(step)
    return [
        other
        for other in collecting
        if other.id == scope or (other.tie and other.tie == step.tie and steps.index(other) < until)
    ]


def scopes_of(dialogue: Dialogue, step_id: StepId) -> set[StepId | None]:
    """The scopes whose digests speak of a step."""
    own = {step.id for step in dialogue.pack.steps if step.kind.collects}
    return {None} | {
        scope for scope in own if any(s.id == step_id for s in steps_of_scope(dialogue, scope))
    }


def take_snapshot(
    tx: Transaction, world: World, dialogue: Dialogue, scope: StepId | None
) -> Snapshot:
    """Everything stored of a scope, at this moment."""
    steps = steps_of_scope(dialogue, scope)
    wanted = {step.id for step in steps}
    rounds = [one for one in tx.rounds.of_dialogue(dialogue.id) if one.step_id in wanted]
    opened = {one.step_id for one in rounds}
    unreadable = tx.journal.unreadable_by_room()
    by_number = {one.round_no: one for one in rounds}
    replies = tx.replies.of_rounds(list(by_number))
    held = tx.holds.among(replies)
    whole = Snapshot(
        dialogue_id=dialogue.id,
        title=dialogue.pack.title.get(dialogue.language),
        language=dialogue.language,
        scope=scope,
        steps=tuple(_step(step, dialogue.language) for step in steps if step.id in opened),
        rounds=tuple(
            _round(one, dialogue, world, unreadable.get(one.room_id, 0)) for one in rounds
        ),
        replies=tuple(
            _reply(reply, by_number[reply.round_no], steps, held=reply.reply_no in held)
            for reply in replies
        ),
        headings=tuple(_heading(theme, dialogue.language) for theme in dialogue.pack.themes),
        book=tx.themes.book(dialogue.id),
        names=tuple(sorted(names_of(tx, dialogue, world))),
        contacts=() if scope is not None else _contacts(tx, dialogue),
    )
    match dialogue.pack.identity:
        case Identity.ANONYMOUS:
            return without_small_cells(whole, _anonymous(dialogue))
        case Identity.ROLE:
            return by_role(whole, _roles(tx, world, dialogue))
        case Identity.NAMED:
            return whole
        case _:
            assert_never(dialogue.pack.identity)


def _roles(tx: Transaction, world: World, dialogue: Dialogue) -> Roles:
    """The roles on the list of participants; who is not on it has none."""
    settled = tx.seatings.settled()
    listed = [] if settled is None else tx.seatings.people(settled.number)
    known = {one.person.user_id: one.person.role.strip() for one in listed if one.person.user_id}
    present = {
        user_id for group in dialogue.groups for user_id in world.participants(group.room_id)
    }
    return Roles(
        each=frozenset(step.id for step in dialogue.pack.steps if step.kind.asks_each),
        of={one.number: known.get(one.user_id, "") for one in tx.people.of_dialogue(dialogue.id)},
        present=[known.get(user_id, "") for user_id in sorted(present)],
        others=wording(dialogue.language).say("Other roles"),
    )


def _anonymous(dialogue: Dialogue) -> Anonymous:
    words = wording(dialogue.language)
    return Anonymous(
        private=frozenset(step.id for step in dialogue.pack.steps if step.is_private),
        closed=dialogue.status is Status.ENDED,
        everybody=words.say("All groups together"),
        fewer=words.say("told together: few chose each"),
        room_id=dialogue.organizers_room,
    )


def _contacts(tx: Transaction, dialogue: Dialogue) -> tuple[ContactRecord, ...]:
    return tuple(_contact(one, dialogue) for one in tx.contacts.of_dialogue(dialogue.id))


def _contact(question: Question, dialogue: Dialogue) -> ContactRecord:
    asking = question.asking
    role = dialogue.pack.contact(asking.role)
    group = None if asking.group_id is None else dialogue.group(asking.group_id)
    return ContactRecord(
        number=question.number,
        role=asking.role if role is None else role.title.get(dialogue.language),
        group_id=asking.group_id,
        group_name="" if group is None else group.name,
        question=asking.text,
        answer=question.answer,
        overdue=question.overdue_ms is not None,
    )


def _heading(theme: Theme, language: str) -> HeadingRecord:
    return HeadingRecord(
        heading=theme.id,
        title=theme.title.get(language),
        keywords=tuple(word for _, words in theme.keywords for word in words),
        sensitive=theme.sensitive,
    )


def names_of(tx: Transaction, dialogue: Dialogue, world: World) -> set[str]:
    """How the people in the groups' rooms are called, and those on the list of participants."""
    settled = tx.seatings.settled()
    listed = [] if settled is None else tx.seatings.people(settled.number)
    return {one.person.name for one in listed if one.person.name} | {
        name
        for group in dialogue.groups
        for name in world.participants(group.room_id).values()
        if name
    }


def meaning_of(tx: Transaction, snapshot: Snapshot) -> Meaning | None:
    """What a sentence model made of the replies when they came; None without a model."""
    model = model_name()
    if model is None:
        return None
    rows = tx.meanings.of(model, (one.reply_no for one in snapshot.replies))
    return Meaning(model=model, rows=rows)


def _step(step: Step, language: str) -> StepRecord:
    return StepRecord(
        step_id=step.id,
        kind=step.kind,
        title=step.title.get(language),
        question=step.text.get(language),
        scenario=step.tie,
        sealed=step.is_private,
        options=tuple(option.get(language) for option in step.options),
        choosing=step.choosing,
    )


def _round(round_: Round, dialogue: Dialogue, world: World, unreadable: int) -> RoundRecord:
    group = dialogue.group(round_.group_id)
    closed = round_.status is RoundStatus.CLOSED
    present = round_.present if closed else len(world.participants(round_.room_id))
    return RoundRecord(
        step_id=round_.step_id,
        group_id=round_.group_id,
        group_name=round_.group_id if group is None else group.name,
        present=present,
        closed=closed,
        no_answer=round_.no_answer,
        unreadable=unreadable,
    )


def _reply(reply: Reply, round_: Round, steps: Sequence[Step], *, held: bool) -> ReplyRecord:
    media = None if reply.media is None else orjson.loads(reply.media)
    return ReplyRecord(
        reply_no=reply.reply_no,
        step_id=round_.step_id,
        group_id=round_.group_id,
        kind=reply.kind,
        person=reply.participant_no,
        text=reply.text,
        sent_ms=reply.sent_ms,
        source=_source(reply, round_, steps),
        media=None if media is None else media["name"],
        media_kind=None if media is None else MediaKind(media["kind"]),
        late=reply.late,
        edited_ms=reply.edited_ms,
        withdrawn=reply.withdrawn_ms is not None,
        held=held,
        declared_ms=reply.declared_ms,
        choices=reply.choices,
        chosen_ms=reply.edited_ms,
    )


def _source(reply: Reply, round_: Round, steps: Sequence[Step]) -> Source | None:
    if not reply.sealed:
        return Source(room_id=reply.room_id, event_id=reply.event_id)
    if round_.status is RoundStatus.CLOSED and any(
        step.stays_private for step in steps if step.id == round_.step_id
    ):
        # No message shows it: the organizers read it here, and are led to its group alone.
        return Source(room_id=round_.room_id)
    if reply.shown_by is None:
        return None
    # The group's room, not the private chat: nobody else can enter that, and its id would
    # tie answers of one person together.
    return Source(room_id=round_.room_id, shown_by=reply.shown_by)
