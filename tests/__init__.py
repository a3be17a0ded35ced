"""Promises of the product, room by room."""
