"""`mhos simulate`: the keys that INTERFACES promise, the page, and errors before anything is simulated."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.simulate import SimulationOrder, write_report
from cli.simulate_view import show_run
from simulation.scenario_file import FOLDER
from tests.e2e.conftest import CHECKOUT, Terminal
from tests.invoked import invoked

pytestmark = pytest.mark.timeout(290)
KEYS = {
    "crew", "net_worth_minor", "violations", "autonomy_rate", "interruptions_per_day", "stockout_rate",
    "days_per_second",
}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "run.html"


@pytest.fixture(scope="module")
def run(terminal: Terminal, page: Path) -> Any:
    """A week with nobody in charge."""
    return terminal.json("simulate", "--days", "7", "--crew", "none", "--report", str(page))


@pytest.mark.long
def test_a_runs_document_has_its_keys(run: Any) -> None:
    assert set(run) >= KEYS
    assert (run["crew"], run["days"], run["seed"], run["violations"]) == ("none", 7, 1, 0)
    worth = run["net_worth"]
    total = worth["cash"] + worth["receivables"] - worth["payables"] + worth["stock"]
    assert abs(run["net_worth_minor"] - total * 100) <= 3
    assert len(run["curves"]["cash"]) == 1


@pytest.mark.long
def test_the_report_is_a_page_of_the_same_run(run: Any, page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    assert written.startswith("<!doctype html>")
    assert f"€{round(run['net_worth_minor'] / 100):,}" in written
    assert "mhos simulate --days 7 --seed 1 --crew none" in written


@pytest.mark.long
def test_a_simulation_leaves_no_brand_and_no_database(terminal: Terminal, run: Any) -> None:
    assert run
    assert terminal.refused("inbox", "--brand", "hairoticmen")["code"] == "not_signed_in"
    assert scratch_databases(terminal.home) == []


READ = ("nobody in charge", "Net worth", "receivables", "Violations", "by the script", "week by week")


@pytest.mark.long
def test_a_run_is_told_within_eighty_columns(
    run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show_run(run)
    said = capsys.readouterr().out
    assert [words for words in READ if words not in said] == []
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.long
def test_a_person_reads_a_report(terminal: Terminal, tmp_path: Path) -> None:
    report = tmp_path / "run.html"
    said = terminal.run("simulate", "--days", "7", "--crew", "none", "--report", str(report))
    assert (said.code, said.err) == (0, "history: 455 days\nnone: 7 days\n")
    assert [words for words in (*READ, str(report)) if words not in said.out] == []


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.long
def test_an_interrupted_run_leaves_cleanly(terminal: Terminal, run: Any) -> None:
    assert run
    env = {**os.environ, "MHOS_HOME": str(terminal.home)}
    command = [sys.executable, str(CHECKOUT / "mhos.py"), "simulate", "--days", "7", "--crew", "none"]
    # A shell's background job ignores SIGINT, and so would what it starts.
    piped: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=env, preexec_fn=_heed_interrupts, **piped) as running:
        for _ in range(120):
            if scratch_databases(terminal.home):
                break
            time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert (out, err) == ("", "history: 455 days\n")
    assert scratch_databases(terminal.home) == []


def test_the_scenarios_are_listed(terminal: Terminal) -> None:
    listed = terminal.json("simulate", "--scenarios")["scenarios"]
    assert [scenario["name"] for scenario in listed] == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert all(set(scenario) == {"name", "title"} and scenario["title"] for scenario in listed)
    assert listed[0]["title"] in terminal.run("simulate", "--scenarios").out


SCORE = ("--score", "--seeds")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--days", "0"), "0 days"),
        (("--days", "1001"), "1001 days"),
        (("--seed", "-1"), "no seed"),
        (("--seed", "2147483648"), "no seed"),
        (("--crew", "nobody"), "no crew 'nobody'"),
        (("--crew", "model"), "The model crew needs a model"),
        (("--seeds", "1:2"), "for a score"),
        (("--score",), "takes its seeds"),
        ((*SCORE, "1:2", "--seed", "1"), "takes its seeds"),
        ((*SCORE, "1:2", "--no-refusals"), "already"),
        ((*SCORE, "2:1"), "no seeds"),
        ((*SCORE, "1:201"), "201 seeds"),
        ((*SCORE, "1-2"), "'1-2'"),
        ((*SCORE, "1:2147483648"), "'1:2147483648'"),
        (("--scenario", "no-such-scenario"), "no-such-scenario"),
        (("--scenario", "price-war", "--scenario", "price-war"), "twice"),
        (("--scenario", "price-war", "--days", "7"), "price-war"),
        (("--report", "/no/such/folder/run.html"), "no folder"),
        (("--report", "/"), "is a folder"),
    ],
)
def test_bad_input_is_refused_before_anything_starts(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    home = tmp_path / "home"
    done = invoked(["simulate", *words, "--json"], {"MHOS_HOME": str(home)})
    assert done.exit_code == 1, done.output
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "invalid_input"
    assert said in error["message"]
    assert error["details"]["remedy"]
    assert not home.exists(), "not even the data folder was made"


@pytest.mark.long
def test_a_report_that_cannot_be_written_is_told_after_the_result(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    order = SimulationOrder(7, range(1, 2), "none", (), (), (), True, False)
    with pytest.raises(typer.Exit) as left:
        write_report(tmp_path / "gone", run, order, as_json=True)
    assert left.value.exit_code == 1
    said = capsys.readouterr()
    assert said.out == "", "standard output has the result's document already"
    assert "The result above stands" in said.err


def test_a_code_that_the_world_does_not_have_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ghost.yaml"
    events = ["  - kind: supplier_delay", "    start: 0", "    days: 3", "    supplier: S99", "    extra_days: 5"]
    file.write_text("\n".join(["name: ghost", "title: A ghost", "about: Nobody.", "events:", *events]))
    error = Terminal(tmp_path / "home").refused("simulate", "--scenario", str(file))
    assert not (tmp_path / "home").exists()
    assert (error["code"], error["details"]["line"]) == ("invalid_input", 8)
    assert "S99" in error["message"]


def scratch_databases(home: Path) -> list[str]:
    """The databases of simulations that are on the folder's server now."""
    script = (
        "import json; from settings import load_settings; from bootstrap import Office; from sqlalchemy import text\n"
        "office = Office.open(load_settings())\n"
        "with office.database.engine.connect() as connection:\n"
        "    query = text(\"select datname from pg_database where datname like 'mhos_scratch%'\")\n"
        "    print(json.dumps([row[0] for row in connection.execute(query)]))\n"
        "office.close()\n"
    )
    env = {**os.environ, "MHOS_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
