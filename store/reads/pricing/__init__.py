"""Reads of prices, competitors and promotions."""
