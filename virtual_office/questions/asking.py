"""A question about the business answered: read into a typed query, told with receipts, or what can be asked instead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.actor import Permission
from domain.context import Context
from domain.errors import InvalidInput
from domain.figure import FigureRef
from domain.ids import ReceiptId
from domain.language import Language
from domain.metrics import MetricQuery
from language.lines import as_markdown
from language.speech import say, speak
from store.audit import append_audit
from store.database import Database
from store.leases import lock_row
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel, Product, Run
from tools.metrics.toolset import METRIC_TOOLS
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.meeting.runs import DONE, GRAPH_VERSION, RUNNING
from virtual_office.metrics.names import product_names
from virtual_office.metrics.prose import tell
from virtual_office.metrics.reader import (
    LONGEST,
    BrandNames,
    Unclear,
    Understood,
    language_of_words,
    read_question,
)
from virtual_office.minutes.rendering import Figures
from virtual_office.questions.questions import CitedAnswer

QUESTION, TOOL, ASKER = "question", "brand_metric", "chair"
_CAN_ANSWER = (
    "metrics.can_answer.sales",
    "metrics.can_answer.comparisons",
    "metrics.can_answer.reasons",
    "metrics.can_answer.levels",
)
ModelReader = Callable[[Context, UUID, str, BrandNames, date], MetricQuery | None]
"""A model that fills the same query for a run; None where what it said is no such query."""


@dataclass(frozen=True)
class Answered:
    """The answer as prose in one language, its figures by key, and the query that was understood."""

    run_id: UUID | None
    query: MetricQuery | None
    language: Language
    text: str
    figures: dict[str, str]
    receipt: UUID | None
    by_model: bool = False
    metric_answer: Mapping[str, Any] = field(default_factory=dict)
    """The tool's answer: a `MetricAnswer`."""


def ask(
    database: Database, ctx: Context, question: str, language: Language | None = None, model: ModelReader | None = None
) -> Answered:
    """Answer a question. Where it is unclear, say what can be asked: nothing is guessed, and nothing is kept.

    What the rules do not understand a `model` may read, if there is one. Raises Forbidden, InvalidInput.
    """
    ctx.require(Permission.DATA_READ)
    asked = " ".join(question.split())
    if not asked or len(asked) > LONGEST or "\x00" in asked:
        raise InvalidInput(f"A question has between one and {LONGEST} characters.")
    with database.read(ctx) as session:
        names, today = _names(session), ctx.known_until.astimezone(ZoneInfo(brand_of(session).zone)).date()
    understood = read_question(asked, names, today)
    if isinstance(understood, Understood):
        run_id = _open(database, ctx, asked)
        return _answer(database, ctx, run_id, understood, language or understood.language, by_model=False)
    if model is not None:
        run_id = _open(database, ctx, asked)
        query = model(ctx, run_id, asked, names, today)
        if query is not None:
            said = language or language_of_words(asked)
            return _answer(database, ctx, run_id, Understood(query, said), said, by_model=True)
        _close(database, ctx, run_id, {"unclear": speak(understood.reason, Language.EN)})
    return _unclear(understood, language or language_of_words(asked))


def answer_document(answered: Answered) -> dict[str, Any]:
    """An answer as the CLI and the API show it."""
    return {
        "understood": answered.query is not None,
        "query": answered.query.model_dump(mode="json") if answered.query else None,
        "language": answered.language,
        "answer": answered.text,
        "figures": answered.figures,
        "run_id": str(answered.run_id) if answered.run_id else None,
        "receipt": str(answered.receipt) if answered.receipt else None,
        "by_model": answered.by_model,
        "basis": answered.metric_answer.get("basis") if answered.metric_answer.get("change") else None,
        "covered": _covered(answered.metric_answer, ""),
        "compared": _covered(answered.metric_answer, "before_") if answered.metric_answer.get("change") else None,
    }


def _covered(metric_answer: Mapping[str, Any], side: str) -> dict[str, Any] | None:
    """The days asked about and those of them that are reported; None where no days were asked about."""
    covered = metric_answer.get(f"{side}covered")
    if covered is None:
        return None
    asked: dict[str, Any] = {
        "asked_first_day": metric_answer[f"{side}first_day"],
        "asked_last_day": metric_answer[f"{side}last_day"],
    }
    asked["cut"] = bool(side) and metric_answer["before_cut"]
    return {**asked, **{key: covered[key] for key in ("first_day", "last_day", "periods", "days", "complete")}}


