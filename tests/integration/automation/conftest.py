"""A brand with the whole product round it, rules given as text, and events at will."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.definition_file import parse
from automation.definitions import set_definition
from automation.log import logged
from automation.notifications import notifications
from automation.worker import JobResult
from bootstrap.office import Office
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from evals.kill.receiver import Receiver
from settings import Settings
from store.outbox import emit
from tests.integration.automation.house import inbox as inbox
from tests.integration.automation.house import open_house as open_house
from tests.integration.conftest import Shop


@dataclass
class Works:
    """The shop at work: what is set, what happens, and what came of it."""

    shop: Shop
    office: Office
    ctx: Context

    def set(self, kind: str, text: str) -> None:
        with self.shop.database.begin(self.ctx) as session:
            set_definition(session, kind, parse(text, "test.yaml", kind), "a test")

    def emit(self, type_: str = "trial.happened", subject: str = "S-1", **data: Any) -> None:
        with self.shop.database.begin(self.ctx) as session:
            emit(session, type_, subject, data)

    def work(self, **later: float) -> list[JobResult]:
        """Run what is due, after some time has passed."""
        if later:
            self.ctx = self.after(**later)
        return self.office.work(self.ctx)

    def after(self, **later: float) -> Context:
        clock = FixedClock(self.ctx.now() + timedelta(**later))
        return replace(self.ctx, clock=clock, ids=TimeOrderedIds(clock))

    def notifications(self) -> list[str]:
        with self.shop.database.read(self.ctx) as session:
            return [row.title for row, _ in notifications(session)][::-1]

    def runs(self, kind: str = "rule") -> list[dict[str, Any]]:
        with self.shop.database.read(self.ctx) as session:
            return logged(session, kind)[::-1]


@pytest.fixture
def works(shop: Shop, tmp_path: Path) -> Works:
    settings = Settings(home=tmp_path, webhook_private=True, smtp_url=None)
    return Works(shop, Office(settings, shop.database), shop.owner)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    endpoint = Receiver()
    yield endpoint
    endpoint.close()
