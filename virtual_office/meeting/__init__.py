"""The meeting: its graph, steps, challenges, turns, and the chair's choice."""
