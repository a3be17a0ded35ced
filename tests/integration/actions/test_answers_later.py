"""An item is put off until a moment that lies ahead of it, and says so in the brand's own time."""

from datetime import timedelta, timezone
from types import SimpleNamespace

import pytest

from actions.answers import snooze
from domain.errors import InvalidInput
from domain.language import Language
from domain.message import read_message
from language.speech import speak
from tests.integration.conftest import Shop


def test_the_moment_is_told_in_the_brands_zone_whichever_it_was_given_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = shop.propose()
    monkeypatch.setattr("actions.local_time.brand_of", lambda _: SimpleNamespace(zone="Europe/Berlin"))
    until = (shop.operator.now() + timedelta(hours=5)).astimezone(timezone(timedelta(hours=-7)))
    with shop.database.begin(shop.operator) as session:
        row = snooze(session, str(item.id), until)
        assert row.status_message is not None
        said = speak(read_message(row.status_message), Language.EN)
    assert row.snoozed_until == until
    assert said == "put off until 2 March 2026, 15:00"


@pytest.mark.parametrize(
    ("days", "problem", "remedy"), [(-1, "is past", "later"), (400, "before it expires", "earlier")]
)
def test_a_moment_outside_its_time_is_refused_with_the_right_way_out(
    shop: Shop, days: int, problem: str, remedy: str
) -> None:
    item = shop.propose()
    with shop.database.begin(shop.operator) as session, pytest.raises(InvalidInput) as refusal:
        snooze(session, str(item.id), shop.operator.now() + timedelta(days=days))
    assert problem in refusal.value.message and remedy in refusal.value.remedy
