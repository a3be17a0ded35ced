"""The arithmetic of the API's benchmark: what a request cost, and the middle of several rounds."""

import pytest

from evals.rest_cost.load import Round, cost_of, middle, request


def test_a_round_costs_what_its_server_has_spent_since() -> None:
    before = {"cpu_seconds": 1.0, "statements": 100, "transactions": 10}
    after = {"cpu_seconds": 3.0, "statements": 500, "transactions": 110}
    cost = cost_of(100, 4.0, before, after)
    assert cost == Round(requests_a_second=25.0, cpu_ms=20.0, statements=4.0, transactions=1.0)


def test_the_middle_is_taken_of_each_number_by_itself() -> None:
    rounds = [Round(10.0, 3.0, 5.0, 1.0), Round(30.0, 1.0, 6.0, 1.0), Round(20.0, 2.0, 5.0, 3.0)]
    assert middle(rounds) == Round(20.0, 2.0, 5.0, 1.0)


def test_no_request_is_no_cost() -> None:
    with pytest.raises(ZeroDivisionError):
        cost_of(0, 1.0, {"cpu_seconds": 0.0}, {"cpu_seconds": 0.0})


def test_a_request_is_a_whole_head() -> None:
    head = request("/items?limit=17", {"Authorization": "Bearer x"})
    assert head == b"GET /items?limit=17 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n"
