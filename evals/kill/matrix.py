"""Kills import, meeting and execution many times over, and checks each time that nothing was lost or done twice.

Run it: `python -m evals.kill.matrix [--kills 54] [--seed 1]`. It exits non-zero where a promise was broken.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.kill.victim import CHECKOUT, Home, Kill, Moment, Target, VerbFailed, run_and_kill
from store.embedded import stop

SAMPLE = CHECKOUT / "examples" / "hairoticmen_sample"
BUSINESS = (
    "product", "product_cost", "channel", "location", "supplier", "price", "price_history", "competitor_price",
    "stock_item", "inventory_movement", "customer", "sales_order", "order_line", "sales_fact", "purchase_order",
    "invoice", "payment", "expense", "money_ledger", "message", "task", "brand_rules",
)  # fmt: skip
_FINISHED = "select count(*) from event where brand_id = {brand} and type = 'meeting.finished'"
_OF_ITEM = "select count(*) from {table} where brand_id = {{brand}} and subject = %s"
_OWN = r"_id$|^id$|^brand_id$|^recorded_at$|^created_at$|^seq$"


@dataclass(frozen=True)
class VerbTrial:
    """One kill and what the check afterwards found; no finding is a pass."""

    kill: Kill
    broken: Sequence[str]


def fingerprint(home: Home, brand: str) -> str:
    """A hash of everything a brand's business tables say, apart from identifiers and times of writing."""
    digest = hashlib.sha256()
    with home.connect() as referee:
        for table in BUSINESS:
            columns = [
                name
                for (name,) in referee.execute(
                    "select column_name from information_schema.columns where table_name = %s "
                    "and column_name !~ %s order by column_name",
                    [table, _OWN],
                )
            ]
            row = f"jsonb_build_array({', '.join(columns)})::text"
            rows = referee.execute(
                f"select {row} from {table} where brand_id = (select id from brand where slug = %s) order by 1",  # type: ignore[arg-type]
                [brand],
            )
            for (text,) in rows:
                digest.update(f"{table} {text}\n".encode())
    return digest.hexdigest()


def count(home: Home, brand: str, query: str, *values: Any) -> int:
    """One number from the brand's rows; `query` has `{brand}` where the brand's id belongs."""
    with home.connect() as referee:
        row = referee.execute(query.format(brand="(select id from brand where slug = %s)"), [brand, *values]).fetchone()  # type: ignore[arg-type]
        return row[0] if row else 0


