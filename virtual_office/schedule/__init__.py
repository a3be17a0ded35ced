"""Meetings on a schedule: definitions, versions, and when they are due."""
