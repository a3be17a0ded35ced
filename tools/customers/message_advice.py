"""Advises messages: to which segment one pays by this brand's own holdouts, or which test would tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import ceil, sqrt

import numpy as np
import scipy
from numpy.typing import NDArray

from analytics.customers.audience import BUYERS, group_sizes
from analytics.customers.message_value import MessageTerms, MessageValue, value_message
from analytics.customers.response import ResponseEstimate
from analytics.customers.rfm import SEGMENTS
from analytics.customers.segment_response import LEAST_IN_A_GROUP
from analytics.customers.value_of_test import value_of_test
from domain.customers import WINDOW_DAYS
from domain.money import BPS
from store.reads.customers import outreach as reads
from store.session import BrandSession
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.customers.book import CustomerBook, customer_book, sources_of_customers
from tools.customers.message_evidence import COVERAGE, Evidence, evidence
from tools.customers.results import MessageAdviceView, MessageLine
from tools.reasons import reason_keys

CAMPAIGN_HOLDOUT_BPS, TEST_HOLDOUT_BPS = 2_000, 5_000
_SURE_ENOUGH = 0.80
"""The probability of a gain from which on a message is sent as one that pays."""
_REPEATS = 3
"""The number of later messages to everybody that a test is taken to inform."""
_LEAST_LEARNING_MINOR = 5_000
_TEST_SIZES = (0.25, 0.5, 1.0)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, eq=False)
class _Line:
    """One segment's message, worked out. `members` (n,) are those who may be written to."""

    segment: str
    meant: int
    members: NDArray[np.bool_]
    decision: str = "leave"
    reasons: list[str] = field(default_factory=list)
    response: ResponseEstimate | None = None
    value: MessageValue | None = None
    audience: int = 0
    holdout_bps: int = 0
    learning_minor: float = 0.0

    @property
    def customers(self) -> int:
        return int(self.members.sum())

    @property
    def sizes(self) -> tuple[int, int]:
        return group_sizes(self.customers, self.audience, self.holdout_bps)

    @property
    def share(self) -> float:
        """Recipients as a share of those for whom the value was worked out."""
        return self.sizes[0] / self.customers if self.customers else 0.0

    @property
    def net_each(self) -> float:
        net = None if self.value is None else self.value.net_minor
        return net / self.customers if net is not None and self.customers else 0.0


