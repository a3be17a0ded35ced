"""`budget.reallocate`: move weekly money between campaigns, and back; the total never grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.marketing import BUDGET_REALLOCATE, BUDGET_WEEKS, BudgetReallocate, BudgetReallocateFacts
from domain.message import Message, message, verbatim
from domain.money import BPS, format_minor
from domain.prediction import Outcome, Prediction
from store.reads.finance import books as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import AuditHead, BrandRules, CampaignBudget


@dataclass(frozen=True)
class _Move:
    """A campaign's budget a week, as it stands and as it would."""

    row: CampaignBudget
    after_minor: int

    @property
    def change_minor(self) -> int:
        return self.after_minor - self.row.weekly_minor

    @property
    def change_bps(self) -> int:
        """Of what it may spend now, either way, rounded up, so that no limit is passed by rounding."""
        was = self.row.weekly_minor
        return -(-abs(self.change_minor) * BPS // was) if was else (BPS if self.change_minor else 0)


class BudgetReallocateHandler:
    """The handler of `budget.reallocate`."""

    kind: ActionKind = BUDGET_REALLOCATE

    def lock(self, session: BrandSession, action: BudgetReallocate) -> None:
        """Budgets are never changed but followed by others, so two moves wait for each other at the audit's end."""
        session.scalars(select(AuditHead).with_for_update()).first()

    def look(self, session: BrandSession, action: BudgetReallocate, prediction: Prediction | None) -> Look:
        moves, rules = _moves(session, action), rules_of(session)
        facts = _guard_facts(moves, rules, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(moves, action),
            shown={
                f"budget {move.row.campaign}": ShownFact(
                    value=move.row.weekly_minor, unit=f"{action.currency}.minor", promised=True
                )
                for move in moves
            },
            guard_facts=facts,
            risk="high" if facts.amount_minor >= facts.owner_gate_minor else "medium",
        )

    def apply(self, session: BrandSession, action: BudgetReallocate, source: str) -> Sequence[RowChange]:
        moves = _moves(session, action)
        return [_set(session, move.row, move.after_minor, source) for move in moves]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        standing = reads.budgets(session, changes[0]["after"]["currency"])
        for change in changes:
            after = change["after"]
            row = standing.get(after["campaign"])
            if row is None or row.source != after["source"]:
                raise Conflict(
                    f"The budget of {after['campaign']} has been changed since.",
                    remedy="Move it back by hand, or leave it.",
                )
        return [
            _set(session, standing[change["after"]["campaign"]], int(change["before"]["weekly_minor"]), source)
            for change in changes
        ]

    def measure(
        self, session: BrandSession, action: BudgetReallocate, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.marketing.budget_outcome import measure_budgets  # brings numpy along, which no other step needs

        return measure_budgets(session, action, since, until)


def _moves(session: BrandSession, action: BudgetReallocate) -> list[_Move]:
    standing = reads.budgets(session, action.currency)
    if unknown := sorted({budget.campaign for budget in action.budgets} - set(standing)):
        raise NotFound(
            f"No budget of {', '.join(unknown)} is known in {action.currency}.",
            remedy="See budgets.csv in docs/import.md.",
        )
    return [_Move(standing[budget.campaign], budget.weekly_minor) for budget in action.budgets]


def _guard_facts(moves: Sequence[_Move], rules: BrandRules, prediction: Prediction | None) -> BudgetReallocateFacts:
    return BudgetReallocateFacts(
        amount_minor=sum(max(move.change_minor, -move.change_minor) for move in moves) * BUDGET_WEEKS // 2,
        total_minor=sum(move.after_minor for move in moves),
        total_before_minor=sum(move.row.weekly_minor for move in moves),
        largest_change_bps=max(move.change_bps for move in moves),
        max_budget_change_bps=rules.max_budget_change_bps,
        owner_gate_minor=rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(moves: Sequence[_Move], action: BudgetReallocate) -> Preview:
    moved = sum(max(move.change_minor, 0) for move in moves)
    weekly = format_minor(moved, action.currency)
    return Preview(
        title=f"Move {weekly} a week between {len(moves)} campaigns",
        changes=tuple(
            PreviewLine(
                field=verbatim(move.row.campaign),
                before=message("finance.preview.a_week", amount=money_cell(move.row.weekly_minor, action.currency)),
                after=message("finance.preview.a_week", amount=money_cell(move.after_minor, action.currency)),
            )
            for move in moves
        ),
        amount_minor=moved * BUDGET_WEEKS,
        currency=action.currency,
        blast_radius=message(
            "finance.preview.budget_reach", count=len(moves), amount=money_cell(moved, action.currency)
        ),
        undo=Message(key="finance.preview.budget_undo"),
        told=_told(moves, money_cell(moved, action.currency)),
        puts_in=message("finance.preview.budget_puts_in", amount=money_cell(moved, action.currency)),
        if_no=Message(key="finance.preview.budget_if_no"),
    )


def _told(moves: Sequence[_Move], moved: Cell) -> Told:
    """Who gives and who takes, where it is one each."""
    givers = [move.row.campaign for move in moves if move.change_minor < 0]
    takers = [move.row.campaign for move in moves if move.change_minor > 0]
    pair = {"giver": givers[0], "taker": takers[0]} if len(givers) == len(takers) == 1 else {}
    return Told(names=pair, numbers={"moved": moved})


def _set(session: BrandSession, was: CampaignBudget, weekly_minor: int, source: str) -> RowChange:
    row = CampaignBudget(
        id=session.ctx.new_id(),
        campaign=was.campaign,
        weekly_minor=weekly_minor,
        currency=was.currency,
        valid_from=session.ctx.now(),
        source=source,
    )
    session.add(row)
    session.flush()
    return RowChange(table="campaign_budget", id=row.id, before=_values(was), after=_values(row))


def _values(row: CampaignBudget) -> dict[str, Any]:
    return {
        "campaign": row.campaign, "weekly_minor": row.weekly_minor, "currency": row.currency, "source": row.source,
    }  # fmt: skip
