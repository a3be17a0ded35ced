"""`mhos propose` tells which kinds there are and what each takes, before any brand is opened."""

import json

import pytest

from domain.action import ACTION_KINDS
from tests.invoked import invoked


def printed(*words: str) -> str:
    answer = invoked(["propose", *words], {"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_without_a_kind_every_kind_is_told() -> None:
    kinds = json.loads(printed("--json"))["kinds"]
    assert [kind["kind"] for kind in kinds] == list(ACTION_KINDS)
    assert all(kind["title"] in printed() and f"mhos propose {kind['kind']}" in printed() for kind in kinds)


@pytest.mark.parametrize("words", [("stand.refill",), ("stand.refill", "--help")])
def test_a_kind_tells_what_it_takes_and_what_may_be_left_out(words: tuple[str, ...]) -> None:
    assert "planned_day=2026-12-05 lines=STAND:SKU:4 [trip_cost=12.90]" in " ".join(printed(*words).split())
    document = json.loads(printed(*words, "--json"))
    required = {field["name"]: field["required"] for field in document["parameters"]}
    assert required == {"planned_day": True, "lines": True, "trip_cost": False, "currency": False}


def test_help_without_a_kind_is_that_of_the_verb() -> None:
    assert "NAME=VALUE" in printed("--help") and "--brand" in printed("--help")


def test_a_kind_that_there_is_not_is_refused_with_those_there_are() -> None:
    answer = invoked(["propose", "price.give_away", "--json"])
    error = json.loads(answer.output)["error"]
    assert (answer.exit_code, error["code"]) == (1, "invalid_input")
    assert all(kind in error["details"]["remedy"] for kind in ACTION_KINDS)
