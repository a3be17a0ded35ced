"""Promotions that the brand plans on top of its standing deals: which products are cheaper where, on which days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.catalog import CHANNELS, ONLINE
from simulation.demand import Market
from simulation.draws import Floats
from simulation.practice import DEAL_OFF
from simulation.truth import Truth


@dataclass(frozen=True)
class PlannedPromotion:
    """A product (index) on a deal in some online channels (indices), from one day of the world to another, included."""

    product: int
    channels: tuple[int, ...]
    first_day: int
    last_day: int
    off: float

    def __post_init__(self) -> None:
        if not 0 < self.off < 1 or self.last_day < self.first_day:
            raise ValueError("a promotion takes something off, on at least one day")
        if not set(self.channels) <= set(range(len(ONLINE))):
            raise ValueError(f"the world promotes in {', '.join(CHANNELS[channel] for channel in ONLINE)} only")


def log_off(planned: Sequence[PlannedPromotion], standing: np.ndarray, day: int) -> Floats:
    """(P, 3) what deals take off the log price on a day: where one meets a standing deal, the deeper of the two."""
    off = np.where(standing, np.log(1 - DEAL_OFF), 0.0)
    for promotion in planned:
        if promotion.first_day <= day <= promotion.last_day:
            for channel in promotion.channels:
                off[promotion.product, channel] = min(off[promotion.product, channel], np.log(1 - promotion.off))
    return off


def sold_anyway(truth: Truth, planned: Sequence[PlannedPromotion], market: Market) -> Floats:
    """(P, 3) the share of what a deal sells that would have been sold without it."""
    off = market.online_price - market.list_price[:, :3] if planned else np.log(1 - DEAL_OFF)
    return np.exp(-truth.elasticity[:, :3] * off) / truth.deal_lift[:, None]
