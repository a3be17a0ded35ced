"""Our API in a process of its own, as `mhos serve` runs it, but with no limit on what one person may ask.

Run as a process: `python -m evals.rest_cost.ours HOME`; it prints the port that it listens on.
"""

import sys
from pathlib import Path

from api import create_app
from api.house import Manners
from api.limits import Rate
from bootstrap import Office
from bootstrap.people import choose_password
from evals.rest_cost.load import PASSWORD, PERSON
from evals.rest_cost.spent import serve, spent_router
from settings import Settings

_AT_WILL = Rate(burst=1_000_000_000, a_minute=1_000_000_000)


def main(home: Path) -> None:
    """Serve the brands of a data folder; no work in the background, which would be counted among the requests'."""
    office = Office.open(Settings(home=home))
    choose_password(office, PERSON, PASSWORD)
    app = create_app(office, Manners(requests=_AT_WILL, background=False))
    app.include_router(spent_router(office.database.engine))
    serve(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
