"""Reads of customers, messages and leads."""
