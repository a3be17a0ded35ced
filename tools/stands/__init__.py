"""Tools over stands: refills, trends, bonuses and visits."""
