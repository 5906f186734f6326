"""Who is asked from afar, and what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Who is asked from afar, and what."""
    op.create_table(
        "contact",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("role"),
    )
    op.create_table(
        "contact_question",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=True),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("sent_key", sa.String(), nullable=True),
        sa.Column("answer_event", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("overdue_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_contact_question_dialogue_id"), "contact_question", ["dialogue_id"])
    op.create_index(op.f("ix_contact_question_role"), "contact_question", ["role"])
