"""Print how fast passages are found among a hundred thousand, how many of the nearest, and how often the right one.

Run `python -m evals.retrieval [--passages 100000] [--questions 200]`. Three parts:

- answers: the labelled questions of `retrieval_questions.yaml` (see `evals/retrieval_answers.py`);
- nearest: the same search over the index and over an exact comparison of every passage: both bring fifty by meaning and
  fifty by words, fused by the same function, as `search_knowledge` has it. What share of the exact search's first ten
  the index's first ten hold (recall), for both rankings and for what they make together, with the filters that the tool
  has (category, tag, both, and the moment that is asked for; each search asks for a moment, and one passage in ten had
  ended before it);
- speed: a search at the tool (`search_knowledge` through its toolbox: embedding, search, passages read from the store,
  receipt kept), with the question's embedding known beforehand, and in the index alone; beside bm25s and a plain
  comparison in numpy in this process, and qdrant-client's local mode, over the same passages in the same run.

The hundred thousand are made, because embedding so many takes hours: vectors between those of real texts (our documents
and Python's manual), and texts drawn from real words. What they say means nothing.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.retrieval_answers import CUTS, cases, passages, rankers, score
from evals.retrieval_library import Made, fill, make
from identity.brands import NewBrand
from identity.local import create_local_brand
from identity.open_context import open_context
from llm import minilm
from llm.embedding import Vectors
from llm.minilm import NAME, MiniLM
from memory.edge_index import EdgeIndex
from memory.exact_scan import ExactScan
from memory.knowledge import KnowledgeBase
from memory.passage_index import CANDIDATES, Rankings, SearchQuery, Stamp, fused
from memory.words import words_of_question
from store.database import Database
from store.embedded import stop
from store.migrate import ensure_schema
from store.reads.knowledge import edition_of
from store.tables import Run
from tools.readings import Readings
from tools.toolbox import Toolbox

AIM_SECONDS, AIM_RECALL = 0.003, 0.95
TOP = 10
_LOCAL = 5_000
"""Its local mode is not made for more, and takes minutes to fill."""


@dataclass
class Remembered:
    """An embedder that knows these texts already, so that what the rest takes can be told apart."""

    known: dict[str, Vectors]
    name: str = NAME

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.known[text] for text in texts])


class Forgetful:
    """The packaged embedder, which has never seen a question before."""

    name = NAME

    def embed(self, texts: Sequence[str]) -> Vectors:
        minilm._of_text.cache_clear()
        return MiniLM().embed(texts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=100)
    wanted = parser.parse_args()
    screen = Console()
    texts = passages()
    asked = cases(texts)
    screen.print(_answers(texts, [score(name, rank, asked) for name, rank in rankers(texts).items()], len(asked)))
    made = make(texts, wanted.passages)
    questions = [case.question for case in asked]
    questions = [
        f"{questions[at % len(questions)]} {at // len(questions) or ''}".strip() for at in range(wanted.questions)
    ]
    with _ground() as (database, home, ctx):
        screen.print(f"\n{len(made.texts):,} passages are written into the store and the index …")
        started = time.perf_counter()
        fill(database, ctx, made)
        written = time.perf_counter() - started
        knowledge = KnowledgeBase(open_index=lambda brand: EdgeIndex(home / "knowledge" / str(brand)))
        started = time.perf_counter()
        knowledge.rebuild(database, ctx)
        screen.print(f"store {written:.0f} s, index {time.perf_counter() - started:.0f} s")
        embedded = dict(zip(questions, MiniLM().embed(questions), strict=True))
        screen.print(_nearest(knowledge, made, questions, embedded, ctx))
        screen.print(_speed(database, ctx, knowledge, made, questions, embedded))
        knowledge.close()
    return 0


@contextmanager
def _ground() -> Iterator[tuple[Database, Path, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database.embedded(home)
        ensure_schema(database)
        create_local_brand(database, home, "owner", NewBrand("shelf", "Shelf", "EUR"))
        try:
            yield database, home, open_context(database, home, "owner", brand="shelf")
        finally:
            database.close()
            stop(home)


def _answers(texts: Sequence[str], scores: Sequence[Any], asked: int) -> Table:
    table = Table("", *(f"answered within {cut}" for cut in CUTS), "mean reciprocal rank", "ratio to bm25s", box=None)
    table.title = f"{asked} hand-written questions on {len(texts)} passages of this project's documents"
    base = next(scored for scored in scores if scored.name == "bm25s")
    for scored in scores:
        shares = [f"{100 * scored.within[cut]:.0f} %" for cut in CUTS]
        table.add_row(scored.name, *shares, f"{scored.mrr:.3f}", f"{scored.mrr / base.mrr:.2f}")
    return table


def _wanted(question: str, embedded: dict[str, Vectors], ctx: Any, **where: Any) -> SearchQuery:
    return replace(SearchQuery(embedded[question], words_of_question(question), ctx.now().timestamp()), **where)


def _nearest(
    knowledge: KnowledgeBase, made: Made, questions: Sequence[str], embedded: dict[str, Vectors], ctx: Any
) -> Table:
    scan = ExactScan()
    scan.extend(made.indexed(ctx.now()), Stamp(NAME, 1))
    index = knowledge._indexes[ctx.brand_id]  # the very one that the searches below use
    table = Table(
        f"of the {TOP} best, found", "meaning", "words", "fused", "worst question, fused", f"aim {AIM_RECALL}", box=None
    )
    for name, where in _filters(ctx).items():
        shares = [
            _shares(index.rank(wanted, CANDIDATES), scan.rank(wanted, CANDIDATES))
            for wanted in (_wanted(question, embedded, ctx, **where) for question in questions)
        ]
        meaning, words, together = (float(mean) for mean in np.mean(shares, axis=0))
        worst = min(share[2] for share in shares)
        kept = "kept" if min(meaning, words, together) >= AIM_RECALL else "missed"
        table.add_row(name, f"{meaning:.3f}", f"{words:.3f}", f"{together:.3f}", f"{worst:.1f}", kept)
    return table


def _filters(ctx: Any) -> dict[str, dict[str, Any]]:
    """The filters of a search by their description, over a library as `retrieval_library.Filed` has it."""
    return {
        "no filter": {},
        "a category of 15 %": {"category": "contract"},
        "a category of 5 %": {"category": "letter"},
        "a tag of 2 %": {"tag": "S7"},
        "category and tag": {"category": "contract", "tag": "S7"},
        "half a year ago": {"at": (ctx.now() - timedelta(days=180)).timestamp()},
    }


def _shares(approximate: Rankings, exact: Rankings) -> tuple[float, float, float]:
    """Shares (0 to 1) of the exact search's best that were found: by meaning, by words, and fused."""
    pairs = (*zip(approximate, exact, strict=True), (fused(approximate), fused(exact)))
    meaning, words, together = (
        len(set(ours[:TOP]) & set(theirs[:TOP])) / len(theirs[:TOP]) if theirs else 1.0 for ours, theirs in pairs
    )
    return meaning, words, together


