"""Action items as the API shows them, and what people answer them with."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from actions.handler import ShownFact
from api.shapes.words import Asked, Figures, ReceiptLine, Text
from domain.action import AnyAction, ItemStatus
from domain.kind import Leaving, Way
from domain.language import Language
from domain.verdict import Verdict


class Predicted(BaseModel):
    """The expected effect: within this interval, to be checked then."""

    value: int
    low: int
    high: int
    unit: str
    horizon_days: int
    check_at: datetime


class ItemSummary(BaseModel):
    """One line of an inbox."""

    id: str
    kind: str
    agent: str = Field(description="who proposed it: an agent or a person")
    subject: str
    title: str
    list_title: dict[Language, str] = Field(description="in each language, short and without its amount")
    risk: str
    amount_minor: int = Field(description="money at stake")
    currency: str
    status: ItemStatus
    status_reason: str
    created_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    verdict: str | None
    gates: list[str] = Field(description="whose approval it needs")
    predicted: Predicted | None
    expected: str
    can_be_undone: bool
    edited_from: str | None = Field(description="the item whose amounts a person changed to make this one")
    etag: str = Field(description="what to send as If-Match to answer exactly this")


class ItemAnswered(ItemSummary):
    """Where the item stands after an answer."""

    carried_out_from: datetime | None = Field(
        default=None, description="until then the approval can be taken back: POST …/undo"
    )
    replaces: str | None = Field(default=None, description="the item that this one was edited from")


class ApprovalShape(BaseModel):
    by: str
    gates: list[str]
    at: datetime


class EffectShape(BaseModel):
    """The rows it changed, before and after."""

    direction: str
    state: str
    rows: list[dict[str, Any]]
    at: datetime


class NoteShape(BaseModel):
    """A question about the item, or the answer to one."""

    id: str
    question_id: str | None
    author: str
    text: str
    figures: Figures
    at: datetime


class Asking(BaseModel):
    """The question; an agent answers at once, from what it was told when it proposed; a person later."""

    question: NoteShape
    answer: NoteShape | None


class Outside(BaseModel):
    """The message that has to leave the house for it to have its effect, and the product's part in that."""

    what: Leaving
    way: Way = Field(description="the kind of channel it would have to leave by")
    today: dict[Language, str]
    event: str = Field(description="that tells of it, for a rule of yours to pass on; empty where none does")


class FieldChange(BaseModel):
    """One line of a preview: the present state and the planned one."""

    field: str
    before: str
    after: str


class ItemDetails(ItemSummary):
    """Everything that a person needs to answer."""

    verdict: Verdict  # pyright: ignore[reportIncompatibleVariableOverride] - in full here
    diff: list[FieldChange]
    blast_radius: str
    rationale: str = Field(description="why now: Markdown, each number linked to its figure, as in the parts below")
    changed: str = Field(description="what a challenge changed of the proposal, and who; empty where none did")
    puts_in: str = Field(description="what the brand puts in")
    if_no: str = Field(description="what a no leads to, and for how long it keeps the subject quiet")
    promise: str = Field(description="what it should bring as it stands, with its range, and when that is checked")
    undo: str
    answer_by: str = Field(description="whose yes it needs, and the last moment at which it works")
    outside: Outside
    figures: Figures
    action: dict[str, Any] = Field(description="its parameters")
    editable: list[str] = Field(
        description="those that PATCH can change; `lines[].quantity`: of each entry of `lines`, the entries as they are"
    )
    facts: dict[str, ShownFact] = Field(description="what an approval is bound to, with tolerances")
    policies: list[str]
    dissent: list[str]
    objections: list[str] = Field(description="of the dissent, what people said in the meeting")
    changed_since_shown: list[str]
    receipts: list[ReceiptLine]
    approvals: list[ApprovalShape]
    effects: list[EffectShape]
    outcome: dict[str, Any] | None
    notes: list[NoteShape]
    run_id: str | None


class Wanted(Asked):
    """A proposal: a kind with its parameters, amounts in minor units, rates in basis points; and why."""

    action: AnyAction
    reason: str = Field(default="", max_length=500, pattern=r"^[^\x00]*$", examples=["The supplier raised its price."])


class Rejection(Asked):
    reason: Text = Field(examples=["Too close to the launch."])


class Snooze(Asked):
    until: AwareDatetime = Field(description="before the item expires", examples=["2026-11-23T09:00:00+01:00"])


class Edit(Asked):
    """The parameters to change (see `editable`); the rest stays. It becomes a new item, which waits for a yes."""

    changes: dict[str, Any] = Field(min_length=1, max_length=20, examples=[{"price_minor": 1090}])
    reason: str = Field(default="", max_length=500, pattern=r"^[^\x00]*$")


class Question(Asked):
    text: Text = Field(examples=["What does a unit cost?"])
