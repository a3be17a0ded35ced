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


class BusinessAnswer(BaseModel):
    """The answer; where the question was not understood, what can be asked, and nothing guessed."""

    question: str
    understood: bool
    query: MetricQuery | None = Field(description="what was understood, and nothing else was computed")
    language: Language
    answer: str = Field(description="as Markdown, each number with the code that opens it")
    figures: Figures
    run_id: str | None
    receipt: str | None = Field(description="what /receipts/{id} opens")
    by_model: bool
    basis: str | None = Field(description="what the change is of: total, per_week or per_day; null without one")
    covered: Reported | None = Field(description="what of the days that were asked about is reported")
    compared: Reported | None = Field(description="the same of what it is compared with")


@ask_router.post("/ask", operation_id="ask_question")
def ask(said: BusinessQuestion, desk: KeyedDesk) -> BusinessAnswer:
    """Ask about a metric: what it was, how it changed, and what the change consists of."""
    from virtual_office.questions.asking import answer_document

    answered = desk.office.ask(desk.ctx, said.question, said.language)
    return BusinessAnswer.model_validate({"question": said.question, **answer_document(answered)})
