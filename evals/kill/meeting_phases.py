"""Kills a meeting with SIGKILL in each of its phases, goes on with it, and compares it with one that nobody killed.

Run it: `python -m evals.kill.meeting_phases [--rounds 1] [--brand sample|challenged] [--phases A,B] [--one-meeting]`.
For each phase a brand is imported, `mhos meet` is killed in that phase and gone on with; `--one-meeting` kills a single
meeting in one phase after another. It exits non-zero where something was lost or done twice.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.kill.challenged_brand import write_challenged_brand
from evals.kill.meeting_record import Record, comparable_rows, next_node, recorded, repeated_rows
from evals.kill.victim import CHECKOUT, Home, VerbFailed
from store.embedded import stop

SAMPLE = CHECKOUT / "examples" / "hairoticmen_sample"
WAIT = ("--wait", "challenge")
_PATIENCE_SECONDS = 240.0
_AIMS_TO_TRY = 4
_MOST_REPORTED = 20


@dataclass(frozen=True)
class MeetingPhase:
    """A phase to kill a meeting in: at the progress line that opens it, once `after` (a query) counts enough rows.

    Meanwhile nobody can write to the table `held`, so that the meeting cannot get past the phase. `node` is the step
    that its checkpoint has to name as the next one once it is dead: else the aim was missed.
    """

    name: str
    line: str
    node: str
    held: str = ""
    after: str = ""
    words: Sequence[str] = ()


_OF_RUN = "from receipt where run_id = (select max(id::text)::uuid from run where {brand})"
_REPORTED = f"select count(*) {_OF_RUN} and agent <> 'chair'"
_RECOMPUTED = f"select count(*) {_OF_RUN} and tool like 'recompute%%'"
PHASES = (
    MeetingPhase("agenda", "Agenda", "agenda", held="receipt"),
    MeetingPhase("report", "Report", "report", held="finding", after=_REPORTED),
    MeetingPhase("challenge", "challenge", "challenge", held="challenge", after=_RECOMPUTED),
    MeetingPhase("wait", "waiting", "decide", words=WAIT),
    MeetingPhase("go on", "Meeting", "decide", words=WAIT),
    MeetingPhase("decide", "Decide", "decide"),
    MeetingPhase("action items", "Action items", "action_items", held="action_item"),
    MeetingPhase("minutes", "Minutes", "action_items"),
)


@dataclass
class MeetingTrial:
    """One meeting that was killed, and what the comparison afterwards found."""

    name: str
    kills: int = 0
    missed: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        faults = (("lost", self.lost), ("twice", self.twice), ("", self.other))
        return [
            f"{self.name}: {kind} {description}".replace("  ", " ")
            for kind, descriptions in faults
            for description in descriptions
        ]


class MissedPhase(Exception):
    """The meeting was past the phase when it died, so the trial says nothing about the phase."""


class Phases:
    """The trials of one brand's folder, in one data folder."""

    def __init__(self, home: Home, folder: Path, phases: Sequence[MeetingPhase], say: Callable[[str], None]) -> None:
        self._home, self._folder, self._phases, self._say = home, folder, phases, say
        self._brands = 0

    def unkilled(self) -> None:
        """Hold the meeting that all others are compared with."""
        brand = self._new_brand()
        document = self._home.mhos("meet", "--brand", brand)
        self._reference = comparable_rows(self._home, brand, document)
        counted = Counter({part: rows.total() for part, rows in self._reference.items()})
        self._say("unkilled: " + ", ".join(f"{number} {part}" for part, number in counted.items()))

    def each(self, number: int) -> list[MeetingTrial]:
        """A meeting of its own for each phase; the round's `number` says how much was recorded when it is killed."""
        return [self._aimed([phase], phase.name, number) for phase in self._phases]

    def one_meeting(self, number: int) -> list[MeetingTrial]:
        """One meeting, killed in one phase after another."""
        return [self._aimed(self._phases, "one after another", number)]

    def _aimed(self, phases: Sequence[MeetingPhase], name: str, number: int) -> MeetingTrial:
        trial = MeetingTrial(name)
        while True:
            try:
                self._try(trial, phases, number)
            except MissedPhase as miss:
                trial.missed += 1
                self._say(f"{name}: missed ({miss})")
                if trial.missed < _AIMS_TO_TRY:
                    continue
                trial.other.append(f"never killed in the phase it was aimed at: {miss}")
            except VerbFailed as error:
                trial.other.append(str(error))
            self._say(f"{name}: " + ("; ".join(trial.broken) or "ok"))
            return trial

    def _try(self, trial: MeetingTrial, phases: Sequence[MeetingPhase], number: int) -> None:
        brand, words = self._new_brand(), next((phase.words for phase in phases if phase.words), ())
        before = Record()
        for phase in phases:
            if before.waits_noted is False or (phase.name == "go on" and not before.run_id):
                before = self._let_it_wait(trial, brand, _begin(before, words))
            self._kill_in(phase, [*_begin(before, words), "--brand", brand], brand, number)
            after = recorded(self._home, brand)
            trial.kills += 1
            trial.lost += [f"{len(gone)} {kind}" for kind, gone in before.missing_in(after).items()]
            before = after
        document = self._go_on(trial, brand, before)
        trial.lost += [f"{len(gone)} {kind}" for kind, gone in before.missing_in(recorded(self._home, brand)).items()]
        self._compare(trial, brand, document, waited=bool(words))

    def _let_it_wait(self, trial: MeetingTrial, brand: str, begin: Sequence[str]) -> Record:
        """Hold it until it waits for people, which it has to, whatever happened to it before."""
        document = self._home.mhos(*begin, "--brand", brand)
        if document["status"] != "waiting":
            trial.other.append(f"nobody was waited for: it is {document['status']}")
        return recorded(self._home, brand)

    def _go_on(self, trial: MeetingTrial, brand: str, before: Record) -> dict[str, Any]:
        """Resume it to its end. One that died before it could note that it waits has to wait first."""
        waits = before.waits_noted is False
        document = self._home.mhos("meet", "--resume", before.run_id, "--brand", brand)
        if waits and document["status"] != "waiting":
            trial.other.append("it went on although nobody had let it")
        if document["status"] == "waiting":
            document = self._home.mhos("meet", "--resume", before.run_id, "--brand", brand)
        return document

    def _compare(self, trial: MeetingTrial, brand: str, document: dict[str, Any], *, waited: bool) -> None:
        actual = comparable_rows(self._home, brand, document)
        for part, expected in self._reference.items():
            trial.lost += [f"{part}: {row} ({times})" for row, times in (expected - actual[part]).items()]
            trial.twice += [f"{part}: {row} ({times})" for row, times in (actual[part] - expected).items()]
        trial.twice += repeated_rows(self._home, brand)
        if document["status"] != "done":
            trial.other.append(f"it is {document['status']}")
        after = recorded(self._home, brand)
        if after.waits != int(waited):
            trial.other.append(f"it noted {after.waits} times that it waits")
        if not self._home.mhos("audit", "verify", "--brand", brand)["ok"]:
            trial.other.append("the audit chain is broken")

    def _kill_in(self, phase: MeetingPhase, words: Sequence[str], brand: str, number: int) -> None:
        """In a later round a report is killed later. Raises Missed."""
        enough = min(1 + 3 * number, _MOST_REPORTED) if phase.name == "report" else 1
        query = phase.after.format(brand="brand_id = (select id from brand where slug = %s)")
        with self._home.connect() as referee, self._home.connect() as holder, holder.transaction():

            def come() -> bool:
                row = referee.execute(query, [brand]).fetchone() if query else (enough,)  # type: ignore[arg-type]
                return row is not None and row[0] >= enough

            if phase.held:
                holder.execute(f"lock table {phase.held} in share mode")  # type: ignore[arg-type]
            kill_at(self._home, words, phase.line, come)
        if (node := next_node(self._home, brand)) != phase.node:
            raise MissedPhase(f"aimed at {phase.name}, died before {node or 'nothing that was left to do'}")

    def _new_brand(self) -> str:
        self._brands += 1
        brand = f"{self._folder.name.replace('_', '-')}-{self._brands}"
        self._home.mhos("import", str(self._folder), "--brand", brand)
        return brand


