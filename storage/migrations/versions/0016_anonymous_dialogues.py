"""Anonymous dialogues have a key, from which their pseudonyms are made, until they close."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Anonymous dialogues have a key, from which their pseudonyms are made, until they close."""
    op.create_table(
        "pseudonym_key",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.dialogue_id"]),
        sa.PrimaryKeyConstraint("dialogue_id"),
    )
