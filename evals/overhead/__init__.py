"""What a model crew costs beside its model: the same requests through the bare client and through the product."""
