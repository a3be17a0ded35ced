"""Questions about metrics in people's words, and their answers in sentences."""
