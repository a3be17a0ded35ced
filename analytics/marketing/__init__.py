"""Advertising response of sales, and the best split of a budget."""
