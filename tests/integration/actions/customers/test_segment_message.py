"""A message to a segment is judged, sent exactly once to those drawn, never taken back, and measured by its holdout."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.gateway import execute, undo
from actions.hand_over import hand_over
from actions.handler import Look
from actions.items import propose
from actions.kinds import handler_of
from actions.leaving import planned
from connectors.feed import deliver
from domain.action import ItemStatus
from domain.clock import FixedClock
from domain.context import Context
from domain.customers import LeadFollowUp, SegmentMessage, Template
from domain.errors import Conflict
from domain.language import Language
from domain.letter import By
from domain.prediction import OutcomeStatus
from guardrails.cedar import PolicyEngine
from language.speech import speak
from store.database import Database
from store.tables import ActionItem, Customer, Lead, MessageDraw, MessageSend, OutboxEvent, Task
from tests.claims import why
from tests.integration.crm_brand import CROWD, DAY, plant_customers, plant_leads, wrote

NewBrand = Callable[..., Context]
FEWER = tuple(replace(group, customers=group.customers // 5) for group in CROWD)


def message(**changed: Any) -> SegmentMessage:
    given = {"segment": "buyers", "template": Template.NEWS, "audience": 400, "holdout_bps": 5_000, "currency": "EUR"}
    return SegmentMessage.model_validate(given | changed)


def rows(database: Database, ctx: Context, table: type[Any]) -> list[Any]:
    with database.read(ctx) as session:
        return list(session.scalars(select(table)).all())


def asked(database: Database, ctx: Context, engine: PolicyEngine, action: SegmentMessage | LeadFollowUp) -> ActionItem:
    with database.begin(ctx) as session:
        item = propose(session, engine, action, "because")
    return execute(database, ctx, engine, item.id)


def handed_over(database: Database, ctx: Context, item: ActionItem) -> ActionItem:
    """A person wrote to those on the list, and ticked it."""
    with database.begin(ctx) as session:
        return hand_over(session, str(item.id))


def test_it_is_sent_once_to_half_of_those_drawn_and_to_nobody_who_asked_to_be_left_alone(
    database: Database, new_brand: NewBrand, engine: PolicyEngine
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER)
    for number in range(60):
        wrote(database, ctx, f"A{number:04d}", "Please unsubscribe me")
    item = asked(database, ctx, engine, message(audience=10_000))
    assert item.status == ItemStatus.DONE
    assert execute(database, ctx, engine, item.id).status == ItemStatus.DONE
    assert rows(database, ctx, MessageSend) == []
    assert {row.status for row in rows(database, ctx, MessageDraw)} == {"reserved"}
    handed_over(database, ctx, item)
    sends = rows(database, ctx, MessageSend)
    assert sorted(row.arm for row in sends) == ["holdout"] * 470 + ["treated"] * 470
    left_out = {row.id for row in rows(database, ctx, Customer) if row.code < "A0060"}
    assert len(left_out) == 60
    assert not left_out & {row.customer_id for row in sends}
    assert "message.campaign_ready" in {event.type for event in rows(database, ctx, OutboxEvent)}
    with pytest.raises(Conflict, match="cannot be undone"):
        undo(database, ctx, str(item.id))


DENIED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "more than the week allows": ({}, {"max_messages_a_week": 199}, "more would be written to than the brand allows"),
    "nobody held out": ({"holdout_bps": 0}, {}, "nobody would be held out"),
}


@pytest.mark.parametrize("case", DENIED)
def test_what_the_brand_does_not_allow_is_denied(
    database: Database, new_brand: NewBrand, engine: PolicyEngine, case: str
) -> None:
    changed, rules, reason = DENIED[case]
    ctx = new_brand()
    plant_customers(database, ctx, FEWER, **rules)
    item = asked(database, ctx, engine, message(**changed))
    assert item.status == ItemStatus.DENIED
    assert reason in why(item.verdict["reasons"])
    assert rows(database, ctx, MessageSend) == []


def test_who_was_written_to_rests(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER)
    first = asked(database, ctx, engine, message())
    second = asked(database, ctx, engine, message(audience=10_000))
    sends = rows(database, ctx, MessageDraw)
    drawn = [{row.customer_id for row in sends if row.source.endswith(str(item.id))} for item in (first, second)]
    assert (len(drawn[0]), len(drawn[1])) == (400, 600)
    assert not drawn[0] & drawn[1]


def test_it_is_measured_against_those_held_out(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> None:
    """Sixty more orders of 30.00, half of which is left: 900.00, less 0.01 or so for each message."""
    ctx = new_brand()
    plant_customers(database, ctx, FEWER)
    item = asked(database, ctx, engine, message(audience=800))
    handed_over(database, ctx, item)
    codes = {row.id: row.code for row in rows(database, ctx, Customer)}
    orders = []
    for arm, buyers in (("treated", 90), ("holdout", 30)):
        own = sorted(codes[row.customer_id] for row in rows(database, ctx, MessageSend) if row.arm == arm)[:buyers]
        orders += [
            {"number": f"new {code}", "customer": code, "channel": "shop", "total": f"{28 + at % 5:.2f}",
             "ordered_at": ctx.now() + 3 * DAY} for at, code in enumerate(own)
        ]  # fmt: skip
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(days=20)))
    deliver(later, database, "shop", {"orders": orders})
    with database.begin(later) as session:
        early = handler_of("segment.message").measure(
            session, message(), f"action_item:{item.id}", ctx.now(), later.now()
        )
        nothing = handler_of("segment.message").measure(session, message(), "action_item:none", ctx.now(), later.now())
    assert early.status is OutcomeStatus.MEASURED
    assert early.effect == pytest.approx(60 * 30 * 100 * 0.5 - 480, rel=0.01)
    assert early.low is not None
    assert early.high is not None
    assert 0 < early.low < early.effect < early.high
    assert nothing.status is OutcomeStatus.NOT_MEASURABLE


def test_a_follow_up_makes_a_task_and_undo_withdraws_it(
    database: Database, new_brand: NewBrand, engine: PolicyEngine
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER[:1])
    plant_leads(database, ctx, still_open=[("L1", 400.0, 2)])
    action = LeadFollowUp(leads=("L1",), within_days=1, currency="EUR")
    item = asked(database, ctx, engine, action)
    assert item.status == ItemStatus.DONE
    (task,) = rows(database, ctx, Task)
    assert (task.title, task.status, task.due_at) == ("Get back to lead L1", "open", ctx.now() + DAY)
    again = asked(database, ctx, engine, action)
    assert (again.status, again.verdict["policies"]) == (ItemStatus.DENIED, ["lead.in_hand"])
    assert undo(database, ctx, str(item.id)).status == ItemStatus.UNDONE
    (lead,) = [row for row in rows(database, ctx, Lead) if row.code == "L1"]
    assert (lead.next_step_at, lead.followed_up_at, rows(database, ctx, Task)[0].status) == (None, None, "cancelled")


def test_a_lead_that_was_won_counts_beyond_the_base_rate(
    database: Database, new_brand: NewBrand, engine: PolicyEngine
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER[:1])
    plant_leads(database, ctx, won=4, lost=36, still_open=[("L1", 400.0, 2)])
    action = LeadFollowUp(leads=("L1",), within_days=1, currency="EUR")
    asked(database, ctx, engine, action)
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(days=30)))
    row = {"code": "L1", "company": "Salon L1", "value": "400.00", "opened_at": ctx.now() - 2 * DAY, "stage": "won"}

    def measured() -> Any:
        with database.begin(later) as session:
            return handler_of("lead.follow_up").measure(session, action, "", ctx.now(), later.now())

    assert measured().status is OutcomeStatus.NOT_MEASURABLE
    deliver(later, database, "crm", {"leads": [row | {"won_at": ctx.now() + 9 * DAY}]})
    outcome = measured()
    assert outcome.effect == round((1 - 4.5 / 41) * 40_000 * 0.5)
    assert (outcome.low, outcome.high) == (0, 20_000)


def test_a_look_writes_nothing_and_shows_the_text(database: Database, new_brand: NewBrand) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER)
    with database.read(ctx) as session:
        look: Look = handler_of("segment.message").look(session, message(), None)
    assert "200 customers" in look.preview.title
    with database.read(ctx) as session:
        shown = planned(session, message(offer=["A"]))
    assert shown.letter is not None and shown.letter.body is not None and shown.by is By.PERSON
    assert "A" in speak(shown.letter.body, Language.EN)
    assert rows(database, ctx, MessageDraw) == []


def test_several_leads_are_one_item_and_who_is_decided_meanwhile_is_left_alone(
    database: Database, new_brand: NewBrand, engine: PolicyEngine
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEWER[:1])
    plant_leads(database, ctx, won=4, lost=36, still_open=[("L1", 400.0, 2), ("L2", 300.0, 3), ("L3", 200.0, 4)])
    row = {"code": "L3", "company": "Salon L3", "value": "200.00", "opened_at": ctx.now() - 4 * DAY, "stage": "lost"}
    deliver(ctx, database, "crm", {"leads": [row | {"lost_at": ctx.now() - DAY}]})
    action = LeadFollowUp(leads=("L1", "L2", "L3"), within_days=1, currency="EUR")
    item = asked(database, ctx, engine, action)
    assert item.status == ItemStatus.DONE
    assert sorted(task.title for task in rows(database, ctx, Task)) == ["Get back to lead L1", "Get back to lead L2"]
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(days=30)))
    for code, value, won in (("L1", 400, True), ("L2", 300, False)):
        end = {"won_at" if won else "lost_at": ctx.now() + 9 * DAY, "stage": "won" if won else "lost"}
        opened = ctx.now() - (2 if won else 3) * DAY
        one = {"code": code, "company": f"Salon {code}", "value": f"{value}.00", "opened_at": opened, **end}
        deliver(later, database, "crm", {"leads": [one]})
    with database.begin(later) as session:
        outcome = handler_of("lead.follow_up").measure(session, action, "", ctx.now(), later.now())
    # L3 was decided at three days, an age that L1 had not reached yet and L2 had passed
    assert outcome.effect == round(20_000 - 20_000 * 4.5 / 42 - 15_000 * 4.5 / 41)
    assert outcome.low is not None and outcome.high is not None
    assert outcome.low <= outcome.effect <= outcome.high == 20_000
    assert undo(database, ctx, str(item.id)).status == ItemStatus.UNDONE
    assert {task.status for task in rows(database, ctx, Task)} == {"cancelled"}
