"""Action kinds of finance: reminders and flagged expenses."""
