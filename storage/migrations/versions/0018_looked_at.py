"""Replies are looked at before they are shown; the bot holds back too, and hears danger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Replies are looked at before they are shown; the bot holds back too, and hears danger."""
    looked = sa.Column("looked", sa.SmallInteger(), server_default="0", nullable=False)
    op.add_column("reply", looked)
    # What is there has been shown already: nobody is alarmed about it today.
    op.execute("UPDATE reply SET looked = 1")
    op.create_index(
        "reply_unlooked",
        "reply",
        ["reply_no"],
        sqlite_where=sa.text("looked = 0"),
        postgresql_where=sa.text("looked = 0"),
    )
    kind = sa.Column("kind", sa.String(), server_default="organizer", nullable=False)
    op.add_column("hold", kind)
    op.create_table(
        "care_alert",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("reply_no", sa.Integer(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_care_alert_user_id", "care_alert", ["user_id"])
    op.create_table(
        "whisper",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_whisper_user_id", "whisper", ["user_id"])
