"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing to the tables of the first version."""
    strict = {"sqlite_strict": True, "sqlite_with_rowid": False}
    op.create_table(
        "answers",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("period", "unit", "counter", "form", "channel", "marks", "choices")
        ),
        **strict,
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("period", "unit", "question", "text")),
        sa.Column("suspect", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "receipts",
        sa.Column("form_mac", sa.LargeBinary, primary_key=True),
        sa.Column("answers_mac", sa.LargeBinary, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "slip_batches",
        sa.Column("batch", sa.Text, primary_key=True),
        sa.Column("counter", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("printed", sa.Integer, nullable=False),
        sa.Column("expires_on", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "slips",
        sa.Column("long_mac", sa.LargeBinary, primary_key=True),
        sa.Column("short_mac", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("batch", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "discarded",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("period", "counter", "what")),
        sa.Column("n", sa.Integer, nullable=False),
        **strict,
    )
    op.create_table("heard", *(sa.Column(name, sa.Text, primary_key=True) for name in ("counter", "block")), **strict)
    op.create_table(
        "periods",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        **strict,
    )
