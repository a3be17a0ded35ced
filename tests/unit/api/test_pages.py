"""A cursor is opaque: what was not given out is no page, in one and the same words."""

import pytest

from api.pages import page_of, read_cursor
from domain.errors import NotFound


def test_a_cursor_goes_on_behind_the_last_entry() -> None:
    first = page_of([5, 4, 3], 2, str, lambda row: [row])
    assert (first.data, first.metadata.limit) == (["5", "4"], 2)
    assert read_cursor(first.metadata.next_cursor, int) == (4,)


def test_the_last_page_has_none() -> None:
    assert page_of([2, 1], 2, str, lambda row: [row]).metadata.next_cursor is None
    assert page_of([], 2, str, lambda row: [row]).data == []


@pytest.mark.parametrize("cursor", ["", "x", "////", "bnVsbA", "W10", "WyJ4Il0", "WzEsMl0", "W3RydWVd", "ä", "A" * 299])
def test_what_was_not_given_out_is_no_page(cursor: str) -> None:
    with pytest.raises(NotFound):
        read_cursor(cursor, int)
