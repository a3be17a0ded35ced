"""Products are called by their titles without the pack, and by what no other product's title begins with."""

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
