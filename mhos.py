"""The console entry: puts this checkout first on the import path, then hands over to `cli`."""

import gc
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent


def put_checkout_first() -> None:
    """Top-level rooms such as `tools` or `agents` could be shadowed by an installed package of that name."""
    path = str(CHECKOUT)
    if sys.path[:1] != [path]:
        sys.path[:] = [path, *(entry for entry in sys.path if entry != path)]


put_checkout_first()


def main() -> None:
    """Run the `mhos` command line."""
    from cli import run

    gc.set_threshold(200_000, 20, 50)  # the rows of a large brand are many objects and no garbage: look seldom
    run()


if __name__ == "__main__":
    main()
