"""A question about the business answered with receipts, or refused with the questions that can be answered instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.actor import Permission
from domain.context import Context
from domain.errors import InvalidInput
from domain.language import Language
from domain.metrics import OF_SALES, Comparison, Metric, MetricQuery, Split
from language.lines import Sources, as_clean_markdown, as_linked_markdown
from language.paper import Block, write_blocks
from language.speech import say, speak
from language.terminal import write_text
from store.audit import append_audit
from store.database import Database
from store.leases import lock_row
from store.session import BrandSession
from store.tables import Run
from tools.metrics.toolset import BRAND_METRIC
from tools.readings import Readings
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.meeting.runs import DONE, GRAPH_VERSION, RUNNING
from virtual_office.metrics.prose import refusal, tell, understood_as
from virtual_office.metrics.reader import (
    LONGEST,
    BrandNames,
    Unclear,
    Understood,
    language_of_words,
)
from virtual_office.metrics.topic_reader import TopicAsked
from virtual_office.questions.questions import CitedAnswer
from virtual_office.questions.reading import read
from virtual_office.questions.sheet import Page, Refused, Sheet, Told, plain
from virtual_office.questions.wording import question_text

if TYPE_CHECKING:
    from virtual_office.questions.nearest import Known

QUESTION, TOOL, ASKER = "question", BRAND_METRIC.name, "chair"
ModelReader = Callable[[Context, UUID, str, BrandNames, date], MetricQuery | None]
"""A model that fills the same query for a run; None where what it said is no such query."""
_MOST_SPELLINGS = 3


@dataclass(frozen=True)
class Answered:
    """The answer in one language, its figures by key, and what was understood; or what can be asked instead."""

    run_id: UUID | None
    query: MetricQuery | None
    language: Language
    blocks: Sequence[Block]
    figures: Mapping[str, str] = field(default_factory=dict)
    receipt: UUID | None = None
    next: Sequence[str] = ()
    understood: bool = True
    refused: bool = False
    topic: str = ""
    by_model: bool = False
    metric_answer: Mapping[str, Any] = field(default_factory=dict)
    """The tool's answer: a `MetricAnswer`."""

    @property
    def text(self) -> str:
        """As Markdown, numbers without their codes."""
        return write_blocks(self.blocks, as_clean_markdown)

    @property
    def linked(self) -> str:
        """As Markdown, each number a link to its figure."""
        return write_blocks(self.blocks, as_linked_markdown)

    def in_terminal(self, width: int, *, sources: bool = False) -> str:
        """As plain text of so many columns, with what to ask next; with `sources` each number is numbered, and under
        them stand the codes that `mhos why` opens."""
        marks = Sources() if sources else None
        parts = [write_text(self.blocks, width, marks)]
        if marks is not None and (entries := marks.entries()):
            parts.append("\n".join(f"[{number}] {said}: mhos why {code}" for number, said, code in entries))
        if self.next and not self.refused:
            parts.append("\n".join(f'mhos ask "{question}"' for question in self.next))
        return "\n\n".join(parts) + "\n"


def ask(
    database: Database, ctx: Context, question: str, language: Language | None = None, model: ModelReader | None = None
) -> Answered:
    """Answer a question. Where that cannot be done, say what was understood, what is missing and who can bring it, and
    three questions that can be answered: nothing is guessed.

    What the rules do not understand a `model` may read, if there is one. Raises Forbidden, InvalidInput.
    """
    ctx.require(Permission.DATA_READ)
    asked = " ".join(question.split())
    if not asked or len(asked) > LONGEST or "\x00" in asked:
        raise InvalidInput(f"A question has between one and {LONGEST} characters.")
    names, reading, today = read(database, ctx, asked)
    in_language = language or (language_of_words(asked) if isinstance(reading, Unclear) else reading.language)
    asking = _Asking(database, ctx, asked, names, today)
    if isinstance(reading, Understood | TopicAsked):
        return asking.answered(_open(database, ctx, asked), reading, in_language)
    if model is not None:
        run_id = _open(database, ctx, asked)
        query = model(ctx, run_id, asked, names, today)
        if query is not None:
            return replace(asking.answered(run_id, Understood(query, in_language), in_language), by_model=True)
        _close(database, ctx, run_id, {"unclear": speak(reading.reason, Language.EN)})
    return asking.unclear(reading, in_language)


def answer_document(answered: Answered) -> dict[str, Any]:
    """An answer as the CLI and the API show it."""
    metric = answered.metric_answer
    return {
        "understood": answered.understood,
        "refused": answered.refused,
        "query": answered.query.model_dump(mode="json") if answered.query else None,
        "topic": answered.topic or None,
        "language": answered.language,
        "answer": answered.text,
        "linked": answered.linked,
        "next": list(answered.next),
        "figures": dict(answered.figures),
        "run_id": str(answered.run_id) if answered.run_id else None,
        "receipt": str(answered.receipt) if answered.receipt else None,
        "by_model": answered.by_model,
        "basis": metric.get("basis") if metric.get("change") else None,
        "covered": _covered(metric, ""),
        "compared": _covered(metric, "before_") if metric.get("change") else None,
        "channels": [_of_channels(group) for group in metric.get("channels", ())],
    }


