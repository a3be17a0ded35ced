"""Tools over customers, messages and leads."""
