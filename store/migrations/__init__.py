"""Alembic's environment: every change of the schema, from the first day."""
