"""Schemathesis finds nothing: what the document promises is what the API does, whatever it is sent."""

import pytest

from tests.integration.api.conftest import Town
from tests.integration.api.fuzzing import Findings, fuzz


def _fuzz(town: Town, examples: int, *, thorough: bool) -> Findings:
    stays, leaves = (str(town.client("owner").headers["Authorization"]) for _ in range(2))
    return fuzz(town.app(), {"Authorization": stays, "X-Brand": "mine"}, leaves, examples, thorough=thorough)


def _tell(findings: Findings) -> str:
    return "\n\n".join([*findings.failures[:40], *findings.errors, *findings.phases, str(findings.summary)])


def test_schemathesis_finds_nothing_in_short(town: Town) -> None:
    findings = _fuzz(town, 1, thorough=False)
    assert not findings.failures and not findings.errors, _tell(findings)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_schemathesis_finds_nothing(town: Town) -> None:
    findings = _fuzz(town, 10, thorough=True)
    print(_tell(findings))
    assert not findings.failures and not findings.errors, _tell(findings)
