"""The rows. Seen only inside `storage`; everybody else speaks in the values of `flows`.

Instants are milliseconds since 1970 in UTC (`_ms`, BigInteger): PostgreSQL's INTEGER would
overflow, and a plain number costs nothing to convert on the way of each reply.

Keys that grow with the replies begin with the room and the time, never with an event id
alone: event ids are random, and a random key dirties a page of its own for every reply
once the index is larger than a few pages.
"""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

METADATA = SQLModel.metadata
"""All tables; migrations are compared with it."""


def table_of(row: type[SQLModel]) -> sa.Table:
    """The table of a row class, for statements that take many rows at once."""
    return cast("sa.Table", sa.inspect(row).local_table)


class PositionRow(SQLModel, table=True):
    """How far an account's messages have been read."""

    __tablename__ = "position"

    account: str = Field(primary_key=True)
    token: str


class DeviceRow(SQLModel, table=True):
    """The device with which an account ran last; see `storage.devices.Past`."""

    __tablename__ = "device"

    account: str = Field(primary_key=True)
    device_id: str
    new_since_ms: int = Field(sa_type=sa.BigInteger)
    restored_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class InboxRow(SQLModel, table=True):
    """An event that arrived; while `state` is not 0 its raw form waits to be read."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.Index(
            "inbox_pending",
            "event_id",
            sqlite_where=sa.text("state <> 0"),
            postgresql_where=sa.text("state <> 0"),
        ),
        {"sqlite_with_rowid": False},
    )

    sent_ms: int = Field(primary_key=True, sa_type=sa.BigInteger)
    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    state: int = Field(sa_type=sa.SmallInteger)
    sender: str | None = None
    raw: str | None = None


class ToDeviceRow(SQLModel, table=True):
    """A message to the bot's device (room keys above all), kept until it is handled."""

    __tablename__ = "to_device"

    number: int | None = Field(default=None, primary_key=True)
    raw: str


class GapRow(SQLModel, table=True):
    """A hole in a room's history, to be filled backwards from `start` to `stop`."""

    __tablename__ = "gap"

    gap_id: int | None = Field(default=None, primary_key=True)
    room_id: str
    start: str
    stop: str | None = None


class RoomRow(SQLModel, table=True):
    """A room the bot is or was in. `use`: organizers, group, direct or none."""

    __tablename__ = "room"

    room_id: str = Field(primary_key=True)
    use: str
    name: str = ""
    encrypted: bool = False
    joined: bool = True
    number: int | None = None
    """The order in which group rooms were added: table 1, 2, 3 …"""
    peer: str | None = None
    """The other person of a private chat."""
    rights: str | None = None
    """Who may how much, JSON; None until the homeserver has told."""
    successor: str | None = None
    """The room by which it was replaced, as it says itself."""
    predecessor: str | None = None
    """The room that it replaces, as it says itself."""


class MemberRow(SQLModel, table=True):
    """A person in a room."""

    __tablename__ = "member"
    __table_args__ = (sa.Index("member_user", "user_id"),)

    room_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    membership: str
    name: str | None = None
    sent_ms: int = Field(sa_type=sa.BigInteger)


class DialogueRow(SQLModel, table=True):
    """One run of a pack. `state` is the JSON of what the engine needs to go on."""

    __tablename__ = "dialogue"

    dialogue_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    status: str = Field(index=True)
    pack_name: str
    pack_text: str
    """The pack as it was when the dialogue began: a later edit of the file changes nothing."""
    state: str
    created_ms: int = Field(sa_type=sa.BigInteger)


