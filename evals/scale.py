"""What an import and a meeting cost as a brand grows, beside reading the same files with Python's csv module.

Run `python -m evals.scale [--products 40,200,2000] [--weeks 78]`. Each size is a brand of its own, made up by
`evals/scale_brand.py`, in a data folder of its own, whose database is made before anything is counted. It is imported,
and meets twice. CPU is user and system time of the command and of the embedded PostgreSQL behind it. The ratios are to
a process that reads the brand's files row by row and does nothing with them. A meeting that costs less than linearly
in products takes less CPU a product from size to size.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.scale_brand import write_brand
from evals.scale_cost import Cost, run
from store.embedded import stop

CHECKOUT = Path(__file__).resolve().parents[1]
BRAND = "scale"
_READ = """
import csv, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
    with path.open(newline="") as file:
        for row in csv.reader(file):
            pass
"""
_WIDTH = 150
_HEADINGS = (
    "products",
    "rows of sales",
    "import, CPU s",
    "first meeting, CPU s",
    "again, CPU s",
    "peak MB of a meeting",
    "CPU ms a product: import",
    "first meeting",
    "reading the files, CPU s",
    "import, ratio to it",
    "first meeting, ratio to it",
)


@dataclass(frozen=True)
class Size:
    """What a brand of so many products took."""

    products: int
    sales: int
    imported: Cost
    met: Cost
    met_again: Cost
    read: Cost

    @property
    def peak_bytes(self) -> int:
        """The larger of the two meetings' processes."""
        return max(self.met.peak_bytes, self.met_again.peak_bytes)

    def ms_a_product(self, cost: Cost) -> float:
        """CPU milliseconds for each product."""
        return 1000 * cost.cpu_seconds / self.products

    def ratio(self, cost: Cost) -> float:
        """How many times the CPU of reading the files."""
        return cost.cpu_seconds / self.read.cpu_seconds


def measure(products: int, weeks: int, until: date, folder: Path) -> Size:
    """Import a brand of this size, and let it meet twice. Raises CommandFailed."""
    home, files, nothing, output = (folder / name for name in ("home", "files", "nothing", "output"))
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("MHOS_")},
        "MHOS_HOME": str(home),
    }

    def cost(*command: str) -> Cost:
        return run([sys.executable, *command], environment, home, output)

    def mhos(*words: str) -> Cost:
        return cost(str(CHECKOUT / "mhos.py"), *words, "--json")

    sales = write_brand(files, products, weeks, until)
    nothing.mkdir()
    (nothing / "brand.yaml").write_text("name: Nothing\ncurrency: EUR\n")
    (nothing / "channels.csv").write_text("code,title\nshop,Shop\n")
    try:
        mhos("import", str(nothing), "--brand", "nothing")
        return Size(
            products,
            sales,
            imported=mhos("import", str(files), "--brand", BRAND),
            met=mhos("meet", "--brand", BRAND),
            met_again=mhos("meet", "--brand", BRAND),
            read=cost("-c", _READ, str(files)),
        )
    finally:
        stop(home)


def table_of(sizes: Sequence[Size]) -> Table:
    """A row for each size."""
    table = Table(*_HEADINGS)
    for size in sizes:
        table.add_row(
            f"{size.products:,}",
            f"{size.sales:,}",
            f"{size.imported.cpu_seconds:.1f}",
            f"{size.met.cpu_seconds:.1f}",
            f"{size.met_again.cpu_seconds:.1f}",
            f"{size.peak_bytes / 1e6:,.0f}",
            f"{size.ms_a_product(size.imported):.1f}",
            f"{size.ms_a_product(size.met):.1f}",
            f"{size.read.cpu_seconds:.2f}",
            f"{size.ratio(size.imported):.0f}",
            f"{size.ratio(size.met):.0f}",
        )
    return table


def sizes_of(text: str) -> list[int]:
    """Sizes as they are given on the command line: numbers above zero, with commas between them. Raises ValueError."""
    sizes = [int(word) for word in text.split(",")]
    if min(sizes) < 1:
        raise ValueError(text)
    return sizes


def main(argv: Sequence[str] | None = None) -> int:
    """Print what each size took."""
    parser = argparse.ArgumentParser(prog="python -m evals.scale", description="What a brand's growth costs.")
    parser.add_argument("--products", type=sizes_of, default=[40, 200, 2000], metavar="N,N", help="the sizes")
    parser.add_argument("--weeks", type=int, default=78, help="of sales")
    asked = parser.parse_args(argv)
    today = datetime.now(UTC).date()
    until = today - timedelta(days=today.weekday())
    sizes: list[Size] = []
    for products in asked.products:
        with tempfile.TemporaryDirectory(prefix="mhos-scale-") as folder:
            sizes.append(measure(products, asked.weeks, until, Path(folder)))
    screen = Console()
    screen.width = max(screen.width, _WIDTH)  # a pipe counts as 80 columns wide, which cuts the headings off
    screen.print(table_of(sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
