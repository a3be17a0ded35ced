"""Requests a second of the API beside a bare FastAPI and SQLModel application over the same rows, in the same run.

Run it: `python -m evals.rest_cost [--home FOLDER] [--seconds 3] [--rounds 3] [--connections 4] [--kind price.update]`.
The brand is the demo's (`mhos demo`, a minute), its waiting items filled up to seventeen with copies. Both answer lists
of seventeen items and single items of a kind, each from one process and the same PostgreSQL, and are loaded in turn in
the same way. The bare one knows nobody: no login, rights, walls, guardrails or words. Its item comes with the rows that
belong to it, and then as one bare row. The second ratio is of the servers' CPU, without what the load itself takes.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from evals.kill.victim import CHECKOUT, Home
from evals.rest_cost.load import PASSWORD, PERSON, Round, ask, cost_of, middle, request
from store.embedded import stop

ITEMS = 17


@dataclass(frozen=True)
class Comparison:
    """Requests that both are asked in turn: ours, and the bare one's."""

    name: str
    ours: Sequence[str]
    bare: Sequence[str]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.rest_cost", description=__doc__)
    parser.add_argument("--home", type=Path, help="a data folder to make the brand in, or that it was made in")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument(
        "--kind", default="price.update", help="of the items that are shown; empty for all kinds in turn"
    )
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(asked.home or Path(folder) / "home")
        try:
            compare(home, asked.kind, asked.seconds, asked.rounds, asked.connections)
        finally:
            if asked.home is None:
                stop(home.path)
    return 0


def compare(home: Home, kind: str, seconds: float, rounds: int, connections: int) -> None:
    """Print what a request costs, of each and in each comparison."""
    brand_id, ids = _filled_brand(home, kind)
    own = home.address()
    url = own.url(own.owner_role, own.database).replace("postgresql://", "postgresql+psycopg://", 1)
    with _process("ours", str(home.path)) as ours, _process("bare", url, str(brand_id)) as bare:
        headers = {"Authorization": f"Bearer {_token(ours)}"}
        listed = f"?limit={ITEMS}"
        comparisons = (
            Comparison("list", [f"/api/v1/action-items{listed}"], [f"/items{listed}"]),
            Comparison("item and its rows", *_paths(ids, "/items")),
            Comparison("item, one bare row", *_paths(ids, "/alone")),
        )
        print(f"{connections} connections, {rounds} rounds of {seconds:g} s each, medians; a request:")
        print(f"{'':20}{'':6}{'a second':>10}{'CPU ms':>8}{'statements':>12}{'transactions':>14}{'bytes':>8}")
        for comparison in comparisons:
            both = (ours, comparison.ours, headers), (bare, comparison.bare, {})
            costs: tuple[list[Round], list[Round]] = [], []
            for _ in range(rounds):
                for taken, (port, paths, known) in zip(costs, both, strict=True):
                    taken.append(_cost(port, paths, known, connections, seconds))
            middles = [middle(taken) for taken in costs]
            for name, cost, (port, paths, known) in zip(("ours", "bare"), middles, both, strict=True):
                size = len(httpx.get(f"http://127.0.0.1:{port}{paths[0]}", headers=known).content)
                print(
                    f"{comparison.name:20}{name:6}{cost.requests_a_second:10.0f}{cost.cpu_ms:8.2f}"
                    f"{cost.statements:12.1f}{cost.transactions:14.1f}{size:8}"
                )
            asked, peer = middles
            ratio = asked.requests_a_second / peer.requests_a_second
            print(f"{comparison.name + ', ratio':26}{ratio:10.2f}{peer.cpu_ms / asked.cpu_ms:8.2f}")


def _paths(ids: Sequence[UUID], peer: str) -> tuple[list[str], list[str]]:
    return [f"/api/v1/action-items/{item}" for item in ids], [f"{peer}/{item}" for item in ids]


def _cost(port: int, paths: Sequence[str], headers: Mapping[str, str], connections: int, seconds: float) -> Round:
    requests = [request(path, headers) for path in paths]
    asyncio.run(ask(port, requests, connections, seconds / 10))  # warm
    before = httpx.get(f"http://127.0.0.1:{port}/spent").json()
    answered, took = asyncio.run(ask(port, requests, connections, seconds))
    return cost_of(answered, took, before, httpx.get(f"http://127.0.0.1:{port}/spent").json())


def _filled_brand(home: Home, kind: str) -> tuple[UUID, list[UUID]]:
    """The demo's brand, with so many waiting items; its id, and the items of this kind that its meeting left."""
    if not (home.path / "profiles").exists():
        home.mhos("demo")
    with home.connect() as owner:
        waiting = "from action_item where status = 'proposed'"
        brand = owner.execute(f"select brand_id {waiting} limit 1").fetchone()  # pyright: ignore[reportArgumentType]
        own = owner.execute(f"select id, kind {waiting} and proposal_id is not null order by id").fetchall()  # pyright: ignore[reportArgumentType]
        have = owner.execute(f"select count(*) {waiting}").fetchone()  # pyright: ignore[reportArgumentType]
        assert brand and own and have, "the demo's meeting left nothing"
        for number in range(ITEMS - have[0]):
            owner.execute(
                "insert into action_item select (jsonb_populate_record(i, jsonb_build_object('id', %s::text,"
                " 'proposal_id', null, 'edited_from', null))).* from action_item i where id = %s",
                (str(uuid4()), own[number % len(own)][0]),
            )
    return brand[0], [item for item, of_kind in own if kind in ("", of_kind)]


def _token(port: int) -> str:
    known = {"login": PERSON, "password": PASSWORD}
    return httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/login", json=known).json()["access_token"]


@contextmanager
def _process(name: str, *arguments: str) -> Iterator[int]:
    """A server in a process of its own; its port."""
    command = [sys.executable, "-m", f"evals.rest_cost.{name}", *arguments]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