def message_advice(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Work out whether to write to customers, segment by segment: what a message changed among those written to
    against those held out at random in this brand's own past messages, what that earns after the sending and those
    who turn away, and how sure that is. Who would have bought anyway does not count. Without own evidence it advises
    one test with a stated, wide guess, or none. Abstains where data are lacking."""
    book, past = customer_book(session, env), env.once(("evidence",), lambda: evidence(session))
    left = max(book.rules.max_messages_a_week - reads.recipients_since(session, session.ctx.known_until - _WEEK), 0)
    lines = _lines(book, past, left)
    return ToolAnswer(_view(book, past, left, lines), sources_of_customers(session, book))


def _lines(book: CustomerBook, past: Evidence, left: int) -> list[_Line]:
    if book.standings is None or book.lacking:
        return []
    segment, everyone = book.standings.segment, np.ones(len(book.may_write), dtype=np.bool_)
    names = [name for name in SEGMENTS if (segment == name).any()]
    blank = [_Line(name, int((segment == name).sum()), book.may_write & (segment == name)) for name in names]
    test = _Line(BUYERS, len(everyone), book.may_write & everyone)
    valued = [_valued(book, past, line) for line in blank]
    if past.running:
        waiting = {"decision": "wait", "reasons": ["under_way"]}
        return [replace(line, **waiting) for line in [*valued, test]]
    if not past.any:
        others = [replace(line, reasons=["in_the_test"]) for line in valued]
        return [*others, _tested(book, past, _valued(book, past, test), left, "no_evidence")]
    chosen = _within_limit([_judged(book, past, line) for line in valued], left)
    if any(line.decision == "send" for line in chosen):
        return chosen
    pooled = _pooled(test, chosen)
    return [*chosen, _tested(book, past, pooled, left, "still_uncertain")]


def _valued(book: CustomerBook, past: Evidence, line: _Line) -> _Line:
    """The line with the value of a message to all of its segment who may be written to."""
    assert book.standings is not None
    if line.customers < 2 * LEAST_IN_A_GROUP:
        return replace(line, reasons=["too_few_customers"])
    chance, worth = book.standings.chance[line.members], book.standings.worth[line.members]
    response = past.responses({line.segment: float(chance.mean())})[line.segment]
    terms = MessageTerms(
        margin_per_order_minor=book.margin_per_order_minor(line.members),
        discount_per_order_minor=0.0,
        cost_per_message_minor=book.rules.message_cost_per_thousand_minor / 1_000,
        unsubscribe_rate=past.turn_away,
    )
    return replace(line, response=response, value=value_message(chance, response, terms, worth))


def _judged(book: CustomerBook, past: Evidence, line: _Line) -> _Line:
    """The decision on a segment by this brand's own holdouts: whether a message to it pays."""
    value = line.value
    if value is None or value.net_minor is None or value.probability_of_gain is None or line.response is None:
        return replace(line, reasons=line.reasons or ["cannot_be_computed"])
    if value.net_minor > 0 and value.probability_of_gain >= _SURE_ENOUGH:
        return replace(line, decision="send", reasons=["pays"], audience=line.customers, holdout_bps=_holdout(line))
    bought, uplift = past.bought(line.segment), line.response.uplift
    anyway = bought is not None and uplift is not None and uplift.low <= 0 and bought[0] <= bought[1] * 1.1
    if anyway:
        return replace(line, reasons=["bought_anyway"])
    return replace(line, reasons=["costs_more" if value.net_minor <= 0 else "still_uncertain"])


def _holdout(line: _Line) -> int:
    """A fifth is held out, and more where a fifth is too few to tell anything."""
    return max(CAMPAIGN_HOLDOUT_BPS, ceil(LEAST_IN_A_GROUP * BPS / max(line.customers, 1)))


def _within_limit(lines: Sequence[_Line], left: int) -> list[_Line]:
    """The segment that brings most for a message first, as far as the week's limit reaches."""
    by_segment = {line.segment: line for line in lines}
    for line in sorted((line for line in lines if line.decision == "send"), key=lambda line: -line.net_each):
        audience = min(line.customers, left * BPS // (BPS - line.holdout_bps))
        sized = replace(line, audience=audience)
        sized = replace(sized, holdout_bps=max(sized.holdout_bps, ceil(LEAST_IN_A_GROUP * BPS / max(audience, 1))))
        if min(sized.sizes) < LEAST_IN_A_GROUP:
            by_segment[line.segment] = replace(
                line, decision="wait", reasons=["weekly_limit"], audience=0, holdout_bps=0
            )
            continue
        left -= sized.sizes[0]
        by_segment[line.segment] = sized
    return [by_segment[line.segment] for line in lines]


def _pooled(test: _Line, lines: Sequence[_Line]) -> _Line:
    """All segments together, as their own values add up; their errors are taken to go together."""
    values = [line.value for line in lines if line.value is not None and line.value.net_minor is not None]
    if not values:
        return replace(test, reasons=["too_few_customers"])
    total = {
        name: sum(int(getattr(value, name) or 0) for value in values)
        for name in ("net_minor", "low_minor", "high_minor", "message_cost_minor")
    }
    counted = sum(value.customers for value in values)
    anyway = sum(value.anyway_orders for value in values)
    orders = sum(value.incremental_orders or 0.0 for value in values)
    reach = max((total["high_minor"] - total["low_minor"]) / 2 / _deviations(), 1.0)
    value = MessageValue(
        "uncertain", (), counted, anyway, COVERAGE, incremental_orders=orders,
        probability_of_gain=float(scipy.special.ndtr(total["net_minor"] / reach)), **total,
    )  # fmt: skip
    return replace(test, value=value)


def _tested(book: CustomerBook, past: Evidence, line: _Line, left: int, why: str) -> _Line:
    """A test with half held out, of the size that is worth most: what it brings itself, and what one learns by it."""
    value = line.value
    if value is None or value.net_minor is None or value.low_minor is None or value.high_minor is None:
        return replace(line, reasons=line.reasons or ["cannot_be_computed"])
    customers = value.customers
    mean, deviation = value.net_minor / customers, (value.high_minor - value.low_minor) / 2 / _deviations() / customers
    margin, share = book.margin_per_order_minor(line.members), max(value.anyway_orders / customers, 1e-6)
    best: tuple[float, int, float] = 0.0, 0, 0.0
    for part in _TEST_SIZES:
        recipients = int(min(left, line.customers // 2) * part)
        if recipients < LEAST_IN_A_GROUP:
            continue
        error = margin * sqrt(2 * share * (1 - share) / recipients)
        learning = value_of_test(mean, deviation, error, _REPEATS * customers)
        best = max(best, (learning + mean * recipients, recipients, learning))
    worth, recipients, learning = best
    if not recipients or learning < _LEAST_LEARNING_MINOR or worth <= 0:
        short = min(left, line.customers // 2) < LEAST_IN_A_GROUP
        reason = "too_few_customers" if short else "costs_more" if past.any else why
        return replace(line, reasons=[reason])
    return replace(
        line,
        decision="test",
        reasons=[why],
        audience=2 * recipients,
        holdout_bps=TEST_HOLDOUT_BPS,
        learning_minor=learning,
    )


def _view(book: CustomerBook, past: Evidence, left: int, lines: Sequence[_Line]) -> MessageAdviceView:
    ranks = ("send", "test", "wait", "leave")
    status = next((rank for rank in ranks if any(line.decision == rank for line in lines)), "abstained")
    reasons = sorted({reason for line in lines if line.decision == status for reason in line.reasons})
    reasons = reasons if lines else [book.lacking or "no_orders"]
    if lines and all(line.value is None for line in lines):
        status, reasons = "abstained", ["too_few_customers"]
    return MessageAdviceView(
        currency=book.currency,
        status=status,  # pyright: ignore[reportArgumentType] - one of the five above
        reasons=reason_keys("customers", reasons),
        measured=cells.count(past.measured),
        running=cells.count(past.running),
        recipients_left=cells.count(left),
        window=cells.days(WINDOW_DAYS),
        rest=cells.days(book.rules.message_rest_days),
        coverage=cells.share(COVERAGE),
        turn_away=cells.share(past.turn_away.value),
        turn_away_is_assumed=past.turn_away_is_assumed,
        lines=[_line_view(book, past, line) for line in lines],
    )


def _line_view(book: CustomerBook, past: Evidence, line: _Line) -> MessageLine:
    assert book.standings is not None
    base = MessageLine(
        segment=line.segment,
        decision=line.decision,  # pyright: ignore[reportArgumentType] - one of the decisions above
        reasons=reason_keys("customers", line.reasons),
        customers=cells.count(line.customers),
        left_alone=cells.count(line.meant - line.customers),
    )
    if not line.customers:
        return base
    bought, uplift = past.bought(line.segment), line.response.uplift if line.response else None
    view = {
        "chance": cells.share(float(book.standings.chance[line.members].mean())),
        "worth": cells.money(float(book.standings.worth[line.members].mean()), book.currency),
        "bought": cells.share(bought[0]) if bought else None,
        "bought_anyway": cells.share(bought[1]) if bought else None,
        "uplift": _points(uplift.value) if uplift else None,
        "uplift_low": _points(uplift.low) if uplift else None,
        "uplift_high": _points(uplift.high) if uplift else None,
    }
    return base.model_copy(update={**view, **_money(book, line)})


def _points(change: float) -> cells.Cell:
    return cells.share(change).model_copy(update={"decimals": 2})


def _money(book: CustomerBook, line: _Line) -> dict[str, cells.Cell | None]:
    value = line.value
    if value is None or value.net_minor is None or value.low_minor is None or value.high_minor is None:
        return {}
    recipients, held_out = line.sizes
    has_audience = recipients > 0
    part = recipients / value.customers if has_audience else 1.0
    ends = [cells.money(end * part, book.currency) for end in (value.net_minor, value.low_minor, value.high_minor)]
    even = value.break_even_uplift
    return {
        "net": ends[0],
        "net_low": ends[1],
        "net_high": ends[2],
        "cost": cells.money((value.message_cost_minor or 0) * part, book.currency),
        "break_even": None if even is None else _points(even),
        "gain_chance": None if value.probability_of_gain is None else cells.share(value.probability_of_gain),
        "audience": cells.count(recipients + held_out) if has_audience else None,
        "recipients": cells.count(recipients) if has_audience else None,
        "held_out": cells.count(held_out) if has_audience else None,
        "holdout": cells.share(line.holdout_bps / BPS) if has_audience else None,
        "learning": cells.money(line.learning_minor, book.currency) if line.decision == "test" else None,
    }


def _deviations() -> float:
    """How many standard deviations lie between the middle and the end of an interval of `COVERAGE`."""
    return float(scipy.special.ndtri((1 + COVERAGE) / 2))
