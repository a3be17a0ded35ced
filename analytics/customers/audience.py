"""Who of a segment is drawn for a message, and which of them are held out: by a hash, so that nobody can choose."""

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
class Drawn:
    """Places of those drawn: treated and held out, each in ascending order."""

    treated: Sequence[int]
    held_out: Sequence[int]


def group_sizes(eligible: int, audience: int, holdout_bps: int) -> tuple[int, int]:
    """How many are written to and how many held out when `audience` are drawn of `eligible`; halves are held out."""
    drawn = min(eligible, audience)
    held_out = -(-drawn * holdout_bps // BPS)
    return drawn - held_out, held_out


def draw_audience(ids: Sequence[UUID], salt: str, audience: int, holdout_bps: int) -> Drawn:
    """Draw from customers by the order of SHA-256 of `salt` and id: the same salt draws the same, another anew.

    Everybody has the same chance of each group, whatever else is known of them (Deng, Kohavi & Walker 2012 on hashing).
    """
    keys = [hashlib.sha256(f"{salt}:{one}".encode()).digest() for one in ids]
    order = sorted(range(len(ids)), key=lambda place: keys[place])
    treated, held_out = group_sizes(len(ids), audience, holdout_bps)
    return Drawn(sorted(order[:treated]), sorted(order[treated : treated + held_out]))


def contributions(
    customer: Sequence[int],
    day: Sequence[int],
    channel: Sequence[Any],
    amount_minor: Sequence[int],
    shares: Mapping[Any, float],
) -> Purchases:
    """Purchases in what they leave after VAT, fee and goods. A channel without a share takes the mean of the others'.

    A day on which more was given back than bought is none. Raises InvalidNumbers where no share is known.
    """
    if not shares:
        raise InvalidNumbers("What is left of an order is not known.", remedy="Import sales and the costs of products.")
    usual = sum(shares.values()) / len(shares)
    amounts: Floats = np.array(amount_minor, dtype=float)
    kept = amounts * np.array([shares.get(one, usual) for one in channel], dtype=float)
    bought = amounts > 0
    who: Codes = np.array(customer, dtype=np.int64)
    when: Codes = np.array(day, dtype=np.int64)
    return Purchases(who[bought], when[bought], np.maximum(kept[bought], 0.0))
