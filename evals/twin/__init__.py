"""Playing crews in the twin: one seeded world run by nobody, rules of thumb, the product, and who knows all."""
