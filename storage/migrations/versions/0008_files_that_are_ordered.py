"""Files that are ordered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Files that are ordered."""
    op.create_table(
        "export_order",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("ordered_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("key"),
    )
