"""Elasticities, best prices, ladders of channels, and the effect of promotions."""
