"""Loss of a stand that was sent fewer units, against sums done by hand."""

import pytest

from actions.stands.missed_transfers import Sent, lost_at_places


def test_what_was_left_could_have_been_done_without() -> None:
    assert lost_at_places([Sent(10, 4)], 10) == (6, 6, 6)
    assert lost_at_places([Sent(10, 4)], 3) == (0, 0, 0)
    assert lost_at_places([Sent(10, 0)], 3) == (3, 3, 3)


def test_which_of_several_went_short_is_not_known() -> None:
    """One has all its ten left, one has none: five missed are none lost, or five; evenly spread half of them are."""
    assert lost_at_places([Sent(10, 10), Sent(10, 0)], 5) == (2.5, 0, 5)


def test_where_nobody_counted_all_or_nothing_may_be_lost() -> None:
    assert lost_at_places([], 8) == lost_at_places([Sent(20, None)], 8) == (4, 0, 8)
    assert lost_at_places([Sent(3, 0)], 8) == (4, 0, 8)  # more was sent on than these places say


@pytest.mark.parametrize("missed", [1, 7, 20, 30])
def test_the_best_guess_lies_between_the_ends_and_no_more_is_lost_than_was_missed(missed: int) -> None:
    sent = [Sent(12, 3), Sent(6, None), Sent(4, 9), Sent(8, 0)]
    guess, low, high = lost_at_places(sent, missed)
    assert 0 <= low <= guess <= high <= missed
