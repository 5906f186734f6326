"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The first tables."""
    op.create_table(
        "dialogue",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pack_name", sa.String(), nullable=False),
        sa.Column("pack_text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dialogue_id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_dialogue_status"), "dialogue", ["status"], unique=False)

    op.create_table(
        "early",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("incoming", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "event_id"),
    )
    op.create_index(op.f("ix_early_target"), "early", ["target"], unique=False)

    op.create_table(
        "gap",
        sa.Column("gap_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("stop", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("gap_id"),
    )
    op.create_table(
        "inbox",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("raw", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("room_id", "sent_ms", "event_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "inbox_pending",
        "inbox",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("state <> 0"),
        postgresql_where=sa.text("state <> 0"),
    )

    op.create_table(
        "mark",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "event_id"),
    )
    op.create_table(
        "member",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("membership", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "user_id"),
    )
    op.create_index("member_user", "member", ["user_id"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("wall_time", sa.String(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_occurrence_dialogue_id"), "occurrence", ["dialogue_id"], unique=False)
    op.create_index(
        "occurrence_due",
        "occurrence",
        ["due_ms"],
        unique=False,
        sqlite_where=sa.text("done_ms IS NULL"),
        postgresql_where=sa.text("done_ms IS NULL"),
    )

    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("first_try_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(
        "outbox_due",
        "outbox",
        ["due_ms", "number"],
        unique=False,
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )

    op.create_table(
        "position",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "room",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("peer", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("room_id"),
    )
    op.create_table(
        "to_device",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "digest",
        sa.Column("digest_no", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogue.dialogue_id"],
        ),
        sa.PrimaryKeyConstraint("digest_no"),
    )
    op.create_index(op.f("ix_digest_dialogue_id"), "digest", ["dialogue_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("participant_no", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogue.dialogue_id"],
        ),
        sa.PrimaryKeyConstraint("participant_no"),
        sa.UniqueConstraint("dialogue_id", "user_id"),
    )
    op.create_table(
        "round",
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("step_kind", sa.String(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closes_ms", sa.BigInteger(), nullable=True),
        sa.Column("prompt_event", sa.String(), nullable=True),
        sa.Column("no_answer", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("shown_parts", sa.Integer(), nullable=False),
        sa.Column("standing_moves", sa.Integer(), nullable=False),
        sa.Column("standing_event", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogue.dialogue_id"],
        ),
        sa.PrimaryKeyConstraint("round_no"),
        sa.UniqueConstraint("dialogue_id", "step_id", "group_id"),
    )
    op.create_index(op.f("ix_round_room_id"), "round", ["room_id"], unique=False)

    op.create_table(
        "reply",
        sa.Column("reply_no", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("participant_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("declared_ms", sa.BigInteger(), nullable=True),
        sa.Column("edited_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.Column("shown_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_no"],
            ["round.round_no"],
        ),
        sa.PrimaryKeyConstraint("reply_no"),
    )
    op.create_index("reply_round", "reply", ["round_no"], unique=False)
    op.create_index("reply_source", "reply", ["room_id", "sent_ms", "event_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("reply_no", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("replaced_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_no"],
            ["reply.reply_no"],
        ),
        sa.PrimaryKeyConstraint("revision_no"),
    )
    op.create_index(op.f("ix_revision_reply_no"), "revision", ["reply_no"], unique=False)
