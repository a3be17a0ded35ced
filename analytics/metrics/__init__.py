"""Variance analysis of sales metrics."""
