"""Sell-through of stands, lost sales, and profitable refill trips."""
