"""Disturbances of the world: the kinds of event that a scenario is made of, and the days on which they happen."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar

import numpy
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    StringConstraints,
    Tag,
)

from connectors.layout import LAYOUT, Code
from domain.errors import InvalidInput

ALL = "all"
FIXED, DRAWN = "fixed", "drawn"
LONGEST_DAYS = 3_650
LONGEST_MESSAGE = 500
CODE_FIELDS = ("supplier", "competitor", "category", "channel", "sku", "rep", "affiliate", "location")

Location = tuple[int | str, ...]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text has a NUL character")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("this has to be one line of plain text")
    return text


def _list_as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _all_feeds(value: Any) -> Any:
    return tuple(LAYOUT) if value == ALL else _list_as_tuple(value)


def _known_feed(name: str) -> str:
    if name not in LAYOUT:
        raise ValueError(f"there is no feed {name!r}; known are {', '.join(LAYOUT)}")
    return name


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a feed is named twice")
    return names


def _rising(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise ValueError("the first number is above the second")
    return ends


def _fixed_or_drawn(value: Any) -> str:
    return DRAWN if isinstance(value, dict | Between) else FIXED


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Number = TypeVar("Number", bound=int)


class Between(_Strict, Generic[Number]):
    """A whole number that the seed draws, evenly, both ends included."""

    between: Annotated[tuple[Number, Number], BeforeValidator(_list_as_tuple), AfterValidator(_rising)]


Day = Annotated[int, Field(ge=0, lt=LONGEST_DAYS)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
Start = Annotated[Annotated[Day, Tag(FIXED)] | Annotated[Between[Day], Tag(DRAWN)], Discriminator(_fixed_or_drawn)]
Length = Annotated[Annotated[Days, Tag(FIXED)] | Annotated[Between[Days], Tag(DRAWN)], Discriminator(_fixed_or_drawn)]
Percent = Annotated[float, Field(ge=0, le=100)]
PriceChange = Annotated[float, Field(ge=-80, le=300)]
ReviewText = Annotated[str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(_without_nul)]
Feed = Annotated[str, AfterValidator(_known_feed)]


class WorldEvent(_Strict):
    """Something that happens to the brand from one day of the simulated run (0 is its first) for a number of days."""

    start: Start = Field(description="day of the run, 0 = its first")
    days: Length = Field(description="how many days it lasts")


class SupplierDelay(WorldEvent):
    """Purchase orders placed meanwhile, and those under way on its first day, arrive `extra_days` days later."""

    kind: Literal["supplier_delay"] = "supplier_delay"
    supplier: Code = ALL
    extra_days: int = Field(ge=1, le=180)


class CompetitorPrices(WorldEvent):
    """Competitors' prices are `change_percent` above (below, where negative) what they would ask otherwise."""

    kind: Literal["competitor_prices"] = "competitor_prices"
    competitor: Code = ALL
    category: Code = ALL
    change_percent: PriceChange


class DemandShift(WorldEvent):
    """Customers want `change_percent` more (less, where negative) of what fits category, channel and SKU alike."""

    kind: Literal["demand"] = "demand"
    category: Code = ALL
    channel: Code = ALL
    sku: Code = ALL
    change_percent: float = Field(ge=-95, le=900)


class UnitCost(WorldEvent):
    """Orders placed with the supplier meanwhile cost `change_percent` more (less, where negative) a unit."""

    kind: Literal["unit_cost"] = "unit_cost"
    supplier: Code = ALL
    category: Code = ALL
    change_percent: PriceChange


class Fraud(WorldEvent):
    """`share_percent` of the affiliate's own-shop orders are fraudulent, `chargeback_percent` of them charged back."""

    kind: Literal["fraud"] = "fraud"
    affiliate: Code = ALL
    share_percent: Percent
    chargeback_percent: Percent = 100


class DataOutage(WorldEvent):
    """The feeds bring nothing: what they would have brought comes when it ends, or never (`lost`)."""

    kind: Literal["data_outage"] = "data_outage"
    feeds: Annotated[tuple[Feed, ...], Field(min_length=1), AfterValidator(_each_once), BeforeValidator(_all_feeds)] = (
        Field(description='names of the layout\'s files; "all" becomes every one of them')
    )
    lost: bool = False


class StockCountError(WorldEvent):
    """`share_percent` of the counts made meanwhile are wrong, typically by `size_percent` of what is there."""

    kind: Literal["stock_count_error"] = "stock_count_error"
    location: Code = ALL
    share_percent: Percent
    size_percent: float = Field(gt=0, le=200)


class Reviews(WorldEvent):
    """`per_day` reviews a day, on average and over all products that fit, with these texts; outsiders write them."""

    kind: Literal["reviews"] = "reviews"
    sku: Code = ALL
    category: Code = ALL
    per_day: float = Field(ge=0, le=1_000)
    rating: int = Field(ge=1, le=5)
    texts: Annotated[tuple[ReviewText, ...], Field(min_length=1, max_length=500), BeforeValidator(_list_as_tuple)]


class OverpromisingRep(WorldEvent):
    """A rep books dealers' orders `inflate_percent` too high; `return_percent` of that excess comes back unpaid."""

    kind: Literal["overpromising_rep"] = "overpromising_rep"
    rep: Code = ALL
    inflate_percent: float = Field(ge=0, le=500)
    return_percent: Percent


EVENT_KINDS: tuple[type[WorldEvent], ...] = (
    SupplierDelay,
    CompetitorPrices,
    DemandShift,
    UnitCost,
    Fraud,
    DataOutage,
    StockCountError,
    Reviews,
    OverpromisingRep,
)
"""Every kind of event, in the order of docs/scenarios.md."""

