"""When files of a digest were made, and which numbers they told the public."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """When files of a digest were made, and which numbers they told the public."""
    op.create_table(
        "handed_out",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_handed_out_dialogue_id", "handed_out", ["dialogue_id"])
