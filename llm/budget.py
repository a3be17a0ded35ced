"""Money and tokens for models: the worst case is reserved before each call, and corrected to what it came to after."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from domain.context import Context
from llm.errors import BudgetExceeded
from llm.prices import Price
from store.database import Database
from store.leases import one_at_a_time
from store.session import BrandSession
from store.tables import ModelSpend

RESERVED, SETTLED = "reserved", "settled"
ANSWERED = "answered"
_MICROS = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The most that models may cost: money for a run and for a calendar month of the brand, tokens for a run."""

    run_micros: int = 25 * _MICROS
    month_micros: int = 250 * _MICROS
    run_tokens: int = 3_000_000


@dataclass(frozen=True)
class Tokens:
    """What a call takes. `estimated` when nobody counted, so that it is a bound."""

    input: int
    output: int
    estimated: bool

    @property
    def total(self) -> int:
        return self.input + self.output


@dataclass(frozen=True)
class Reservation:
    """The worst case of one attempt, set aside."""

    call_id: UUID
    model: str
    price: Price
    price_known: bool
    tokens: Tokens

    @property
    def micros(self) -> int:
        return self.price.micros(self.tokens.input, self.tokens.output)


class Ledger:
    """What one agent's models cost in a run. What is reserved and not settled counts: a crash makes nothing free."""

    def __init__(self, database: Database, ctx: Context, run_id: UUID, agent: str, limits: Limits) -> None:
        self._database, self._ctx, self._limits = database, ctx, limits
        self._run_id, self._agent = run_id, agent

    def reserve(self, model: str, price: Price, price_known: bool, worst: Tokens) -> Reservation:
        """Set the worst case aside. Raises BudgetExceeded where it does not fit; calls of one brand take turns."""
        with self._database.begin(self._ctx) as session:
            one_at_a_time(session, "model budget")
            asked = Reservation(self._ctx.new_id(), model, price, price_known, worst)
            self._require_room(session, asked)
            session.add(self._row(asked, RESERVED, "", worst, asked.micros))
            return asked

    def settle(self, reserved: Reservation, spent: Tokens, outcome: str) -> None:
        """Correct a reservation to what the attempt came to."""
        change = Tokens(spent.input - reserved.tokens.input, spent.output - reserved.tokens.output, spent.estimated)
        cost = reserved.price.micros(spent.input, spent.output) - reserved.micros
        with self._database.begin(self._ctx) as session:
            session.add(self._row(reserved, SETTLED, outcome, change, cost))

    def _require_room(self, session: BrandSession, asked: Reservation) -> None:
        now = self._ctx.now()
        in_run, in_month = col(ModelSpend.run_id) == self._run_id, col(ModelSpend.created_at) >= _month_of(now)
        run, month = spent_micros(session, in_run), spent_micros(session, in_month)
        for used, limit, where in (
            (run, self._limits.run_micros, "this meeting"),
            (month, self._limits.month_micros, "this month"),
        ):
            if used + asked.micros > limit:
                raise BudgetExceeded(
                    f"a call of {asked.model} may cost up to {_usd(asked.micros)}, "
                    f"and {_usd(max(0, limit - used))} of {_usd(limit)} are left for {where}",
                    remedy=_remedy(asked),
                )
        left = self._limits.run_tokens - spent_tokens(session, in_run)
        if asked.tokens.total > left:
            raise BudgetExceeded(
                f"a call of {asked.model} may take {asked.tokens.total} tokens, and {max(0, left)} are left",
                remedy="Raise MHOS_MODEL_RUN_TOKENS, or ask fewer agents.",
            )

    def _row(self, of: Reservation, entry: str, outcome: str, tokens: Tokens, micros: int) -> ModelSpend:
        return ModelSpend(
            run_id=self._run_id,
            call_id=of.call_id,
            agent=self._agent,
            model=of.model,
            entry=entry,
            outcome=outcome,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cost_micros=micros,
            estimated=tokens.estimated,
            price_known=of.price_known,
            created_at=self._ctx.now(),
        )


def spent_micros(session: BrandSession, of: ColumnElement[bool]) -> int:
    """Millionths of a dollar that are spent, or reserved and not settled."""
    return int(session.scalars(select(func.coalesce(func.sum(col(ModelSpend.cost_micros)), 0)).where(of)).one())


def spent_tokens(session: BrandSession, of: ColumnElement[bool]) -> int:
    """Tokens that are spent, or reserved and not settled."""
    both = col(ModelSpend.input_tokens) + col(ModelSpend.output_tokens)
    return int(session.scalars(select(func.coalesce(func.sum(both), 0)).where(of)).one())


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _usd(micros: int) -> str:
    return f"{micros / _MICROS:.2f} USD"


def _remedy(asked: Reservation) -> str:
    if asked.price_known:
        return "Raise MHOS_MODEL_RUN_BUDGET_USD or MHOS_MODEL_MONTH_BUDGET_USD, or choose a cheaper model."
    return "Its price is not known, so it counts as the dearest: state it by MHOS_MODEL_PRICE=INPUT,OUTPUT."
