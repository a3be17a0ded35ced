"""Print how fast an import loads weekly sales, against a bare `executemany` into the same table in the same run.

Run `python -m evals.import_speed [--rows 100000] [--rounds 3]`. Three speeds, in rows a second:

- bare: psycopg's `executemany` of an INSERT, with values that need no reading, no checking and no looking up;
- loader: `store.bulk.load_rows`, which finds repeated and contradicting rows and those that are there;
- import: `mhos import`'s whole way, from CSV text through validation and look-ups to the loader.

All write the same rows into `sales_fact`, with its indexes and constraints, in one transaction each.
"""

import argparse
import csv
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from connectors.importer import import_folder
from connectors.targets import TARGETS
from domain.context import Context
from identity.brands import NewBrand
from identity.local import create_local_brand
from identity.open_context import open_context
from store.bulk import load_rows
from store.database import Database
from store.embedded import stop
from store.migrate import ensure_schema
from store.tables import Channel, Location, Product, SalesFact

PRODUCTS, LOCATIONS = 20, 50
AIM = 0.25
_START = datetime(2020, 1, 6, tzinfo=UTC)
_TARGET = TARGETS["sales"].target


@dataclass(frozen=True)
class Ground:
    """A database, and the files that are loaded into one new brand after the other."""

    database: Database
    home: Path
    masters: Path
    sales: Path

    def new_brand(self, name: str) -> Context:
        """A brand that knows its products, locations and channel."""
        create_local_brand(self.database, self.home, "owner", NewBrand(name, name, "EUR"))
        ctx = open_context(self.database, self.home, "owner", brand=name)
        import_folder(ctx, self.database, self.masters)
        return ctx

    def values(self, ctx: Context) -> list[tuple[Any, ...]]:
        """The rows of the sales file as the table takes them."""
        with self.database.read(ctx) as session:
            products = {row.sku: row.id for row in session.scalars(select(Product))}
            places = {row.code: row.id for row in session.scalars(select(Location))}
            channel = session.scalars(select(Channel)).one().id
        with (self.sales / "sales.csv").open() as file:
            rows = list(csv.DictReader(file))
        return [self._value(row, channel, products, places) for row in rows]

    def _value(self, row: dict[str, str], channel: Any, products: dict[str, Any], places: dict[str, Any]) -> Any:
        start = datetime.fromisoformat(row["period_start"]).replace(tzinfo=UTC)
        return _TARGET.row(
            product_id=products[row["sku"]],
            channel_id=channel,
            location_id=places[row["location"]],
            period_start=start,
            period_days=7,
            units=int(row["units"]),
            unit_price_minor=round(float(row["unit_price"]) * 100),
            unit_cost_minor=round(float(row["unit_cost"]) * 100),
            currency="EUR",
            deal_bps=0,
            feature_bps=0,
            known_at=start + timedelta(days=7),
        )


def by_import(ground: Ground, ctx: Context) -> Callable[[], None]:
    return lambda: _same(import_folder(ctx, ground.database, ground.sales).rows_loaded, ground, ctx)


def by_loader(ground: Ground, ctx: Context) -> Callable[[], None]:
    values = ground.values(ctx)

    def load() -> None:
        with ground.database.begin(ctx) as session:
            load_rows(session, _TARGET, values)

    return load


def by_executemany(ground: Ground, ctx: Context) -> Callable[[], None]:
    now = ctx.now()
    rows = [(ctx.brand_id, ctx.new_id(), now, *values) for values in ground.values(ctx)]
    names = ("brand_id", "id", "recorded_at", *_TARGET.columns)
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(str(SalesFact.__tablename__)),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join([sql.Placeholder()] * len(names)),
    )
    dsn = ground.database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)

    def load() -> None:
        with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    return load


WAYS = {"bare executemany": by_executemany, "loader": by_loader, "import": by_import}


def _same(loaded: int, ground: Ground, ctx: Context) -> None:
    expected = sum(1 for _ in (ground.sales / "sales.csv").open()) - 1
    if loaded != expected:
        raise SystemExit(f"{loaded} rows were loaded into {ctx.brand} instead of {expected}")


@contextmanager
def prepared(rows: int) -> Iterator[Ground]:
    """A database of its own and the files, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mhos-speed-"))
    home = folder / "home"
    database = Database.embedded(home)
    try:
        ensure_schema(database)
        masters, sales = _write(folder, rows)
        yield Ground(database, home, masters, sales)
    finally:
        database.close()
        stop(home)
        shutil.rmtree(folder)


def _write(folder: Path, rows: int) -> tuple[Path, Path]:
    masters, sales = folder / "masters", folder / "sales"
    for part in (masters, sales):
        part.mkdir()
        (part / "brand.yaml").write_text("name: Speed\ncurrency: EUR\n")
    skus, places = [f"P{i}" for i in range(PRODUCTS)], [f"L{i}" for i in range(LOCATIONS)]
    (masters / "products.csv").write_text("sku,title\n" + "".join(f"{sku},{sku}\n" for sku in skus))
    (masters / "locations.csv").write_text("code\n" + "".join(f"{place}\n" for place in places))
    (masters / "channels.csv").write_text("code,title\nshop,Shop\n")
    with (sales / "sales.csv").open("w") as file:
        file.write("period_start,channel,location,sku,units,unit_price,unit_cost\n")
        for number in range(rows):
            week, rest = divmod(number, PRODUCTS * LOCATIONS)
            place, product = divmod(rest, PRODUCTS)
            start = (_START + timedelta(weeks=week)).date()
            file.write(f"{start},shop,{places[place]},{skus[product]},{number % 97},{9 + product}.90,4.{product:02}\n")
    return masters, sales


def measure(ground: Ground, rows: int, rounds: int) -> dict[str, float]:
    """The median rows a second of each way; ways take turns, so that a noisy minute meets them all."""
    speeds: dict[str, list[float]] = {name: [] for name in WAYS}
    for number in range(rounds):
        for name, way in WAYS.items():
            load = way(ground, ground.new_brand(f"{name.split()[0]}-{number}"))
            started = time.perf_counter()
            load()
            speeds[name].append(rows / (time.perf_counter() - started))
    return {name: median(measured) for name, measured in speeds.items()}


def main(argv: Sequence[str]) -> int:
    """Print the speeds; exit 1 where the import falls short of a quarter of the bare speed."""
    parser = argparse.ArgumentParser(description="Import speed against a bare executemany.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    with prepared(options.rows) as ground:
        speeds = measure(ground, options.rows, options.rounds)
    bare = speeds["bare executemany"]
    table = Table("way", "rows/s", f"ratio to bare (aim of the import {AIM:.2f})")
    for name, speed in speeds.items():
        table.add_row(name, f"{speed:,.0f}", f"{speed / bare:.2f}")
    Console().print(table)
    return 0 if speeds["import"] >= AIM * bare else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
