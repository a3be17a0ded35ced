"""The console entry: puts this checkout first on the import path, then hands over to `cli`."""

import atexit
import gc
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent


def put_checkout_first() -> None:
    """Top-level rooms such as `tools` or `agents` could be shadowed by an installed package of that name."""
    path = str(CHECKOUT)
    if sys.path[:1] != [path]:
        sys.path[:] = [path, *(entry for entry in sys.path if entry != path)]


put_checkout_first()


def look_less_for_garbage() -> None:
    """What start-up makes lives to the end, as a large brand's rows do: to go through them at every 700th object, and
    once more at the end, takes a third of a short verb's time and a fifth of a meeting's."""
    gc.set_threshold(200_000, 20, 50)
    atexit.register(gc.freeze)


def main() -> None:
    """Run the `mhos` command line."""
    # Our matrices are small: a second thread of BLAS only waits for the first, at full load. numpy reads it once.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    look_less_for_garbage()
    from cli import run

    run()


if __name__ == "__main__":
    main()
