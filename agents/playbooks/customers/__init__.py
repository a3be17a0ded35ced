"""The CRM Manager on rules."""