def _of_channels(group: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: group[name] or None for name in ("first_day", "last_day", "before_first_day", "before_last_day")}
    return {"channels": group["channels"], **days, "whole": group["whole"], "before_whole": group["before_whole"]}


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


class _Asking:
    """A question on its way to an answer, a refusal, or both languages of a turn in a meeting."""

    def __init__(self, database: Database, ctx: Context, question: str, names: BrandNames, today: date) -> None:
        self._database, self._ctx, self._question = database, ctx, question
        self._then = ctx if ctx.as_of is not None else replace(ctx, as_of=ctx.known_until)
        self._names, self._today = names, today
        self._readings = Readings()

    def answered(self, run_id: UUID, reading: Understood | TopicAsked, language: Language) -> Answered:
        """The answer, or why there is none, kept with its run. Raises InvalidInput."""
        sheet = Sheet(language, self._today)
        told = self.told(run_id, reading, sheet)
        query = reading.query if isinstance(reading, Understood) else None
        topic = str(reading.topic) if isinstance(reading, TopicAsked) else ""
        if isinstance(told, Refused):
            refused = replace(self._refused(told, language), run_id=run_id, query=query, topic=topic)
            self._keep(run_id, refused)
            return refused
        with self._database.begin(self._ctx) as session:
            codes = {**record_figures(session, run_id, sheet.refs), **sheet.known_codes}
            answered = Answered(
                run_id, query, language, sheet.blocks(told, codes), codes, told.receipt, told.next, topic=topic,
                metric_answer=told.answer,
            )  # fmt: skip
            self._finish(session, run_id, answered)
        return answered

    def told(self, run_id: UUID, reading: Understood | TopicAsked, sheet: Sheet) -> Told | Refused:
        if isinstance(reading, Understood):
            return self._metric(run_id, reading, sheet)
        from virtual_office.questions.replies.asked import Asked
        from virtual_office.questions.replies.every import REPLIES

        with self._database.read(self._then) as session:
            asked = Asked(self._database, self._then, run_id, session, sheet, reading, self._known(session))
            try:
                return REPLIES[reading.topic](asked)
            except InvalidInput as error:
                return Refused(
                    asked.say(f"topic.{reading.topic}"), plain(error.message), frozenset({str(reading.topic)})
                )

    def _metric(self, run_id: UUID, understood: Understood, sheet: Sheet) -> Told | Refused:
        query = understood.query
        page = self._page(run_id, query, sheet)
        if page.result["status"] != "told":
            missing = refusal(sheet, page.result)
            about = frozenset((str(query.metric), "product") if query.product else (str(query.metric),))
            return Refused(understood_as(page), missing, about, self._title(query.product), page.receipt)
        told = tell(page, understood.taken_for, assumed=understood.assumed)
        if query.comparison is not Comparison.NONE and not page.result["change"]:
            return self._compared_otherwise(run_id, query, page, told, sheet)
        if query.metric is Metric.MARGIN and query.comparison is not Comparison.NONE:
            rate = self._page(run_id, _of_rate(query), sheet)
            told = replace(told, lead=[*told.lead, *_as_rate(rate)])
        return replace(told, next=self._next(query, sheet.language))

    def _compared_otherwise(
        self, run_id: UUID, query: MetricQuery, page: Page, told: Told, sheet: Sheet
    ) -> Told | Refused:
        """That the comparison asked for cannot be made, and the one with the period before."""
        missing = " ".join(sheet.say(reason["key"]) for reason in page.result["reasons"])
        days = sheet.days(*(date.fromisoformat(page.result[f"before_{end}_day"]) for end in ("first", "last")))
        lead = sheet.say("ask.not_compared", days=days, missing=missing)
        if query.comparison is Comparison.PERIOD_BEFORE:
            return replace(told, lead=[lead, *told.lead], next=self._next(query, sheet.language))
        other = query.model_copy(update={"comparison": Comparison.PERIOD_BEFORE, "base_first": None, "base_last": None})
        again = self._page(run_id, other, sheet)
        if again.result["status"] != "told" or not again.result["change"]:
            return replace(told, lead=[lead, *told.lead], next=self._next(query, sheet.language))
        otherwise = tell(again, 0)
        return replace(otherwise, lead=[lead, *otherwise.lead], next=self._next(other, sheet.language))

    def _page(self, run_id: UUID, query: MetricQuery, sheet: Sheet) -> Page:
        tools = {BRAND_METRIC.name: BRAND_METRIC}
        box = Toolbox(self._database, self._then, run_id, ASKER, [TOOL], self._readings, tools)
        receipt = box.answer(TOOL, query.model_dump(mode="json"))
        return Page(sheet, receipt.id, receipt.result)

    def _next(self, query: MetricQuery, language: Language) -> list[str]:
        """One question that follows."""
        key = "how" if query.metric in OF_SALES else "waiting"
        if query.metric in (Metric.MARGIN, Metric.MARGIN_RATE):  # the goods' costs are known
            key = "channels" if query.why else "why_contribution"
        elif query.metric in OF_SALES and query.split is not Split.CHANNEL:
            key = "by_channel"
        return [question_text(key, language, self._names.newest or self._today)]

    def _known(self, session: BrandSession) -> "Known":
        from virtual_office.questions.nearest import Known

        return Known(session, self._names.newest, self._today)

    def unclear(self, unclear: Unclear, language: Language) -> Answered:
        """A refusal of what was not understood; nothing is kept."""
        understood = ", ".join(speak(part, language) for part in unclear.understood)
        reason = speak(unclear.reason, language)
        missing = reason if reason.endswith((".", "?", "!")) else f"{reason}."
        if unclear.near:
            missing = f"{missing} {say('ask.missing.did_you_mean', language, names=', '.join(unclear.near))}"
        return replace(
            self._refused(
                Refused(plain(understood), plain(missing), unclear.about, self._title(unclear.product)), language
            ),
            understood=False,
        )

    def _title(self, sku: str) -> str:
        return self._names.titles.get(sku, sku)

    def _refused(self, refused: Refused, language: Language) -> Answered:
        """What was understood, what is missing, and three questions that can be answered."""
        from virtual_office.questions.nearest import nearest

        sheet = Sheet(language, self._today)
        with self._database.read(self._then) as session:
            questions = nearest(
                self._known(session), language, self._question, refused.about, refused.product, _first(refused.about)
            )
        listed = " ".join(_numbered(number, plain(question)) for number, question in enumerate(questions, start=1))
        key = "ask.refused" if refused.understood else "ask.not_understood"
        text = sheet.say(key, understood=refused.understood, missing=refused.missing, questions=listed)
        return Answered(
            None, None, language, sheet.blocks(Told([text]), {}), receipt=refused.receipt, next=questions, refused=True
        )

    def _keep(self, run_id: UUID, answered: Answered) -> None:
        with self._database.begin(self._ctx) as session:
            self._finish(session, run_id, answered)

    def _finish(self, session: BrandSession, run_id: UUID, answered: Answered) -> None:
        run: Run = lock_row(session, Run, run_id)
        query = answered.query.model_dump(mode="json") if answered.query else None
        result = {"query": query, "topic": answered.topic, "text": answered.text, "figures": dict(answered.figures)}
        run.status, run.finished_at, run.result = DONE, self._ctx.now(), result

    def in_meeting(self, run_id: UUID, reading: Understood | TopicAsked) -> CitedAnswer | None:
        """The answer in both languages, with the same numbers; None where it is refused."""
        sheets = [Sheet(language, self._today) for language in (Language.EN, Language.DE)]
        told = [self.told(run_id, reading, sheet) for sheet in sheets]
        texts = [answer.text() for answer in told if isinstance(answer, Told)]
        if len(texts) < len(told):
            return None
        with self._database.begin(self._ctx) as session:
            codes = {**record_figures(session, run_id, sheets[0].refs), **sheets[0].known_codes}
            return CitedAnswer(texts[0], texts[1], codes)