def _names(session: BrandSession) -> BrandNames:
    products = session.scalars(select(Product)).all()
    channels = session.scalars(select(Channel)).all()
    named, shared = product_names((row.sku, row.title) for row in products)
    return BrandNames(
        products=named,
        shared=shared,
        channels={name: row.code for row in channels for name in (row.title, row.code) if len(name) > 1},
    )


def _open(database: Database, ctx: Context, question: str) -> UUID:
    with database.begin(ctx) as session:
        run = Run(
            kind=QUESTION,
            graph_version=GRAPH_VERSION,
            status=RUNNING,
            agenda=question,
            agents=[ASKER],
            started_by=ctx.actor.label,
            as_of=ctx.known_until,
            started_at=ctx.now(),
        )
        session.add(run)
        session.flush()
        append_audit(session, "question.asked", str(run.id), {"question": question})
        return run.id


def _close(database: Database, ctx: Context, run_id: UUID, result: dict[str, Any]) -> None:
    with database.begin(ctx) as session:
        run: Run = lock_row(session, Run, run_id)
        run.status, run.finished_at, run.result = DONE, ctx.now(), result


def _answer(
    database: Database, ctx: Context, run_id: UUID, understood: Understood, language: Language, *, by_model: bool
) -> Answered:
    answered = answer_metric(database, ctx, run_id, understood, language)
    query = understood.query.model_dump(mode="json")
    result = {"query": query, "text": answered.text, "figures": answered.figures, "by_model": by_model}
    _close(database, ctx, run_id, result)
    return replace(answered, by_model=by_model)


def answer_metric(
    database: Database, ctx: Context, run_id: UUID, understood: Understood, language: Language
) -> Answered:
    """The answer to an understood question, its receipt kept in this run. Raises InvalidInput."""
    then = ctx if ctx.as_of is not None else replace(ctx, as_of=ctx.known_until)
    receipt = _toolbox(database, then, run_id).answer(TOOL, understood.query.model_dump(mode="json"))
    prose = tell(receipt.result, language, understood.taken_for)
    refs = {key: FigureRef(receipt=ReceiptId(receipt.id), path=path) for key, path in prose.cells.items()}
    with database.begin(ctx) as session:
        codes = record_figures(session, run_id, refs)
        figures = Figures(session, codes.values(), language)
        text = "\n".join(figures.render(line, codes, as_markdown) for line in prose.text.split("\n"))
    return Answered(run_id, understood.query, language, text, codes, receipt.id, metric_answer=receipt.result)


def _toolbox(database: Database, then: Context, run_id: UUID) -> Toolbox:
    return Toolbox(database, then, run_id, ASKER, [TOOL], known={tool.name: tool for tool in METRIC_TOOLS})


def answer_in_meeting(database: Database, ctx: Context, run: Run, question: str) -> CitedAnswer | None:
    """The answer to a question about a metric in a meeting, as of the moment that the meeting reads; None where it
    is no such question, and what the meeting's agents were answered has to do."""
    then = replace(ctx, as_of=run.as_of or ctx.known_until)
    with database.read(then) as session:
        names, today = _names(session), then.known_until.astimezone(ZoneInfo(brand_of(session).zone)).date()
    understood = read_question(question[:LONGEST], names, today)
    if isinstance(understood, Unclear):
        return None
    receipt = _toolbox(database, then, run.id).answer(TOOL, understood.query.model_dump(mode="json"))
    english, german = (tell(receipt.result, language, understood.taken_for) for language in (Language.EN, Language.DE))
    refs = {key: FigureRef(receipt=ReceiptId(receipt.id), path=path) for key, path in english.cells.items()}
    with database.begin(ctx) as session:
        return CitedAnswer(english.text, german.text, record_figures(session, run.id, refs))


def _unclear(unclear: Unclear, language: Language) -> Answered:
    lines = [say("metrics.can_answer.opening", language), *(f"- {say(key, language)}" for key in _CAN_ANSWER)]
    return Answered(None, None, language, "\n".join([f"{speak(unclear.reason, language)}.", "", *lines]), {}, None)
