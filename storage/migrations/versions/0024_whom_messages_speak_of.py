"""Who of those asked via link has answered; of whom messages of the bot speak."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Who has given an answer is, as far as it can be known, whoever has the role now."""
    op.add_column("contact_question", sa.Column("answerer", sa.String(), nullable=True))
    op.execute(
        "UPDATE contact_question SET answerer = "
        "(SELECT user_id FROM contact WHERE contact.role = contact_question.role) "
        "WHERE answer IS NOT NULL"
    )
    op.create_table(
        "told_of",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reply_no", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("seating_no", sa.Integer(), nullable=True),
        sa.Column("dialogue_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    for column in ("key", "reply_no", "user_id"):
        op.create_index(f"ix_told_of_{column}", "told_of", [column])
