"""How `make setup` keeps the environment light: what it removes, what it compiles, and what is left, by package."""
