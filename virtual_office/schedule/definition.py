"""The definition of a scheduled meeting: its agenda, attendees, what it may spend, and when it comes round."""

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from domain.errors import InvalidInput
from domain.language import Language
from domain.money import to_minor_exactly
from language.formats import weekday_text
from language.speech import say
from virtual_office.schedule.rhythm import last_slot, next_slot

Amount = Annotated[str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$")]
LONGEST_WAIT_HOURS = 14 * 24
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class WaitAfter(StrEnum):
    """The steps after which a meeting can wait for people."""

    REPORT = "report"
    CHALLENGE = "challenge"
    DECIDE = "decide"


class Weekday(StrEnum):
    """In the order of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK = tuple(Weekday)


class MeetingLimits(BaseModel):
    """Limits of the meeting: money in the brand's currency as people write it, and a number of action items."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cash: Amount | None = None
    stock: Amount | None = None
    attention: int | None = Field(default=None, ge=0, le=1_000)

    def as_resources(self, currency: str) -> dict[str, int]:
        """As a meeting takes them: by resource, in minor units. Raises InvalidInput for more decimals than exist."""
        money = {"cash": self.cash, "stock_money": self.stock}
        resources = {name: to_minor_exactly(said, currency) for name, said in money.items() if said is not None}
        return resources if self.attention is None else resources | {"attention": self.attention}


class MeetingDefinition(BaseModel):
    """One kind of meeting, in one version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)
    title: Line = Field(max_length=120)
    agenda: Line = Field(max_length=2_000)
    attendees: tuple[str, ...] = Field(default=(), description="names of agents; none means everybody")
    limits: MeetingLimits = MeetingLimits()
    weekdays: tuple[Weekday, ...] = Field(default=WEEK, min_length=1)
    at: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM in the brand's time zone")
    wait: tuple[WaitAfter, ...] = Field(default=(), description="the steps after which it waits for people")
    wait_hours: int = Field(default=24, ge=1, le=LONGEST_WAIT_HOURS, description="then it goes on by itself")
    language: Language | None = Field(default=None, description="of the minutes; none means the brand's")
    paused: bool = False

    @field_validator("weekdays")
    @classmethod
    def _in_order(cls, days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        return tuple(day for day in WEEK if day in days)

    @property
    def manner(self) -> dict[str, Any]:
        """How it is held, as a meeting takes it."""
        return {"wait": [step.value for step in self.wait], "wait_hours": self.wait_hours} if self.wait else {}

    @property
    def rhythm(self) -> tuple[Any, ...]:
        """Weekdays, time and pause: two versions with the same rhythm are held at the same times."""
        return self.weekdays, self.at, self.paused

    def next_slot(self, zone: str, after: datetime) -> datetime:
        """When it is to be held next."""
        return next_slot(*self._wall_clock, ZoneInfo(zone), after)

    def last_slot(self, zone: str, until: datetime) -> datetime:
        """When it was to be held last."""
        return last_slot(*self._wall_clock, ZoneInfo(zone), until)

    @property
    def _wall_clock(self) -> tuple[list[int], time]:
        return [WEEK.index(day) for day in self.weekdays], time.fromisoformat(self.at)

    def rhythm_in_words(self, language: Language = Language.EN) -> str:
        """`Monday 08:00`, `Monday to Friday 09:00`, `daily 09:00`."""
        days = [WEEK.index(day) for day in self.weekdays]
        names = [weekday_text(day, language) for day in days]
        if len(days) == len(WEEK):
            return say("office.rhythm.daily", language, time=self.at)
        if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
            return say("office.rhythm.range", language, first=names[0], last=names[-1], time=self.at)
        return f"{', '.join(names)} {self.at}"


def differences(before: MeetingDefinition | None, after: MeetingDefinition | None) -> list[dict[str, Any]]:
    """Field by field what one version says otherwise than another; None is one that does not exist."""
    old, new = (definition.model_dump(mode="json") if definition else {} for definition in (before, after))
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in MeetingDefinition.model_fields
        if old.get(name) != new.get(name)
    ]


def require_same_name(definition: MeetingDefinition, name: str) -> None:
    """Raises InvalidInput where a file is called otherwise than what it defines."""
    if definition.name != name:
        raise InvalidInput(f"The file {name}.yaml defines {definition.name}.", remedy="Give both the same name.")
