"""The business data store: tables, brand-scoped sessions, bulk loading, ledgers and migrations."""
