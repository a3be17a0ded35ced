"""What a reply is made of: the question's topic, the tools' answers as receipts, and what the brand has data of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.context import Context
from store.database import Database
from store.session import BrandSession
from store.tables import Receipt
from tools.base import Tool
from tools.readings import Readings
from tools.toolbox import Toolbox
from virtual_office.metrics.topic_reader import TopicAsked
from virtual_office.questions.nearest import Known
from virtual_office.questions.sheet import Page, Refused, Sheet
from virtual_office.questions.wording import question_text


class Asked:
    """A question about a topic while it is answered in one language, as known at one moment."""

    def __init__(
        self, database: Database, then: Context, run_id: UUID, session: BrandSession, sheet: Sheet, topic: TopicAsked,
        known: Known,
    ) -> None:  # fmt: skip
        self._database, self._then, self._run_id = database, then, run_id
        self._boxes: dict[tuple[str, Any], Toolbox] = {}
        self._readings: dict[Any, Readings] = {}
        self.session, self.sheet, self.topic, self.known = session, sheet, topic, known

    @property
    def today(self) -> date:
        return self.sheet.today

    def page(self, tool: str, arguments: Mapping[str, Any] = {}, *, then: Context | None = None) -> Page:
        """One answer of a tool, on the sheet. Raises InvalidInput, GaveUp."""
        receipt = self._answer(tool, arguments, then or self._then)
        return Page(self.sheet, receipt.id, receipt.result)

    def earlier(self, **ago: Any) -> Context:
        """The Context that sees what was known that much earlier."""
        return replace(self._then, as_of=self._then.known_until - timedelta(**ago))

    def _answer(self, name: str, arguments: Mapping[str, Any], then: Context) -> Receipt:
        place = name, then.as_of
        if place not in self._boxes:
            readings = self._readings.setdefault(then.as_of, Readings())
            self._boxes[place] = Toolbox(self._database, then, self._run_id, "chair", [name], readings, _known(name))
        return self._boxes[place].answer(name, arguments)

    def say(self, key: str, /, **words: str) -> str:
        return self.sheet.say(f"ask.{key}", **words)

    def counted(self, key: str, count: int, /, **words: str) -> str:
        return self.sheet.counted(f"ask.{key}", count, **words)

    def question(self, key: str, product: str = "") -> str:
        """A question that can be asked next."""
        day = self.known.newest or self.today
        return question_text(key, self.sheet.language, day, product or self.known.product)

    def refused(self, missing: str, about: str = "", /, product: str = "", **words: str) -> Refused:
        """What was understood, and what is missing."""
        topic = self.topic.topic
        understood = self.say(f"topic.{topic}")
        return Refused(understood, self.say(f"missing.{missing}", **words), frozenset({str(topic), about}), product)


def _known(name: str) -> Mapping[str, Tool]:
    if name == "brand_metric":
        from tools.metrics.toolset import BRAND_METRIC

        return {name: BRAND_METRIC}
    if name in ("decided_items", "track_record"):
        from virtual_office.questions.decided import DECIDED_TOOL, RECORD_TOOL

        return {tool.name: tool for tool in (DECIDED_TOOL, RECORD_TOOL)}
    from tools.registry import TOOLS

    return {name: TOOLS[name]}
