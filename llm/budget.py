"""Money and tokens for models: the worst case is reserved before each call, and corrected to what it came to after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.context import Context
from llm.errors import BudgetExceeded
from llm.prices import TokenPrice
from store.database import Database
from store.group_commit import Batch, Work
from store.leases import one_at_a_time
from store.reads.models import spent
from store.tables import ModelSpend

RESERVED, SETTLED = "reserved", "settled"
ANSWERED = "answered"
_MICROS = 1_000_000


@dataclass(frozen=True)
class ModelLimits:
    """The most that models may cost: money for a run and for a calendar month of the brand, tokens for a run."""

    run_micros: int = 25 * _MICROS
    month_micros: int = 250 * _MICROS
    run_tokens: int = 3_000_000


@dataclass(frozen=True)
class Tokens:
    """The tokens of a call. `estimated` when nobody counted, so that it is a bound."""

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
    price: TokenPrice
    price_known: bool
    tokens: Tokens

    @property
    def micros(self) -> int:
        return self.price.micros(self.tokens.input, self.tokens.output)


class Ledger:
    """The cost of one agent's models in a run. What is reserved and not settled counts: a crash makes nothing free."""

    def __init__(self, database: Database, ctx: Context, run_id: UUID, agent: str, limits: ModelLimits) -> None:
        self._database, self._ctx, self._limits = database, ctx, limits
        self._run_id, self._agent = run_id, agent

    def reserve(self, model: str, price: TokenPrice, price_known: bool, worst: Tokens) -> Reservation:
        """Set the worst case aside. Raises BudgetExceeded where it does not fit; calls of one brand take turns."""
        asked = Reservation(self._ctx.new_id(), model, price, price_known, worst)
        row = self._row(asked, RESERVED, "", worst, asked.micros)

        def set_aside(batch: Batch) -> Reservation:
            spending = batch.once("model spend", _Spending)
            self._require_room(spending.of(batch, self._run_id), spending.month, asked)
            spending.take(self._run_id, asked)
            batch.append(ModelSpend, row)
            return asked

        return self._database.together(self._ctx, set_aside)

    def settle(self, reserved: Reservation, spent: Tokens, outcome: str, along: Work[None] | None = None) -> None:
        """Correct a reservation to what the attempt came to, and what is done `along` with it, soon: see `written`.

        What is lost before then stays at its worst case.
        """
        change = Tokens(spent.input - reserved.tokens.input, spent.output - reserved.tokens.output, spent.estimated)
        cost = reserved.price.micros(spent.input, spent.output) - reserved.micros
        row = self._row(reserved, SETTLED, outcome, change, cost)

        def correct(batch: Batch) -> None:
            batch.append(ModelSpend, row)
            if along is not None:
                along(batch)

        self._database.soon(self._ctx, correct)

    def written(self) -> None:
        """Return once all is committed that was settled. The next reservation waits for that too."""
        self._database.flush(self._ctx)

    def _require_room(self, used: "_InRun", month: int, asked: Reservation) -> None:
        for taken, limit, where in (
            (used.micros, self._limits.run_micros, "this meeting"),
            (month, self._limits.month_micros, "this month"),
        ):
            if taken + asked.micros > limit:
                raise BudgetExceeded(
                    f"a call of {asked.model} may cost up to {_usd(asked.micros)}, "
                    f"and {_usd(max(0, limit - taken))} of {_usd(limit)} are left for {where}",
                    remedy=_remedy(asked),
                )
        left = self._limits.run_tokens - used.tokens
        if asked.tokens.total > left:
            raise BudgetExceeded(
                f"a call of {asked.model} may take {asked.tokens.total} tokens, and {max(0, left)} are left",
                remedy="Raise MHOS_MODEL_RUN_TOKENS, or ask fewer agents.",
            )

    def _row(self, of: Reservation, entry: str, outcome: str, tokens: Tokens, micros: int) -> dict[str, Any]:
        return {
            "id": self._ctx.new_id(),
            "run_id": self._run_id,
            "call_id": of.call_id,
            "agent": self._agent,
            "model": of.model,
            "entry": entry,
            "outcome": outcome,
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "cost_micros": micros,
            "estimated": tokens.estimated,
            "price_known": of.price_known,
            "created_at": self._ctx.now(),
        }


class _Spending:
    """Amounts spent, or reserved and not settled, as one transaction sees them: by run, and by all in the month.

    Corrections downwards that the transaction makes itself are seen by the next only, which errs to be safe.
    """

    def __init__(self) -> None:
        self.month = 0
        self._runs: dict[UUID, _InRun] = {}

    def of(self, batch: Batch, run_id: UUID) -> "_InRun":
        """Of a run, read when it is first asked for, while no other transaction of the brand reserves."""
        if run_id not in self._runs:
            batch.write()  # what other runs have set aside in this very transaction counts
            one_at_a_time(batch.session, "model budget")
            in_run, self.month, tokens = spent(batch.session, run_id, _month_of(batch.session.ctx.now()))
            self._runs[run_id] = _InRun(in_run, tokens)
        return self._runs[run_id]

    def take(self, run_id: UUID, asked: Reservation) -> None:
        self.month += asked.micros
        self._runs[run_id].micros += asked.micros
        self._runs[run_id].tokens += asked.tokens.total


@dataclass
class _InRun:
    micros: int
    tokens: int


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _usd(micros: int) -> str:
    decimals = 2 if micros % 10_000 == 0 or micros >= _MICROS else 6
    return f"{micros / _MICROS:.{decimals}f} USD"


def _remedy(asked: Reservation) -> str:
    if asked.price_known:
        return "Raise MHOS_MODEL_RUN_BUDGET_USD or MHOS_MODEL_MONTH_BUDGET_USD, or choose a cheaper model."
    return "Its price is not known, so it counts as the dearest: state it by MHOS_MODEL_PRICE=INPUT,OUTPUT."
