"""Nothing lapses in silence: a day's warning, a notice when it did, and the next meeting may propose it again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from actions.items import last_moment, taken_subjects
from domain.action import ItemStatus
from domain.stands import StandVisit
from store.tables import ActionItem, OutboxEvent
from tests.integration.automation.conftest import Works


def told(works: Works, type_: str) -> list[OutboxEvent]:
    return [row for row in works.shop.rows(OutboxEvent) if row.type == type_]


def test_who_has_not_answered_is_warned_a_day_before_and_told_when_it_lapsed(works: Works) -> None:
    item = works.shop.propose()
    works.work(days=1)
    assert works.notifications() == []
    works.work(days=1, hours=1)
    works.work(hours=1)
    assert works.notifications() == [f"Lapses within a day: {item_title(works, item)}"]
    assert len(told(works, "action_item.expiring")) == 1
    works.work(days=1)
    assert works.notifications()[-1] == f"Lapsed, nobody answered: {item_title(works, item)}"
    assert works.shop.item(item.id).status == ItemStatus.EXPIRED
    with works.shop.database.read(works.ctx) as session:
        assert (item.kind, item.subject) not in taken_subjects(session), "the next meeting may propose it again"


def item_title(works: Works, item: ActionItem) -> str:
    from actions.items import action_of, told_of
    from language.titles import text_title

    return text_title(action_of(item), told=told_of(item))


def test_what_was_answered_is_not_warned_of(works: Works) -> None:
    from actions.items import reject

    item = works.shop.propose()
    with works.shop.database.begin(works.shop.operator) as session:
        reject(session, str(item.id), "not now")
    works.work(days=2, hours=1)
    works.work(days=2)
    assert works.notifications() == []


@pytest.mark.parametrize(
    ("planned", "last"),
    [
        (date(2026, 3, 4), datetime(2026, 3, 4, tzinfo=UTC)),
        (date(2026, 3, 2), datetime(2026, 3, 3, tzinfo=UTC)),
        (date(2026, 6, 1), None),
    ],
)
def test_a_yes_works_until_the_day_it_is_planned_for_begins(works: Works, planned: date, last: datetime | None) -> None:
    visit = StandVisit(stand="ST1", planned_day=planned, cost_minor=4_000, currency="EUR")
    with works.shop.database.read(works.ctx) as session:
        now = works.ctx.now()
        item = ActionItem.model_construct(kind="stand.visit", action=visit.model_dump(mode="json"))
        assert last_moment(session, item) == (last or now + timedelta(days=3))
