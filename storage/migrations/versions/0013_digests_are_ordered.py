"""Digests are ordered and made afterwards; themes are remembered, and what replies mean."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Digests are ordered and made afterwards; themes are remembered, and what replies mean."""
    op.add_column("digest", sa.Column("shown", sa.String(), nullable=True))
    op.create_table(
        "digest_order",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("dialogue_id", "scope"),
    )
    op.create_table(
        "theme",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("into_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("dialogue_id", "number"),
    )
    op.create_table(
        "theme_reply",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("reply_no", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("pin", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.ForeignKeyConstraint(["reply_no"], ["reply.reply_no"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dialogue_id", "reply_no"),
    )
    op.create_index("theme_reply_reply", "theme_reply", ["reply_no"])
    op.create_table(
        "meaning",
        sa.Column("reply_no", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["reply_no"], ["reply.reply_no"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reply_no"),
    )
