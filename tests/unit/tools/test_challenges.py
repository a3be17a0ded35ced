"""The challenges are put in the order that those who read them later go by."""

from tools.challenge_results import PUT_IN_TURN
from tools.challenges import CHALLENGES


def test_every_challenge_has_its_turn() -> None:
    assert tuple(CHALLENGES) == PUT_IN_TURN
