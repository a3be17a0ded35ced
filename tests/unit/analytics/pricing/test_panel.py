"""A panel refuses what no sales can be."""

import numpy as np
import pytest

from analytics.pricing.panel import SalesPanel
from analytics.statistics.errors import InvalidNumbers


def panel(**changed: object) -> SalesPanel:
    columns = {
        "period": [0, 0, 1, 1],
        "location": [7, 9, 7, 9],
        "units": [3.0, 0.0, 5.0, 2.0],
        "price": [2.0, 2.5, 1.5, 2.5],
        "deal": [0.0, 0.0, 1.0, 0.0],
        "feature": [0.0, 0.2, 1.0, 0.0],
    }
    return SalesPanel(**{name: np.array(values) for name, values in {**columns, **changed}.items()})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"units": [1.0, 2.0, 3.0]}, "equally long"),
        ({"units": [1.0, np.nan, 3.0, 4.0]}, "units must hold finite"),
        ({"price": [1.0, 0.0, 3.0, 4.0]}, "prices must be above zero"),
        ({"units": [1.0, -1.0, 3.0, 4.0]}, "not be negative"),
        ({"feature": [0.0, 1.5, 0.0, 0.0]}, "feature must lie"),
        ({"period": [0.5, 0, 1, 1]}, "period must hold whole"),
        ({"period": [0, 0, 0, 1]}, "twice"),
        ({"deal": [[0.0], [0.0], [0.0], [0.0]]}, "one-dimensional"),
    ],
)
def test_bad_columns_are_refused_with_the_rule_they_break(changed: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidNumbers, match=says) as refused:
        panel(**changed)
    assert isinstance(refused.value, ValueError)


def test_rows_without_sales_are_kept_but_not_among_the_sold() -> None:
    assert len(panel()) == 4
    assert len(panel().sold) == 3


def test_a_column_is_laid_out_by_period_and_location_with_gaps_as_nan() -> None:
    sold = panel().sold
    np.testing.assert_array_equal(sold.grid(sold.units), [[3.0, np.nan], [5.0, 2.0]])
