"""The cost of a model crew beside its model: the same requests by the bare client and by the product."""
