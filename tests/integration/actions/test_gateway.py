"""An approved item happens exactly once, as it was seen, and can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from actions.approvals import approve
from actions.gateway import execute, undo
from actions.items import propose, reject
from domain.action import ItemStatus, parse_action
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.errors import ApprovalOutdated, Conflict, Forbidden, InvalidInput
from domain.pricing import PriceUpdate
from identity.roles import permissions_of
from store.audit import verify_audit
from store.tables import (
    ActionItem,
    AIConfig,
    Approval,
    AuditEntry,
    BrandRules,
    Effect,
    Job,
    OutboxEvent,
    Price,
    PriceHistory,
    ProductCost,
)
from tests.claims import refused, status_reason
from tests.claims import why as reasons
from tests.integration.conftest import COST, PRICE, Shop

NO_DELAY = timedelta(0)


def carry_out(shop: Shop, price_minor: int = 1050):  # type: ignore[no-untyped-def]
    item = shop.propose(price_minor)
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    return execute(shop.database, shop.owner, shop.engine, item.id)


def test_an_agents_proposal_waits_for_a_person(shop: Shop) -> None:
    item = shop.propose()
    assert (item.status, item.verdict["decision"], item.verdict["gates"]) == (
        "proposed",
        "needs_approval",
        ["operator"],
    )
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.PROPOSED
    assert shop.price() == PRICE


def test_an_approved_price_is_set_with_ledger_audit_and_event(shop: Shop) -> None:
    item = carry_out(shop)
    assert (item.status, shop.price()) == (ItemStatus.DONE, 1050)
    (effect,) = shop.rows(Effect)
    assert effect.rows[0]["before"]["amount_minor"] == PRICE
    assert effect.rows[0]["after"]["amount_minor"] == 1050
    assert effect.approval_id == shop.rows(Approval)[0].id
    assert sorted(row.amount_minor for row in shop.rows(PriceHistory)) == [PRICE, 1050]
    assert "price.changed" in {row.type for row in shop.rows(OutboxEvent)}
    assert "action_item.done" in {row.action for row in shop.rows(AuditEntry)}
    with shop.database.read(shop.owner) as session:
        assert verify_audit(session).ok


def test_an_item_is_carried_out_once_however_often_and_at_once_it_is_tried(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: execute(shop.database, shop.owner, shop.engine, item.id), range(16)))
    assert len(shop.rows(Effect)) == 1
    assert sorted(row.source for row in shop.rows(PriceHistory)) == sorted(["import", f"action_item:{item.id}"])


def test_an_approval_is_spent_once(shop: Shop) -> None:
    item = carry_out(shop)
    with pytest.raises(Conflict):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    undo(shop.database, shop.operator, str(item.id))
    execute(shop.database, shop.owner, shop.engine, item.id)
    assert shop.price() == PRICE


def test_undo_restores_the_price_once(shop: Shop) -> None:
    item = carry_out(shop)
    assert undo(shop.database, shop.operator, str(item.id)).status == ItemStatus.UNDONE
    assert shop.price() == PRICE
    with pytest.raises(Conflict):
        undo(shop.database, shop.operator, str(item.id))


def test_undo_before_it_is_carried_out_withdraws_it(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), timedelta(minutes=1))
    assert undo(shop.database, shop.operator, str(item.id)).status == ItemStatus.REJECTED
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.REJECTED
    assert shop.price() == PRICE


def test_undo_is_refused_when_someone_changed_the_price_since(shop: Shop) -> None:
    first = carry_out(shop)
    shop.owner = later(shop, timedelta(weeks=10))  # the first has been measured by then
    carry_out(shop, 1100)
    with pytest.raises(Conflict, match="changed again"):
        undo(shop.database, shop.operator, str(first.id))
    assert shop.price() == 1100


def later(shop: Shop, by: timedelta):  # type: ignore[no-untyped-def]
    clock = FixedClock(shop.owner.now() + by)
    shop.operator = replace(shop.operator, clock=clock)
    return replace(shop.owner, clock=clock)


def set_cost(shop: Shop, amount_minor: int) -> None:
    with shop.database.begin(shop.owner) as session:
        product_id = session.scalars(select(col(ProductCost.product_id)).limit(1)).one()
        cost = {"product_id": product_id, "unit_cost_minor": amount_minor, "currency": "EUR"}
        session.add(ProductCost(**cost, valid_from=shop.owner.now()))


def set_price(shop: Shop, amount_minor: int) -> None:
    with shop.database.begin(shop.owner) as session:
        entry = session.scalars(select(Price)).one()
        dated = {"amount_minor": amount_minor, "currency": "EUR", "valid_from": shop.owner.now()}
        session.add(PriceHistory(price_id=entry.id, source="observed", **dated))
        entry.amount_minor, entry.valid_from = amount_minor, shop.owner.now()


def set_floor(shop: Shop, bps: int) -> None:
    with shop.database.begin(shop.owner) as session:
        rules = BrandRules(version=2, author="test", reason="test", created_at=shop.owner.now(), min_margin_bps=bps)
        session.add(rules)


def test_a_limit_that_changed_since_it_was_shown_is_asked_again(shop: Shop) -> None:
    item = shop.propose()
    set_floor(shop, 1_600)
    with refused(ApprovalOutdated, "min margin was 15.0 %, now 16.0 %"):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert shop.rows(Approval) == []
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.DONE


def test_a_promise_that_no_longer_holds_is_not_approved_with_fresh_facts(shop: Shop) -> None:
    item = shop.propose()
    set_cost(shop, COST + 100)
    with refused(ApprovalOutdated, "unit cost was €5.00, now €6.00"):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert shop.item(item.id).status == ItemStatus.SUPERSEDED
    with pytest.raises(Conflict):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert shop.rows(Approval) == []


def test_a_limit_that_changes_between_approval_and_dispatch_is_asked_again(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    set_floor(shop, 1_600)
    after = execute(shop.database, shop.owner, shop.engine, item.id)
    assert after.status == ItemStatus.PROPOSED
    assert "min margin was 15.0 %, now 16.0 %" in status_reason(after)
    assert shop.price() == PRICE


def test_a_price_that_changes_between_approval_and_dispatch_ends_the_promise(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    set_price(shop, 990)
    after = execute(shop.database, shop.owner, shop.engine, item.id)
    assert after.status == ItemStatus.SUPERSEDED
    assert "price before was €10.00, now €9.90" in status_reason(after)
    assert shop.price() == 990


def test_an_approval_that_was_not_carried_out_in_time_expires(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert execute(shop.database, later(shop, timedelta(days=4)), shop.engine, item.id).status == ItemStatus.EXPIRED
    assert shop.price() == PRICE


def test_the_past_of_a_brand_that_has_acted_cannot_be_changed(shop: Shop) -> None:
    """A backdated price would be measured against weeks that were charged before it was thought of."""
    first, second = shop.propose(1040), shop.propose(1050)
    earlier = shop.operator.at(shop.operator.now() - timedelta(days=30))
    with shop.database.begin(shop.owner) as session:
        reject(session, str(second.id), "not now")
    action = parse_action(shop.action(1050))
    with shop.database.begin(earlier) as session, pytest.raises(Conflict, match="past can be read, not changed"):
        propose(session, shop.engine, action, "I knew it all along")
    with shop.database.begin(earlier) as session, pytest.raises(Conflict, match="past can be read, not changed"):
        reject(session, str(first.id), "never")
    with pytest.raises(Conflict, match="past can be read, not changed"):
        approve(shop.database, earlier, shop.engine, str(first.id), NO_DELAY)
    with pytest.raises(Conflict, match="past can be read, not changed"):
        undo(shop.database, earlier, str(first.id))


@pytest.mark.parametrize(("price_minor", "why"), [(580, "margin"), (1200, "day"), (500, "margin")])
def test_a_hard_rule_denies_whoever_asks(shop: Shop, price_minor: int, why: str) -> None:
    item = shop.propose(price_minor)
    assert (item.status, item.verdict["decision"]) == (ItemStatus.DENIED, "deny")
    assert why in reasons(item.verdict["reasons"]).lower()
    action = PriceUpdate(sku="S-1", channel="shop", price_minor=price_minor, currency="EUR")
    with shop.database.begin(shop.owner) as session:
        assert propose(session, shop.engine, action, "because").status == ItemStatus.DENIED
    assert shop.price() == PRICE


def test_two_small_steps_do_not_slip_past_the_daily_limit(shop: Shop) -> None:
    carry_out(shop, 1060)
    assert shop.propose(1120).status == ItemStatus.DENIED


def test_rules_tightened_after_the_approval_count_at_dispatch(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    with shop.database.begin(shop.owner) as session:
        session.add(BrandRules(version=2, min_margin_bps=6000, created_at=shop.owner.now()))
    assert execute(shop.database, shop.owner, shop.engine, item.id).status in (ItemStatus.PROPOSED, ItemStatus.DENIED)
    assert shop.price() == PRICE


def test_a_stopped_agent_does_nothing_even_when_approved_before(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    with shop.database.begin(shop.owner) as session:
        session.add(
            AIConfig(
                agent="pricing_director",
                action_kind="price.update",
                version=1,
                stopped=True,
                created_at=shop.owner.now(),
            )
        )
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.DENIED
    assert shop.price() == PRICE


def test_a_much_trusted_agent_acts_alone_within_its_limits(shop: Shop) -> None:
    with shop.database.begin(shop.owner) as session:
        config = {"agent": "pricing_director", "action_kind": "price.update", "version": 1}
        session.add(AIConfig(**config, aggressiveness=90, earned_autonomy=3, created_at=shop.owner.now()))
    item = shop.propose(1010, autonomy=Autonomy.ACT_WITHIN_LIMITS)
    assert item.status == ItemStatus.APPROVED
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.DONE


def test_nobody_approves_their_own_proposal_and_no_agent_approves(shop: Shop) -> None:
    item = shop.propose()
    agent = replace(shop.owner, actor=shop.owner.actor.model_copy(update={"kind": ActorKind.AGENT}))
    itself = replace(shop.operator, actor=shop.operator.actor.model_copy(update={"id": shop.agent_id}))
    powerless = replace(shop.operator, actor=shop.operator.actor.model_copy(update={"permissions": frozenset()}))
    for ctx in (agent, itself, powerless):
        with pytest.raises(Forbidden):
            approve(shop.database, ctx, shop.engine, str(item.id), NO_DELAY)
    assert shop.rows(Approval) == []


def test_a_person_with_the_right_changes_a_price_themselves(shop: Shop) -> None:
    action = PriceUpdate(sku="S-1", channel="shop", price_minor=1020, currency="EUR")
    with shop.database.begin(shop.owner) as session:
        item = propose(session, shop.engine, action, "season")
    assert execute(shop.database, shop.owner, shop.engine, item.id).status == ItemStatus.DONE
    assert shop.price() == 1020


def test_a_rejection_needs_a_reason_and_ends_the_item(shop: Shop) -> None:
    item = shop.propose()
    with pytest.raises(InvalidInput), shop.database.begin(shop.operator) as session:
        reject(session, str(item.id), "  ")
    with shop.database.begin(shop.operator) as session:
        assert reject(session, str(item.id), "not in season").status == ItemStatus.REJECTED
    with pytest.raises(Conflict):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)


def test_an_expired_item_is_closed_not_carried_out(shop: Shop) -> None:
    item = shop.propose()
    later(shop, timedelta(days=4))
    with pytest.raises(Conflict, match="expired"):
        approve(shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY)
    assert shop.item(item.id).status == ItemStatus.EXPIRED


def test_a_newer_proposal_for_the_same_price_replaces_the_open_one(shop: Shop) -> None:
    old, new = shop.propose(1050), shop.propose(1040)
    assert shop.item(old.id).status == ItemStatus.SUPERSEDED
    assert shop.item(new.id).status == ItemStatus.PROPOSED


def test_a_measurement_is_queued_for_the_check_date(shop: Shop) -> None:
    item = carry_out(shop)
    measure = [job for job in shop.rows(Job) if job.kind == "outcome.measure"]
    assert [job.key for job in measure] == [f"measure:{item.id}"]
    assert measure[0].run_at == shop.owner.now() + timedelta(weeks=9)


def someone(shop: Shop, *roles: Role) -> Context:
    """A person with these roles, and what they allow."""
    name = "-".join(role.value.lower() for role in roles)
    actor = Actor(
        kind=ActorKind.PERSON,
        id=shop.owner.new_id(),
        name=name,
        roles=frozenset(roles),
        permissions=permissions_of(roles),
    )
    return replace(shop.owner, actor=actor)


def asked_for(shop: Shop, ctx: Context, price_minor: int = 1050) -> ActionItem:
    """A person's own proposal, carried out where nobody else has to agree."""
    with shop.database.begin(ctx) as session:
        item = propose(session, shop.engine, parse_action(shop.action(price_minor)), "I say so")
        item_id = item.id
    execute(shop.database, shop.owner, shop.engine, item_id)
    return shop.item(item_id)


