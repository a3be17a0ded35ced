"""An assertion outside of a test file, as helpers of tests make them."""


def must_be_equal(left: int, right: int) -> None:
    assert left == right
