"""The benchmarks run and print a ratio; how large it is is for people to read, never for a test."""

import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import CHECKOUT


@pytest.mark.long
def test_the_import_benchmark_prints_its_ratios() -> None:
    command = [sys.executable, "-m", "evals.import_speed", "--rows", "4000", "--rounds", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    for way in ("bare executemany", "loader", "import"):
        assert way in done.stdout


@pytest.mark.long
def test_the_retrieval_benchmark_prints_its_ratios() -> None:
    command = [sys.executable, "-m", "evals.retrieval", "--passages", "2000", "--questions", "8"]
    wide = {**os.environ, "COLUMNS": "160"}  # or the headings are broken into lines
    done = subprocess.run(command, cwd=CHECKOUT, env=wide, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for row in (
        "ratio to bm25s",
        "meaning alone",
        "in the index alone",
        "at the tool",
        "ratio to the index",
        "local mode",
    ):
        assert row in " ".join(done.stdout.split()), done.stdout


@pytest.mark.long
def test_the_automation_benchmark_prints_its_ratio() -> None:
    command = [sys.executable, "-m", "evals.automation_speed", "--events", "30", "--rounds", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ratio" in done.stdout


@pytest.mark.long
def test_the_benchmark_of_the_api_prints_its_ratios() -> None:
    command = [sys.executable, "-m", "evals.rest_cost", "--seconds", "0.3", "--rounds", "1", "--connections", "2"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for comparison in ("list", "item and its rows", "item, one bare row"):
        assert f"{comparison}, ratio" in done.stdout


@pytest.mark.long
def test_the_benchmark_of_growth_prints_a_row_for_each_size() -> None:
    command = [sys.executable, "-m", "evals.scale", "--products", "12", "--weeks", "30"]
    wide = {**os.environ, "COLUMNS": "240"}  # or the headings are broken into lines
    done = subprocess.run(command, cwd=CHECKOUT, env=wide, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for heading in ("rows of sales", "import, CPU s", "first meeting, CPU s", "ratio"):
        assert heading in " ".join(done.stdout.split()), done.stdout
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("│ 12 ")]
    assert "│ 720 " in row
