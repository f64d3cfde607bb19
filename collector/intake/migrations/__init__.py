"""How the tables of the staff pages change from version to version."""
