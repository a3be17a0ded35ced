"""How sales answer advertising, and how a budget is best split."""
