"""The composition root: where the rooms are wired together, once."""

from bootstrap.office import Office

__all__ = ["Office"]
