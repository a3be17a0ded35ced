"""The Stand Coach on rules."""
