"""SIGKILL at random moments and in each phase of a meeting: a few in every run, and all of it among the long tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import CHECKOUT


def matrix(kills: int, seed: int, log: Path) -> tuple[int, int, int]:
    """Trials killed under way, those inside a writing transaction, and those that broke a promise; `log` has each."""
    command = [sys.executable, "-m", "evals.kill.matrix", "--kills", str(kills), "--seed", str(seed)]
    with log.open("w") as file:
        subprocess.run(command, cwd=CHECKOUT, stdout=file, stderr=subprocess.STDOUT, check=False)
    said = log.read_text()
    match = re.search(r"\d+ trials, (\d+) killed .*, (\d+) inside .*, (\d+) broken", said)
    assert match is not None, said
    print(said)
    return int(match[1]), int(match[2]), int(match[3])


@pytest.mark.long
def test_a_few_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    killed, _, broken = matrix(3, 7, tmp_path / "kills.log")
    assert (killed, broken) == (3, 0)


@pytest.mark.long
@pytest.mark.timeout(5_400)
def test_fifty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    killed, inside, broken = matrix(54, 11, tmp_path / "kills.log")
    assert (killed, broken) == (54, 0)
    assert inside >= 10


def phases(log: Path, *words: str) -> dict[str, list[int]]:
    """By phase: trials, kills, missed aims, and what was lost, twice or otherwise wrong; `log` has each trial."""
    command = [sys.executable, "-m", "evals.kill.meeting_phases", *words]
    with log.open("w") as file:
        done = subprocess.run(command, cwd=CHECKOUT, stdout=file, stderr=subprocess.STDOUT, check=False)
    said = log.read_text()
    print(said)
    assert done.returncode == 0, said
    rows = re.findall(r"(?m)^(\S.*?)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$", said)
    totals: dict[str, list[int]] = {}
    for name, *counts in rows:
        totals[name] = [total + int(count) for total, count in zip(totals.get(name, [0] * 6), counts, strict=True)]
    return totals


@pytest.mark.long
def test_a_meeting_killed_again_and_again_is_the_one_that_nobody_killed(tmp_path: Path) -> None:
    aimed_at = ("--phases", "challenge,wait,action items")
    totals = phases(tmp_path / "kills.log", "--brand", "challenged", "--one-meeting", *aimed_at)
    (trials, kills, _, *broken), *others = totals.values()
    assert (trials, broken, others) == (1, [0, 0, 0], [])
    assert kills >= 3


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_meeting_killed_in_each_phase_is_the_one_that_nobody_killed(tmp_path: Path) -> None:
    for brand in ("challenged", "sample"):
        totals = phases(tmp_path / f"{brand}.log", "--brand", brand)
        assert list(totals) == [
            "agenda", "report", "challenge", "wait", "go on", "decide", "action items", "minutes"
        ]  # fmt: skip
        for trials, kills, _, *broken in totals.values():
            assert (trials, kills >= 1, broken) == (1, True, [0, 0, 0])
    totals = phases(tmp_path / "all.log", "--brand", "challenged", "--one-meeting")
    assert totals["one after another"][1] >= 8
