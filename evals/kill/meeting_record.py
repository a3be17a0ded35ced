"""The rows of a meeting, read as the owner past every wall, to tell a killed meeting from one that was not."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.kill.victim import Home

_OF_BRAND = "brand_id = (select id from brand where slug = %s)"
_KEYS = {
    "receipt": "run_id, request_hash",
    "figure": "receipt_id, path",
    "finding": "run_id, agent, ordinal",
    "proposal": "run_id, agent, request_hash",
    "challenge": "run_id, proposal_id, tool",
    "action_item": "kind, subject",
    "event": "type, subject",
    "audit_entry": "action, subject",
}
"""What no two rows of one meeting may have in common."""
_MANY_TIMES = {
    "event": "and type <> 'meeting.turn'",
    "audit_entry": "and action not in ('meeting.turn', 'login.used')",
}
"""But for what people may do as often as they like."""
_KEPT = ("receipt", "figure", "finding", "proposal", "challenge", "turn")
"""Tables whose rows stay as they were once they are written."""
_OWN_LINES = ("- **Brand:**", "- **Data as of:**", "- **Meeting:**")
_CODE = re.compile(r" `[a-z2-7]{8}`")


@dataclass(frozen=True)
class Record:
    """The rows of a brand's only meeting so far. `waits_noted` is None for one that does not wait now."""

    run_id: str = ""
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    waits: int = 0
    waits_noted: bool | None = None

    def missing_in(self, later: "Record") -> dict[str, frozenset[str]]:
        """The rows that are not there any more, or say something else."""
        gone = {name: rows - later.rows.get(name, frozenset()) for name, rows in self.rows.items()}
        return {name: rows for name, rows in gone.items() if rows}


def recorded(home: Home, brand: str) -> Record:
    """The record as the database holds it at this moment."""
    with home.connect() as referee:
        runs = referee.execute(f"select id::text, status, manner from run where {_OF_BRAND}", [brand]).fetchall()  # type: ignore[arg-type]
        if not runs:
            return Record()
        (run_id, status, manner), *_ = runs
        rows = {
            name: frozenset(
                text
                for (text,) in referee.execute(f"select to_jsonb({name})::text from {name} where {_OF_BRAND}", [brand])  # type: ignore[arg-type]
            )
            for name in _KEPT
        }
        noted = referee.execute(
            f"select count(*) from event where type = 'meeting.waiting' and {_OF_BRAND}",  # type: ignore[arg-type]
            [brand],
        ).fetchone()
        released = referee.execute(f"select 1 from turn where kind = 'go' and {_OF_BRAND}", [brand]).fetchone()  # type: ignore[arg-type]
    at_the_wait = bool(manner.get("wait")) and released is None and next_node(home, brand) == "decide"
    return Record(run_id, rows, noted[0] if noted else 0, status == "waiting" if at_the_wait else None)


def next_node(home: Home, brand: str) -> str:
    """The step that a brand's meeting has to do next, by its newest checkpoint; nothing when it is over."""
    with home.connect() as referee:
        run = referee.execute(f"select id::text, status from run where {_OF_BRAND}", [brand]).fetchone()  # type: ignore[arg-type]
        newest = (
            run
            and referee.execute(
                "select checkpoint->'channel_values' from checkpoints where thread_id like %s "
                "order by checkpoint_id desc limit 1",
                [f"%:{run[0]}"],
            ).fetchone()
        )
    if run is None or run[1] == "done":
        return ""
    if newest is None:
        return "agenda"
    branches = [name.removeprefix("branch:to:") for name in newest[0] if name.startswith("branch:to:")]
    if branches:
        return branches[0]
    return "report" if "opening" in newest[0] else "agenda"


def repeated_rows(home: Home, brand: str) -> list[str]:
    """Rows that stand there more than once, by the key that tells two rows apart; also a second meeting."""
    repeated = []
    with home.connect() as referee:
        for table, key in _KEYS.items():
            once = _MANY_TIMES.get(table, "")
            rows = referee.execute(
                f"select {key}, count(*) from {table} where {_OF_BRAND} {once} group by {key} having count(*) > 1",  # type: ignore[arg-type]
                [brand],
            ).fetchall()
            repeated += [f"{table}: {row[:-1]} ({row[-1]} times)" for row in rows]
        runs = referee.execute(f"select count(*) from run where {_OF_BRAND}", [brand]).fetchone()  # type: ignore[arg-type]
    return repeated + ([f"run: {runs[0]} meetings"] if runs and runs[0] != 1 else [])


def comparable_rows(home: Home, brand: str, document: Mapping[str, Any]) -> Mapping[str, Counter[str]]:
    """The rows in which two meetings must agree, counted part by part, without ids and times of their own."""
    subjects = {proposal["id"]: proposal["subject"] for proposal in document["proposals"]}
    item = ("kind", "subject", "title", "status", "verdict", "gates", "risk")
    parts = {
        "agents": [_said(agent, "name", "status", "reason", "missing_data") for agent in document["agents"]],
        "findings": [_said(finding, "agent", "subject", "severity", "text") for finding in document["findings"]],
        "proposals": [
            _said(proposal, "agent", "kind", "subject", "promised", "expected") for proposal in document["proposals"]
        ],
        "challenges": [
            f"{proposal['subject']}: " + _said(challenge, "agent", "tool", "status", "text")
            for proposal in document["proposals"]
            for challenge in proposal["challenges"]
        ],
        "dissent": document["dissent"],
        "left out": [f"{subjects.get(proposal)}: {reason}" for proposal, reason in document["left_out"]],
        "action items": [
            _said(action_item, *item) + f" | {action_item['predicted'] and action_item['predicted']['value']}"
            for action_item in document["action_items"]
        ],
        "lines of minutes": [
            _CODE.sub("", line) for line in document["minutes"].splitlines() if line and not line.startswith(_OWN_LINES)
        ],
        **_counted(home, brand),
    }
    return {name: Counter(rows) for name, rows in parts.items()}


def _said(entry: Mapping[str, Any], *keys: str) -> str:
    return " | ".join(str(entry.get(key)) for key in keys)


def _counted(home: Home, brand: str) -> dict[str, list[str]]:
    """Tool calls and events by kind: those of waiting and speaking are not in an unkilled meeting."""
    with home.connect() as referee:
        return {
            name: [text for (text,) in referee.execute(f"{query} and {_OF_BRAND}", [brand])]  # type: ignore[arg-type]
            for name, query in (
                ("receipts", "select agent || ' ' || tool from receipt where true"),
                ("events", "select type from event where type not in ('meeting.waiting', 'meeting.turn')"),
            )
        }
