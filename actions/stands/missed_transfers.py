"""Units a stand would have lost on smaller transfers: at most those it had not left at its next count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """Units sent to one place, and what was left there just before it was next filled up; None where nobody counted."""

    units: int
    left: int | None


def lost_at_places(sent: Sequence[Sent], missed: float) -> tuple[float, float, float]:
    """Of `missed` units of one round, how many would not have been sold: as far as one knows, at least and at most.

    A place that had units left could have done without as many. Which places would have gone short is not known: in
    equal shares as far as one knows; at least where those short had most left, at most where they had least. Where
    nothing is known of the places, as many may have been lost as not.
    """
    known = [transfer for transfer in sent if transfer.left is not None]
    if not known or missed > sum(transfer.units for transfer in sent):
        return missed / 2, 0.0, missed
    share = missed / sum(transfer.units for transfer in sent)
    evenly = sum(_lost(transfer, transfer.units * share) for transfer in sent)
    fewest, most = (_in_turn(sent, missed, key) for key in (lambda transfer: -_spare(transfer), _spare))
    return evenly, min(fewest, evenly), max(most, evenly)


def _spare(transfer: Sent) -> float:
    """The share of what it was sent that a place could have done without."""
    return (transfer.units / 2 if transfer.left is None else transfer.left) / transfer.units


def _lost(transfer: Sent, missed: float) -> float:
    return missed / 2 if transfer.left is None else max(missed - transfer.left, 0.0)


def _in_turn(sent: Sequence[Sent], missed: float, key: Callable[[Sent], float]) -> float:
    """Lost units if places go without their whole load in an order, until all that is missed is missed."""
    lost = 0.0
    for transfer in sorted(sent, key=key):
        load = min(float(transfer.units), missed)
        lost, missed = lost + _lost(transfer, load), missed - load
    return lost
