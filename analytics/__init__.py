"""Numbers in, numbers out: elasticity, the best price, counterfactuals. No I/O, no clock, no randomness."""
