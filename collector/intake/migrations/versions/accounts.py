"""The first tables: accounts, invitations, sessions, the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def texts(*names: str) -> list[sa.Column[str]]:
    """Columns of text that always hold something, be it a blank."""
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """From nothing to the tables of the first version."""
    op.create_table(
        "accounts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("login", sa.Text, nullable=False, unique=True),
        *texts("name", "roles", "units"),
        sa.Column("active", sa.Integer, nullable=False),
        *texts("password"),
        sa.Column("uniquifier", sa.Text, nullable=False, unique=True),
        *texts("totp_secret"),
        sa.Column("totp_counter", sa.Integer, nullable=False),
        *texts("recovery_codes"),
        sqlite_strict=True,
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.Text, primary_key=True),
        *texts("account", "expires_at"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        *texts("account", "data", "agent", "started_at", "seen_at"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer, primary_key=True),
        *texts("at", "who", "action", "about", "detail", "previous", "digest"),
        sqlite_strict=True,
    )
