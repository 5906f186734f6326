"""Replies in a room are found by their round; an index by source holds private ones only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Replies in a room are found by their round; an index by source holds private ones only."""
    op.drop_index("reply_source", table_name="reply")
    op.create_index(
        "reply_private",
        "reply",
        ["room_id", "sent_ms", "event_id"],
        unique=False,
        sqlite_where=sa.text("sealed"),
        postgresql_where=sa.text("sealed"),
    )
