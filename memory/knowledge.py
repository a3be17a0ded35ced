"""The knowledge base: adds documents, finds passages by meaning and words, keeps its index in step with the store."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.context import Context
from domain.errors import Unavailable
from domain.knowledge import ReadDocument
from memory.library import FiledDocument, Filing, add_document, embed_missing, embedded, remove_document, unchanged
from memory.passage_index import CANDIDATES, IndexInUse, PassageIndex, SearchQuery, Stamp, fused
from memory.words import words_of_question
from store.database import Database
from store.reads import knowledge as reads
from store.session import BrandSession
from store.tables import KnowledgeDocument, KnowledgePassage

LATER = datetime(9000, 1, 1, tzinfo=UTC)
"""An index knows every moment: each search filters by what it may see."""
MOST_CAUGHT_UP = 5_000
"""Most passages that a search adds to an index; more wait for a rebuild."""

if TYPE_CHECKING:
    from llm.embedding import Embedder
    from memory.exact_scan import ExactScan

OpenIndex = Callable[[UUID], PassageIndex]
EmbedderFor = Callable[[Context, UUID | None], "Embedder"]
"""The model that embeds for a Context, in a run where it is one: what a provider asks for it is paid there."""


def packaged(_ctx: Context, _run: UUID | None) -> "Embedder":
    """The model that ships with the product, for everybody and free."""
    from llm.minilm import MiniLM

    return MiniLM()


@dataclass(frozen=True)
class FoundPassage:
    """A passage with its document, and the hashes that its provenance is kept by; `rank` counts from 1."""

    rank: int
    passage: KnowledgePassage
    document: KnowledgeDocument
    passage_checksum: str
    document_checksum: str

    @classmethod
    def at(cls, rank: int, read: reads.ReadPassage) -> "FoundPassage":
        return cls(rank, read.passage, read.document, read.passage_checksum, read.document_checksum)


@dataclass(frozen=True)
class SearchResult:
    """Passages of a search, what was searched, and the reason where it was not the index."""

    passages: tuple[FoundPassage, ...] = ()
    searched: str = "nothing"
    because: str = ""


class KnowledgeBase:
    """Every brand's. Without `open_index` each search compares every passage."""

    def __init__(self, embedder_for: EmbedderFor = packaged, open_index: OpenIndex | None = None) -> None:
        self._embedder_for, self._open_index = embedder_for, open_index
        self._guard = threading.RLock()
        self._indexes: dict[UUID, PassageIndex] = {}
        self._scan: tuple[UUID, ExactScan] | None = None

    def add(self, database: Database, ctx: Context, document: ReadDocument, filing: Filing) -> FiledDocument:
        """Keep a document; the same one again changes nothing. Raises Conflict."""
        always = _at_all_times(ctx)  # versions and editions are counted over all that is known, whenever it is known
        with database.read(always) as session:
            if existing := unchanged(session, document, filing):
                return existing
        embedded_document = embedded(self._embedder_for(ctx, None), document)
        with database.begin(always) as session:
            return add_document(session, document, filing, embedded_document)

    def remove(self, database: Database, ctx: Context, name: str) -> KnowledgeDocument:
        """Take a document out from now on. Raises NotFound."""
        with database.begin(_at_all_times(ctx)) as session:
            return remove_document(session, name)

    def search(
        self,
        database: Database,
        session: BrandSession,
        question: str,
        limit: int,
        category: str = "",
        tag: str = "",
        run: UUID | None = None,
    ) -> SearchResult:
        """The passages that answer a question best, as known at the session's moment.

        Rankings by meaning and by words are fused. Only what the session itself may read comes back.
        """
        is_open = session.ctx.brand_id in self._indexes
        if not is_open and not reads.edition_of(session):
            return SearchResult()
        embedder = self._embedder_for(session.ctx, run)
        query = SearchQuery(
            vector=embedder.embed([question])[0],
            words=words_of_question(question),
            at=session.ctx.known_until.timestamp(),
            category=category,
            tag=tag,
        )
        if is_open and (result := self._at_once(session, embedder.name, query, limit)):
            return result
        edition = reads.edition_of(session)
        return (
            self._in_step(_Sight(database, session, embedder.name, edition), query, limit)
            if edition
            else SearchResult()
        )

    def _at_once(self, session: BrandSession, model: str, query: SearchQuery, limit: int) -> SearchResult | None:
        """Result of the open index, in one statement; None unless the passages read show that it was complete."""
        with self._guard:
            index = self._indexes.get(session.ctx.brand_id)
            try:
                stamp = index.stamp() if index is not None else None
                if index is None or stamp is None or stamp.model != model:
                    return None
                best = fused(index.rank(query, max(CANDIDATES, limit)))[:limit]
            except Unavailable:
                return None
        rows, edition = reads.passages(session, best)
        return SearchResult(_held(best, rows), index.kind) if 0 < edition <= stamp.edition else None

    def _in_step(self, sight: "_Sight", query: SearchQuery, limit: int) -> SearchResult:
        """Result of an index brought up to date first, or else of an exact scan."""
        with self._guard:
            index, reason = self._current(sight)
            try:
                rankings = index.rank(query, max(CANDIDATES, limit))
            except Unavailable as error:
                self._give_up(sight.brand)
                index, reason = self._scanned(sight), error.message
                rankings = index.rank(query, max(CANDIDATES, limit))
        best = fused(rankings)[:limit]
        rows, _ = reads.passages(sight.session, best)
        return SearchResult(_held(best, rows), index.kind, reason)

    def rebuild(self, database: Database, ctx: Context) -> tuple[int, int, str]:
        """Make the brand's index anew from the store: passages, vectors made on the way, and what was built.

        Raises IndexInUse while another process has it open, and Unavailable.
        """
        embedder = self._embedder_for(ctx, None)
        with database.begin(_at_all_times(ctx)) as session:
            embedded_count = embed_missing(session, embedder)
        with self._guard, database.read(_at_all_times(ctx)) as session:
            index = self._index(ctx.brand_id)
            index.clear()
            stamp = Stamp(embedder.name, reads.edition_of(session))
            passages = list(reads.indexed_since(session, stamp.model, 0))
            index.extend(passages, stamp)
            return len(passages), embedded_count, index.kind

    def catch_up(self, database: Database, ctx: Context) -> str:
        """Bring the index up to the store now rather than at the next search; why not, where it cannot be."""
        with self._guard, database.read(ctx) as session:
            model = self._embedder_for(ctx, None).name
            return self._current(_Sight(database, session, model, reads.edition_of(session)))[1]

    def close(self) -> None:
        """Release the indexes that this process holds open."""
        with self._guard:
            for index in self._indexes.values():
                index.close()
            self._indexes.clear()
            self._scan = None

    def _current(self, sight: "_Sight") -> tuple[PassageIndex, str]:
        """An index that knows all that the session sees; else the exact scan, and why."""
        if self._open_index is None:
            return self._scanned(sight), ""
        try:
            index = self._index(sight.brand)
            _bring_up(sight, index)
            return index, ""
        except _FarBehind as behind:
            return self._scanned(sight), str(behind)
        except IndexInUse as error:
            return self._scanned(sight), error.message
        except Unavailable as error:
            self._give_up(sight.brand)
            return self._scanned(sight), error.message

    def _index(self, brand: UUID) -> PassageIndex:
        if self._open_index is None:
            return self._scan_of(brand)
        if brand not in self._indexes:
            self._indexes[brand] = self._open_index(brand)
        return self._indexes[brand]

    def _give_up(self, brand: UUID) -> None:
        if index := self._indexes.pop(brand, None):
            index.close()

    def _scan_of(self, brand: UUID) -> "ExactScan":
        from memory.exact_scan import ExactScan

        if self._scan is None or self._scan[0] != brand:
            self._scan = brand, ExactScan()
        return self._scan[1]

    def _scanned(self, sight: "_Sight") -> "ExactScan":
        """The exact scan, with all that the session sees in it."""
        scan = self._scan_of(sight.brand)
        if not sight.is_in(scan.stamp()):
            _extend(sight, scan)
        return scan


