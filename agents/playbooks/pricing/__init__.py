"""The Pricing Director on rules."""
