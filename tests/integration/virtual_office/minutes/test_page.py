"""The page stays one page, in both languages, whatever the meeting was like: at most 350 words."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.office import Office
from domain.action import parse_action
from domain.context import Context
from domain.language import Language
from language.paper import count_words, write_page
from settings import Settings
from store.database import Database
from store.tables import ActionItem, FindingRow, ProposalRow, Run
from tests.integration.virtual_office.conftest import Firm
from virtual_office.minutes.document import lay_out_minutes
from virtual_office.minutes.page import MOST_WORDS

LONG_NAME = "Extra mild shampoo for every day with rosemary and nettle from the alpine meadows in a large family bottle"


def pages(database: Database, ctx: Context, run_id: UUID, **more: Any) -> dict[Language, str]:
    with database.read(ctx) as session:
        run = session.get_one(Run, (ctx.brand_id, run_id))
        return {
            language: write_page(lay_out_minutes(session, run, run.result | more, language)) for language in Language
        }


def of_every_kind(day: str) -> Iterator[dict[str, Any]]:
    """Actions that all wait for a person: so many that no page could list them one by one."""
    for at in range(12):
        yield {"kind": "lead.follow_up", "lead": f"L{at:04}", "within_days": 2, "currency": "EUR"}
        yield {
            "kind": "stand.refill", "planned_day": day, "trip_cost_minor": 16_000, "currency": "EUR",
            "lines": [{"stand": f"ST{at:02}", "sku": "CHEAP", "quantity": 5}],
        }  # fmt: skip
        yield {
            "kind": "purchase_order.create", "supplier": f"S{at} {LONG_NAME}"[:64], "currency": "EUR",
            "lines": [{"sku": "CHEAP", "quantity": 100, "unit_cost_minor": 400}],
        }  # fmt: skip
        yield {
            "kind": "price.update", "sku": f"{LONG_NAME} {at}"[:64], "channel": "shop", "price_minor": 1_000 + at,
            "currency": "EUR",
        }  # fmt: skip
    yield {
        "kind": "stand.visit", "stand": LONG_NAME[:64], "planned_day": day, "cost_minor": 5_000, "currency": "EUR",
    }  # fmt: skip


def adopt_all(firm: Firm, run_id: UUID, actions: list[dict[str, Any]], low: int) -> None:
    """Put items beside those that the meeting adopted, as if their proposals had been."""
    (made,) = [item for item in firm.rows(ActionItem) if item.run_id == run_id]
    (behind,) = [row for row in firm.rows(ProposalRow) if row.id == made.proposal_id]
    with firm.office.database.begin(firm.owner) as session:
        for at, action in enumerate(actions, start=2):
            kind, parsed = action["kind"], parse_action(action)
            prediction = {**behind.prediction, "value": 90_000 + at, "low": low, "high": 200_000}
            told = {"kind": kind, "action": parsed.model_dump(mode="json"), "prediction": prediction}
            proposal = ProposalRow(**{**dump(behind), **told, "id": firm.owner.new_id(), "request_hash": f"{at}"})
            session.add(proposal)
            session.flush()
            item = {**dump(made), **told, "id": firm.owner.new_id(), "proposal_id": proposal.id, "ordinal": at}
            session.add(ActionItem(**item, subject=parsed.subject))


def dump(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump().items() if name not in ("seq", "subject")}


@pytest.mark.parametrize("agents", [("pricing_director",), ("crm_manager",), ("inventory_forecaster", "stand_coach")])
def test_few_attend_or_nothing_is_proposed(firm: Firm, agents: tuple[str, ...]) -> None:
    met = firm.meet(agents=agents)
    for page in pages(firm.office.database, firm.owner, UUID(met["meeting_id"])).values():
        assert 20 < count_words(page) <= MOST_WORDS


def test_where_nothing_is_proposed_the_page_says_so(firm: Firm) -> None:
    met = firm.meet(agents=["crm_manager"])
    found = pages(firm.office.database, firm.owner, UUID(met["meeting_id"]))
    assert "**What we decided** Nothing was proposed." in found[Language.EN]
    assert "**Was beschlossen ist** Es wurde nichts vorgeschlagen." in found[Language.DE]


def test_an_empty_brand(database: Database, new_brand: Callable[..., Context], tmp_path: Any) -> None:
    owner = new_brand("nothing")
    run_id = Office(Settings(home=tmp_path), database).meetings.meet(owner, "What should we do?")
    found = pages(database, owner, run_id)
    assert all(20 < count_words(page) <= MOST_WORDS for page in found.values())
    assert "What happened" not in found[Language.EN], "nothing is known to have happened"


@pytest.mark.parametrize("low", [-50_000, 10])
def test_many_proposals_of_every_kind_with_long_names(firm: Firm, low: int) -> None:
    met = firm.meet()
    run_id = UUID(met["meeting_id"])
    day = (firm.owner.now() + timedelta(days=2)).date().isoformat()
    adopt_all(firm, run_id, list(of_every_kind(day)), low)
    found = pages(firm.office.database, firm.owner, run_id)
    for page in found.values():
        assert count_words(page) <= MOST_WORDS
        assert page.count("\n1. ") == 1
    english = found[Language.EN]
    assert "(50 items)" in english
    assert "**Refill 12 stands on 12 trips, Wed 4 March.** It takes €1.9k. Together we expect €11k." in english
    first, second = (english.index(words) for words in ("Refill 12 stands", "Order from 12 suppliers"))
    assert first < second, "as much money, and due a day earlier"
    assert ("49 of the decisions may lose money" in english) is (low < 0)


def test_many_risks_do_not_fill_the_page(firm: Firm) -> None:
    met = firm.meet()
    run_id = UUID(met["meeting_id"])
    with firm.office.database.begin(firm.owner) as session:
        for at in range(40):
            session.add(
                FindingRow(
                    run_id=run_id, agent="pricing_director", ordinal=100 + at, subject=f"{LONG_NAME} {at}",
                    severity="risk", text=f"{LONG_NAME} is a risk. {LONG_NAME} again.", label="trusted",
                    message={"key": "common.verbatim", "names": {"text": f"{LONG_NAME} may run dry. Of that more."}},
                    created_at=firm.owner.now(),
                )
            )  # fmt: skip
    for page in pages(firm.office.database, firm.owner, run_id).values():
        assert count_words(page) <= MOST_WORDS
        assert "may run dry." in page
        assert "Of that more." not in page


def test_a_second_meeting_says_what_became_of_the_first(firm: Firm) -> None:
    firm.meet()
    later = firm.later(7)
    second = firm.meet(later)
    assert "**Last week’s promises.** Of the last meeting (Mon 2 March): 1 " in second["page"]
    assert "Nothing was measured since." in second["page"]
