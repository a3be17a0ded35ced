"""People speak in a meeting: it waits where asked to, survives a restart while it does, and hears what is said."""

from pathlib import Path
from typing import Any

import pytest

from bootstrap.office import Office
from domain.errors import Conflict, Forbidden, InvalidInput
from settings import Settings
from store.tables import ActionItem, Run, TurnRow
from tests.integration.virtual_office.conftest import AGENDA, Firm
from virtual_office.meeting.turns import LONGEST, Kind, Turn


def waiting(firm: Firm, *steps: str) -> dict[str, Any]:
    return firm.document(firm.office.meetings.meet(firm.owner, AGENDA, manner={"wait": list(steps)}))


def restarted(firm: Firm, tmp_path: Path) -> Firm:
    """The same brand after the process that held the meeting is gone."""
    return Firm(Office(Settings(home=tmp_path), firm.office.database), firm.owner, firm.operator)


def test_a_meeting_that_is_not_asked_to_wait_goes_on(firm: Firm) -> None:
    assert firm.meet()["status"] == "done"


@pytest.mark.parametrize("step", ["report", "challenge", "decide"])
def test_it_waits_after_the_step_and_goes_on_after_a_restart(firm: Firm, tmp_path: Path, step: str) -> None:
    document = waiting(firm, step)
    assert (document["status"], document["waits_after"]) == ("waiting", step)
    assert firm.rows(ActionItem) == []
    assert len(document["proposals"]) == 1
    again = restarted(firm, tmp_path)
    again.office.meetings.resume(again.owner, document["meeting_id"])
    assert again.document(again.rows(Run)[0].id)["status"] == "done"
    assert len(again.rows(ActionItem)) == 1


def test_it_waits_again_after_the_next_step_it_was_asked_to(firm: Firm) -> None:
    document = waiting(firm, "report", "decide")
    firm.office.meetings.resume(firm.owner, document["meeting_id"])
    document = firm.document(firm.rows(Run)[0].id)
    assert (document["status"], document["waits_after"]) == ("waiting", "decide")
    firm.office.meetings.resume(firm.owner, document["meeting_id"])
    assert firm.document(firm.rows(Run)[0].id)["status"] == "done"


def test_a_process_that_dies_while_it_waits_does_not_let_it_go_on(firm: Firm, tmp_path: Path) -> None:
    """Killed between the step and the note that it waits: whoever picks the run up finds that nobody released it."""
    import asyncio

    from virtual_office.meeting.graph import resume_meeting

    document = waiting(firm, "challenge")
    again = restarted(firm, tmp_path)
    run = again.rows(Run)[0]
    room = again.office.meetings.room()  # as the watchdog would
    asyncio.run(resume_meeting(room, again.owner, run.id, lambda *_: None))
    assert again.document(run.id)["status"] == "waiting"
    assert again.rows(ActionItem) == []
    assert document["waits_after"] == "challenge"


def test_what_is_struck_is_left_out_with_its_reason_and_rests(firm: Firm) -> None:
    document = waiting(firm, "decide")
    proposal = document["proposals"][0]
    firm.office.meetings.say(firm.owner, "", Turn(Kind.STRIKE, "not before Christmas", proposal["id"][-8:]))
    firm.office.meetings.resume(firm.owner, "")
    document = firm.document(firm.rows(Run)[0].id)
    assert document["action_items"] == []
    assert "struck by" in document["left_out"][0][1]
    assert "not before Christmas" in document["minutes"]
    later = firm.meet(firm.later(7))
    assert later["action_items"] == [], "nobody is asked the same again a week later"
    assert "not before Christmas" in later["minutes"]


def test_an_objection_stays_on_the_item_and_asks_for_a_person(firm: Firm) -> None:
    document = waiting(firm, "challenge")
    firm.office.meetings.say(
        firm.owner, "", Turn(Kind.OBJECT, "customers just got used to it", document["proposals"][0]["id"])
    )
    firm.office.meetings.resume(firm.owner, "")
    [item] = firm.rows(ActionItem)
    assert item.dissent == [f"{firm.owner.actor.name} objects: customers just got used to it"]
    assert "operator" in item.verdict["gates"]
    assert firm.document(item.run_id)["dissent"] == item.dissent


def test_a_limit_said_while_it_waits_binds_the_chair_who_decides_anew(firm: Firm) -> None:
    waiting(firm, "decide")
    firm.office.meetings.say(firm.owner, "", Turn(Kind.LIMIT, limits={"attention": 0}))
    firm.office.meetings.resume(firm.owner, "")
    document = firm.document(firm.rows(Run)[0].id)
    assert document["action_items"] == []
    assert "the places went to more valuable items" in document["left_out"][0][1]


