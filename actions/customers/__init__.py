"""Action kinds that reach customers and leads."""
