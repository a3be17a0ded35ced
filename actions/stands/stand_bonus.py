"""`stand.bonus`: a partner is promised a share of what the stand sells, the bonus is ended, and it is measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.brand_currency import require_brand_currency
from actions.handler import Look, RowChange, ShownFact
from actions.stands.partner_rows import called_off, expected_expense, name_of, risk_of, row_change, stand_at
from domain.action import Preview, PreviewLine, Told
from domain.errors import NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message
from domain.prediction import Outcome, Prediction
from domain.stands import STAND_BONUS, StandBonus, StandBonusFacts
from store.leases import lock_row
from store.outbox import emit
from store.reads import stands as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import ExpectedExpense, Location, StandBonusRow


class StandBonusHandler:
    """The handler of `stand.bonus`."""

    kind: ActionKind = STAND_BONUS

    def lock(self, session: BrandSession, action: StandBonus) -> None:
        lock_row(session, Location, stand_at(session, action.stand).id)

    def look(self, session: BrandSession, action: StandBonus, prediction: Prediction | None) -> Look:
        require_brand_currency(session, action.currency)
        place, rules, now = stand_at(session, action.stand), rules_of(session), session.ctx.known_until
        running = any(bonus.ends_at > now for bonus in reads.bonuses(session, place.id))
        facts = StandBonusFacts(
            amount_minor=action.cap_minor,
            share_bps=action.share_bps,
            bonus_gate_bps=rules.bonus_gate_bps,
            already_running=running,
            owner_gate_minor=rules.owner_gate_minor,
            prediction_low_minor=prediction.low if prediction else 0,
        )
        share, cap = Cell(value=action.share_bps, unit="bps"), money_cell(action.cap_minor, action.currency)
        preview = Preview(
            title=f"Promise {name_of(place)} {share.render()} of its sales for {action.weeks} weeks, "
            f"up to {cap.render()}",
            changes=(
                PreviewLine(
                    field=message("stands.preview.bonus", stand=name_of(place)),
                    before=Message(key="stands.preview.none"),
                    after=message("stands.preview.bonus_terms", share=share, cap=cap),
                ),
            ),
            amount_minor=action.cap_minor,
            currency=action.currency,
            blast_radius=message("stands.preview.bonus_reach", cap=cap),
            undo=Message(key="stands.preview.bonus_undo"),
            told=Told(names={"stand": name_of(place)}),
            puts_in=message("stands.preview.bonus_puts_in", cap=cap),
            if_no=Message(key="stands.preview.bonus_if_no"),
        )
        shown = {"bonus share": ShownFact(value=action.share_bps, unit="bps", promised=True)}
        return Look(action.subject, preview, shown, facts, risk_of(action.cap_minor, rules.owner_gate_minor))

    def apply(self, session: BrandSession, action: StandBonus, source: str) -> Sequence[RowChange]:
        place, now = stand_at(session, action.stand), session.ctx.now()
        ends = now + timedelta(weeks=action.weeks)
        bonus = StandBonusRow(
            id=session.ctx.new_id(),
            location_id=place.id,
            share_bps=action.share_bps,
            cap_minor=action.cap_minor,
            currency=action.currency,
            starts_at=now,
            ends_at=ends,
            source=source,
        )
        expense = expected_expense(session, "stand bonuses", action.cap_minor, action.currency, ends, source)
        session.add_all([bonus, expense])
        session.flush()
        promise = {
            "stand": place.code,
            "contact": place.contact,
            "share_bps": action.share_bps,
            "until": ends.date().isoformat(),
        }
        emit(session, "stand.bonus_promised", place.code, promise)
        return [row_change(bonus, None), row_change(expense, None)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        """The bonus ends; what the stand sold under it is owed, and stays an expected expense."""
        ended_rows = called_off(session, [change for change in changes if change["table"] != "expected_expense"])
        (ended,) = [change["id"] for change in changes if change["table"] == "stand_bonus"]
        bonus = lock_row(session, StandBonusRow, UUID(ended))
        assert bonus is not None
        owed = reads.bonus_owed_minor(
            session, bonus.location_id, bonus.starts_at, bonus.ends_at, bonus.share_bps, bonus.cap_minor
        )
        return [*ended_rows, *_owed(session, changes, owed)]

    def measure(
        self, session: BrandSession, action: StandBonus, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stands.stand_outcome import measure_stand  # brings numpy along, which no other step needs

        return measure_stand(session, action.stand, action.currency, since, until, share_bps=action.share_bps,
                             cap_minor=action.cap_minor,
                             ends=min(since + timedelta(weeks=action.weeks), until))  # fmt: skip


def _owed(session: BrandSession, changes: Sequence[Mapping[str, Any]], owed: int) -> list[RowChange]:
    """Changes that cut the expected expense to the bonus owed, or call it off where none is."""
    row_changes = list[RowChange]()
    for change in (row for row in changes if row["table"] == "expected_expense"):
        if not owed:
            row_changes += called_off(session, [change])
            continue
        row = lock_row(session, ExpectedExpense, UUID(change["id"]))
        if row is None:
            raise NotFound("It is gone.")
        row.amount_minor, row.expected_at = owed, session.ctx.now()
        session.flush()
        row_changes.append(row_change(row, dict(change["after"])))
    return row_changes
