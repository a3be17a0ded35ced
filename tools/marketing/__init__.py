"""Tools over advertising budgets."""