def _numbered(number: int, question: str) -> str:
    return f"{number}) {question}" if question.endswith("?") else f"{number}) {question}."


def _first(about: frozenset[str]) -> str:
    """The question itself, which is not offered again."""
    return next(iter(sorted(about)), "") if len(about) == 1 else ""


def _of_rate(query: MetricQuery) -> MetricQuery:
    return query.model_copy(update={"metric": Metric.MARGIN_RATE, "why": False, "split": Split.NONE, "top": None})


def _as_rate(page: Page) -> list[str]:
    """How the share of net sales changed."""
    change = page.result["change"]
    if page.result["status"] != "told" or not change:
        return []
    ends = ("/before", "/value") if page.result["basis"] == "total" else ("/before_average", "/average")
    old, new = (round(page.cell(path).value / 100) for path in ends)
    way = "rose" if new > old else "fell" if new < old else "same"
    before, after = (page.number(path) for path in ends)
    return [page.sheet.say(f"ask.rate.{way}", before=before, after=after)]


def answer_in_meeting(database: Database, ctx: Context, run: Run, question: str) -> CitedAnswer | None:
    """The answer to a question about the business in a meeting, as of the moment that the meeting reads; None where
    it is no such question, and what the meeting's agents were answered has to do."""
    then = replace(ctx, as_of=run.as_of or ctx.known_until)
    names, reading, today = read(database, then, question[:LONGEST])
    if isinstance(reading, Unclear):
        return None
    return _Asking(database, then, question, names, today).in_meeting(run.id, reading)
