"""`/api/v1/ask`: a question about the business, answered with receipts."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.desk import BrandRoute, KeyedDesk
from api.errors import IN_A_BRAND
from api.shapes.words import Asked, Figures
from domain.language import Language
from domain.metrics import MetricQuery

ask_router = APIRouter(tags=["brain"], responses=IN_A_BRAND, route_class=BrandRoute)


class BusinessQuestion(Asked):
    question: str = Field(
        min_length=1, max_length=500, pattern=r"^[^\x00]*[^\s\x00-\x20\x7f-\xa0\u2000-\u200f][^\x00]*$",
        examples=["Why did margin fall last week?"],
    )  # fmt: skip
    language: Language | None = Field(default=None, description="the question's own by default")


class Reported(BaseModel):
    """Days that were asked about, and those that are reported: a week belongs to the days that its middle lies in."""

    asked_first_day: date
    asked_last_day: date
    first_day: date
    last_day: date
    periods: int = Field(description="how many days, weeks or other periods are reported")
    days: int = Field(description="how many days these have together")
    complete: bool = Field(description="whether every day that is meant is reported")
    cut: bool = Field(description="whether only as many days from the beginning are meant as are reported of the newer")


class ReportedByChannels(BaseModel):
    """Channels that reported the same days, and the same days of what is compared with."""

    channels: list[str]
    first_day: date
    last_day: date
    whole: bool = Field(description="whether every day from the first to the last is reported")
    before_first_day: date | None
    before_last_day: date | None
    before_whole: bool


class BusinessAnswer(BaseModel):
    """The answer; or what was understood, what is missing and who can bring it, and three questions that can be
    answered. Nothing is guessed."""

    question: str
    understood: bool
    refused: bool = Field(
        description="whether something is missing for an answer: the text says what, and who brings it"
    )
    query: MetricQuery | None = Field(description="what was understood, where it is about a metric")
    topic: str | None = Field(description="what was understood, where it is about more than a metric")
    language: Language
    answer: str = Field(description="as Markdown: sentences, and a table")
    linked: str = Field(description="the same, each number a link to its figure: [€31k](figure:k23cmcxl)")
    next: list[str] = Field(description="questions to ask next; after a refusal three that can be answered")
    figures: Figures
    run_id: str | None
    receipt: str | None = Field(description="what /receipts/{id} opens")
    by_model: bool
    basis: str | None = Field(description="what the change is of: total, per_week or per_day; null without one")
    covered: Reported | None = Field(description="what of the days that were asked about is reported")
    compared: Reported | None = Field(description="the same of what it is compared with")
    channels: list[ReportedByChannels] = Field(description="the days of each channel, where they are days of sales")


@ask_router.post("/ask", operation_id="ask_question")
def ask(said: BusinessQuestion, desk: KeyedDesk) -> BusinessAnswer:
    """Ask as an owner does: how it goes, who owes money, what to do today, why margin changed."""
    from virtual_office.questions.asking import answer_document

    answered = desk.office.ask(desk.ctx, said.question, said.language)
    return BusinessAnswer.model_validate({"question": said.question, **answer_document(answered)})
