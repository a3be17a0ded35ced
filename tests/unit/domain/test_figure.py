"""A figure is a cell of a receipt, found by its path and by nothing else."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.figure import Cell, FigureRef, cell_at

RESULT = {
    "rows": [{"price": {"value": 389, "unit": "USD.minor"}}],
    "a/b": {"value": -1.842, "unit": "ratio", "decimals": 2},
}


def test_a_cell_is_found_by_its_path() -> None:
    assert cell_at(RESULT, "/rows/0/price").render() == "$3.89"
    assert cell_at(RESULT, "/a~1b").render() == "-1.84"


@pytest.mark.parametrize(
    "path",
    [
        "/rows/1/price",
        "/rows/0",
        "/rows",
        "/nothing",
        "/rows/0/price/value",
        "/rows/-1/price",
        "/rows/00/price",
        "/rows/²/price",
    ],
)
def test_what_is_no_cell_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        cell_at(RESULT, path)


@pytest.mark.parametrize("path", ["", "rows", "/", "//x", f"/rows/{'0' * 3_000}/price"])
def test_a_reference_needs_a_pointer(path: str) -> None:
    with pytest.raises(ValidationError):
        FigureRef(receipt=UUID(int=1), path=path)  # type: ignore[arg-type]


def test_what_only_looks_like_a_cell_is_refused() -> None:
    with pytest.raises(InvalidInput):
        cell_at({"text": {"value": "much", "unit": "ratio"}}, "/text")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_cell_holds_a_finite_number(value: float) -> None:
    with pytest.raises(ValidationError):
        Cell(value=value, unit="ratio")
