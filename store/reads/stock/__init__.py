"""Reads of stock, orders and transfers."""
