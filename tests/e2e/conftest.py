"""The command line as a person runs it: a process of its own, a data folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store.embedded import stop
from tests.invoked import invoked

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "examples" / "hairoticmen_sample"


@dataclass(frozen=True)
class Said:
    """How a verb ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it has to be."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """A person's terminal: runs verbs in one data folder."""

    home: Path

    def run(self, *words: str, cwd: Path | None = None, **environment: str) -> Said:
        """Run `mhos` with these words."""
        command = [sys.executable, str(CHECKOUT / "mhos.py"), *words]
        base = {key: value for key, value in os.environ.items() if not key.startswith("MHOS_")}
        env = {**base, "MHOS_HOME": str(self.home), "COLUMNS": "160", **environment}
        done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=280)
        return Said(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str) -> Any:
        """The JSON document of a verb that succeeds."""
        said = self.run(*words, "--json")
        assert said.code == 0, (words, said)
        return said.document

    def refused(self, *words: str) -> dict[str, Any]:
        """The error of a verb that fails, the same in both forms."""
        said = self.run(*words, "--json")
        assert said.code != 0, (words, said)
        assert set(said.document) == {"error"}, said
        error = said.document["error"]
        assert {"code", "message", "details"} <= set(error)
        return error


class Near(Terminal):
    """The same verbs in the same data folder, run in this process: there is no start of one to wait for."""

    def run(self, *words: str, cwd: Path | None = None, **environment: str) -> Said:
        assert cwd is None
        settings = {"MHOS_HOME": str(self.home), "MHOS_DATABASE_URL": "", "COLUMNS": "160", **environment}
        done = invoked(words, settings)
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def near(terminal: Terminal) -> Near:
    return Near(terminal.home)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    home = tmp_path_factory.mktemp("home")
    yield Terminal(home)
    stop(home)
