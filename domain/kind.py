"""The definition of a kind of action, whoever proposes it: each kind is defined once, in the file of its noun."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from domain.language import Language

LIST = "[]"
EACH = f"{LIST}."
"""Between a list and the parameter of each of its entries: `lines[].quantity`."""
LEAST, MOST = -(2**63), 2**63 - 1
"""The whole numbers that the guardrails reckon with."""
Int64 = Annotated[int, Field(strict=True)]
"""A whole number for the guardrails. One of more than 64 bits, such as the change from a cent to the largest price that
there is, is no error where facts are gathered: the engine denies it by its name.
"""


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
"""A code or SKU."""
NameOrNone = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
LongName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]+$")]
"""A number or code that another system made."""


def _kind_is_said(schema: dict[str, Any]) -> None:
    schema["required"] = ["kind", *schema.get("required", ())]


class Parameters(BaseModel):
    """Base of what an action says: its kind, and nothing beyond what is named."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_kind_is_said)


class Facts(BaseModel):
    """Base of what the server tells the guardrails about an action: integers and flags, no word of a model's."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(NamedTuple):
    """The same in English and German."""

    en: str
    de: str

    def in_language(self, language: Language) -> str:
        return self.de if language is Language.DE else self.en


class Reversibility(StrEnum):
    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"


class Leaving(StrEnum):
    """Goods or words that somebody outside has to receive before the action has its effect."""

    NOTHING = "nothing"
    MAIL = "mail"
    NOTICE = "notice"
    ORDER_DOCUMENT = "order_document"
    PRICE = "price"
    BUDGET = "budget"


class Way(StrEnum):
    """The kind of channel by which it would have to leave."""

    NONE = "none"
    EMAIL = "email"
    SALES_CHANNEL = "sales_channel"
    ADVERTISING_ACCOUNT = "advertising_account"


@dataclass(frozen=True, kw_only=True)
class LeavesHouse:
    """The part of an action that leaves the house, and its way.

    `by_hand` is what a yes does where no channel is set up, or nothing leaves; `by_mail` where mail goes out of itself.
    """

    content: Leaving
    way: Way
    by_hand: Words
    by_mail: Words | None = None
    event: str = ""
    """The event that tells of it, for a rule of the brand's own to pass on; empty where none does."""
    handed_over_within: timedelta = timedelta(days=2)
    """The time that a person has for it, where it is theirs to hand over."""
    seen_within: timedelta | None = None
    """By when, after it left, its effect is to be read back (the handler's `is_seen`); None where nothing tells."""
    has_own_task: bool = False
    """Whether the kind itself puts a task on the list, so that handing it over needs none besides."""


@dataclass(frozen=True, kw_only=True)
class ActionKind:
    """The definition of a kind. Its handler, policies, forms, titles and the guardrails' schema are found by it.

    In titles, `{placeholder}` is a parameter or property of `parameters`; `{name:one|many}` counts.
    """

    name: str
    title: str
    """The kind as a heading."""
    parameters: type[Parameters]
    facts: type[Facts]
    list_title: Words
    """At most 45 characters, no amount: the list has a column for it."""
    text_title: Words
    """At most 70 characters, of the parameters alone."""
    reversibility: Reversibility
    leaves_house: LeavesHouse
    names: tuple[str, ...]
    """The parameters that name something, so that a report may cite them although they hold digits."""
    money_at_stake: bool = True
    """Whether it has the owner's gate and an agent's limit on money; its policies have to have both then."""
    uses: Mapping[str, str] = field(default_factory=dict)
    """What it needs of the brand's resources: the resource, and the parameter or property that says how much."""
    costs_others: str = ""
    """The parameter that says what other channels lose by it, in minor units; its promise is net of that."""
    owns_columns: frozenset[str] = frozenset()
    editable: tuple[str, ...] = ()
    """The amounts, dates and texts that a person may change; `lines[].quantity`: of each line. `lines[]`: lines may be
    left out, all but one."""
    filled_in: tuple[str, ...] = ()
    """The parameters that a person may leave out, because the brand's own rows say them; the handler's `complete`."""
    value_names: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    """By parameter, how its codes are called where people read them."""
    told_titles: tuple[Words, ...] = ()
    """Text titles with what its handler looked up (`Told`), the fullest first: the first that is known and fits."""
    planned_for: str = ""
    """The parameter with the day that it is planned for: a yes comes too late when that day begins."""
    approval_valid_for: timedelta = timedelta(days=3)
    measured_after: timedelta = timedelta(weeks=9)
    """Where no prediction says when."""
    quiet_after_no: timedelta = timedelta(weeks=4)
    """How long a refused subject rests."""

    @property
    def noun(self) -> str:
        """The noun that it belongs to: the name of the file that defines its parameters."""
        return self.parameters.__module__.rpartition(".")[2]

    @property
    def file_name(self) -> str:
        """The name of this kind's files, without their ending: `price_update`."""
        return self.name.replace(".", "_")