def _held(best: Sequence[UUID], rows: Mapping[UUID, reads.ReadPassage]) -> tuple[FoundPassage, ...]:
    """The passages of a ranking that the session may read."""
    readable = [rows[passage_id] for passage_id in best if passage_id in rows]
    return tuple(FoundPassage.at(rank, row) for rank, row in enumerate(readable, start=1))


@dataclass(frozen=True)
class _Sight:
    """Scope of a search: a session, the embedding model, and the newest edition that it may see."""

    database: Database
    session: BrandSession
    model: str
    edition: int

    @property
    def brand(self) -> UUID:
        return self.session.ctx.brand_id

    def is_in(self, stamp: Stamp | None) -> bool:
        """True if an index with this stamp holds all of it."""
        return stamp is not None and stamp.model == self.model and stamp.edition >= self.edition


def _bring_up(sight: _Sight, index: PassageIndex) -> None:
    """Bring an index up to what is in sight. Raises Unavailable, or _FarBehind where a rebuild should."""
    if not sight.is_in(index.stamp()):
        _extend(sight, index, MOST_CAUGHT_UP)


def _extend(sight: _Sight, index: PassageIndex, most: int | None = None) -> None:
    """Add what an index lacks, of all moments: which of it a search may see is asked each time."""
    stamp = index.stamp()
    known = stamp.edition if stamp is not None and stamp.model == sight.model else 0
    with sight.database.read(_at_all_times(sight.session.ctx)) as everything:
        missing = reads.count_since(everything, known)
        if most is not None and missing > most:
            raise _FarBehind(f"the index lacks {missing:,} passages: run `mhos kb rebuild`")
        if not known:
            index.clear()
        newest = reads.edition_of(everything)
        coming = list(reads.indexed_since(everything, sight.model, known))
    if len(coming) < missing:
        raise Unavailable(
            f"{missing - len(coming):,} passages were not embedded by {sight.model}.", remedy="Run `mhos kb rebuild`."
        )
    index.extend(coming, Stamp(sight.model, newest))


class _FarBehind(Exception):
    """The index lacks more than a search should wait for."""


def _at_all_times(ctx: Context) -> Context:
    return replace(ctx, as_of=LATER)
