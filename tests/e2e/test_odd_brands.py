"""Twenty thousand products of which fifty sell: imported and discussed, with minutes that one can read."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Terminal
from tests.odd_brands import long_tail

MOST_LINES = 100


@pytest.mark.long
def test_a_catalogue_that_hardly_sells_is_discussed_like_any_other(terminal: Terminal, tmp_path: Path) -> None:
    long_tail(tmp_path)
    imported = terminal.json("import", str(tmp_path), "--brand", "tail")
    assert imported["rows_loaded"] == imported["rows_read"]
    met = terminal.json("meet", "--brand", "tail", "--as-of", "2026-03-02T09:00:00+00:00")
    assert {agent["status"] for agent in met["agents"]} == {"ok"}, met["agents"]
    assert "no sales are known" in met["minutes"] or "too few weeks of sales are known" in met["minutes"]
    assert len(met["minutes"].splitlines()) < MOST_LINES
