"""Automation: due jobs are carried out, and outcomes are measured into the journal."""