class RoundRow(SQLModel, table=True):
    """One step in one group."""

    __tablename__ = "round"
    __table_args__ = (sa.UniqueConstraint("dialogue_id", "step_id", "group_id"),)

    round_no: int | None = Field(default=None, primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id")
    step_id: str
    group_id: str
    room_id: str = Field(index=True)
    step_kind: str
    scenario: str = ""
    text_version: str = ""
    """Short hash of the step's text as asked, so that an answer knows its question."""
    status: str
    opened_ms: int = Field(sa_type=sa.BigInteger)
    closed_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    closes_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    prompt_event: str | None = None
    no_answer: bool = False
    present: int = 0
    """How many participants were in the group's room when the round closed."""
    shown: int = 0
    """How often the sealed answers were shown to the group: each time anew after a change."""
    shown_parts: int = 0
    standing_moves: int = 0
    """How often the bot has moved its ✅ between answers."""
    standing_event: str | None = None
    """The message that bears the bot's ✅ now."""


class ParticipantRow(SQLModel, table=True):
    """A person who has answered in a dialogue, in the group where she sits."""

    __tablename__ = "participant"
    __table_args__ = (sa.UniqueConstraint("dialogue_id", "user_id"),)

    participant_no: int | None = Field(default=None, primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id")
    user_id: str
    group_id: str


class ReplyRow(SQLModel, table=True):
    """What somebody answered in a round."""

    __tablename__ = "reply"
    __table_args__ = (
        sa.Index(
            "reply_private",
            "room_id",
            "sent_ms",
            "event_id",
            sqlite_where=sa.text("sealed"),
            postgresql_where=sa.text("sealed"),
        ),
        sa.Index("reply_round", "round_no"),
        sa.Index(
            "reply_unlooked",
            "reply_no",
            sqlite_where=sa.text("looked = 0"),
            postgresql_where=sa.text("looked = 0"),
        ),
    )

    reply_no: int | None = Field(default=None, primary_key=True)
    round_no: int = Field(foreign_key="round.round_no")
    participant_no: int
    kind: str
    """individual, group or talk (what was said in a group step and is no answer)."""
    room_id: str
    event_id: str
    sent_ms: int = Field(sa_type=sa.BigInteger)
    received_ms: int = Field(sa_type=sa.BigInteger)
    text: str
    media: str | None = None
    late: bool = False
    sealed: bool = False
    declared_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    """When this became the group's answer: by its first word, or by the first mark."""
    edited_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    withdrawn_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    shown_by: str | None = None
    """The effect that showed a sealed reply to its group; None while it is sealed."""
    choices: str | None = None
    """The numbers of the options it names, a JSON list; None for none."""
    looked: int = Field(
        default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "0"}
    )
    """1 when these words have been looked at: until then nobody is shown them."""


class RevisionRow(SQLModel, table=True):
    """An earlier wording of a reply, before an edit."""

    __tablename__ = "revision"

    revision_no: int | None = Field(default=None, primary_key=True)
    reply_no: int = Field(foreign_key="reply.reply_no", index=True)
    event_id: str
    """The edit that replaced this wording."""
    text: str
    replaced_ms: int = Field(sa_type=sa.BigInteger)


class MarkRow(SQLModel, table=True):
    """A person's ✅ on a message of a group step."""

    __tablename__ = "mark"

    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    target: str
    sender: str
    sent_ms: int = Field(sa_type=sa.BigInteger)


class EarlyRow(SQLModel, table=True):
    """An edit, withdrawal or mark whose target has not been read yet.

    That is encrypted, or in a hole. The row is acted on when it comes.
    """

    __tablename__ = "early"

    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    target: str = Field(index=True)
    incoming: str


class OccurrenceRow(SQLModel, table=True):
    """Something that falls due once. The table is the truth; the scheduler only rings."""

    __tablename__ = "occurrence"
    __table_args__ = (
        sa.Index(
            "occurrence_due",
            "due_ms",
            sqlite_where=sa.text("done_ms IS NULL"),
            postgresql_where=sa.text("done_ms IS NULL"),
        ),
    )

    key: str = Field(primary_key=True)
    dialogue_id: str = Field(index=True)
    alarm: str
    """What to do, JSON."""
    wall_time: str = ""
    """Local time and zone as it was ordered, `2026-05-05T13:00 Europe/Stockholm`."""
    due_ms: int = Field(sa_type=sa.BigInteger)
    done_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class OutboxRow(SQLModel, table=True):
    """An effect decided but perhaps not yet carried out.

    Written in the transaction that decided it, so that a crash between deciding and
    sending loses nothing.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "outbox_due",
            "due_ms",
            "number",
            sqlite_where=sa.text("state = 0"),
            postgresql_where=sa.text("state = 0"),
        ),
    )

    number: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    room_id: str
    content: str
    """JSON of what to send; ids of our own earlier messages are named by their key."""
    created_ms: int = Field(sa_type=sa.BigInteger)
    due_ms: int = Field(sa_type=sa.BigInteger)
    state: int = Field(default=0, sa_type=sa.SmallInteger)
    first_try_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    tries: int = 0
    done_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    event_id: str | None = None
    error: str | None = None


class DroppedFileRow(SQLModel, table=True):
    """A file that an organizer dropped into their room, until it has been answered."""

    __tablename__ = "dropped_file"

    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    sender: str
    sent_ms: int = Field(sa_type=sa.BigInteger)
    name: str
    address: str


class BlobRow(SQLModel, table=True):
    """A file that an effect in the outbox will send; gone when none waits for it."""

    __tablename__ = "blob"

    sha256: str = Field(primary_key=True)
    data: bytes


class ContactRow(SQLModel, table=True):
    """Who is asked from afar, in one role."""

    __tablename__ = "contact"

    role: str = Field(primary_key=True)
    user_id: str
    key: str
    """The effect that makes her room."""
    room_id: str | None = None


class ContactQuestionRow(SQLModel, table=True):
    """What a role was asked, and her answer; the pack's own questions have no group."""

    __tablename__ = "contact_question"

    number: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", index=True)
    role: str = Field(index=True)
    text: str
    asked_ms: int = Field(sa_type=sa.BigInteger)
    group_id: str | None = None
    asker: str | None = None
    room_id: str | None = None
    event_id: str | None = None
    thread: str | None = None
    sent_key: str | None = None
    answer_event: str | None = None
    answer: str | None = None
    answerer: str | None = None
    """Who gave that answer: somebody else may have been named since."""
    answers: int = 0
    answered_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    overdue_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class DigestRow(SQLModel, table=True):
    """A digest as it was posted: which replies, in which wording, and whether it still holds."""

    __tablename__ = "digest"

    digest_no: int | None = Field(default=None, primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", index=True)
    scope: str
    """The closed step's id, or empty for the whole dialogue."""
    made_ms: int = Field(sa_type=sa.BigInteger)
    document: str
    """The digest as JSON, quotes as spans of replies."""
    stale: bool = False
    shown: str | None = None
    """Which messages show it and what is in them, JSON; None in digests of before."""


class ConfirmationRow(SQLModel, table=True):
    """A command that is run when an organizer puts ✅ on the bot's question."""

    __tablename__ = "confirmation"

    key: str = Field(primary_key=True)
    """The effect that asked; the outbox knows its message."""
    room_id: str
    line: str
    language: str
    asked_ms: int = Field(sa_type=sa.BigInteger)
    done_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class HelpCallRow(SQLModel, table=True):
    """A group has called for help; open until it is cleared."""

    __tablename__ = "help_call"

    key: str = Field(primary_key=True)
    """The effect that told the organizers; the outbox knows its message."""
    room_id: str
    event_id: str
    called_ms: int = Field(sa_type=sa.BigInteger)
    cleared_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class PersonRow(SQLModel, table=True):
    """What a person has chosen for herself, in every dialogue."""

    __tablename__ = "person"

    user_id: str = Field(primary_key=True)
    language: str


class ConsentRow(SQLModel, table=True):
    """A person's yes to a dialogue's text."""

    __tablename__ = "consent"

    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", primary_key=True)
    user_id: str = Field(primary_key=True, index=True)
    version: str
    """Short hash of the text as it was, in all its languages."""
    given_ms: int = Field(sa_type=sa.BigInteger)
    room_id: str = ""
    event_id: str = ""
    """The mark or the message that said it."""
    withdrawn_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class ConsentQuestionRow(SQLModel, table=True):
    """A message of ours on which a ✅ says yes."""

    __tablename__ = "consent_question"

    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", index=True)


class LeftAsideRow(SQLModel, table=True):
    """What somebody wrote before she had consented: which event, and nothing of it."""

    __tablename__ = "left_aside"

    room_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", index=True)
    user_id: str = Field(index=True)
    sent_ms: int = Field(sa_type=sa.BigInteger)
    received_ms: int = Field(sa_type=sa.BigInteger)
    fetch_ms: int | None = Field(default=None, sa_type=sa.BigInteger)
    """When it is to be fetched, now that she has consented."""
    tries: int = 0


class PackFileRow(SQLModel, table=True):
    """The bytes of a file that stood beside a pack."""

    __tablename__ = "pack_file"

    sha256: str = Field(primary_key=True)
    data: bytes


class PackFileUseRow(SQLModel, table=True):
    """Which file a name means in a dialogue (or in a series of them)."""

    __tablename__ = "pack_file_use"

    owner: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str


class SeriesRow(SQLModel, table=True):
    """A pack that is run again and again; each time is a dialogue of its own."""

    __tablename__ = "series"

    series_id: str = Field(primary_key=True)
    pack_name: str
    pack_text: str
    state: str
    """JSON: how its dialogues are run, and since when."""
    ran: int = 0
    ended_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class HoldRow(SQLModel, table=True):
    """A reply that is held back, by an organizer or by the bot itself."""

    __tablename__ = "hold"

    reply_no: int = Field(primary_key=True)
    event_id: str
    held_by: str
    reason: str = ""
    held_ms: int = Field(sa_type=sa.BigInteger)
    kind: str = Field(default="organizer", sa_column_kwargs={"server_default": "organizer"})


class CareAlertRow(SQLModel, table=True):
    """Somebody wrote that she may be in danger. No word of it is here."""

    __tablename__ = "care_alert"

    number: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    level: str
    room_id: str
    event_id: str
    reply_no: int | None = None
    made_ms: int = Field(sa_type=sa.BigInteger)


class WhisperRow(SQLModel, table=True):
    """A word of the bot for somebody whose private chat is not open yet."""

    __tablename__ = "whisper"

    number: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    key: str = Field(unique=True)
    markdown: str
    silent: bool


class SettingRow(SQLModel, table=True):
    """Something that the organizers have set from their room, in place of the configuration."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class ExportOrderRow(SQLModel, table=True):
    """Files that an organizer asked for and that are not made yet."""

    __tablename__ = "export_order"

    key: str = Field(primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id")
    room_id: str
    wanted: str
    """JSON: the names of the forms."""
    ordered_ms: int = Field(sa_type=sa.BigInteger)


class HandedOutRow(SQLModel, table=True):
    """Files of a digest that were made."""

    __tablename__ = "handed_out"

    key: str = Field(primary_key=True)
    dialogue_id: str = Field(index=True)
    """No key of another table: what was published stays published when the dialogue is deleted."""
    made_ms: int = Field(sa_type=sa.BigInteger)
    """When the replies were read."""
    released: str | None = None
    """JSON: the numbers that were told the public, of `flows.digest.public`; NULL for none."""


class RehearsalRow(SQLModel, table=True):
    """A pack tried out with made-up people; what they did is not kept."""

    __tablename__ = "rehearsal"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    pack: str
    title: str
    language: str
    begun_ms: int = Field(sa_type=sa.BigInteger)
    ended_ms: int | None = Field(default=None, sa_type=sa.BigInteger)


class ToldTroubleRow(SQLModel, table=True):
    """Something that lasts and that the organizers have been told of, until it is over."""

    __tablename__ = "told_trouble"

    kind: str = Field(primary_key=True)
    key: str
    since_ms: int = Field(sa_type=sa.BigInteger)
    detail: str
    rooms: str
    """The rooms it is about, a JSON list."""


class SeatingRow(SQLModel, table=True):
    """A list of participants on its way to tables, and the tables."""

    __tablename__ = "seating"

    seating_no: int | None = Field(default=None, primary_key=True)
    status: str
    language: str
    file: str = ""
    """Name and address of the dropped file, JSON; empty once it has been read."""
    sheet: str = ""
    rules: str = ""
    problems: str = ""
    """What was wrong with the list, JSON."""
    groups: int = 0
    seed: int = 0
    proved: bool = False
    moved: int = 0
    todo: str = ""
    """What is to be worked out outside of a transaction."""
    revision: int = 0
    """Counts changes: what was worked out for an earlier one is thrown away."""
    posted: int = 0
    """How often the tables were posted anew as a message."""
    shown: int = 0
    """How often that message was edited."""
    changed_ms: int = Field(sa_type=sa.BigInteger)


class SeatedRow(SQLModel, table=True):
    """A person on a list of participants; goes with the list."""

    __tablename__ = "seated"

    seating_no: int = Field(primary_key=True, foreign_key="seating.seating_no")
    person_no: int = Field(primary_key=True)
    name: str
    role: str
    organisation: str
    user_id: str | None = Field(default=None, index=True)
    place: int | None = None
    locked: bool = False


class TableRoomRow(SQLModel, table=True):
    """The room of a table; number 0 is the space they all are in."""

    __tablename__ = "table_room"

    seating_no: int = Field(primary_key=True, foreign_key="seating.seating_no")
    number: int = Field(primary_key=True)
    name: str
    key: str = ""
    """The effect that makes the room; empty if it was there before."""
    room_id: str | None = Field(default=None, index=True)


class DigestOrderRow(SQLModel, table=True):
    """A digest that is to be made; kept until it is posted, so that a crash loses none."""

    __tablename__ = "digest_order"

    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", primary_key=True)
    scope: str = Field(primary_key=True)
    due_ms: int = Field(sa_type=sa.BigInteger)
    fresh: bool
    """A message of its own; else the one that stands there already is written anew."""
    number: int
    """Grows each time it is ordered again before it is made."""


class ThemeRow(SQLModel, table=True):
    """A theme of a dialogue, under a number that is never given again."""

    __tablename__ = "theme"

    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", primary_key=True)
    number: int = Field(primary_key=True)
    origin: str
    heading: str = ""
    title: str = ""
    language: str = ""
    hidden: bool = False
    into_number: int | None = None


class ThemeReplyRow(SQLModel, table=True):
    """Under which theme a reply stood last, and under which an organizer put it."""

    __tablename__ = "theme_reply"
    __table_args__ = (sa.Index("theme_reply_reply", "reply_no"),)

    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", primary_key=True)
    reply_no: int = Field(foreign_key="reply.reply_no", ondelete="CASCADE", primary_key=True)
    number: int | None = None
    pinned: bool = False
    pin: int | None = None
    """None where `pinned`: outside every theme."""


class MeaningRow(SQLModel, table=True):
    """What a sentence model made of a reply's words as they are now."""

    __tablename__ = "meaning"

    reply_no: int = Field(foreign_key="reply.reply_no", ondelete="CASCADE", primary_key=True)
    model: str
    row: bytes


class AuditRow(SQLModel, table=True):
    """Who did what; rows are appended, and triggers refuse everything else."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at_ms: int = Field(sa_type=sa.BigInteger)
    actor: str
    act: str
    dialogue_id: str = Field(index=True)
    """No key of another table: the note stays when the dialogue is deleted."""
    room_id: str
    subject: str
    reason: str
    digest: str
    """Of this row and of the digest before it."""


class PseudonymKeyRow(SQLModel, table=True):
    """The key of an anonymous dialogue's pseudonyms; gone when the dialogue has closed."""

    __tablename__ = "pseudonym_key"

    dialogue_id: str = Field(foreign_key="dialogue.dialogue_id", primary_key=True)
    key: bytes


class PersonOrderRow(SQLModel, table=True):
    """What the operator has ordered for a person; gone when the bot has carried it out."""

    __tablename__ = "person_order"

    key: str = Field(primary_key=True)
    """Of the occurrence that rings for it; names nobody."""
    act: str
    who: str
    """An account, or a name on a list of participants."""
    reply_no: int | None = None
    actor: str
    reason: str = ""
    ordered_ms: int = Field(sa_type=sa.BigInteger)


class ToldOfRow(SQLModel, table=True):
    """Of whom a message of ours speaks, so that it can be taken back. One of the four is set."""

    __tablename__ = "told_of"

    number: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    """The effect that posted it; the outbox knows its message."""
    reply_no: int | None = Field(default=None, index=True)
    user_id: str | None = Field(default=None, index=True)
    seating_no: int | None = None
    dialogue_id: str | None = None
