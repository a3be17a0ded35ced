"""Random draw of a message's audience and holdout from a segment, by a hash, so that nobody can choose."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from analytics.customers.purchases import Purchases
from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import BPS

BUYERS = "buyers"


@dataclass(frozen=True)
class DrawnAudience:
    """Positions of the customers drawn: treated and held out, each in ascending order."""

    treated: Sequence[int]
    held_out: Sequence[int]


def group_sizes(eligible: int, audience: int, holdout_bps: int) -> tuple[int, int]:
    """Sizes (treated, held out) when `audience` are drawn of `eligible`; a half is held out."""
    drawn = min(eligible, audience)
    held_out = -(-drawn * holdout_bps // BPS)
    return drawn - held_out, held_out


def draw_audience(ids: Sequence[UUID], salt: str, audience: int, holdout_bps: int) -> DrawnAudience:
    """Draw from customers by the order of SHA-256 of `salt` and id: the same salt draws the same, another anew.

    Every customer has the same chance of each group, whatever else is known (Deng, Kohavi & Walker 2012 on hashing).
    """
    keys = [hashlib.sha256(f"{salt}:{customer_id}".encode()).digest() for customer_id in ids]
    order = sorted(range(len(ids)), key=lambda place: keys[place])
    treated, held_out = group_sizes(len(ids), audience, holdout_bps)
    return DrawnAudience(sorted(order[:treated]), sorted(order[treated : treated + held_out]))


def contributions(
    customer: Sequence[int],
    day: Sequence[int],
    channel: Sequence[Any],
    amount_minor: Sequence[int],
    shares: Mapping[Any, float],
) -> Purchases:
    """Purchases as contribution after VAT, fee and cost of goods; a channel without a share takes the others' mean.

    A day on which more was given back than bought is none. Raises InvalidNumbers where no share is known.
    """
    if not shares:
        raise InvalidNumbers("What is left of an order is not known.", remedy="Import sales and the costs of products.")
    usual = sum(shares.values()) / len(shares)
    amounts: Floats = np.array(amount_minor, dtype=float)
    contribution = amounts * np.array([shares.get(channel_id, usual) for channel_id in channel], dtype=float)
    bought = amounts > 0
    customers: Codes = np.array(customer, dtype=np.int64)
    days: Codes = np.array(day, dtype=np.int64)
    return Purchases(customers[bought], days[bought], np.maximum(contribution[bought], 0.0))
