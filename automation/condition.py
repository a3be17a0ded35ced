"""Conditions of rules and workflows: typed, over the fields of an event and facts of the store."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from automation.scope import FIELD, Scope, render, render_exactly, value_at
from domain.errors import DomainError
from store.reads.automation_facts import cash_minor, margin_bps, open_items, stock_on_hand
from store.session import BrandSession

FieldName = Annotated[str, StringConstraints(pattern=f"^{FIELD}$", max_length=128)]
Words = Annotated[str, StringConstraints(max_length=512)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Bounds(_Part):
    """At least one of these; what is no number meets none."""

    above: Decimal | None = None
    below: Decimal | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    equals: Decimal | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "_Bounds":
        if all(bound is None for bound in self._named().values()):
            raise ValueError(f"say one of {', '.join(self._named())}")
        return self

    def _named(self) -> dict[str, Decimal | None]:
        return {name: getattr(self, name) for name in ("above", "below", "at_least", "at_most", "equals")}

    def outside(self, number: Decimal) -> str | None:
        """The bound that the number breaks, in words."""
        holds = {
            "above": lambda bound: number > bound, "below": lambda bound: number < bound,
            "at_least": lambda bound: number >= bound, "at_most": lambda bound: number <= bound,
            "equals": lambda bound: number == bound,
        }  # fmt: skip
        broken = (f"{name.replace('_', ' ')} {bound}" for name, bound in self._named().items()
                  if bound is not None and not holds[name](bound))  # fmt: skip
        return next(broken, None)


class NumberIs(_Bounds):
    """A field of the event is a number within bounds."""

    kind: Literal["number"]
    field: FieldName


class TextIs(_Part):
    """A field of the event is one of these words; `{variables}` are filled in."""

    kind: Literal["text"]
    field: FieldName
    equals: Words | None = None
    one_of: tuple[Words, ...] = ()
    begins: Words | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "TextIs":
        if sum((self.equals is not None, bool(self.one_of), self.begins is not None)) != 1:
            raise ValueError("say one of equals, one_of, begins")
        return self


class IsKnown(_Part):
    """A field of the event is there."""

    kind: Literal["known"]
    field: FieldName


class StockOnHand(_Bounds):
    """Units of a product at a location."""

    kind: Literal["stock_on_hand"]
    sku: Words
    location: Words


class Margin(_Bounds):
    """The margin of a product in a channel at today's price and cost, in basis points of the net price."""

    kind: Literal["margin_bps"]
    sku: Words
    channel: Words


class Cash(_Bounds):
    """The balance of the brand's accounts, in minor units."""

    kind: Literal["cash_minor"]


class OpenItems(_Bounds):
    """The number of action items of a kind that wait for an answer; of every kind where none is named."""

    kind: Literal["open_items"]
    of: Words = ""


class AllOf(_Part):
    kind: Literal["all"]
    of: "tuple[Condition, ...]" = Field(min_length=1, max_length=20)


class AnyOf(_Part):
    kind: Literal["any"]
    of: "tuple[Condition, ...]" = Field(min_length=1, max_length=20)


class NotSo(_Part):
    kind: Literal["not"]
    of: "Condition"


Fact = StockOnHand | Margin | Cash | OpenItems
Condition = Annotated[NumberIs | TextIs | IsKnown | Fact | AllOf | AnyOf | NotSo, Field(discriminator="kind")]
AllOf.model_rebuild()
AnyOf.model_rebuild()
NotSo.model_rebuild()


def needs_facts(condition: Condition) -> bool:
    """True where the event alone does not tell: the store is read, too."""
    match condition:
        case AllOf(of=parts) | AnyOf(of=parts):
            return any(needs_facts(part) for part in parts)
        case NotSo(of=part):
            return needs_facts(part)
        case _:
            return isinstance(condition, Fact)


def first_unmet(conditions: Iterable[Condition], scope: Scope, session: BrandSession) -> str | None:
    """Why not, in words; None where all are met."""
    return next((why for condition in conditions if (why := unmet(condition, scope, session)) is not None), None)


def unmet(condition: Condition, scope: Scope, session: BrandSession) -> str | None:
    """Why this condition is not met, in words; None where it is."""
    match condition:
        case NumberIs(field=field):
            return _number(condition, field, value_at(scope, field))
        case TextIs():
            return _text(condition, scope)
        case IsKnown(field=field):
            return f"{field} is not known" if value_at(scope, field) is None else None
        case AllOf(of=parts):
            return first_unmet(parts, scope, session)
        case AnyOf(of=parts):
            reasons = [unmet(part, scope, session) for part in parts]
            return None if None in reasons else " and ".join(str(why) for why in reasons)
        case NotSo(of=part):
            return None if unmet(part, scope, session) else f"{part.kind} is met, and should not be"
        case _:
            return _fact(condition, scope, session)


def _number(bounds: _Bounds, name: str, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return f"{name} is no number"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return f"{name} is no number"
    broken = bounds.outside(number) if number.is_finite() else "a number"
    return f"{name} is {value}, not {broken}" if broken else None


def _text(condition: TextIs, scope: Scope) -> str | None:
    value = value_at(scope, condition.field)
    if value is None or isinstance(value, dict | list):
        return f"{condition.field} is not known"
    value_text = str(value).lower() if isinstance(value, bool) else str(value)
    if condition.begins is not None:
        wanted = render(condition.begins, scope)
        return (
            None
            if value_text.startswith(wanted)
            else f"{condition.field} is {value_text}, which does not begin with {wanted}"
        )
    allowed = [render(option, scope) for option in (condition.one_of or (str(condition.equals),))]
    return None if value_text in allowed else f"{condition.field} is {value_text}, not {' or '.join(allowed)}"


def _fact(condition: Fact, scope: Scope, session: BrandSession) -> str | None:
    try:
        value = _ask(condition, scope, session)
    except DomainError as error:
        return error.message
    return _number(condition, condition.kind, value) if value is not None else f"{condition.kind} is not known"


def _ask(condition: Fact, scope: Scope, session: BrandSession) -> int | None:
    match condition:
        case StockOnHand(sku=sku, location=location):
            return stock_on_hand(session, render_exactly(sku, scope), render_exactly(location, scope))
        case Margin(sku=sku, channel=channel):
            return margin_bps(session, render_exactly(sku, scope), render_exactly(channel, scope))
        case Cash():
            return cash_minor(session)
        case OpenItems(of=kind):
            return open_items(session, render_exactly(kind, scope))
