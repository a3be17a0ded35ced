"""SIGKILL at random moments: a few in every run, and the whole matrix among the long tests."""

import re
import subprocess
import sys

import pytest

from tests.e2e.conftest import CHECKOUT


def matrix(kills: int, seed: int) -> tuple[int, int, int, int]:
    """Trials, those killed under way, those inside a writing transaction, and those that broke a promise."""
    command = [sys.executable, "-m", "evals.kill.matrix", "--kills", str(kills), "--seed", str(seed)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    print(done.stdout)
    found = re.search(r"(\d+) trials, (\d+) killed .*, (\d+) inside .*, (\d+) broken", done.stdout)
    assert found is not None, done.stdout + done.stderr
    return int(found[1]), int(found[2]), int(found[3]), int(found[4])


def test_a_few_kills_lose_nothing_and_repeat_nothing() -> None:
    _, killed, _, broken = matrix(3, seed=7)
    assert (killed, broken) == (3, 0)


@pytest.mark.long
@pytest.mark.timeout(5_400)
def test_fifty_kills_lose_nothing_and_repeat_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():  # its log is what people want to see of it
        _, killed, inside, broken = matrix(54, seed=11)
    assert (killed, broken) == (54, 0)
    assert inside >= 10
