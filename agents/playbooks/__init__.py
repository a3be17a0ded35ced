"""The rules crew: one playbook an agent."""
