"""The crew: charters, playbooks, and the one graph in which every agent works, on rules or on a model."""