def set_owner_gate(shop: Shop, amount_minor: int) -> None:
    with shop.database.begin(shop.owner) as session:
        session.add(
            BrandRules(
                version=2, author="test", reason="test", created_at=shop.owner.now(), owner_gate_minor=amount_minor
            )
        )


@pytest.mark.parametrize(
    ("role", "owner_gate_minor", "status", "gates"),
    [
        (Role.BRAND_OWNER, 1, "done", []),
        (Role.OPERATOR, 10**9, "done", []),
        (Role.OPERATOR, 1, "proposed", ["owner"]),
        (Role.MARKETING, 10**9, "proposed", ["operator"]),
        (Role.MARKETING, 1, "proposed", ["operator", "owner"]),
    ],
)
def test_what_a_person_may_not_decide_waits_for_one_who_may(
    shop: Shop, role: Role, owner_gate_minor: int, status: str, gates: list[str]
) -> None:
    set_owner_gate(shop, owner_gate_minor)
    asking = someone(shop, role)
    item = asked_for(shop, asking)
    assert (item.status, item.verdict["gates"]) == (status, gates)
    assert shop.price() == (1050 if status == "done" else PRICE)
    if status == "proposed":
        with pytest.raises(Forbidden):
            approve(shop.database, asking, shop.engine, str(item.id), NO_DELAY)
        approve(shop.database, shop.owner, shop.engine, str(item.id), NO_DELAY)
        execute(shop.database, shop.owner, shop.engine, item.id)
        assert shop.price() == 1050


def test_who_may_not_propose_proposes_nothing(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        asked_for(shop, someone(shop, Role.DEALER))
    assert shop.rows(ActionItem) == []
