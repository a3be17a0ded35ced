"""Typed tools over the store, their registry, and the receipts of what they answered."""