def _speed(
    database: Database,
    ctx: Any,
    knowledge: KnowledgeBase,
    made: Made,
    questions: Sequence[str],
    embedded: dict[str, Vectors],
) -> Table:
    index = knowledge._indexes[ctx.brand_id]
    remembering = KnowledgeBase(lambda _ctx, _run: Remembered(embedded))
    remembering._indexes, remembering._open_index = knowledge._indexes, knowledge._open_index
    forgetful = KnowledgeBase(lambda _ctx, _run: Forgetful())
    forgetful._indexes, forgetful._open_index = knowledge._indexes, knowledge._open_index
    wanted = {question: _wanted(question, embedded, ctx) for question in questions}
    rows = {
        "at the tool, embedding and receipt included": _timed(_tool(database, ctx, forgetful), questions),
        "at the tool, the question embedded beforehand": _timed(_tool(database, ctx, remembering), questions),
        "search and passages from the store, no receipt": _timed(_searched(database, ctx, remembering), questions),
        "a snapshot opened, and a row written and committed": _timed(_written(database, ctx), questions),
        "in the index alone (both rankings)": _timed(
            lambda question: index.rank(wanted[question], CANDIDATES), questions
        ),
        "embedding the question": _timed(lambda question: Forgetful().embed([question]), questions[:50]),
        **_others(made, questions, embedded, ctx),
    }
    base = rows["in the index alone (both rankings)"][0]
    table = Table(
        f"{len(made.texts):,} passages, one question at a time",
        "median ms",
        "95 % ms",
        "own CPU ms",
        "ratio to the index",
        box=None,
    )
    for name, (middle, slow, worked) in rows.items():
        table.add_row(
            name, f"{1000 * middle:.2f}", f"{1000 * slow:.2f}", f"{1000 * worked:.2f}", f"{middle / base:.1f}"
        )
    return table


