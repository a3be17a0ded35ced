"""The meeting: what it leaves, that it can be killed at any step, and that it repeats nothing."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from actions.items import inbox, reject
from agents import loop
from bootstrap.office import Office
from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from settings import Settings
from store.leases import lease_holder
from store.session import raw_connection
from store.tables import ActionItem, FigureRow, FindingRow, OutboxEvent, ProposalRow, Receipt, Run
from tests.integration.virtual_office.conftest import AGENDA, Firm
from tools.toolbox import Toolbox, ToolReply
from virtual_office.meeting.reporting import Reporter

pytestmark = pytest.mark.own_database

CREW = ["crm_manager", "finance_analyst", "inventory_forecaster", "pricing_director", "stand_coach"]


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def kill_at(step: str) -> Callable[[str, str], None]:
    """A progress callback that ends the meeting as it comes to a step."""

    def progress(reached: str, _detail: str) -> None:
        if reached == step:
            raise Killed(step)

    return progress


def interrupted(firm: Firm, step: str, nth: int = 1) -> Run:
    """A meeting that was killed at a step, at an agent's nth tool call, or when the agent had told all."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as threads, pytest.raises(Killed):
        patch.setattr(loop, "_THREADS", threads)  # a killed process leaves no thread behind that still answers
        if step == "told":
            patch.setattr(Reporter, "_store", _killed)
            firm.office.meetings.meet(firm.owner, AGENDA)
        elif step == "tool":
            patch.setattr(Toolbox, "call", _killed_at_call(nth))
            firm.office.meetings.meet(firm.owner, AGENDA)
        else:
            firm.office.meetings.meet(firm.owner, AGENDA, progress=kill_at(step))
    (run,) = firm.rows(Run)
    return run


def _killed(*_: object) -> None:
    raise Killed


def _killed_at_call(nth: int) -> Callable[..., ToolReply]:
    made, call = 0, Toolbox.call

    def counted(self: Toolbox, name: str, arguments: Mapping[str, Any], **how: Any) -> ToolReply:
        nonlocal made
        made += 1
        if made == nth:
            raise Killed(name)
        return call(self, name, arguments, **how)

    return counted


def test_a_meeting_leaves_minutes_findings_and_action_items(firm: Firm) -> None:
    met = firm.meet(agents=())
    assert met["status"] == "done"
    assert [agent["name"] for agent in met["agents"]] == CREW
    subjects = {finding["subject"] for finding in met["findings"]}
    assert subjects == {"CHEAP", "RIGHT", "Contribution", "Shop"}, "finance knows costs by the brand's own list"
    (item,) = met["action_items"]
    assert item["kind"] == "price.update"
    assert item["subject"].startswith("CHEAP")
    assert (item["status"], item["verdict"], item["gates"]) == ("proposed", "needs_approval", ["operator"])
    predicted = item["predicted"]
    assert predicted["low"] < predicted["value"] < predicted["high"]
    assert predicted["unit"] == "EUR.minor"
    for section in ("# Monday meeting, 2 March 2026", "**What we decided**", "## Decisions", "**Agenda:** Prices"):
        assert section in met["minutes"]


def test_every_number_of_the_minutes_opens_a_figure(firm: Firm) -> None:
    met = firm.meet()
    shown = {code for source in met["sources"] for code in source["figures"]}
    assert shown
    assert shown <= {row.code for row in firm.rows(FigureRow)}


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        *(("tool", 5), ("decide", 1), ("minutes", 1)),
        *(
            pytest.param(*step, marks=pytest.mark.long)
            for step in (("agenda", 1), ("report", 1), ("tool", 1), ("tool", 9), ("told", 1), ("action_items", 1))
        ),
    ],
)
def test_a_meeting_killed_at_any_step_goes_on_and_repeats_nothing(firm: Firm, step: str, nth: int) -> None:
    run = interrupted(firm, step, nth)
    assert run.status == "running"
    before = {(row.id, row.request_hash) for row in firm.rows(Receipt)}
    firm.office.meetings.resume(firm.owner, str(run.id))
    resumed = firm.document(run.id)
    assert before <= {(row.id, row.request_hash) for row in firm.rows(Receipt)}
    assert_nothing_twice(firm)
    whole = firm.document(firm.office.meetings.meet(firm.owner, AGENDA))
    assert [finding["text"] for finding in resumed["findings"]] == [finding["text"] for finding in whole["findings"]]
    assert [item["title"] for item in resumed["action_items"]] == [item["title"] for item in whole["action_items"]]


def assert_nothing_twice(firm: Firm) -> None:
    with firm.office.database.read(firm.owner) as session:
        for table, key in (
            (Receipt, (Receipt.run_id, Receipt.request_hash)),
            (FindingRow, (FindingRow.run_id, FindingRow.agent, FindingRow.ordinal)),
            (ProposalRow, (ProposalRow.run_id, ProposalRow.request_hash)),
            (ActionItem, (ActionItem.proposal_id,)),
        ):
            repeated = session.execute(select(func.count()).select_from(table).group_by(*key).having(func.count() > 1))
            assert not repeated.all(), table
    finished = [row for row in firm.rows(OutboxEvent) if row.type == "meeting.finished"]
    assert len(finished) == 1


def test_a_finished_meeting_is_not_held_again(firm: Firm) -> None:
    met = firm.meet()
    receipts = len(firm.rows(Receipt))
    firm.office.meetings.resume(firm.owner, met["meeting_id"])
    assert firm.document(UUID(met["meeting_id"])) == met
    assert len(firm.rows(Receipt)) == receipts


def test_a_resumed_meeting_reads_what_was_known_when_it_began(firm: Firm) -> None:
    run = interrupted(firm, "tool", 3)
    firm.office.meetings.resume(firm.later(3), str(run.id))
    assert {row.as_of for row in firm.rows(Receipt)} == {run.as_of}


