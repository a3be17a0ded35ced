"""Schemathesis finds nothing: what the document promises is what the API does, whatever it is sent."""

import pytest

from tests.integration.api.conftest import Town
from tests.integration.api.fuzzing import Findings, fuzz


def _fuzz(town: Town, examples: int, *, thorough: bool) -> Findings:
    stays, leaves = (str(town.client("owner").headers["Authorization"]) for _ in range(2))
    return fuzz(town.app(), {"Authorization": stays, "X-Brand": "mine"}, leaves, examples, thorough=thorough)


def _tell(found: Findings) -> str:
    return "\n\n".join([*found.failures[:40], *found.errors, *found.phases, str(found.summary)])


def test_schemathesis_finds_nothing_in_short(town: Town) -> None:
    found = _fuzz(town, 1, thorough=False)
    assert not found.failures and not found.errors, _tell(found)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_schemathesis_finds_nothing(town: Town) -> None:
    found = _fuzz(town, 10, thorough=True)
    print(_tell(found))
    assert not found.failures and not found.errors, _tell(found)
