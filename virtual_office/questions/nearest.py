"""The questions that can be answered and are nearest to one that cannot, with the brand's names and days filled in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from zlib import crc32

from sqlalchemy import select
from sqlmodel import col

from actions.items import inbox
from domain.language import Language
from store.session import BrandSession
from store.tables import (
    BankBalance,
    CampaignBudget,
    CompetitorPrice,
    Invoice,
    Location,
    Order,
    Product,
    Promotion,
    SalesFact,
    StockItem,
    SupplierOffer,
)
from virtual_office.questions.wording import question_text

MOST = 3


class Known:
    """Which data the brand has, each looked up once and only where it matters."""

    def __init__(self, session: BrandSession, newest: date | None, today: date) -> None:
        self._session, self.newest, self.today = session, newest, today

    @cached_property
    def sales(self) -> bool:
        return self.newest is not None

    @cached_property
    def costs(self) -> bool:
        known = col(SalesFact.unit_cost_minor).is_not(None)
        return self.sales and self._session.scalars(select(col(SalesFact.id)).where(known).limit(1)).first() is not None

    @cached_property
    def last_week(self) -> bool:
        """Whether the calendar's last week is reported to its end."""
        ended = self.today - timedelta(days=self.today.weekday() + 1)
        return self.newest is not None and self.newest >= ended

    @cached_property
    def stock(self) -> bool:
        return self._any(StockItem)

    @cached_property
    def invoices(self) -> bool:
        return self._any(Invoice)

    @cached_property
    def balance(self) -> bool:
        return self._any(BankBalance)

    @cached_property
    def stands(self) -> bool:
        planned = col(Location.visit_every_days).is_not(None)
        return self._session.scalars(select(col(Location.id)).where(planned).limit(1)).first() is not None

    @cached_property
    def offers(self) -> bool:
        return self.stock and self._any(SupplierOffer)

    @cached_property
    def orders(self) -> bool:
        return self._any(Order)

    @cached_property
    def budgets(self) -> bool:
        return self._any(CampaignBudget)

    @cached_property
    def rivals(self) -> bool:
        return self._any(CompetitorPrice)

    @cached_property
    def deals(self) -> bool:
        return (
            self._any(Promotion)
            or self._session.scalars(select(col(SalesFact.id)).where(col(SalesFact.deal_bps) > 0).limit(1)).first()
            is not None
        )

    @cached_property
    def items(self) -> bool:
        return bool(inbox(self._session))

    @cached_property
    def always(self) -> bool:
        return True

    @cached_property
    def product(self) -> str:
        """The title of a product with stock, or of any."""
        rows = self._session.execute(
            select(col(Product.title), col(Product.sku)).order_by(col(Product.sku)).limit(1)
        ).all()
        return str(rows[0][0] or rows[0][1]) if rows else ""

    def _any(self, table: type) -> bool:
        return self._session.scalars(select(table).limit(1)).first() is not None


@dataclass(frozen=True)
class Possible:
    """A question that can be answered where the brand has this, and what it is about."""

    key: str
    needs: str
    about: frozenset[str]


def _possible(key: str, needs: str, *about: str) -> Possible:
    return Possible(key, needs, frozenset((key, *about)))


POSSIBLE: Sequence[Possible] = (
    _possible("how", "sales", "sales", "revenue"),
    _possible("today", "always", "decisions"),
    _possible("best_sellers", "sales", "sales", "revenue", "product", "units"),
    _possible("waiting", "always", "decisions"),
    _possible("sales_month", "sales", "revenue", "sales", "units"),
    _possible("by_channel", "sales", "revenue", "channel", "sales"),
    _possible("why_contribution", "costs", "margin", "margin_rate"),
    _possible("channels", "costs", "channel", "margin", "margin_rate"),
    _possible("losing", "costs", "product", "margin"),
    _possible("average_price", "sales", "average_price", "price"),
    _possible("units", "sales", "units", "product"),
    _possible("owed", "invoices", "customer", "money", "receivables", "overdue"),
    _possible("cash", "balance", "money"),
    _possible("run_out", "offers", "stock", "product"),
    _possible("stock_of", "stock", "stock", "product"),
    _possible("stock_outs", "stock", "stock", "stock_outs"),
    _possible("worst_stand", "stands", "stand", "location"),
    _possible("leaving", "orders", "customer"),
    _possible("ads", "budgets", "ads"),
    _possible("expensive", "rivals", "price", "average_price"),
    _possible("deal", "deals", "deal", "price"),
    _possible("nothing", "items", "decisions"),
    _possible("decisions", "always", "decisions"),
    _possible("sure", "always", "decisions"),
)
_USUAL = frozenset({"how", "today", "best_sellers", "waiting", "sales_month", "by_channel", "owed", "cash"})
"""Offered where nothing is known of what a question is about."""


def nearest(
    known: Known, language: Language, question: str, about: Collection[str], product: str = "", without: str = ""
) -> list[str]:
    """Three questions of one's own language that can be answered, the nearest first; other ones for other questions."""
    turn = crc32(" ".join(question.casefold().split()).encode())
    wanted = frozenset(about)

    def rank(at: int, possible: Possible) -> tuple[int, int, int]:
        shared = len(wanted & possible.about) + (possible.key in wanted)
        return (-shared, possible.key not in _USUAL, (at + turn) % len(POSSIBLE))

    ranked = sorted(enumerate(POSSIBLE), key=lambda pair: rank(*pair))
    chosen: list[str] = []
    for _, possible in ranked:
        if possible.key != without and getattr(known, possible.needs):
            chosen.append(question_text(possible.key, language, known.newest or known.today, product or known.product))
        if len(chosen) == MOST:
            break
    return chosen
