"""Products are called by their titles without the pack, and by what no other product's title begins with."""

from tests.counting import calls_of
from virtual_office.metrics.names import product_names

PRODUCTS = [
    ("SH-1", "Daily Shampoo 250 ml"),
    ("SH-2", "Daily Shampoo Sensitive 250 ml"),
    ("CO-1", "Conditioner 200 ml"),
    ("OIL-1", "Beard Oil 50 ml"),
    ("OIL-2", "Beard Oil 100 ml"),
    ("SET", "Gift Set"),
]


def test_a_title_is_known_without_its_pack() -> None:
    names, _ = product_names(PRODUCTS)
    assert names["conditioner"] == "CO-1"
    assert names["Gift Set"] == names["SET"] == "SET"


def test_a_beginning_that_titles_share_names_none_of_them() -> None:
    names, shared = product_names(PRODUCTS)
    assert "beard oil" not in names
    assert shared["beard oil"] == ["Beard Oil 100 ml", "Beard Oil 50 ml"]
    assert shared["daily shampoo"] == ["Daily Shampoo 250 ml", "Daily Shampoo Sensitive 250 ml"]


def test_a_single_word_is_no_name_unless_it_is_all_but_the_pack() -> None:
    names, shared = product_names(PRODUCTS)
    assert not {"daily", "beard", "gift"} & {*names, *shared}


def test_the_work_of_naming_grows_no_faster_than_the_range() -> None:
    def work(count: int) -> int:
        return calls_of(lambda: product_names((f"S-{n}", f"Daily Shampoo Kind {n} 90 ml") for n in range(count)))

    assert work(2_000) < 11 * work(200)
