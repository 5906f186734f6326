"""The replies a digest is made of, as they stood at one moment.

Plain values, so that a digest is a pure function of them: the same replies give the same
digest in whatever order they came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.digest.book import EMPTY_BOOK, Book
from flows.ids import EffectKey, EventId, GroupId, ReplyNo, RoomId, StepId
from flows.messages import MediaKind
from flows.packs.pack import Choosing, StepKind


class ReplyKind(StrEnum):
    """What a message is to its round."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    TALK = "talk"
    """Said in a group step without being the answer; dropped when the step closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the organizers can read the reply themselves.

    An open reply is its own message, `event_id`. A sealed one was written in a private chat
    nobody else can enter: its source is the bot's message that showed it to the group,
    known by the key of that effect until it is sent, `shown_by`. One that stays private has
    neither, and leads to the room alone.
    """

    room_id: RoomId
    event_id: EventId | None = None
    shown_by: EffectKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """One reply. `text` is verbatim; `declared_ms` is when it became its group's answer.

    `source` is None while the reply is sealed: then it is counted and not quoted.
    `person` tells persons of one dialogue apart and is no name.
    `media` is the name of an attached file, None without one; `media_kind` what it is.
    `choices` are the options it names, from 1, as of `chosen_ms` (None: as it was sent).
    `edited_ms` is when it got its wording of now, None if it never had another.
    `held`: an organizer holds it back: it is counted, and neither quoted nor looked at.
    """

    reply_no: ReplyNo
    step_id: StepId
    group_id: GroupId
    kind: ReplyKind
    person: int
    text: str
    sent_ms: int
    source: Source | None
    media: str | None = None
    media_kind: MediaKind | None = None
    late: bool = False
    edited_ms: int | None = None
    withdrawn: bool = False
    held: bool = False
    declared_ms: int | None = None
    choices: tuple[int, ...] = ()
    chosen_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRecord:
    """One step in one group. `present` is how many participants were in the group's room.

    `no_answer`: the step closed and the group, asked once, gave no answer.
    `unreadable`: messages of the group's room that could not be decrypted (yet): a number of
    the room, the same in each of its group's rounds.
    """

    step_id: StepId
    group_id: GroupId
    group_name: str
    present: int
    closed: bool
    no_answer: bool = False
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """A step that collected replies; `scenario` ties it to others, "" to none.

    `options` are the words of what could be chosen (a place on a scale may have none), `choosing`
    how many of them.
    """

    step_id: StepId
    kind: StepKind
    title: str
    question: str
    scenario: str = ""
    sealed: bool = False
    options: tuple[str, ...] = ()
    choosing: Choosing = Choosing.SINGLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """A question to somebody who takes part from afar.

    `role` is what she is called. Of the pack's own questions `group_id` is None. `answer` is
    None as long as there is none; `overdue` if that has been too long.
    """

    number: int
    role: str
    group_id: GroupId | None
    group_name: str
    question: str
    answer: str | None
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingRecord:
    """A heading the organizers want answers sorted under, and words of any language for it."""

    heading: str
    title: str
    keywords: tuple[str, ...] = ()
    sensitive: bool = False

    @property
    def name(self) -> str:
        """The title."""
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a digest may speak of.

    `scope` is the step that closed, None for the whole dialogue. `steps` are those of the
    scope's scenario that have been opened, in the pack's order; for the whole dialogue all.
    `headings` are the pack's themes, `book` what is remembered of themes; `names` are how people
    of the dialogue are called, and are not shown.
    """

    dialogue_id: str
    title: str
    language: str
    scope: StepId | None
    steps: tuple[StepRecord, ...]
    rounds: tuple[RoundRecord, ...]
    replies: tuple[ReplyRecord, ...]
    contacts: tuple[ContactRecord, ...] = ()
    headings: tuple[HeadingRecord, ...] = ()
    book: Book = EMPTY_BOOK
    names: tuple[str, ...] = ()
