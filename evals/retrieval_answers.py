"""Whether the passage that answers a question is found: hybrid search beside its parts and beside another's BM25.

The labelled set is `retrieval_questions.yaml`: questions written by hand on this project's own documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import yaml

from connectors.documents import read_file
from llm.embedding import Vectors
from llm.minilm import MiniLM
from memory.chunking import chunks_of, embedded_text
from memory.exact_scan import ExactScan
from memory.passage_index import CANDIDATES, Rankings, SearchQuery, Stamp, fused
from memory.words import words_of_question
from store.reads.knowledge import IndexedPassage

CHECKOUT = Path(__file__).resolve().parent.parent
QUESTIONS = Path(__file__).with_name("retrieval_questions.yaml")
CUTS = (1, 3, 10)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Ranker = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class LabelledQuestion:
    """A question, and the passages that hold the words which answer it."""

    question: str
    answers: frozenset[int]


@dataclass(frozen=True)
class Score:
    """How well a ranker does: the share of questions answered within so many passages, and the mean reciprocal rank."""

    name: str
    within: dict[int, float]
    mrr: float


def passages() -> list[str]:
    """The passages of the project's documents, as they are embedded. The examples of minutes are left out."""
    files = sorted(path for path in (CHECKOUT / "docs").rglob("*.md") if "examples" not in path.parts)
    texts = []
    for path in [CHECKOUT / "README.md", *files]:
        document = read_file(path)
        texts += [embedded_text(document.title, chunk.heading, chunk.text) for chunk in chunks_of(document)]
    return texts


def cases(texts: Sequence[str]) -> list[LabelledQuestion]:
    """The labelled questions, but for those whose answer no document has any more: documents change."""
    flat = [" ".join(text.split()) for text in texts]
    labelled = []
    for question, words in yaml.safe_load(QUESTIONS.read_text("utf-8")):
        answers = frozenset(at for at, text in enumerate(flat) if words in text)
        if answers:
            labelled.append(LabelledQuestion(question, answers))
    return labelled


def rankers(texts: Sequence[str]) -> dict[str, Ranker]:
    """The product's hybrid, its two parts, and bm25s (Lù 2024), which knows nothing of this project."""
    vectors, scan = MiniLM().embed(texts), ExactScan()
    scan.extend((_indexed(at, *passage) for at, passage in enumerate(zip(texts, vectors, strict=True))), Stamp("", 1))

    def rankings(question: str) -> Rankings:
        vector, words = MiniLM().embed([question])[0], words_of_question(question)
        return scan.rank(SearchQuery(vector, words, NOW.timestamp()), CANDIDATES)

    def places(ranking: Sequence[UUID]) -> Sequence[int]:
        return [passage_id.int for passage_id in ranking]

    return {
        "hybrid": lambda question: places(fused(rankings(question))),
        "meaning alone": lambda question: places(rankings(question)[0]),
        "words alone": lambda question: places(rankings(question)[1]),
        "bm25s": _bm25s(texts),
    }


def _indexed(at: int, text: str, vector: Vectors) -> IndexedPassage:
    return IndexedPassage(UUID(int=at), "", "", text, vector.astype("<f4").tobytes(), "", [], NOW, None)


def _bm25s(texts: Sequence[str]) -> Ranker:
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)

    def rank(question: str) -> Sequence[int]:
        asked = bm25s.tokenize([question], stopwords="en", show_progress=False)
        places, scores = index.retrieve(asked, k=len(texts), show_progress=False)
        return [int(at) for at, score in zip(places[0], scores[0], strict=True) if score > 0]

    return rank


def score(name: str, rank: Ranker, asked: Sequence[LabelledQuestion]) -> Score:
    """How well a ranker finds the passages that answer."""
    firsts = []
    for case in asked:
        ranking = list(rank(case.question))
        firsts.append(next((at for at, passage in enumerate(ranking, start=1) if passage in case.answers), None))
    within = {cut: sum(1 for first in firsts if first and first <= cut) / len(firsts) for cut in CUTS}
    return Score(name, within, sum(1 / first for first in firsts if first) / len(firsts))
