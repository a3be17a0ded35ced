"""A meeting about a product that the brand does not have is not held: the nearest products are named instead."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.office import Office
from domain.context import Context
from domain.errors import InvalidInput
from settings import Settings
from store.database import Database
from store.tables import Product, Run
from tests.integration.virtual_office.conftest import Firm
from virtual_office.meeting.unknown_skus import require_known_skus

SKUS = ("HM-ST-07", "HM-ST-08", "HM-SH-05", "HM-SE-01")


@pytest.fixture
def owner(database: Database, new_brand: Callable[..., Context]) -> Context:
    ctx = new_brand()
    with database.begin(ctx) as session:
        session.add_all(Product(sku=sku, title=sku, known_at=ctx.now()) for sku in SKUS)
    return ctx


def test_an_agenda_about_an_unknown_sku_is_refused_and_nothing_is_held(
    database: Database, owner: Context, tmp_path: Path
) -> None:
    firm = Firm(Office(Settings(home=tmp_path), database), owner, owner)
    with pytest.raises(InvalidInput, match="HM-ST-77, which is no product") as refused:
        firm.office.meetings.meet(owner, "What about HM-ST-77?", [], lambda step, detail: None, {}, {})
    assert "HM-ST-07" in (refused.value.remedy or "")
    assert firm.rows(Run) == []


@pytest.mark.parametrize("point", ["hm-st-07 and HM-SE-01", "ST15, Q4 and COVID-19", "2026-12-05", "A/B test", "none"])
def test_products_that_there_are_and_words_that_are_no_sku_are_let_in(
    database: Database, owner: Context, point: str
) -> None:
    with database.read(owner) as session:
        require_known_skus(session, ["Trading review", point])


def test_every_unknown_sku_in_the_points_is_seen(database: Database, owner: Context) -> None:
    with database.read(owner) as session, pytest.raises(InvalidInput, match="HX-ZZ-99"):
        require_known_skus(session, ["Trading review", "HM-ST-07 beside (HX-ZZ-99)"])
