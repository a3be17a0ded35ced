"""SIGKILL in each step of automation, inline and behind Celery: one step in every run, all of them among the long."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import CHECKOUT


def matrix(log: Path, *words: str) -> dict[str, list[str]]:
    """By step, what was lost/twice in each mode; `log` has each trial."""
    command = [sys.executable, "-m", "evals.kill.automation", *words]
    with log.open("w") as file:
        done = subprocess.run(command, cwd=CHECKOUT, stdout=file, stderr=subprocess.STDOUT, check=False)
    said = log.read_text()
    print(said)
    assert done.returncode == 0, said
    return {row[0].strip(): row[1].split() for row in re.findall(r"(?m)^(\S.*?)((?:\s{2,}\S+)+)$", said)}


def test_a_worker_killed_while_it_tells_somebody_tells_them_once(tmp_path: Path) -> None:
    outcomes = matrix(tmp_path / "kills.log", "--modes", "inline", "--steps", "notification")
    assert outcomes["notification"] == ["0/0"]


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_a_worker_killed_in_any_step_behind_any_broker_loses_and_repeats_nothing(tmp_path: Path) -> None:
    outcomes = matrix(tmp_path / "kills.log")
    steps = {step: cells for step, cells in outcomes.items() if step != "step" and "/" in cells[0]}
    assert len(steps) == 9
    for cells in steps.values():
        assert set(cells) <= {"0/0", "unproven"}
        assert cells[:2] == ["0/0", "0/0"]  # RabbitMQ is proven where one answers, and else said not to be
