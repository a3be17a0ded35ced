"""Action kinds of pricing: prices, drafts and promotions."""
