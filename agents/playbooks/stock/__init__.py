"""The Inventory Forecaster on rules."""
