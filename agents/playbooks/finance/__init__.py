"""The Finance Analyst on rules."""
