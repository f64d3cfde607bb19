"""One file for each step; Alembic finds their order by `down_revision`."""
