"""A brand with a small library."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.documents import read_document
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from memory.edge_index import EdgeIndex
from memory.knowledge import KnowledgeBase, SearchResult
from memory.library import FiledDocument, Filing
from store.database import Database


@dataclass
class Library:
    """A brand's documents in a knowledge base whose index lies in a folder of the test's own."""

    database: Database
    ctx: Context
    folder: Path
    knowledge: KnowledgeBase

    def add(self, name: str, text: str, **shelf: Any) -> FiledDocument:
        document = read_document(name, text.encode())
        return self.knowledge.add(self.database, self.ctx, document, Filing(**shelf))

    def search(self, question: str, limit: int = 3, ctx: Context | None = None, **where: str) -> SearchResult:
        with self.database.read(ctx or self.ctx) as session:
            return self.knowledge.search(self.database, session, question, limit, **where)

    def names(self, question: str, **how: Any) -> list[str]:
        return [found_passage.document.name for found_passage in self.search(question, **how).passages]

    def pass_days(self, days: float) -> None:
        clock = FixedClock(self.ctx.now() + timedelta(days=days))
        self.ctx = replace(self.ctx, clock=clock, ids=TimeOrderedIds(clock))

    def another_process(self) -> "Library":
        """The same library as a process of its own would open it: with an index object of its own."""
        return replace(self, knowledge=indexed(self.folder))


def indexed(folder: Path) -> KnowledgeBase:
    return KnowledgeBase(open_index=lambda brand: EdgeIndex(folder / str(brand)))


@pytest.fixture
def library(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Any:
    library = Library(database, new_brand(), tmp_path / "knowledge", indexed(tmp_path / "knowledge"))
    yield library
    library.knowledge.close()
