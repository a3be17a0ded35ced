"""Helpers of tests say what they compared, as tests do."""

import pytest

from tests.unit.lint.comparison import must_be_equal


def test_a_helper_s_assertion_names_both_values() -> None:
    with pytest.raises(AssertionError, match="assert 41 == 42"):
        must_be_equal(41, 42)
