"""Workflows: steps with waits and branches, tried again, compensated when they fail, and alive after a kill."""

from datetime import timedelta

import pytest

from actions.approvals import approve
from automation import carry_out as carrying
from automation.start import start_workflow
from store.tables import ActionItem
from tests.integration.automation.conftest import Works

LAUNCH = """
name: launch
title: Raise a price and see to it
steps:
  - {kind: do, name: tell, deed: {kind: notify, title: began}, undo: {kind: notify, title: called off}}
  - kind: do
    name: ask
    deed:
      kind: propose
      action: {kind: price.update, sku: S-1, channel: shop, price_minor: "{data.price_minor}", currency: EUR}
    undo: {kind: withdraw, step: ask}
  - kind: wait
    name: answer
    event: action_item.done
    where: [{kind: text, field: arrived.subject, equals: "{steps.ask.item}"}]
    at_most: 2d
  - kind: branch
    name: how
    cases: [{when: [{kind: number, field: data.price_minor, above: 1100}], go: end}]
  - {kind: wait, name: pause, time: 6h}
  - {kind: do, name: say, deed: {kind: notify, title: "done {steps.ask.subject}"}}
"""
STUBBORN = """
name: stubborn
title: Ask for what there is not
steps:
  - kind: do
    name: ask
    tries: 3
    pause: 10m
    deed: {kind: propose, action: {kind: price.update, sku: NONE, channel: shop, price_minor: 1, currency: EUR}}
"""


def start(works: Works, data: str = '{"price_minor": 1050}', name: str = "launch") -> None:
    with works.shop.database.begin(works.ctx) as session:
        start_workflow(session, name, data)
    works.work()


def approve_it(works: Works) -> None:
    (item,) = [item for item in works.shop.rows(ActionItem) if item.status == "proposed"]
    operator = works.ctx.acting_as(works.shop.operator.actor)
    approve(works.shop.database, operator, works.shop.engine, str(item.id), timedelta(0))


def outcomes(works: Works) -> list[tuple[str, str]]:
    return [(attempt["step"], attempt["outcome"]) for attempt in works.runs("workflow")[-1]["attempts"]]


def test_a_workflow_waits_for_people_and_for_time_and_ends(works: Works) -> None:
    works.set("workflow", LAUNCH)
    start(works)
    assert works.runs("workflow")[0]["waits_for"] == "action_item.done"
    works.emit("action_item.done", subject="another item")
    works.work(hours=1)
    approve_it(works)
    works.work()
    assert works.runs("workflow")[0]["step"] == "pause"
    works.work(hours=5)
    assert works.notifications() == ["began"]
    works.work(hours=2)
    assert works.notifications() == ["began", "done S-1 @ shop"]
    assert works.runs("workflow")[0]["status"] == "done"


def test_an_event_that_comes_before_the_wait_begins_is_not_missed(works: Works) -> None:
    works.set("workflow", "name: late\ntitle: T\nsteps:\n"
              "  - {kind: wait, name: pause, time: 1h}\n"
              "  - {kind: wait, name: come, event: trial.came, at_most: 1h}\n")  # fmt: skip
    start(works, "{}", "late")
    works.emit("trial.came")
    works.work(minutes=30)
    works.work(minutes=31)
    assert works.runs("workflow")[0]["status"] == "done"


def test_what_is_not_answered_in_time_is_compensated_newest_first(works: Works) -> None:
    works.set("workflow", LAUNCH)
    start(works)
    works.work(days=2, minutes=1)
    (run,) = works.runs("workflow")
    assert (run["status"], run["reason"]) == ("undone", "no action_item.done came in time")
    assert outcomes(works)[-3:] == [("answer", "out of time"), ("ask", "undone"), ("tell", "undone")]
    assert [item.status for item in works.shop.rows(ActionItem)] == ["rejected"]
    began, lapses, *rest = works.notifications()
    assert (began, rest) == ("began", ["called off", "The workflow launch failed, and was undone"])
    assert lapses == "Lapses within a day: Raise Shampoo in Own shop by 5 % to €10.50 net"


def test_a_step_is_tried_again_after_pauses_that_double_and_then_given_up(works: Works) -> None:
    works.set("workflow", STUBBORN)
    start(works, "{}", "stubborn")
    works.work(minutes=9)
    assert len(outcomes(works)) == 2
    works.work(minutes=2)
    works.work(minutes=19)
    assert len(outcomes(works)) == 3
    works.work(minutes=2)
    assert [outcome for _, outcome in outcomes(works)] == ["met", "failed", "failed", "failed"]
    assert works.runs("workflow")[0]["status"] == "failed"


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_worker_that_dies_in_any_move_leaves_what_another_finishes_once(
    works: Works, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    class Killed(BaseException):
        """The end of the process."""

    works.set("workflow", LAUNCH)
    real, left = carrying._move, [0]

    def dying(*args: object) -> None:
        left[0] -= 1
        if at == "before" and left[0] == 0:
            raise Killed
        real(*args)  # type: ignore[arg-type]
        if at == "after" and left[0] == 0:
            raise Killed

    monkeypatch.setattr(carrying, "_move", dying)
    with works.shop.database.begin(works.ctx) as session:
        start_workflow(session, "launch", '{"price_minor": 1050}')
    died = 0
    for stage in ("begin", "approved", "later"):
        if stage == "approved":
            approve_it(works)
        for dies_in_move in (1, 2, 3, 0):
            left[0] = dies_in_move
            try:
                works.work(hours=7 if stage == "later" and dies_in_move == 1 else 0)
            except Killed:
                died += 1
    assert died >= 6
    assert works.notifications() == ["began", "done S-1 @ shop"]
    done = ["met", "done", "done", "waits", "done", "done", "waits", "done", "done"]
    assert [outcome for _, outcome in outcomes(works)] == done


def test_a_branch_takes_the_first_case_that_holds(works: Works) -> None:
    works.set("workflow", LAUNCH)
    start(works, '{"price_minor": 1101}')
    (item,) = works.shop.rows(ActionItem)
    assert item.status == "denied"  # ten per cent a day is the limit
    works.set("workflow", "name: fork\ntitle: T\nsteps:\n"
              "  - {kind: branch, name: how, cases: [{when: [{kind: known, field: data.x}], go: b}], otherwise: next}\n"
              "  - {kind: do, name: a, deed: {kind: notify, title: a}}\n"
              "  - {kind: do, name: b, deed: {kind: notify, title: b}}\n")  # fmt: skip
    start(works, '{"x": 1}', "fork")
    assert works.notifications()[-1] == "b"
    assert "a" not in works.notifications()