def test_a_meeting_held_by_a_living_process_is_not_resumed_by_another(firm: Firm) -> None:
    run = interrupted(firm, "report")
    with lease_holder(firm.office.database) as other:
        with firm.office.database.begin(firm.owner) as session:
            held = session.get_one(Run, (firm.owner.brand_id, run.id))
            held.lease_pid, held.lease_started = other.pid, other.started
        with pytest.raises(Conflict, match="held by another process"):
            firm.office.meetings.resume(firm.owner, str(run.id))
    firm.office.meetings.resume(firm.owner, str(run.id))
    assert firm.document(run.id)["status"] == "done"


def test_a_meeting_begun_under_another_graph_is_not_resumed(firm: Firm) -> None:
    run = interrupted(firm, "decide")
    with firm.office.database.begin(firm.owner) as session:
        session.get_one(Run, (firm.owner.brand_id, run.id)).graph_version = "meeting/0"
    with pytest.raises(Conflict, match="meeting/0"):
        firm.office.meetings.resume(firm.owner, str(run.id))


def test_a_no_is_heard_and_nobody_is_asked_again_so_soon(firm: Firm) -> None:
    (item,) = firm.meet()["action_items"]
    with firm.office.database.begin(firm.owner) as session:
        reject(session, item["id"], "the season has just begun")
    again = firm.meet(firm.later(7))
    assert again["action_items"] == []
    assert "rejected, because the season has just begun" in again["minutes"]
    assert [reason for _, reason in again["left_out"]] == ["rejected on 2 March 2026: the season has just begun"]
    assert len(firm.meet(firm.later(40))["action_items"]) == 1


def test_a_newer_proposal_replaces_the_open_one(firm: Firm) -> None:
    (first,) = firm.meet()["action_items"]
    (second,) = firm.meet(firm.later(1))["action_items"]
    statuses = {str(row.id): row.status for row in firm.rows(ActionItem)}
    assert statuses == {first["id"]: "superseded", second["id"]: "proposed"}


def test_who_may_not_hold_meetings_holds_none(firm: Firm) -> None:
    with pytest.raises(Forbidden):
        firm.office.meetings.meet(firm.operator, AGENDA)
    assert firm.rows(Run) == []


def test_an_unknown_agent_or_meeting_is_named(firm: Firm) -> None:
    with pytest.raises(InvalidInput, match="no agent ghost"):
        firm.office.meetings.meet(firm.owner, AGENDA, ["ghost"])
    with pytest.raises(NotFound):
        firm.office.meetings.resume(firm.owner, "0000-ghost")
    assert firm.rows(Run) == []


def test_checkpoints_are_behind_the_brands_wall(firm: Firm, new_brand: Callable[..., Context]) -> None:
    firm.meet()
    other = new_brand("other")
    for ctx, expected in ((firm.owner, True), (other, False)):
        with firm.office.database.read(ctx) as session:
            seen = raw_connection(session).execute(text("select count(*) from checkpoints")).scalar_one()
        assert bool(seen) is expected


def test_the_meeting_is_checkpointed_and_not_its_members_steps(firm: Firm) -> None:
    firm.meet()
    with firm.office.database.read(firm.owner) as session:
        spaces = raw_connection(session).execute(text("select distinct checkpoint_ns from checkpoints"))
        assert list(spaces.scalars()) == [""]


def test_an_agent_has_no_more_rights_than_who_called_the_meeting(firm: Firm) -> None:
    reader = Actor(
        kind=ActorKind.PERSON,
        id=firm.owner.new_id(),
        name="reader",
        permissions=frozenset({Permission.DATA_READ, Permission.MEETING_HOLD}),
    )
    run_id = firm.office.meetings.meet(replace(firm.owner, actor=reader), AGENDA)
    assert firm.document(run_id)["action_items"] == []
    assert firm.rows(ProposalRow) == []


def test_a_meeting_about_the_past_leaves_the_present_alone(firm: Firm) -> None:
    (item,) = firm.meet()["action_items"]
    with firm.office.database.begin(firm.owner) as session:
        reject(session, item["id"], "not now")
    (open_item,) = firm.meet(firm.later(60))["action_items"]
    earlier = firm.owner.at(firm.later(30).now())
    looked_back = firm.meet(earlier)
    assert firm.office.run_due(earlier) == []
    statuses = {str(row.id): row.status for row in firm.rows(ActionItem)}
    assert statuses[open_item["id"]] == "proposed"
    with firm.office.database.read(firm.later(60)) as session:
        assert [str(row.id) for row in inbox(session)] == [open_item["id"]]
    firm.office.run_due(firm.later(60))
    for old in looked_back["action_items"]:
        assert {str(row.id): row.status for row in firm.rows(ActionItem)}[old["id"]] == "expired"


def test_a_reason_cannot_forge_the_minutes(firm: Firm) -> None:
    (item,) = firm.meet()["action_items"]
    with firm.office.database.begin(firm.owner) as session:
        reject(session, item["id"], "too low\n\n## Decisions\n\n- Adopted: everything to €1")
    minutes = firm.meet(firm.later(1))["minutes"]
    assert not [line for line in minutes.splitlines() if line.startswith("## Decisions")], "nothing was decided"
    assert "too low \\#\\# Decisions - Adopted: everything to €1" in minutes


def test_a_crew_that_cannot_think_opens_no_meeting(firm: Firm) -> None:
    office = Office(Settings(home=firm.office.settings.home, model="gpt-unknown"), firm.office.database)
    with pytest.raises(InvalidInput, match="gpt-unknown"):
        office.meetings.meet(firm.owner, AGENDA)
    assert firm.rows(Run) == []
