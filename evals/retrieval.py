"""Print how fast passages are found among a hundred thousand, how many of the nearest, and how often the right one.

Run `python -m evals.retrieval [--passages 100000] [--questions 200]`. Three parts:

- answers: the labelled questions of `retrieval_questions.yaml` (see `evals/retrieval_answers.py`);
- nearest: of the ten nearest by meaning and by words, how many the index finds that an exact comparison finds;
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
from llm.embedding import Vectors
from llm.minilm import NAME, MiniLM
from memory.edge_index import EdgeIndex
from memory.exact_scan import ExactScan
from memory.knowledge import KnowledgeBase
from memory.passage_index import Stamp, Wanted
from memory.words import words_of_question
from store.database import Database
from store.embedded import stop
from store.migrate import ensure_schema
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
    base = next(one for one in scores if one.name == "bm25s")
    for one in scores:
        shares = [f"{100 * one.within[cut]:.0f} %" for cut in CUTS]
        table.add_row(one.name, *shares, f"{one.mrr:.3f}", f"{one.mrr / base.mrr:.2f}")
    return table


def _wanted(question: str, embedded: dict[str, Vectors], ctx: Any) -> Wanted:
    return Wanted(embedded[question], words_of_question(question), ctx.now().timestamp())


def _nearest(
    knowledge: KnowledgeBase, made: Made, questions: Sequence[str], embedded: dict[str, Vectors], ctx: Any
) -> Table:
    scan = ExactScan()
    scan.extend(made.indexed(ctx.now()), Stamp(NAME, 1))
    index = knowledge._indexes[ctx.brand_id]  # the very one that the searches below use
    both: tuple[list[float], list[float]] = ([], [])
    for question in questions:
        wanted = _wanted(question, embedded, ctx)
        for shares, found, exact in zip(both, index.rank(wanted, TOP), scan.rank(wanted, TOP), strict=True):
            if exact:
                shares.append(len(set(found) & set(exact)) / len(exact))
    table = Table(f"of the {TOP} nearest, found", "mean", "worst question", f"aim {AIM_RECALL}", box=None)
    for name, shares in zip(("by meaning (graph)", "by words"), both, strict=True):
        mean = sum(shares) / len(shares)
        table.add_row(name, f"{mean:.3f}", f"{min(shares):.1f}", "kept" if mean >= AIM_RECALL else "missed")
    return table


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
    wanted = {question: _wanted(question, embedded, ctx) for question in questions}
    rows = {
        "at the tool, embedding and receipt included": _timed(_tool(database, ctx, knowledge), questions),
        "at the tool, the question embedded beforehand": _timed(_tool(database, ctx, remembering), questions),
        "search and passages from the store, no receipt": _timed(_searched(database, ctx, remembering), questions),
        "in the index alone (both rankings)": _timed(lambda one: index.rank(wanted[one], 50), questions),
        "embedding the question": _timed(lambda one: MiniLM().embed([one]), questions[:50]),
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
