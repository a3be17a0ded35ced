"""Action kinds, action items, approvals, and the gateway: the only way an effect happens."""
