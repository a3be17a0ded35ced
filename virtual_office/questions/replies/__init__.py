"""Answers to what an owner asks about beside metrics: money, stands, prices, customers and decisions."""
