"""Reorder points, order quantities, lead times, surplus, and stock through time."""
