"""`segment.message`: draw customers of a segment, write to some and leave the others, and tell what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.canonical import sha256_of
from domain.customers import SEGMENT_MESSAGE, TEXTS, Arm, SegmentMessage, SegmentMessageFacts
from domain.errors import InvalidInput
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, number, verbatim
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from store.outbox import emit
from store.reads.customers import outreach as reads
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import AuditHead, Brand, BrandRules, MessageSend

if TYPE_CHECKING:
    from actions.customers.message_audience import Eligible

READY_EVENT = "message.campaign_ready"
_MAY_TURN_AWAY = 0.02
"""The share of those written to whose year's worth counts as at stake."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Situation:
    eligible: "Eligible"
    rules: BrandRules
    treated: int
    held_out: int
    this_week: int

    @property
    def cost_minor(self) -> int:
        return -(-self.treated * self.rules.message_cost_per_thousand_minor // 1_000)

    @property
    def at_stake_minor(self) -> int:
        return self.cost_minor + round(self.treated * self.eligible.mean_worth_minor * _MAY_TURN_AWAY)


class SegmentMessageHandler:
    """The handler of `segment.message`."""

    kind: ActionKind = SEGMENT_MESSAGE

    def lock(self, session: BrandSession, action: SegmentMessage) -> None:
        """Two campaigns at once could draw the same customer, so they wait for each other at the audit's end."""
        session.scalars(select(AuditHead).with_for_update()).first()

    def look(self, session: BrandSession, action: SegmentMessage, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        facts = _guard_facts(session, now, prediction)
        recipients = ShownFact(value=now.treated, tolerance=now.treated // 10, unit="count", promised=True)
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown={"recipients": recipients, "held_out": recipients.model_copy(update={"value": now.held_out})},
            guard_facts=facts,
            risk="high" if facts.amount_minor >= facts.owner_gate_minor else "medium",
        )

    def apply(self, session: BrandSession, action: SegmentMessage, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        treated, held_out = now.eligible.drawn(source, action.audience, action.holdout_bps)
        arms = [(place, Arm.TREATED) for place in treated] + [(place, Arm.HOLDOUT) for place in held_out]
        sent_at, cost = session.ctx.now(), now.rules.message_cost_per_thousand_minor
        rows = [
            MessageSend(
                id=session.ctx.new_id(),
                source=source,
                customer_id=now.eligible.ids[place],
                arm=arm,
                segment=now.eligible.segment[place],
                template=action.template,
                worth_minor=now.eligible.worth_minor[place],
                cost_per_thousand_minor=cost,
                sent_at=sent_at,
            )
            for place, arm in arms
        ]
        session.add_all(rows)
        session.flush()
        campaign = UUID(source.rpartition(":")[2])
        after = {
            "source": source,
            "treated": len(treated),
            "held_out": len(held_out),
            "template": action.template,
            "sent_at": sent_at.isoformat(),
            "customers_sha256": sha256_of(sorted(f"{row.arm} {row.customer_id}" for row in rows)),
        }
        emit(session, READY_EVENT, str(campaign), {"source": source, "template": action.template})
        return [RowChange(table="message_send", id=campaign, before=None, after=after)]

    def measure(
        self, session: BrandSession, action: SegmentMessage, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.customers.message_outcome import measure_message  # brings numpy along, which no other step needs

        return measure_message(session, action, source)


def _situation(session: BrandSession, action: SegmentMessage) -> _Situation:
    from actions.customers.message_audience import eligible_for  # brings numpy along

    brand: Brand = brand_of(session)
    if action.currency != brand.currency:
        raise InvalidInput(f"The brand counts in {brand.currency}, not {action.currency}.")
    rules = rules_of(session)
    eligible = eligible_for(session, action.segment, rules)
    treated, held_out = eligible.sizes(action.audience, action.holdout_bps)
    this_week = reads.recipients_since(session, session.ctx.known_until - _WEEK)
    return _Situation(eligible, rules, treated, held_out, this_week)


def _guard_facts(session: BrandSession, now: _Situation, prediction: Prediction | None) -> SegmentMessageFacts:
    alone = reads.contact_exclusions(session, now.rules.message_rest_days)
    audience = set(now.eligible.ids)
    return SegmentMessageFacts(
        amount_minor=now.at_stake_minor,
        recipients=now.treated,
        held_out=now.held_out,
        recipients_this_week=now.this_week,
        max_messages_a_week=now.rules.max_messages_a_week,
        written_lately=len(audience.intersection(alone.resting)),
        opted_out=len(audience.intersection(alone.opted_out)),
        complaining=len(audience.intersection(alone.complaining)),
        owner_gate_minor=now.rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(now: _Situation, action: SegmentMessage) -> Preview:
    name, cost = action.segment.replace("_", " "), format_minor(now.cost_minor, action.currency)
    return Preview(
        title=f"Write to {now.treated:,} customers ({name}) and leave {now.held_out:,} unwritten, for {cost}",
        changes=(
            _text_line("customers.preview.text_english", TEXTS[action.template]["en"]),
            _text_line("customers.preview.text_german", TEXTS[action.template]["de"]),
            PreviewLine(
                field=Message(key="customers.preview.this_week"),
                before=message("customers.preview.of_most", written=now.this_week, most=now.rules.max_messages_a_week),
                after=number(now.this_week + now.treated),
            ),
        ),
        amount_minor=now.at_stake_minor,
        currency=action.currency,
        blast_radius=message(
            "customers.preview.message_reach",
            written=now.treated,
            eligible=len(now.eligible.ids),
            alone=now.eligible.left_alone,
        ),
        undo=Message(key="customers.preview.message_undo"),
        told=Told(
            numbers={
                "written": Cell(value=now.treated, unit="count"),
                "cost": money_cell(now.cost_minor, action.currency),
                **({"alone": Cell(value=now.held_out, unit="count")} if now.held_out else {}),
            }
        ),
        puts_in=message(
            "customers.preview.message_puts_in",
            cost=money_cell(now.cost_minor, action.currency),
            written=now.treated,
            most=now.rules.max_messages_a_week,
        ),
        if_no=message("customers.preview.message_if_no", cost=money_cell(now.cost_minor, action.currency)),
    )


def _text_line(key: str, text: str) -> PreviewLine:
    return PreviewLine(field=Message(key=key), before=verbatim(""), after=verbatim(text))
