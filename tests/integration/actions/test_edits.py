"""An edit tried at once, twice, late, by the wrong people; and what is agreed to beside what is asked for again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from actions.answers import snooze
from actions.approvals import approve
from actions.edits import Foreseen, edit
from actions.gateway import execute, undo
from actions.items import inbox, propose, reject
from domain.action import ItemStatus, parse_action
from domain.actor import Actor, ActorKind, Permission, Role
from domain.context import Context
from domain.errors import Conflict, DomainError, EditDenied, Forbidden
from domain.prediction import Outcome, OutcomeStatus
from identity.roles import permissions_of
from memory.journal import Promise, record, trust_bps
from store.audit import verify_audit
from store.tables import ActionItem, Approval, Effect
from tests.integration.conftest import PRICE, Shop

NO_DELAY, A_MINUTE = timedelta(0), timedelta(minutes=1)


def changed(shop: Shop, item: ActionItem, price_minor: int, by: Context | None = None) -> ActionItem:
    with shop.database.begin(by or shop.operator) as session:
        wanted = {"price_minor": price_minor}
        return edit(session, shop.engine, str(item.id), wanted, "rounder", lambda *_: Foreseen())


def person(shop: Shop, *roles: Role) -> Context:
    who = {"id": shop.owner.new_id(), "name": "other", "roles": frozenset(roles), "permissions": permissions_of(roles)}
    return replace(shop.owner, actor=Actor(kind=ActorKind.PERSON, **who))


def statuses(shop: Shop) -> list[str]:
    return sorted(row.status for row in shop.rows(ActionItem))


def test_the_editor_is_asked_and_their_yes_is_bound_to_what_was_seen(shop: Shop) -> None:
    new = changed(shop, shop.propose(), 1040)
    assert (new.status, new.verdict["decision"], new.prediction) == (ItemStatus.PROPOSED, "allow", None)
    assert execute(shop.database, shop.owner, shop.engine, new.id).status == ItemStatus.PROPOSED
    approve(shop.database, shop.operator, shop.engine, str(new.id), NO_DELAY)
    assert execute(shop.database, shop.owner, shop.engine, new.id).status == ItemStatus.DONE
    assert (shop.price(), len(shop.rows(Approval))) == (1040, 1)


def test_a_denied_edit_writes_nothing(shop: Shop) -> None:
    item = shop.propose()
    for price in (1, 400, 10_000):
        with pytest.raises(EditDenied):
            changed(shop, item, price)
    assert (statuses(shop), shop.item(item.id).version) == (["proposed"], item.version)


def test_edits_at_once_leave_one_open_item(shop: Shop) -> None:
    item = shop.propose()

    def tried(price_minor: int) -> str:
        try:
            return changed(shop, item, price_minor).status
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(tried, [1010, 1020, 1030, 1040, 1045, 1048]))
    assert sorted(outcomes) == ["conflict"] * 5 + ["proposed"]
    assert statuses(shop) == ["proposed", "superseded"]


def test_edit_approve_reject_and_snooze_at_once_leave_one_answer(shop: Shop) -> None:
    item, other = shop.propose(), person(shop, Role.OPERATOR)

    def rejected() -> None:
        with shop.database.begin(other) as session:
            reject(session, str(item.id), "no")

    def put_off() -> None:
        with shop.database.begin(other) as session:
            snooze(session, str(item.id), shop.owner.now() + timedelta(hours=1))

    answers: list[Callable[[], Any]] = [
        partial(approve, shop.database, other, shop.engine, str(item.id), A_MINUTE),
        partial(changed, shop, item, 1030),
        rejected,
        put_off,
    ]

    def tried(answer: Callable[[], Any]) -> bool:
        try:
            answer()
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(tried, answers * 2))
    assert any(won)
    closed = [row for row in shop.rows(ActionItem) if row.status in ("approved", "rejected", "superseded")]
    assert len(closed) == 1 or statuses(shop) == ["proposed", "superseded"]
    assert len([row for row in shop.rows(ActionItem) if row.status in ("approved", "proposed", "snoozed")]) <= 1
    with shop.database.read(shop.owner) as session:
        assert verify_audit(session).ok


def test_what_was_edited_cannot_be_answered_any_more(shop: Shop) -> None:
    item = shop.propose()
    new = changed(shop, item, 1040)
    for answer in (
        partial(approve, shop.database, shop.operator, shop.engine, str(item.id), NO_DELAY),
        partial(changed, shop, item, 1030),
        partial(undo, shop.database, shop.operator, str(item.id)),
    ):
        with pytest.raises(Conflict):
            answer()
    again = changed(shop, new, 1045, by=shop.owner)
    assert (statuses(shop), again.edited_from) == (["proposed", "superseded", "superseded"], new.id)


def test_what_is_overdue_approved_or_done_is_not_edited(shop: Shop) -> None:
    item = shop.propose()
    late = shop.operator.at(item.expires_at + A_MINUTE)
    with pytest.raises(Conflict, match="overdue"):
        changed(shop, item, 1040, by=late)
    approve(shop.database, shop.operator, shop.engine, str(item.id), A_MINUTE)
    with pytest.raises(Conflict, match="approved"):
        changed(shop, item, 1040)
    execute(shop.database, shop.owner, shop.engine, item.id)
    with pytest.raises(Conflict, match="done"):
        changed(shop, item, 1040)


def test_who_may_not_approve_may_not_edit(shop: Shop) -> None:
    item = shop.propose()
    rights = frozenset({Permission.DATA_READ, Permission.ACTION_PROPOSE})
    reader = replace(shop.owner, actor=shop.operator.actor.model_copy(update={"permissions": rights}))
    agent = Actor(kind=ActorKind.AGENT, id=shop.agent_id, name="pricing_director", delegator=shop.owner.actor.id)
    for ctx in (reader, shop.owner.acting_as(agent)):
        with pytest.raises(Forbidden):
            changed(shop, item, 1040, by=ctx)
    assert statuses(shop) == ["proposed"]


def test_an_editor_who_lost_the_right_since_does_not_approve_their_own(shop: Shop) -> None:
    new = changed(shop, shop.propose(), 1040, by=shop.owner)
    roles = frozenset({Role.OPERATOR})
    demoted = shop.owner.actor.model_copy(update={"roles": roles, "permissions": permissions_of(roles)})
    with pytest.raises(Forbidden):
        approve(shop.database, replace(shop.owner, actor=demoted), shop.engine, str(new.id), NO_DELAY)
    assert shop.item(new.id).status == ItemStatus.PROPOSED


def test_an_agreed_item_stands_for_what_is_asked_again(shop: Shop) -> None:
    item = shop.propose()
    approve(shop.database, shop.operator, shop.engine, str(item.id), A_MINUTE)
    assert shop.propose(1060).id == item.id
    with pytest.raises(Conflict, match="approved already"), shop.database.begin(shop.owner) as session:
        propose(session, shop.engine, parse_action(shop.action(1045)), "mine")
    assert statuses(shop) == ["approved"]
    execute(shop.database, shop.owner, shop.engine, item.id)
    assert shop.propose(1060).id != item.id


def test_what_a_person_edited_moves_no_agents_trust(shop: Shop) -> None:
    namesake = replace(shop.operator, actor=shop.operator.actor.model_copy(update={"name": "pricing_director"}))
    new = changed(shop, shop.propose(), 1040, by=namesake)
    brought = Outcome(status=OutcomeStatus.MEASURED, unit="EUR.minor", effect=0, low=0, high=0)
    with shop.database.begin(shop.owner) as session:
        promise = Promise(new.id, "pricing_director", new.kind, new.subject, shop.prediction())
        assert record(session, promise, brought)
        assert trust_bps(session) == {}


def test_what_is_put_off_waits_outside_the_inbox(shop: Shop) -> None:
    item, until = shop.propose(), shop.owner.now() + timedelta(hours=1)
    with shop.database.begin(shop.operator) as session:
        snooze(session, str(item.id), until)
        assert list(inbox(session)) == []
        assert [row.id for row in inbox(session, [ItemStatus.SNOOZED])] == [item.id]
    with shop.database.read(shop.operator.at(until)) as session:
        assert [row.id for row in inbox(session)] == [item.id]


def test_nobody_carries_out_twice_what_was_edited_and_approved_by_two(shop: Shop) -> None:
    new = changed(shop, shop.propose(), 1040)

    def yes(ctx: Context) -> bool:
        try:
            approve(shop.database, ctx, shop.engine, str(new.id), NO_DELAY)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(yes, [shop.operator, shop.owner, shop.operator, shop.owner])) == 1
        list(pool.map(lambda _: execute(shop.database, shop.owner, shop.engine, new.id), range(4)))
    assert (len(shop.rows(Effect)), shop.price()) == (1, 1040)
    assert PRICE != 1040