AnyEvent = Annotated[
    SupplierDelay
    | CompetitorPrices
    | DemandShift
    | UnitCost
    | Fraud
    | DataOutage
    | StockCountError
    | Reviews
    | OverpromisingRep,
    Discriminator("kind"),
]


@dataclass(frozen=True)
class Origin:
    """Where a scenario was read: the file's name, and the line (from 1) of each place in it."""

    file: str
    lines: Mapping[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """The line of the place, or of what holds it where it is not in the file; 1 at the top."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def error(self, location: Location, said: str, remedy: str = "See docs/scenarios.md.") -> InvalidInput:
        """The error to raise about a place: `price-war.yaml, line 7: events.0.change_percent: …`."""
        place = "".join(f"{part}." for part in location)[:-1]
        line = self.line(location)
        message = f"{self.file}, line {line}: {f'{place}: ' if place else ''}{said}"
        return InvalidInput(message[:LONGEST_MESSAGE], remedy=remedy, file=self.file, line=line)


class Scenario(_Strict):
    """A named disturbance of the world: one event or several. Validate with an `Origin` as context to keep lines."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    title: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
    about: Annotated[str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(_without_nul)]
    events: Annotated[tuple[AnyEvent, ...], Field(min_length=1, max_length=100), BeforeValidator(_list_as_tuple)]
    _origin: Origin | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Keeps the context where it is an Origin."""
        self._origin = context if isinstance(context, Origin) else None

    @property
    def origin(self) -> Origin:
        """Where it was read; a scenario made in code is its own file, all on line 1."""
        return self._origin or Origin(self.name)


def check_codes(scenario: Scenario, known: Mapping[str, Collection[str]]) -> None:
    """Raises InvalidInput, with file and line, on the first code that the world does not have.

    `known` is by field: supplier, competitor, category, channel, sku, rep, affiliate, location; left out means none.
    """
    for index, event in enumerate(scenario.events):
        for name, code in _codes(event):
            if code != ALL and code not in known.get(name, ()):
                there = ", ".join(sorted(known.get(name, ()))) or "none"
                raise scenario.origin.error(
                    ("events", index, name),
                    f"the world has no {name} {code!r}",
                    remedy=f'Write "{ALL}", or one of: {there}.',
                )


def _codes(event: WorldEvent) -> Iterator[tuple[str, str]]:
    return ((name, getattr(event, name)) for name in CODE_FIELDS if name in type(event).model_fields)


Kind = TypeVar("Kind", bound=WorldEvent)


@dataclass(frozen=True)
class ScheduledEvent:
    """An event with its days drawn; both ends are days of the run (0 = its first) and included."""

    event: WorldEvent
    first_day: int
    last_day: int
    scenario: str = ""


@dataclass(frozen=True)
class Schedule:
    """The events of one run, ordered by scenario name and place in the file; none without scenarios."""

    events: tuple[ScheduledEvent, ...] = ()

    def active(self, kind: type[Kind], day: int) -> tuple[Kind, ...]:
        """The events of the kind that hold on the day."""
        return tuple(event for event, first, last in self._of(kind) if first <= day <= last)

    def started(self, kind: type[Kind], day: int) -> tuple[Kind, ...]:
        """The events of the kind whose first day it is."""
        return tuple(event for event, first, _ in self._of(kind) if first == day)

    def ended(self, kind: type[Kind], day: int) -> tuple[Kind, ...]:
        """The events of the kind that held for the last time on the day before."""
        return tuple(event for event, _, last in self._of(kind) if last == day - 1)

    def _of(self, kind: type[Kind]) -> Iterator[tuple[Kind, int, int]]:
        for entry in self.events:
            if isinstance(entry.event, kind):
                yield entry.event, entry.first_day, entry.last_day


def schedule(scenarios: Sequence[Scenario], seed: int, days: int) -> Schedule:
    """The days on which the scenarios' events happen in a run of `days` days; events that begin after it are left out.

    Each event draws from a generator of its own, made from the seed, its scenario's name and its place in the file:
    what else is combined with it, and in which order, changes nothing. Raises InvalidInput on a scenario given twice
    and on one that cannot begin within the run whatever the seed.
    """
    if seed < 0 or days < 1:
        raise InvalidInput("A run needs a seed of 0 or more and at least 1 day.")
    ordered = sorted(scenarios, key=lambda scenario: scenario.name)
    for scenario, other in pairwise(ordered):
        if scenario.name == other.name:
            raise InvalidInput(f"The scenario {scenario.name} is given twice.", remedy="Name each scenario once.")
    return Schedule(tuple(entry for scenario in ordered for entry in _within(scenario, seed, days)))


def _within(scenario: Scenario, seed: int, days: int) -> Iterator[ScheduledEvent]:
    earliest = min(_ends(event.start)[0] for event in scenario.events)
    if earliest >= days:
        raise InvalidInput(
            f"Nothing of the scenario {scenario.name} can happen in {days} days.",
            remedy=f"Simulate more than {earliest} days.",
        )
    drawn = (_draw(scenario.name, index, event, seed) for index, event in enumerate(scenario.events))
    return (entry for entry in drawn if entry.first_day < days)


def _draw(name: str, index: int, event: WorldEvent, seed: int) -> ScheduledEvent:
    own = int.from_bytes(hashlib.sha256(f"{name}/{index}".encode()).digest(), "big")
    generator = numpy.random.default_rng(numpy.random.SeedSequence([seed, own]))
    first, length = (int(generator.integers(*_ends(limits), endpoint=True)) for limits in (event.start, event.days))
    return ScheduledEvent(event, first, first + length - 1, name)


def _ends(said: int | Between[int]) -> tuple[int, int]:
    return said.between if isinstance(said, Between) else (said, said)