class Matrix:
    """The trials of one run, in one data folder."""

    def __init__(self, home: Home, rng: random.Random, say: Callable[[str], None]) -> None:
        self._home, self._rng, self._say = home, rng, say
        self._brands = 0

    def run(self, kills: int) -> list[VerbTrial]:
        """Import, meeting and execution in turn, until so many were killed before they had ended by themselves."""
        self._see_how_it_goes_unkilled()
        trials: list[VerbTrial] = []
        while sum(not trial.kill.survived for trial in trials) < kills:
            number = len(trials)
            phase = (self.kill_import, self.kill_meeting, self.kill_execution)[number % 3]
            target: Target = "database" if number % 2 else "process"
            moment: Moment = "transaction" if number % 4 < 2 else "any"
            trial = self._tried(phase, target, moment)
            trials.append(trial)
            self._say(_line(number + 1, trial))
        return trials

    def _tried(self, phase: "Callable[[Target, Moment], VerbTrial]", target: Target, moment: Moment) -> VerbTrial:
        try:
            return phase(target, moment)
        except VerbFailed as error:
            return VerbTrial(self._last, [str(error)])

    def _see_how_it_goes_unkilled(self) -> None:
        """Record what each verb leaves, and the seconds it takes, where nobody kills it."""
        self._usual: dict[str, float] = {}
        with self._timed("import"):
            self._imported = self._new_brand(imported=True)
        self._reference = fingerprint(self._home, self._imported)
        with self._timed("meet"):
            met = self._home.mhos("meet", "--brand", self._imported)
        self._met = _lasting_parts(met)
        item = next(item for item in met["action_items"] if item["status"] == "proposed")["id"]
        with self._timed("approve"):
            self._home.mhos("approve", item, "--as", "operator", "--brand", self._imported)

    @contextmanager
    def _timed(self, verb: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._usual[verb] = time.monotonic() - started

    def _new_brand(self, *, imported: bool) -> str:
        self._brands += 1
        name = f"brand-{self._brands}"
        if imported:
            self._import(name)
        return name

    def _import(self, brand: str) -> dict[str, Any]:
        return self._home.mhos("import", str(SAMPLE), "--brand", brand)

    def _kill(self, words: list[str], target: Target, moment: Moment) -> Kill:
        self._last = run_and_kill(self._home, words, target, moment, self._usual[words[0]], self._rng)
        return self._last

    def kill_import(self, target: Target, moment: Moment) -> VerbTrial:
        brand = self._new_brand(imported=False)
        kill = self._kill(["import", str(SAMPLE), "--brand", brand], target, moment)
        self._import(brand)
        again = self._import(brand)
        broken = []
        if fingerprint(self._home, brand) != self._reference:
            broken.append("the import after the kill is not the uninterrupted one")
        if again["rows_loaded"]:
            broken.append(f"importing once more loaded {again['rows_loaded']} rows twice")
        return VerbTrial(kill, broken + self._audit(brand))

    def kill_meeting(self, target: Target, moment: Moment) -> VerbTrial:
        brand = self._new_brand(imported=True)
        kill = self._kill(["meet", "--brand", brand], target, moment)
        receipts = self._receipts(brand)
        runs = self._home.mhos("runs", "--brand", brand)["runs"]
        if runs:
            met = self._home.mhos("meet", "--brand", brand, "--resume", runs[0]["id"])
        else:
            met = self._home.mhos("meet", "--brand", brand)
        self._home.mhos("meet", "--brand", brand, "--resume", met["meeting_id"])
        broken = self._check_meeting(brand, met)
        if lost := receipts - self._receipts(brand):
            broken.append(f"{len(lost)} receipts were lost")
        return VerbTrial(kill, broken + self._audit(brand))

    def _receipts(self, brand: str) -> set[str]:
        with self._home.connect() as referee:
            rows = referee.execute(
                "select id::text || request_hash || result::text from receipt "
                "where brand_id = (select id from brand where slug = %s)",
                [brand],
            ).fetchall()
        return {text for (text,) in rows}

    def _check_meeting(self, brand: str, met: dict[str, Any]) -> list[str]:
        problems = {
            "the minutes differ from an uninterrupted meeting's": _lasting_parts(met) != self._met,
            "the meeting finished more than once": count(self._home, brand, _FINISHED) != 1,
            "an action item was adopted twice": len(met["action_items"])
            != count(self._home, brand, "select count(*) from action_item where brand_id = {brand}"),
            "a tool call was computed twice": count(
                self._home,
                brand,
                "select count(*) - count(distinct (run_id, request_hash)) from receipt where brand_id = {brand}",
            )
            != 0,
        }
        return [problem for problem, holds in problems.items() if holds]

    def kill_execution(self, target: Target, moment: Moment) -> VerbTrial:
        brand = self._new_brand(imported=True)
        met = self._home.mhos("meet", "--brand", brand)
        item = next(item for item in met["action_items"] if item["status"] == "proposed")["id"]
        approve = ["approve", item, "--as", "operator", "--brand", brand]
        kill = self._kill(approve, target, moment)
        self._home.mhos("work", "--brand", brand)
        if self._home.mhos("show", item, "--brand", brand)["status"] == "proposed":
            self._home.mhos(*approve)
        self._home.mhos("work", "--brand", brand)
        return VerbTrial(kill, self._check_execution(brand, item) + self._audit(brand))

    def _check_execution(self, brand: str, item: str) -> list[str]:
        once = {
            "effect": "select count(*) from effect where brand_id = {brand} and action_item_id = %s::uuid",
            "price": "select count(*) from price_history where brand_id = {brand} and source = 'action_item:' || %s",
            "event": f"{_OF_ITEM.format(table='event')} and type = 'action_item.done'",
            "audit": f"{_OF_ITEM.format(table='audit_entry')} and action = 'action_item.done'",
        }
        counts = {name: count(self._home, brand, query, item) for name, query in once.items()}
        return [f"{number} {name} rows instead of one" for name, number in counts.items() if number != 1]

    def _audit(self, brand: str) -> list[str]:
        return [] if self._home.mhos("audit", "verify", "--brand", brand)["ok"] else ["the audit chain is broken"]


def _lasting_parts(met: dict[str, Any]) -> tuple[list[str], list[tuple[str, str]]]:
    """A meeting's findings and (subject, title) of its items: the same however often it was interrupted."""
    findings = sorted(finding["text"] for finding in met["findings"])
    return findings, sorted((item["subject"], item["title"]) for item in met["action_items"])


def _line(number: int, trial: VerbTrial) -> str:
    kill = trial.kill
    verdict = "BROKEN: " + "; ".join(trial.broken) if trial.broken else "ok"
    return f"{number:>3}  {kill.verb:<8} {kill.target:<9} {kill.after_seconds:5.2f} s  {verdict:<3}  {kill.phase}"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=54)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="mhos-kill-") as folder:
        home = Home(Path(folder))
        try:
            trials = Matrix(home, random.Random(options.seed), lambda line: print(line, flush=True)).run(options.kills)
        finally:
            stop(home.path)
    inside = sum(trial.kill.in_transaction for trial in trials)
    alive = sum(not trial.kill.survived for trial in trials)
    broken = sum(bool(trial.broken) for trial in trials)
    print(f"{len(trials)} trials, {alive} killed under way, {inside} inside a writing transaction, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
