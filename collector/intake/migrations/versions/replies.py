"""What a unit answers to what citizens said."""

import sqlalchemy as sa
from alembic import op

from collector.intake.migrations.versions.accounts import texts

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From handing in to answering citizens."""
    op.create_table(
        "replies",
        sa.Column("key", sa.Text, primary_key=True),
        *texts("unit", "said_in", "source", "theme", "said", "status", "answered", "done_on", "planned_on", "reason"),
        sqlite_strict=True,
    )
    op.create_index("replies_unit", "replies", ["unit"])
