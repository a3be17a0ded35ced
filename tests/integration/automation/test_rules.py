"""Rules: woken once by each event, in order; judged by its fields and by facts; never by their own doing."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from automation import carry_out as carrying
from automation.definition_file import parse
from automation.dry_run import would_have
from automation.rule import Rule
from automation.waits import locked_cursor
from domain.actor import Actor, ActorKind, Role
from domain.errors import Conflict, Forbidden, InvalidInput
from identity.roles import permissions_of
from store.outbox import emit
from store.tables import ActionItem, AutomationRun, Delivery, Job, Notification, OutboxEvent
from tests.integration.automation.conftest import Works

TELL = "name: tell\ntitle: Tell\non: trial.happened\n{more}do:\n  - {{kind: notify, title: 'told {{data.n}}'}}\n"
ASK = """
name: ask
title: Ask for a price
on: [trial.happened, action_item.done]
do:
  - kind: propose
    because: the trial says so
    action: {kind: price.update, sku: S-1, channel: shop, price_minor: "{data.price_minor}", currency: EUR}
"""


def tell(more: str = "") -> str:
    return TELL.format(more=more)


def test_an_event_wakes_a_rule_once_and_in_the_order_of_events(works: Works) -> None:
    works.set("rule", tell())
    for number in range(5):
        works.emit(n=number)
    works.work()
    works.work()
    assert works.notifications() == [f"told {number}" for number in range(5)]
    run = works.runs()[0]
    assert (run["status"], [attempt["outcome"] for attempt in run["attempts"]]) == ("done", ["met", "done"])


def test_an_event_that_is_relayed_again_does_nothing_again(works: Works) -> None:
    works.set("rule", tell())
    works.emit(n=1)
    works.work()
    with works.shop.database.begin(works.ctx) as session:
        locked_cursor(session).seq = 0
    works.work()
    assert works.notifications() == ["told 1"]


def test_what_happened_before_a_rule_was_set_wakes_it_never(works: Works) -> None:
    works.emit(n=1)
    works.ctx = works.after(minutes=1)
    works.set("rule", tell())
    works.work()
    assert works.notifications() == []


def test_events_are_numbered_in_the_order_in_which_their_transactions_commit(works: Works) -> None:
    database = works.shop.database
    with database.begin(works.ctx) as early:
        emit(early, "trial.early", "1", {})
        with database.begin(works.ctx) as late:
            emit(late, "trial.late", "2", {})
    with database.read(works.ctx) as session:
        wanted = select(OutboxEvent).where(OutboxEvent.type.startswith("trial.")).order_by(OutboxEvent.seq)  # type: ignore[attr-defined]
        assert [event.type for event in session.scalars(wanted)] == ["trial.late", "trial.early"]


def test_what_is_undone_leaves_no_event(works: Works) -> None:
    with pytest.raises(ZeroDivisionError), works.shop.database.begin(works.ctx) as session:
        emit(session, "trial.happened", "1", {})
        raise ZeroDivisionError
    assert [event for event in works.shop.rows(OutboxEvent) if event.type == "trial.happened"] == []


@pytest.mark.parametrize(
    ("when", "n", "tells"),
    [
        ("{kind: number, field: data.n, above: 3}", 4, True),
        ("{kind: number, field: data.n, above: 3}", 3, False),
        ("{kind: number, field: data.n, above: 3}", "many", False),
        ("{kind: text, field: subject, one_of: [S-1, S-2]}", 1, True),
        ("{kind: text, field: data.missing, equals: x}", 1, False),
        ("{kind: any, of: [{kind: known, field: data.x}, {kind: number, field: data.n, equals: 1}]}", 1, True),
        ("{kind: not, of: {kind: known, field: data.n}}", 1, False),
        ("{kind: margin_bps, sku: '{subject}', channel: shop, at_least: 5000}", 1, True),
        ("{kind: margin_bps, sku: '{subject}', channel: shop, above: 5000}", 1, False),
        ("{kind: stock_on_hand, sku: '{subject}', location: NOWHERE, below: 9}", 1, False),
    ],
)
def test_a_rule_acts_only_where_its_conditions_hold(works: Works, when: str, n: object, tells: bool) -> None:
    works.set("rule", tell(f"when:\n  - {when}\n"))
    works.emit(n=n)
    works.work()
    assert bool(works.notifications()) is tells


def test_a_rule_that_rests_is_not_woken_and_says_so(works: Works) -> None:
    works.set("rule", tell("rest: 1h\nrest_for: '{data.n}'\n"))
    works.emit(n=1)
    works.work()
    works.emit(n=1)
    works.emit(n=2)
    works.work(minutes=30)
    works.ctx = works.after(minutes=45)
    works.emit(n=1)
    works.work()
    assert works.notifications() == ["told 1", "told 2", "told 1"]
    assert [run["status"] for run in works.runs()] == ["done", "resting", "done", "done"]


def test_a_disabled_rule_sleeps(works: Works) -> None:
    works.set("rule", tell("paused: true\n"))
    works.emit(n=1)
    works.work()
    assert works.notifications() == []


def test_a_rule_asks_for_an_action_and_a_person_still_has_to_approve(works: Works) -> None:
    works.set("rule", ASK)
    works.emit(price_minor=1050)
    works.work()
    (item,) = works.shop.rows(ActionItem)
    assert (item.proposer, item.status, item.verdict["gates"]) == ("agent:automation", "proposed", ["operator"])
    works.emit(price_minor=1060)
    works.work()
    assert [row.id for row in works.shop.rows(ActionItem)] == [item.id]  # what waits already is not asked for again


def test_what_the_guardrails_refuse_a_rule_is_a_breach_that_rules_can_tell_of(works: Works) -> None:
    works.set("rule", ASK)
    works.set("rule", "name: breach\ntitle: B\non: guardrail.breached\ndo:\n"
              "  - {kind: notify, severity: critical, roles: [SUPER_ADMIN],"
              " title: 'refused {data.subject}'}\n")  # fmt: skip
    works.emit(price_minor=1)
    works.work()
    assert [item.status for item in works.shop.rows(ActionItem)] == ["denied"]
    assert works.notifications() == []  # the owner is none of its audience
    admin = Actor(kind=ActorKind.PERSON, id=works.ctx.new_id(), name="root", roles=frozenset({Role.SUPER_ADMIN}),
                  permissions=permissions_of([Role.SUPER_ADMIN]))  # fmt: skip
    assert [row.severity for row in works.shop.rows(Notification)] == ["critical"]
    works.ctx = works.ctx.acting_as(admin)
    assert works.notifications() == ["refused S-1 @ shop"]


def test_a_rules_own_doing_never_wakes_it_also_through_people_and_others(works: Works) -> None:
    from datetime import timedelta

    from actions.approvals import approve

    works.set("rule", ASK)
    works.emit(price_minor=1050)
    works.work()
    (item,) = works.shop.rows(ActionItem)
    operator = replace(works.ctx, actor=works.shop.operator.actor)
    approve(works.shop.database, operator, works.shop.engine, str(item.id), timedelta(0))
    works.work()
    assert works.shop.price() == 1050
    assert [run["status"] for run in works.runs()] == ["done", "refused"]
    assert "its own doing" in works.runs()[1]["reason"]


def test_rules_that_wake_each_other_end(works: Works) -> None:
    works.set("workflow", "name: pong\ntitle: T\nsteps:\n  - {kind: wait, name: a, time: 1m}\n")
    for name, other in (("ping", "pong"), ("pong", "ping")):
        works.set("workflow", f"name: {name}\ntitle: T\nsteps:\n"
                  "  - {kind: do, name: a, tries: 1, deed: {kind: workflow, name: " + other + "}}\n")  # fmt: skip
    works.set("rule", "name: begin\ntitle: T\non: trial.happened\ndo:\n  - {kind: workflow, name: ping}\n")
    works.emit()
    results = works.work()
    assert len(results) < 50
    runs = works.runs("workflow")
    assert 2 <= len(runs) <= 10
    assert "failed" in {run["status"] for run in runs}


def test_only_who_may_set_rules_sets_them_with_a_reason(works: Works) -> None:
    with pytest.raises(Forbidden):
        replace_ctx = replace(works, ctx=works.shop.operator)
        replace_ctx.set("rule", tell())
    works.set("rule", tell())
    with pytest.raises(Conflict):
        works.set("rule", tell())


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (tell("when:\n  - {kind: eval, code: 'import os'}\n"), 5, "'eval' is none of"),
        (tell().replace("on: trial.happened\n", ""), 1, "say what wakes it"),
        (tell().replace("notify", "shout"), 5, "'shout' is none of"),
        (tell("at: {cron: '0 25 * * *'}\n").replace("on: trial.happened\n", ""), 3, "no cron expression"),
        (tell("when:\n  - {kind: number, field: data.n}\n"), 5, "say one of above"),
        ("name: [", 1, ""),
        ("", 1, "no rule"),
    ],
)
def test_what_is_no_rule_is_refused_by_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text, "x.yaml", "rule")
    rejected = caught.value.details["rows_rejected"][0]
    assert rejected["line"] == line
    assert reason in rejected["reason"]


def test_a_dry_run_says_what_would_have_been_done_and_writes_nothing(works: Works) -> None:
    works.emit(price_minor=1050)
    works.emit(price_minor=1)
    works.emit(n=1)
    before = {table: len(works.shop.rows(table)) for table in (AutomationRun, ActionItem, Notification, OutboxEvent)}
    rule = parse(ASK, "x.yaml", "rule")
    assert isinstance(rule, Rule)
    judgements = would_have(works.shop.database, works.ctx, works.shop.engine, rule, works.ctx.now())
    assert [judgement.status for judgement in judgements] == ["would act"] * 3
    said = [judgement.does[0] for judgement in judgements]
    assert "needs approval" in said[0]
    assert "deny" in said[1]
    assert "would fail: The event has no data.price_minor" in said[2]
    assert {table: len(works.shop.rows(table)) for table in before} == before


def test_many_events_are_told_together_and_a_worker_that_dies_among_them_tells_none_twice(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The end of the process."""

    works.set("rule", tell())
    for number in range(60):
        works.emit(n=number)
    real, left = carrying._move, [25]

    def dying(*args: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(carrying, "_move", dying)
    with pytest.raises(Killed):
        works.work()
    assert works.notifications() == []
    works.work()
    assert works.notifications() == [f"told {number}" for number in range(60)]
    assert all([attempt["outcome"] for attempt in run["attempts"]] == ["met", "done"] for run in works.runs())
    assert {job.status for job in works.shop.rows(Job)} == {"done"}


def test_one_that_fails_among_many_keeps_none_of_the_others(works: Works) -> None:
    works.set("template", "name: words\ntitle: 'told {data.n}'\n")
    works.set("rule", "name: tell\ntitle: T\non: trial.happened\ndo:\n  - {kind: notify, template: words}\n")
    works.set("rule", "name: mail\ntitle: M\non: trial.mailed\ndo:\n  - {kind: email, to: ['{data.to}'], title: x}\n")
    for number in range(5):
        works.emit(n=number)
        works.emit("trial.mailed", to="nobody" if number == 2 else f"a{number}@example.org")
    works.work()
    assert sorted(title for title in works.notifications() if title.startswith("told")) == [
        f"told {number}" for number in range(5)
    ]
    runs = [run for run in works.runs() if run["name"] == "mail"]
    assert [run["status"] for run in runs] == ["done", "done", "running", "done", "done"]
    assert runs[2]["attempts"][-1]["outcome"] == "failed"
    assert sorted(row.target for row in works.shop.rows(Delivery)) == [f"a{n}@example.org" for n in (0, 1, 3, 4)]
