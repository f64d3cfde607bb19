"""What Alembic runs: the migrations on the connection and in the transaction that `database.migrate` hands over."""

from alembic import context

from collector.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
