"""Finds stands that fall behind the others though their shelves are full, and what may be done there, if anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import mean, stdev
from uuid import UUID

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.stands.lag import PlaceChange, changes_against_others
from analytics.statistics.errors import InvalidNumbers
from domain.figure import Cell
from domain.money import BPS
from store.reads import stands as reads
from store.session import BrandSession
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.reasons import reason_keys
from tools.stands.book import HISTORY_WEEKS, StandBook, StandNow, stand_book
from tools.stands.results import StandTrend, StandTrends
from tools.stands.sources import sources_of_trends

COVERAGE = 0.80
RECENT_WEEKS, EFFECT_WEEKS, BONUS_WEEKS = 6, 8, 6
BONUS_SHARE_BPS = 300
LEAST_IN_STOCK = 0.9
FALSE_ALARM = 0.05
"""The probability, over all stands, that one is named though none falls behind."""
RECOVERED = (0.1, 0.5, 0.9)
"""The share of a shortfall that a visit wins back, unknown before any was measured: anything alike, at 80 %."""
LEAST_MEASURED = 3
_SEEN_TO, _TRIED = timedelta(weeks=6), timedelta(weeks=26)


@dataclass(frozen=True)
class _Evidence:
    """Measured effects of earlier visits and bonuses, each net of its cost, in minor units."""

    visits: Sequence[int]
    bonuses: Sequence[int]
    visited: Mapping[UUID, datetime]
    rewarded: Mapping[UUID, datetime]


def stand_trends(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Compare each stand's last weeks with its weeks before, beside the same weeks at all other stands (a difference
    in differences): which fall behind by more than chance though their shelves are full, what that loses, and whether
    a coaching visit or a bonus to the partner is likely to pay, going by what earlier ones were measured to bring.
    Advises neither without evidence, and says so."""
    book = stand_book(session, env)
    evidence = _evidence(session)
    changes, lacking = _changes(book)
    trends = [_trend(session, book, at, changes[at], evidence) for at in range(len(book.stands))]
    acting = [trend for trend in trends if trend.decision in ("visit", "bonus")]
    reasons = [lacking] if lacking else ["falls_behind"] if acting else ["nobody_falls_behind"]
    view = StandTrends(
        currency=book.currency,
        status="abstained" if lacking else "act" if acting else "leave",
        reasons=reason_keys("stands", reasons),
        stands=trends,
        compared=cells.count(sum(change is not None for change in changes)),
        measured_visits=cells.count(len(evidence.visits)),
        measured_bonuses=cells.count(len(evidence.bonuses)),
    )
    return ToolAnswer(view, sources_of_trends(session, book))


def _evidence(session: BrandSession) -> _Evidence:
    return _Evidence(
        visits=reads.measured_effects_minor(session, "stand.visit"),
        bonuses=reads.measured_effects_minor(session, "stand.bonus"),
        visited={visit.location_id: visit.planned_at for visit in reads.visits(session)},
        rewarded={bonus.location_id: bonus.ends_at for bonus in reads.bonuses(session)},
    )


def _changes(book: StandBook) -> tuple[list[PlaceChange | None], str]:
    """Each stand's change, and why there is none at all."""
    nothing: list[PlaceChange | None] = [None] * len(book.stands)
    sold = _weekly_units(book)
    if not book.stands or not sold.size:
        return nothing, "no_stands" if not book.stands else "no_sales"
    try:
        changes = changes_against_others(sold, RECENT_WEEKS, COVERAGE)
    except InvalidNumbers:
        return nothing, "too_few_stands"
    return changes, "" if any(changes) else "too_little_history"


def _weekly_units(book: StandBook) -> Floats:
    """(stands, weeks) units of all products; not a number where a stand reported nothing."""
    weeks = sorted({sale.start for sale in book.sold if sale.days == 7})[-HISTORY_WEEKS:]
    units: dict[tuple[UUID, datetime], int] = defaultdict(int)
    for sale in book.sold:
        units[sale.location_id, sale.start] += sale.units
    rows = [[units.get((stand.place.id, week), np.nan) for week in weeks] for stand in book.stands]
    return np.array(rows, dtype=np.float64).reshape(len(book.stands), len(weeks))


