"""The embedded index survives SIGKILL while it is written: it is whole, or it knows that it is not."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from memory.edge_index import EdgeIndex, IndexBroken
from memory.exact_scan import ExactScan
from memory.passage_index import SearchQuery, Stamp
from memory.words import words_of_question
from store.reads.knowledge import IndexedPassage

pytestmark = pytest.mark.own_database

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SIZE, BATCH = 8, 300
CHECKOUT = Path(__file__).resolve().parents[3]
WRITER = """
import sys; sys.path.insert(0, {checkout!r})
from pathlib import Path
from memory.edge_index import EdgeIndex
from memory.passage_index import Stamp
from tests.integration.memory.test_index_kill import passages_of
index = EdgeIndex(Path({folder!r}))
for edition in range({first}, {first} + 200):
    index.extend(passages_of(edition), Stamp("m", edition))
    print(edition, flush=True)
"""


def passages_of(edition: int) -> list[IndexedPassage]:
    """The passages that came with an edition."""
    rng = np.random.default_rng(edition)
    passages = []
    for at in range(BATCH):
        vector = rng.normal(size=SIZE).astype("<f4")
        passage_id = UUID(int=(7 << 76) | (2 << 62) | (edition * BATCH + at + 1))
        passages.append(IndexedPassage(passage_id, "", "", f"word{edition} {at}", vector.tobytes(), "", [], NOW, None))
    return passages


def test_what_is_stamped_is_there_after_a_kill(tmp_path: Path) -> None:
    killed_at_random(tmp_path, rounds=2)


@pytest.mark.long
def test_what_is_stamped_is_there_after_many_kills(tmp_path: Path) -> None:
    killed_at_random(tmp_path, rounds=12)


def killed_at_random(folder: Path, rounds: int) -> None:
    rng, first = random.Random(7), 1
    for _ in range(rounds):
        script = WRITER.format(checkout=str(CHECKOUT), folder=str(folder), first=first)
        writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        stamped = int(writer.stdout.readline())
        time.sleep(rng.uniform(0, 0.4))
        writer.kill()
        writer.wait()
        held = checked(folder)
        assert held >= stamped, "it was flushed before it was stamped"
        first = held + 1


def checked(folder: Path) -> int:
    """The edition that the index says it holds, after a look whether it does; 0 where it says that it holds nothing."""
    index = EdgeIndex(folder)
    try:
        stamp = index.stamp()
        if stamp is None:
            index.clear()
            return 0
        scan = ExactScan()
        for edition in range(1, stamp.edition + 1):
            scan.extend(passages_of(edition), Stamp("m", edition))
        for seed in range(5):
            vector = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
            wanted = SearchQuery(vector, words_of_question(f"word{stamp.edition}"), NOW.timestamp())
            exact, ranked = scan.rank(wanted, 10), index.rank(wanted, 40)
            assert set(exact[0]) <= set(ranked[0]), "what was written later may stand before it"
        return stamp.edition
    except IndexBroken:
        index.clear()
        return 0
    finally:
        index.close()
