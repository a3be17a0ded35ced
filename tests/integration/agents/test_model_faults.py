"""No matter what a model or its provider does wrong, the agent ends with a report that holds or a degraded one."""

from collections.abc import Callable

import pytest

from agents.charter import load_charters
from domain.context import Context
from evals.model_cases import CASES, PROVIDERS, FaultCase, play
from store.database import Database
from tests.integration.priced_brand import Planted, plant

NewBrand = Callable[..., Context]
CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")


@pytest.mark.long
@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_fault_ends_as_promised(database: Database, new_brand: NewBrand, provider: str) -> None:
    ctx = new_brand()
    plant(database, ctx, [Planted("SOAP-1", 1000, 400, -1.3)])
    cases: list[FaultCase] = [case for case in CASES if provider == PROVIDERS[0] or not case.openai_only]
    outcomes = [play(case, provider, database, ctx, CHARTER) for case in cases]
    assert {outcome.case.name: outcome.broken for outcome in outcomes if outcome.broken} == {}
