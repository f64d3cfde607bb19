"""How the tables come to be and change: one file in `versions` for each step, run by Alembic."""
