"""The growth benchmark's arithmetic: the brand that it writes, and what a command and its server have spent."""

import csv
import os
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from evals.scale import Size, sizes_of, table_of
from evals.scale_brand import CHANNELS, write_brand
from evals.scale_cost import CommandFailed, Cost, ServerCpu, run, server_cpu, ticks_of

UNTIL = date(2026, 3, 2)
SIZE = Size(200, 31_200, Cost(4.0, 100_000_000), Cost(10.0, 250_000_000), Cost(9.0, 300_000_000), Cost(0.05, 9_000_000))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_brand_has_a_row_of_sales_for_each_week_channel_and_product(tmp_path: Path) -> None:
    assert write_brand(tmp_path, 3, 5, UNTIL) == 3 * 2 * 5
    sales = rows(tmp_path, "sales")
    assert Counter((row["channel"], row["sku"]) for row in sales) == {
        (channel, sku): 5 for channel in CHANNELS for sku in ("S00000", "S00001", "S00002")
    }
    assert {row["period_start"] for row in sales} == {str(UNTIL - timedelta(weeks=week)) for week in range(1, 6)}


def test_a_list_price_is_written_where_it_changes(tmp_path: Path) -> None:
    write_brand(tmp_path, 4, 60, UNTIL)
    listed = {(row["sku"], row["channel"], row["valid_from"]): row["price"] for row in rows(tmp_path, "prices")}
    price: dict[tuple[str, str], str] = {}
    for row in rows(tmp_path, "sales"):
        place = row["sku"], row["channel"]
        price[place] = listed.get((*place, row["period_start"]), price.get(place, ""))
        assert row["unit_price"] == price[place]


def test_a_brand_is_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_brand(tmp_path / folder, 6, 8, UNTIL)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_figures_are_per_product_and_beside_reading_the_files() -> None:
    assert SIZE.peak_bytes == 300_000_000
    assert SIZE.ms_a_product(SIZE.met) == pytest.approx(50)
    assert (SIZE.ratio(SIZE.imported), SIZE.ratio(SIZE.met)) == (pytest.approx(80), pytest.approx(200))
    table = table_of([SIZE, SIZE])
    assert table.row_count == 2
    assert [next(iter(column.cells)) for column in table.columns] == (
        ["200", "31,200", "4.0", "10.0", "9.0", "300", "20.0", "50.0", "0.05", "80", "200"]
    )


def test_a_server_that_was_started_since_counts_whole() -> None:
    assert ServerCpu(7, 5.0).since(ServerCpu(7, 3.5)) == 1.5
    assert ServerCpu(8, 2.0).since(ServerCpu(7, 3.5)) == 2.0
    assert ServerCpu(7, 2.0).since(ServerCpu(None, 0.0)) == 2.0


def test_a_server_that_does_not_run_has_spent_nothing(tmp_path: Path) -> None:
    assert server_cpu(tmp_path) == ServerCpu(None, 0.0)


def test_a_servers_children_count(tmp_path: Path) -> None:
    """This process stands for the postmaster: its own time is among what is counted."""
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    spent = server_cpu(tmp_path)
    assert spent.postmaster == os.getpid()
    assert 0 < spent.seconds <= sum(os.times()[:4]) + 0.1


def test_ticks_are_the_four_times_of_a_stat_line() -> None:
    fields = ["S", *"1110", "-1", *"00000", "10", "20", "300", "4000", "20"]
    assert ticks_of(fields) == 4330


def test_a_command_costs_its_own_time_and_memory(tmp_path: Path) -> None:
    busy = "import time\nlarge = bytearray(150_000_000)\nwhile time.process_time() < 0.2: pass"
    cost = run([sys.executable, "-c", busy], os.environ, tmp_path, tmp_path / "output")
    assert cost.cpu_seconds >= 0.2
    assert cost.peak_bytes >= 150_000_000


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no good"):
        run([sys.executable, "-c", "raise SystemExit('no good')"], os.environ, tmp_path, tmp_path / "output")


def test_sizes_are_numbers_above_zero() -> None:
    assert sizes_of("40,200") == [40, 200]
    for text in ("", "0", "40,", "many"):
        with pytest.raises(ValueError):
            sizes_of(text)
