"""Prints what becomes of each fault of a model or its provider. Run it: `python -m evals.model_faults`.

Local servers speak both providers' protocols, the providers' own clients speak to them, and an agent works on the
sample brand. It exits non-zero where something is not as promised. Waits are counted, not waited.
"""

import sys
import tempfile
from pathlib import Path

from agents.charter import load_charters
from bootstrap.brands import import_into_brand
from bootstrap.office import Office
from evals.model_cases import CASES, PROVIDERS, FaultOutcome, play
from identity.open_context import open_context
from settings import Settings
from store.embedded import stop

_SAMPLE = Path(__file__).resolve().parents[1] / "examples" / "hairoticmen_sample"
_BRAND = "hairoticmen"


def main() -> int:
    """The table, and how many cases are not as promised."""
    with tempfile.TemporaryDirectory(prefix="mhos-faults-") as folder:
        home = Path(folder)
        try:
            outcomes = _play_all(home)
        finally:
            stop(home)
    broken = [outcome for outcome in outcomes if outcome.broken]
    print(f"{len(outcomes)} cases, {len(broken)} not as promised")
    return 1 if broken else 0


def _play_all(home: Path) -> list[FaultOutcome]:
    office = Office.open(Settings(home=home))
    try:
        import_into_brand(office, _SAMPLE, _BRAND, None)
        ctx = open_context(office.database, home, None, brand=_BRAND, as_of=None)
        charter = next(charter for charter in load_charters() if charter.name == "pricing_director")
        print(f"{'fault':40} {'provider':10} {'report':9} {'asked':>5} {'waited s':>9} {'cost USD':>9}  reason")
        outcomes = []
        for case in CASES:
            for provider in PROVIDERS[: 1 if case.openai_only else None]:
                outcomes.append(play(case, provider, office.database, ctx, charter))
                print(_line(outcomes[-1]), flush=True)
        return outcomes
    finally:
        office.close()


def _line(outcome: FaultOutcome) -> str:
    verdict = "; ".join(f"BROKEN: {broken}" for broken in outcome.broken) or outcome.reason
    return (
        f"{outcome.case.name:40} {outcome.provider:10} {outcome.status:9} {outcome.requests:5} "
        f"{sum(outcome.waits):9.1f} {outcome.cost_micros / 1_000_000:9.4f}  {verdict[:110]}"
    ).rstrip()


if __name__ == "__main__":
    sys.exit(main())
