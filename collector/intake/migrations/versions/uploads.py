"""What is handed in, and the builds that publish it."""

import sqlalchemy as sa
from alembic import op

from collector.intake.migrations.versions.accounts import texts

revision = "0002"
down_revision = "0001"


def numbers(*names: str) -> list[sa.Column[int]]:
    """Columns of whole numbers."""
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    """From accounts to accounts that hand something in."""
    op.create_table(
        "uploads",
        sa.Column("key", sa.Text, primary_key=True),
        *texts("kind", "unit", "period", "by", "at", "name", "sha256"),
        *numbers("size"),
        *texts("reading", "state"),
        *numbers("errors", "warnings", "rows"),
        *texts("candidate", "reason", "explanations", "submitted_by", "submitted_at", "decided_by", "decided_at"),
        *texts("remark"),
        *numbers("ledger_lines"),
        *texts("accepted_at"),
        sqlite_strict=True,
    )
    op.create_index("uploads_place", "uploads", ["kind", "unit", "period"])
    op.create_index("uploads_state", "uploads", ["state"])
    op.create_table(
        "builds",
        sa.Column("number", sa.Integer, primary_key=True),
        *texts("asked_by", "asked_at", "started_at", "ended_at", "state", "release"),
        *numbers("taken"),
        *texts("said"),
        sqlite_strict=True,
    )
