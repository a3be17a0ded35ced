"""Readings that several answers of one run build on: made once, by whoever needs them first, the same for all."""

from memory.knowledge import KnowledgeBase
from store.snapshot import Snapshot


class Readings(Snapshot):
    """A run's readings, by name: facts of the store as of its one moment, and what was computed of them.

    Agents that work side by side share them. `knowledge` searches the brand's documents; without an index unless one
    is given.
    """

    def __init__(self, knowledge: KnowledgeBase | None = None) -> None:
        super().__init__()
        self.knowledge = knowledge or KnowledgeBase()
