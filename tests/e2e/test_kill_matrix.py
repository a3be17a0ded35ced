"""SIGKILL at random moments: a few in every run, and the whole matrix among the long tests."""

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
    found = re.search(r"\d+ trials, (\d+) killed .*, (\d+) inside .*, (\d+) broken", said)
    assert found is not None, said
    print(said)
    return int(found[1]), int(found[2]), int(found[3])


def test_a_few_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    killed, _, broken = matrix(3, 7, tmp_path / "kills.log")
    assert (killed, broken) == (3, 0)


@pytest.mark.long
@pytest.mark.timeout(5_400)
def test_fifty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    killed, inside, broken = matrix(54, 11, tmp_path / "kills.log")
    assert (killed, broken) == (54, 0)
    assert inside >= 10
