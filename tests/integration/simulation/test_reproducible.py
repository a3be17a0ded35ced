"""The same seed leaves the same bytes in every business table; another seed leaves others."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from evals.twin import bare
from evals.twin import run as twin_run
from evals.twin.crews import Nobody, Textbook
from settings import Settings
from store.database import Database

HISTORY_DAYS, DAYS = 70, 3
Tables = dict[str, str]


def lived(postgres: Database, settings: Settings, seed: int, crews: Sequence[str], days: int) -> list[Tables]:
    """The hashes of every business table after a short history and some days under each crew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twin_run, "HISTORY_DAYS", HISTORY_DAYS)
        with twin_run.lived_history(postgres, settings, seed, days, []) as past:
            return [twin_run.run_crew(postgres, past, crew, days, []).tables for crew in crews]


@pytest.fixture(scope="module")
def once(postgres: Database, settings: Settings) -> list[Tables]:
    return lived(postgres, settings, 11, ("none", "oracle"), DAYS)


@pytest.mark.long
def test_the_same_seed_leaves_the_same_bytes_in_every_table(
    postgres: Database, settings: Settings, once: list[Tables]
) -> None:
    assert lived(postgres, settings, 11, ("none", "oracle"), DAYS) == once


@pytest.mark.long
def test_crews_leave_different_proposals_and_the_same_past(once: list[Tables]) -> None:
    none, oracle = once
    assert {"proposal", "action_item"} <= {name for name in none if none[name] != oracle[name]}
    assert {name for name in none if none[name] == oracle[name]} >= {"product", "product_cost", "channel", "location"}


@pytest.mark.long
def test_another_seed_leaves_others(postgres: Database, settings: Settings, once: list[Tables]) -> None:
    (other,) = lived(postgres, settings, 12, ("none",), DAYS)
    assert other.keys() == once[0].keys()
    assert {"sales_fact", "price_history", "sales_order", "payment", "message"} <= {
        name for name in other if other[name] != once[0][name]
    }


@pytest.mark.long
def test_the_products_own_crew_leaves_the_same_bytes_too(postgres: Database, tmp_path: Path) -> None:
    first, again = (lived(postgres, Settings(home=tmp_path / name), 13, ("rules",), 8) for name in ("first", "second"))
    assert first == again


@pytest.mark.long
def test_without_a_crew_the_product_changes_nothing(postgres: Database, settings: Settings) -> None:
    """The baselines are not hampered by the product: the same world lived without any store is worth as much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twin_run, "HISTORY_DAYS", HISTORY_DAYS)
        patch.setattr(bare, "HISTORY_DAYS", HISTORY_DAYS)
        with twin_run.lived_history(postgres, settings, 11, 8, []) as past:
            net_worths = {
                crew: twin_run.run_crew(postgres, past, crew, 8, []).net_worth for crew in ("none", "textbook")
            }
        for crew, played in (("none", Nobody()), ("textbook", Textbook())):
            assert bare.play_bare(bare.new_world(11, 8), played, 8) == net_worths[crew]
