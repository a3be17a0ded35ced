"""Shows the brand's customers by segment: how many, how likely to buy, what they are still worth, who falls silent."""

import numpy as np

from analytics.customers.rfm import SEGMENTS
from domain.customers import WINDOW_DAYS
from store.session import BrandSession
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.customers.book import CustomerBook, customer_book, sources_of_customers
from tools.customers.results import CustomerSegments, SegmentView
from tools.reasons import reason_keys


def customer_segments(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Show the brand's customers by recency, frequency and spend: how many there are in each segment, how likely they
    are to buy within the next fortnight without being written to, what a year will bring of each (purchases by a
    buying model of their own orders), and who is silent for longer than usual. Also how many may not be written to."""
    book = customer_book(session, env)
    reasons = [book.lacking] if book.lacking else []
    standings = book.standings
    view = CustomerSegments(
        currency=book.currency,
        status="abstained" if standings is None else "ok",
        reasons=reason_keys("customers", reasons),
        known=cells.count(book.known),
        buyers=cells.count(0 if standings is None else len(standings.customer)),
        modelled=standings is not None and standings.modelled,
        window=cells.days(WINDOW_DAYS),
        value=None if standings is None else cells.money(float(standings.worth.sum()), book.currency),
        opted_out=cells.count(len(book.alone.opted_out)),
        complaining=cells.count(len(book.alone.complaining)),
        trade=cells.count(len(book.alone.trade)),
        resting=cells.count(len(book.alone.resting)),
        segments=_segments(book),
    )
    return ToolAnswer(view, sources_of_customers(session, book))


def _segments(book: CustomerBook) -> list[SegmentView]:
    standings = book.standings
    if standings is None:
        return []
    views = []
    for name in SEGMENTS:
        own = standings.segment == name
        if own.any():
            silent = own & (standings.standing == "silent")
            views.append(
                SegmentView(
                    segment=name,
                    customers=cells.count(int(own.sum())),
                    silent=cells.count(int(silent.sum())),
                    falling_silent=cells.count(int((own & standings.at_risk).sum())),
                    chance=cells.share(float(standings.chance[own].mean())),
                    worth=cells.money(float(np.mean(standings.worth[own])), book.currency),
                )
            )
    return views
