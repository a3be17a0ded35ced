"""Print the CPU that short verbs take, divided by that of importing what they are built on, measured in one run.

Run `python -m evals.verb_cost [--rounds 5]` where `mhos` has a brand: the verbs act as the current profile, and item is
the first of its inbox. CPU is the user and system seconds of the process, without the database server's, which runs
already. The bare import is `python -c "import sqlmodel, psycopg, typer"`; rounds take turns, and medians are compared.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from mhos import CHECKOUT

BARE = "bare import"
AIMS: Mapping[str, float] = {"inbox": 1.3, "show": 1.4, "ask": 1.8}
"""The most that a verb may take, in bare imports."""
_QUESTION = "why did margin fall last week?"
_MHOS = (sys.executable, str(CHECKOUT / "mhos.py"))
_IMPORT = (sys.executable, "-c", "import sqlmodel, psycopg, typer")


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system CPU of one run of a command. Raises SystemExit where it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return usage.ru_utime + usage.ru_stime


def measured(
    commands: Mapping[str, Sequence[str]], rounds: int, cost: Callable[[Sequence[str]], float] = cpu_seconds
) -> dict[str, float]:
    """The median CPU seconds of each command by name, all of them run once in every round."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(cost(command))
    return {name: median(each) for name, each in seconds.items()}


def ratios(seconds: Mapping[str, float]) -> dict[str, float]:
    """How many bare imports each verb takes, by its name."""
    return {name: each / seconds[BARE] for name, each in seconds.items() if name != BARE}


def _first_item() -> str:
    """The id of the first item of the inbox; what this runs first also starts the database. Raises SystemExit."""
    listed = subprocess.run([*_MHOS, "inbox", "--json"], check=False, capture_output=True, text=True)
    document = json.loads(listed.stdout)
    if "error" in document:
        raise SystemExit(document["error"]["message"])
    if not document["items"]:
        raise SystemExit("The inbox is empty. `mhos demo` makes a brand that has one.")
    return document["items"][0]["id"]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(argv)
    commands = {
        BARE: _IMPORT,
        "inbox": (*_MHOS, "inbox"),
        "show": (*_MHOS, "show", _first_item()),
        "ask": (*_MHOS, "ask", _QUESTION),
    }
    measured(commands, 1)  # what is compiled at the first run is not counted
    seconds = measured(commands, options.rounds)
    print(f"{BARE:<12} {seconds[BARE]:.2f} s")
    for name, ratio in ratios(seconds).items():
        print(f"{name:<12} {seconds[name]:.2f} s   {ratio:.2f} times the bare import   aim {AIMS[name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
