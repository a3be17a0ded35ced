"""Kinds of stock movements, by what they tell."""

COUNT = "count"
SALE = "sale"
TRANSFER = "transfer"
RECEIPT = "receipt"
USES = frozenset({SALE, TRANSFER})
"""Movements out of a warehouse that meet demand: sales, and transfers to where goods are sold."""
