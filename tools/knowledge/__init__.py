"""Tools over the brand's documents."""
