"""Action kinds of advertising: budgets."""