def test_who_is_asked_to_join_reports_before_the_decision(firm: Firm) -> None:
    run_id = firm.office.meetings.meet(firm.owner, AGENDA, ["pricing_director"], manner={"wait": ["decide"]})
    firm.office.meetings.say(firm.owner, "", Turn(Kind.INVITE, "inventory_forecaster"))
    firm.office.meetings.resume(firm.owner, "")
    document = firm.document(run_id)
    assert document["status"] == "done"
    assert [agent["name"] for agent in document["agents"]] == ["pricing_director", "inventory_forecaster"]


def test_a_question_is_answered_with_figures_that_can_be_opened(firm: Firm) -> None:
    firm.meet()
    firm.office.meetings.say(firm.owner, "", Turn(Kind.ASK, "What is the price of CHEAP?"))
    [turn] = firm.rows(TurnRow)
    assert turn.answer.startswith("CHEAP")
    assert "price {n" in turn.answer
    said = firm.document(turn.run_id)["turns"][0]["answer"]
    assert "€10.00" in said
    from tools.receipts import why

    with firm.office.database.read(firm.owner) as session:
        assert all(why(session, code).receipt.tool for code in turn.figures.values())


def test_what_nobody_looked_at_is_not_answered(firm: Firm) -> None:
    firm.meet()
    firm.office.meetings.say(firm.owner, "", Turn(Kind.ASK, "How is the weather in Rome?"))
    [turn] = firm.rows(TurnRow)
    assert turn.answer.startswith("Nothing that this meeting looked at answers that.")
    assert "CHEAP" in turn.answer
    assert turn.figures == {}


@pytest.mark.parametrize(
    "turn",
    [
        Turn(Kind.ASK, "  "),
        Turn(Kind.ASK, "x" * (LONGEST + 1)),
        Turn(Kind.STRIKE, "why"),
        Turn(Kind.STRIKE, "why", "ffffffff"),
        Turn(Kind.STRIKE, "", "12"),
        Turn(Kind.OBJECT, "why", "1"),
        Turn(Kind.LIMIT),
        Turn(Kind.LIMIT, limits={"patience": 3}),
        Turn(Kind.LIMIT, limits={"cash": -3}),
        Turn(Kind.INVITE, "nobody"),
        Turn(Kind.INVITE, ""),
    ],
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(firm: Firm, turn: Turn) -> None:
    waiting(firm, "decide")
    with pytest.raises(InvalidInput):
        firm.office.meetings.say(firm.owner, "", turn)
    assert firm.rows(TurnRow) == []


def test_it_is_too_late_to_strike_once_the_meeting_is_over(firm: Firm) -> None:
    document = firm.meet()
    with pytest.raises(Conflict):
        firm.office.meetings.say(firm.owner, "", Turn(Kind.STRIKE, "too late", document["proposals"][0]["id"]))


def test_who_may_not_hold_meetings_may_ask_but_not_steer(firm: Firm) -> None:
    waiting(firm, "decide")
    firm.office.meetings.say(firm.operator, "", Turn(Kind.ASK, "price of CHEAP?"))
    with pytest.raises(Forbidden):
        firm.office.meetings.say(firm.operator, "", Turn(Kind.GO))


def test_no_other_step_can_be_waited_after(firm: Firm) -> None:
    with pytest.raises(InvalidInput):
        firm.office.meetings.meet(firm.owner, AGENDA, manner={"wait": ["lunch"]})
    assert firm.rows(Run) == []


def test_braces_that_people_write_are_words_and_no_figures(firm: Firm) -> None:
    """`{price}` in prose is a figure: nobody's words may be taken for one, or keep the meeting from closing."""
    manner = {"wait": ["decide"], "points": ["what of {price}?"]}
    document = firm.document(firm.office.meetings.meet(firm.owner, AGENDA, manner=manner))
    firm.office.meetings.say(firm.owner, "", Turn(Kind.OBJECT, "not {price} again", document["proposals"][0]["id"]))
    firm.office.meetings.say(firm.owner, "", Turn(Kind.POINT, "and {gain} | # * <b>"))
    firm.office.meetings.say(firm.owner, "", Turn(Kind.LIMIT, limits={"stock_money": 500_000, "attention": 4}))
    firm.office.meetings.resume(firm.owner, "")
    document = firm.document(firm.rows(Run)[0].id)
    assert document["status"] == "done"
    for said in ("what of (price)?", "not (price) again", "and (gain)", "4 action items, €5,000.00 on stock"):
        assert said in document["minutes"]
