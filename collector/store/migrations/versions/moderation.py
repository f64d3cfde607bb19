"""What of a comment may be published, once somebody has read it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From comments that wait to comments that somebody decides about."""
    op.add_column("comments", sa.Column("published", sa.Text, nullable=False, server_default=""))
