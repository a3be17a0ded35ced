"""Tools that answer questions about metrics."""
