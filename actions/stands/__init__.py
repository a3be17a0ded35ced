"""Action kinds of stands: refills, bonuses and visits."""
