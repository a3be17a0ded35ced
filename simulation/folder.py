"""A brand's past as a folder of CSV files in the documented layout, as it would hand them over."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.layout import LAYOUT
from simulation.feed import Feed, Files, gathered
from simulation.scenario import Schedule
from simulation.stands import COACHING_EUROS, DRIVE_EUROS, MOST_STOPS, STOP_EUROS
from simulation.world import WEEK, Plan, World

BRAND_FILE = """\
name: HAIROTICMEN (simulated)
description: A simulated brand; no real sales, customers or prices. Seed {seed}.
currency: EUR
zone: Europe/Berlin
rules:
  trip_fixed: {trip_fixed:.2f}
  trip_stop: {trip_stop:.2f}
  trip_most_stops: {trip_most_stops}
  coaching_visit: {coaching_visit:.2f}
"""


def write_history(folder: Path, seed: int, today: date, weeks: int) -> None:
    """Write the files of a brand that lived through so many whole weeks, up to the last Sunday before today."""
    start = today - timedelta(days=today.weekday() + weeks * WEEK)
    world = World(Plan(seed, start, weeks * WEEK, WEEK, Schedule()))
    feed = Feed(world)
    days: list[Files] = [feed.opening()]
    while world.is_history:
        days.append(feed.report(world.step()))
    folder.mkdir(parents=True, exist_ok=True)
    written = BRAND_FILE.format(
        seed=seed,
        trip_fixed=DRIVE_EUROS,
        trip_stop=STOP_EUROS,
        trip_most_stops=MOST_STOPS,
        coaching_visit=COACHING_EUROS,
    )
    (folder / "brand.yaml").write_text(written, encoding="utf-8")
    for name, rows in gathered(days).items():
        _write(folder / f"{name}.csv", list(LAYOUT[name].model_fields), rows)


def _write(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> None:
    used = [column for column in columns if any(row.get(column) is not None for row in rows)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(used)
        writer.writerows([_plain(row.get(column)) for column in used] for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else value
