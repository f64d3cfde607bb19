"""What Alembic runs: the migrations on the connection and in the transaction that `database.migrate` hands over."""

from alembic import context

from collector.intake.tables import metadata

given = context.config.attributes
context.configure(connection=given["connection"], target_metadata=metadata, version_table=given["versions"])
context.run_migrations()