def _begin(before: Record, words: Sequence[str]) -> list[str]:
    return ["meet", "--resume", before.run_id] if before.run_id else ["meet", *words]


def kill_at(home: Home, words: Sequence[str], line: str, come: Callable[[], bool]) -> None:
    """Run a verb as a person would, and SIGKILL its process group at a line that it prints, once the moment has come.

    Raises Missed where it ended by itself.
    """
    command = [sys.executable, str(CHECKOUT / "mhos.py"), *words]
    victim = subprocess.Popen(
        command,
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    assert victim.stdout is not None
    try:
        for printed in victim.stdout:
            said.append(printed)
            if printed.strip().startswith(line):
                _wait_for(come, victim)
                break
        if victim.poll() is not None:
            raise MissedPhase("it had ended: " + " ".join(said[-3:]).strip())
    finally:
        if victim.poll() is None:
            os.killpg(victim.pid, signal.SIGKILL)
        victim.stdout.close()
        victim.wait()


def _wait_for(come: Callable[[], bool], victim: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while victim.poll() is None and not come():
        if time.monotonic() > deadline:
            raise MissedPhase("the moment never came")
        time.sleep(0.002)


def table(trials: Sequence[MeetingTrial]) -> str:
    """Phase by phase: meetings, kills, and what was lost, done twice or otherwise wrong."""
    head = f"{'phase':<20} {'trials':>6} {'kills':>6} {'missed':>6} {'lost':>6} {'twice':>6} {'other':>6}"
    lines = [head]
    for name in dict.fromkeys(trial.name for trial in trials):
        own = [trial for trial in trials if trial.name == name]
        counts = (
            len(own),
            sum(trial.kills for trial in own),
            sum(trial.missed for trial in own),
            *(sum(len(getattr(trial, kind)) for trial in own) for kind in ("lost", "twice", "other")),
        )
        lines.append(f"{name:<20} " + " ".join(f"{number:>6}" for number in counts))
    return "\n".join(lines)


def folders(wanted: str, scratch: Path) -> Mapping[str, Path]:
    """The brands to hold meetings in, by name."""
    challenged = scratch / "challenged"
    write_challenged_brand(challenged, datetime.now(UTC).date())
    by_name = {"challenged": challenged, "sample": SAMPLE}
    return by_name if wanted == "both" else {wanted: by_name[wanted]}


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--brand", choices=["both", "challenged", "sample"], default="both")
    parser.add_argument("--one-meeting", action="store_true", help="kill a single meeting in every phase")
    parser.add_argument("--phases", metavar="A,B", default=",".join(phase.name for phase in PHASES), help="which ones")
    options = parser.parse_args(argv)
    wanted = options.phases.split(",")
    if unknown := sorted(set(wanted) - {phase.name for phase in PHASES}):
        parser.error(f"there is no phase {', '.join(unknown)}")
    broken = 0
    with tempfile.TemporaryDirectory(prefix="mhos-phases-") as scratch:
        home = Home(Path(scratch) / "home")
        home.path.mkdir()
        try:
            for name, folder in folders(options.brand, Path(scratch)).items():
                aimed_at = [phase for phase in PHASES if phase.name in wanted]
                phases = Phases(home, folder, aimed_at, lambda line: print(line, flush=True))
                phases.unkilled()
                hold = phases.one_meeting if options.one_meeting else phases.each
                trials = [trial for number in range(options.rounds) for trial in hold(number)]
                broken += sum(bool(trial.broken) for trial in trials)
                print(f"\nbrand: {name}\n{table(trials)}\n", flush=True)
        finally:
            stop(home.path)
    print(f"{broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
