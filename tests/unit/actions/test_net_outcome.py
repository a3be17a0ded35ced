"""A price's outcome is net of what it was counted to take from other products, as its promise was."""

from actions.pricing.price_outcome import net_of
from domain.prediction import Outcome, OutcomeStatus

TOLD = Outcome(
    status=OutcomeStatus.MEASURED, unit="EUR.minor", effect=5_000, low=1_000, high=9_000, realised=25_000,
    counterfactual=20_000,
)  # fmt: skip


def test_what_was_taken_is_counted_off() -> None:
    net = net_of(TOLD, 1_500)
    assert (net.effect, net.low, net.high, net.counterfactual) == (3_500, -500, 7_500, 21_500)
    assert net_of(TOLD, 0) == TOLD


def test_what_cannot_be_told_stays_so() -> None:
    untold = Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit="EUR.minor")
    assert net_of(untold, 1_500) == untold
