"""Who has consented, what asks for it, and what is left aside until then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add what consent needs; dialogues that run go on without asking."""
    op.create_table(
        "consent",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("given_ms", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("dialogue_id", "user_id"),
    )
    op.create_index("ix_consent_user_id", "consent", ["user_id"])
    op.create_table(
        "consent_question",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("room_id", "event_id"),
    )
    op.create_index("ix_consent_question_dialogue_id", "consent_question", ["dialogue_id"])
    op.create_table(
        "left_aside",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("fetch_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("room_id", "event_id"),
    )
    op.create_index("ix_left_aside_dialogue_id", "left_aside", ["dialogue_id"])
    op.create_index("ix_left_aside_user_id", "left_aside", ["user_id"])
