"""Statistics that several nouns share: regressions, likelihoods, intervals, counterfactuals."""
