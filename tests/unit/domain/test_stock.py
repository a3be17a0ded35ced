"""Orders to suppliers as typed commands."""

import pytest
from pydantic import ValidationError

from domain.action import parse_action
from domain.stock import PurchaseLine, PurchaseOrderCreate


def order(*lines: PurchaseLine) -> PurchaseOrderCreate:
    return PurchaseOrderCreate(supplier="S1", lines=lines, currency="EUR")


def line(sku: str = "A", quantity: int = 10, unit_cost_minor: int = 250) -> PurchaseLine:
    return PurchaseLine(sku=sku, quantity=quantity, unit_cost_minor=unit_cost_minor)


def test_its_cost_is_what_its_lines_cost() -> None:
    assert order(line(), line("B", 3, 1_000)).total_minor == 5_500


def test_it_is_about_its_supplier_so_that_two_compete() -> None:
    assert order(line()).subject == order(line("B")).subject == "order @ S1"


def test_what_is_stored_is_read_back_as_its_own_type() -> None:
    stored = order(line()).model_dump(mode="json")
    assert parse_action(stored) == order(line())


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (line(), line()),
        tuple(line(f"S{number}") for number in range(101)),
    ],
)
def test_no_lines_too_many_and_a_product_twice_are_refused(lines: tuple[PurchaseLine, ...]) -> None:
    with pytest.raises(ValidationError):
        order(*lines)


@pytest.mark.parametrize("wrong", [{"quantity": 0}, {"quantity": -1}, {"unit_cost_minor": -1}, {"sku": ""}])
def test_nonsense_on_a_line_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PurchaseLine(**{"sku": "A", "quantity": 1, "unit_cost_minor": 1, **wrong})


def test_an_unknown_kind_of_action_is_refused() -> None:
    with pytest.raises(ValidationError):
        parse_action({"kind": "company.sell", "price_minor": 1})