def _tool(database: Database, ctx: Any, knowledge: KnowledgeBase) -> Callable[[str], Any]:
    present = replace(ctx, as_of=ctx.now())
    with database.begin(ctx) as session:
        run = Run(
            kind="benchmark", graph_version="", status="running", started_by=ctx.actor.label, started_at=ctx.now()
        )
        session.add(run)
    toolbox = Toolbox(database, present, run.id, "pricing_director", ["search_knowledge"], Readings(knowledge))
    return lambda question: toolbox.call("search_knowledge", {"question": question})


def _written(database: Database, ctx: Any) -> Callable[[str], Any]:
    """The base cost of every tool's answer: the two transactions that it is read and kept in."""
    now, who = ctx.now(), ctx.actor.label

    def write(_question: str) -> Any:
        with database.read(ctx) as session:
            edition_of(session)
        with database.begin(ctx) as session:
            session.add(Run(kind="benchmark", graph_version="", status="done", started_by=who, started_at=now))

    return write


def _searched(database: Database, ctx: Any, knowledge: KnowledgeBase) -> Callable[[str], Any]:
    def search(question: str) -> Any:
        with database.read(ctx) as session:
            return knowledge.search(database, session, question, 6)

    return search


def _others(
    made: Made, questions: Sequence[str], embedded: dict[str, Vectors], ctx: Any
) -> dict[str, tuple[float, float, float]]:
    import bm25s

    few = questions[:30]
    plain = bm25s.BM25()
    plain.index(bm25s.tokenize(list(made.texts), stopwords="en", show_progress=False), show_progress=False)

    def by_words(question: str) -> Any:
        return plain.retrieve(bm25s.tokenize([question], show_progress=False), k=50, show_progress=False)

    def by_meaning(question: str) -> Any:
        return np.argpartition(-(made.vectors @ embedded[question]), 50)[:50]

    return {
        "bm25s: words only, in this process": _timed(by_words, few),
        "numpy: meaning only, exact, in this process": _timed(by_meaning, few),
        f"qdrant-client's local mode, {_LOCAL:,} passages": _timed(
            _local_mode(made.first(_LOCAL), embedded, ctx), few[:9]
        ),
    }


def _local_mode(made: Made, embedded: dict[str, Vectors], ctx: Any) -> Callable[[str], Any]:
    from qdrant_client import QdrantClient

    from memory.server_index import ServerIndex

    warnings.simplefilter("ignore")
    index = ServerIndex(lambda: QdrantClient(":memory:"), UUID(int=1))
    index.extend(made.indexed(ctx.now()), Stamp(NAME, 1))
    return lambda question: index.rank(_wanted(question, embedded, ctx), 50)


def _timed(do: Callable[[str], Any], questions: Sequence[str]) -> tuple[float, float, float]:
    """Median, 95th percentile, and mean of the process's own time, in seconds, after one to warm up."""
    taken = []
    do(questions[-1])
    worked = time.process_time()
    for question in questions[:-1]:
        started = time.perf_counter()
        do(question)
        taken.append(time.perf_counter() - started)
    worked = (time.process_time() - worked) / len(taken)
    return median(taken), float(np.percentile(taken, 95)), worked


if __name__ == "__main__":
    sys.exit(main())
