"""An action item goes only where its life allows."""

import pytest

from domain.action import NEXT, ItemStatus, check_transition
from domain.errors import Conflict


def test_no_status_leads_from_an_end_back_into_life() -> None:
    for end in (ItemStatus.DENIED, ItemStatus.REJECTED, ItemStatus.EXPIRED, ItemStatus.SUPERSEDED, ItemStatus.UNDONE):
        for status in ItemStatus:
            with pytest.raises(Conflict):
                check_transition(end, status)


def test_done_is_reached_only_through_an_approval() -> None:
    before_done = {status for status, nexts in NEXT.items() if ItemStatus.DONE in nexts}
    assert before_done == {ItemStatus.APPROVED, ItemStatus.RUNNING, ItemStatus.UNKNOWN}