def _trend(
    session: BrandSession, book: StandBook, at: int, change: PlaceChange | None, evidence: _Evidence
) -> StandTrend:
    stand = book.stands[at]
    if change is None:
        return _verdict(stand, "abstained", "too_little_history")
    in_stock, compared = _in_stock(stand), len(book.stands)
    margin = _margin_minor(stand)
    base = {
        "change": cells.share(change.change),
        "change_low": cells.share(change.low),
        "change_high": cells.share(change.high),
        "in_stock": cells.share(in_stock),
        "coverage": cells.share(COVERAGE),
        "weeks": cells.weeks(RECENT_WEEKS),
    }
    if change.p_value >= FALSE_ALARM / compared:
        return _verdict(stand, "leave", "goes_with_the_others", base)
    lost = max(change.expected - change.sold, 0.0) * margin
    base["shortfall"] = cells.money(lost, book.currency)
    if in_stock < LEAST_IN_STOCK:
        return _verdict(stand, "leave", "shelves_not_full", base)
    now = session.ctx.known_until
    helped = [when for when in (evidence.visited, evidence.rewarded) if stand.place.id in when]
    if any(when[stand.place.id] > now - _SEEN_TO for when in helped):
        return _verdict(stand, "leave", "seen_to_lately", base)
    if evidence.visited.get(stand.place.id, now - 2 * _TRIED) > now - _TRIED:
        return _bonus(book, stand, evidence, base)
    return _visit(book, stand, lost, evidence, base)


def _verdict(stand: StandNow, decision: str, reason: str, numbers: Mapping[str, Cell] | None = None) -> StandTrend:
    return StandTrend.model_validate(
        {
            "stand": stand.place.code,
            "title": stand.place.title or stand.place.code,
            "decision": decision,
            "reasons": reason_keys("stands", [reason]),
            **(numbers or {}),
        }
    )


def _in_stock(stand: StandNow) -> float:
    """The share of shelf-weeks lately in which a shelf never was empty."""
    seen = [period.in_stock for shelf in stand.shelves for period in shelf.periods[-RECENT_WEEKS:]]
    return mean(seen) if seen else 0.0


def _margin_minor(stand: StandNow) -> float:
    """The average margin of the units that the stand sells, in minor units."""
    known = [
        (shelf.rate.units_per_day, shelf.margin_minor) for shelf in stand.shelves if shelf.margin_minor is not None
    ]
    units = sum(rate for rate, _ in known)
    return sum(rate * margin for rate, margin in known) / units if units else 0.0


def _visit(book: StandBook, stand: StandNow, lost: float, evidence: _Evidence, base: Mapping[str, Cell]) -> StandTrend:
    cost = book.rules.coaching_visit_minor
    if cost is None:
        return _verdict(stand, "abstained", "no_visit_cost", base)
    low, value, high = (share * lost * EFFECT_WEEKS - cost for share in RECOVERED)
    if len(evidence.visits) >= LEAST_MEASURED:
        low, value, high = _measured(evidence.visits)
    if value <= 0:
        return _verdict(stand, "leave", "would_not_pay", base)
    numbers = {**base, "cost": cells.money(cost, book.currency), **_gain(book, low, value, high)}
    return _verdict(stand, "visit", "falls_behind", numbers)


def _bonus(book: StandBook, stand: StandNow, evidence: _Evidence, base: Mapping[str, Cell]) -> StandTrend:
    """A bonus where a visit did not help, and only as far as earlier bonuses were measured to pay."""
    if len(evidence.bonuses) < LEAST_MEASURED:
        return _verdict(stand, "leave", "no_evidence_for_bonuses", base)
    low, value, high = _measured(evidence.bonuses)
    if value <= 0:
        return _verdict(stand, "leave", "bonuses_did_not_pay", base)
    taken = sum(sale.revenue_minor for sale in book.sold if sale.location_id == stand.place.id)
    weeks = len({sale.start for sale in book.sold}) or 1
    cap = max(round(1.5 * taken / weeks * BONUS_WEEKS * BONUS_SHARE_BPS / BPS), 1)
    numbers = {
        **base,
        "share": cells.rate(BONUS_SHARE_BPS),
        "weeks": cells.weeks(BONUS_WEEKS),
        "cap": cells.money(cap, book.currency),
        "cost": cells.money(cap, book.currency),
        **_gain(book, low, value, high),
    }
    return _verdict(stand, "bonus", "falls_behind", numbers)


def _measured(effects: Sequence[int]) -> tuple[float, float, float]:
    """The mean of what earlier ones brought, and where the next one should lie (t law, one more observation)."""
    reach = float(scipy.special.stdtrit(len(effects) - 1, (1 + COVERAGE) / 2))
    wide = stdev(effects) * sqrt(1 + 1 / len(effects)) * reach
    return mean(effects) - wide, mean(effects), mean(effects) + wide


def _gain(book: StandBook, low: float, value: float, high: float) -> dict[str, Cell]:
    names = ("gain_low", "gain", "gain_high")
    return {name: cells.money(amount, book.currency) for name, amount in zip(names, (low, value, high), strict=True)}
