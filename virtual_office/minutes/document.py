"""The minutes of a meeting: what was found, what was decided, who answers for it, what is open; in two languages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from domain.action import parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import read_message
from domain.report import FindingSeverity
from language.formats import cell_text, day_text, number_text
from language.lines import Line, Span, SpanLook
from language.paper import (
    Block,
    BulletPoint,
    Bullets,
    Heading,
    Paper,
    Paragraph,
    Section,
    Table,
    write_markdown,
)
from language.speech import prose_of, say, speak
from language.titles import text_title
from store.reads.models import cost_of_run
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, FigureRow, FindingRow, ProposalRow, Run, TurnRow
from virtual_office.minutes.rendering import Figures
from virtual_office.minutes.words import agent_title, approver

_ALLOWED = ("cash", "stock_money", "attention")
Record = Mapping[str, Any]
"""The result of a finished run; see `lay_out_minutes`."""


def findings_of(session: BrandSession, run_id: UUID) -> Sequence[FindingRow]:
    """The findings of a run in the order they were reported."""
    return session.scalars(
        select(FindingRow)
        .where(col(FindingRow.run_id) == run_id)
        .order_by(col(FindingRow.agent), col(FindingRow.ordinal))
    ).all()


def proposals_of(session: BrandSession, run_id: UUID) -> Sequence[ProposalRow]:
    """The proposals of a run."""
    return session.scalars(
        select(ProposalRow).where(col(ProposalRow.run_id) == run_id).order_by(col(ProposalRow.id))
    ).all()


def items_of(session: BrandSession, run_id: UUID) -> Sequence[ActionItem]:
    """The action items that a run left, best first."""
    return session.scalars(
        select(ActionItem).where(col(ActionItem.run_id) == run_id).order_by(col(ActionItem.ordinal))
    ).all()


def owners_of(items: Iterable[ActionItem]) -> dict[str, Any]:
    """Who answers for each item, by its id, as the guardrails saw it when it was adopted: what the record keeps."""
    return {
        str(item.id): {"decision": item.verdict.get("decision"), "gates": item.verdict.get("gates", [])}
        for item in items
    }


def mending_risks(session: BrandSession, run_id: UUID, proposals: Sequence[ProposalRow]) -> set[UUID]:
    """The proposals that rest on the same receipts as a finding which is a risk: they answer it."""
    risks = [row for row in findings_of(session, run_id) if row.severity == FindingSeverity.RISK]
    codes = {code for row in risks for code in row.figures.values()}
    figures = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(codes)))
    receipts = {str(row.receipt_id) for row in figures}
    return {proposal.id for proposal in proposals if receipts.intersection(proposal.receipts)}


def limits_of(session: BrandSession, run: Run) -> dict[str, int]:
    """Limits of the meeting by resource, in minor units or items: as it was called, updated by the turns in it."""
    limit_turns = select(TurnRow).where(col(TurnRow.run_id) == run.id, col(TurnRow.kind) == "limit")
    limits = dict(run.limits)
    for turn in session.scalars(limit_turns.order_by(col(TurnRow.created_at), col(TurnRow.id))):
        limits.update(turn.limits)
    return limits


def write_minutes(session: BrandSession, run: Run, record: Record, language: Language = Language.EN) -> str:
    """The minutes as Markdown: see `lay_out_minutes`."""
    return write_markdown(lay_out_minutes(session, run, record, language))


def lay_out_minutes(session: BrandSession, run: Run, record: Record, language: Language = Language.EN) -> Paper:
    """The minutes of a run from its record and what is stored of it; the same whenever they are asked for.

    The record has `reports` by agent, `left_out` as pairs of proposal and reason, `worth_more`, `owners` (see
    `owners_of`), `in_german` (the German of its sentences, by the English), and `challenges` and `dissent`: sentences,
    or objects of `text`, `text_de` and perhaps `figures` (key to code) and `proposal`. What is not known in German
    stands in English, and the paper says so once.
    """
    return _Secretary(session, run, record, language).paper()


def summary_in(report: Mapping[str, Any], language: Language) -> str:
    """A stored report's summary, its figures still by their keys; empty where it is not known in that language."""
    if language is Language.EN:
        return str(report.get("summary", ""))
    summary = report.get("summary_message")
    return speak(read_message(summary), language) if summary else str(report.get("summary_german", ""))


class _Secretary:
    """Lays out one meeting in one language."""

    def __init__(self, session: BrandSession, run: Run, record: Record, language: Language) -> None:
        self._run, self._record, self._language = run, record, language
        self._brand = brand_of(session)
        self._called = session.ctx.brand
        reports = record.get("reports", {})  # a stored object forgets its order
        self._reports: Mapping[str, Mapping[str, Any]] = {name: reports[name] for name in run.agents if name in reports}
        self._findings = findings_of(session, run.id)
        self._proposals = {str(row.id): row for row in proposals_of(session, run.id)}
        self._items = items_of(session, run.id)
        self._limits = limits_of(session, run)
        self._cost = cost_of_run(session, run.id)
        self._figures = Figures(session, self._codes(), language)
        self._german = dict(record.get("in_german", {}))
        for report in self._reports.values():
            self._german |= report.get("in_german", {})
            lines = report.get("missing_german", [])
            if len(report.get("missing", ())) == len(report["missing_data"]):
                lines = [speak(read_message(line), language) for line in report["missing"]]
            if len(lines) == len(report["missing_data"]):
                self._german |= dict(zip(report["missing_data"], lines, strict=True))
        self._fell_back = False

    def paper(self) -> Paper:
        sections = [
            self._section("points", self._points(self._record.get("points", []))),
            self._section("since_last", self._of_reports("since_last")),
            self._section("summary", self._summaries()),
            self._section("risk", self._findings_of(FindingSeverity.RISK)),
            self._section("challenges", self._points(self._record.get("challenges", []))),
            self._section("people", self._points(self._record.get("turns", []))),
            self._section("decisions", self._decisions()),
            self._section("action_items", self._action_items()),
            self._section("limits", self._points(self._record.get("worth_more", []), full=True)),
            self._section("open_questions", self._of_reports("missing_data")),
            self._section("attention", self._findings_of(FindingSeverity.ATTENTION)),
            self._section("info", self._findings_of(FindingSeverity.INFO)),
        ]
        facts = self._facts()
        return Paper(
            title=self._say("title", day=self._day(self._run.started_at)),
            subtitle=self._brand.name,
            language=self._language,
            written_at=self._run.started_at,
            facts=facts,
            sections=[section for section in sections if section.blocks],
            note=self._say("english_only") if self._fell_back else "",
            keywords=(self._called, str(self._run.id)),
        )

    def _codes(self) -> list[str]:
        kept = [row.figures for row in (*self._findings, *self._proposals.values())]
        kept += [report["figures"] for report in self._reports.values()]
        entries = [entry for key in ("challenges", "dissent", "points", "turns") for entry in self._record.get(key, ())]
        kept += [entry.get("figures", {}) for entry in entries if isinstance(entry, Mapping)]
        return [code for figures in kept for code in figures.values()]

    def _say(self, key: str, **values: str) -> str:
        return say(f"office.minutes.{key}", self._language, **values)

    def _words(self, sentence: str, german: str = "") -> str:
        """The sentence in the paper's language, as far as it is known in it."""
        if self._language is not Language.DE or not sentence:
            return sentence
        known = german or self._german.get(sentence, "")
        self._fell_back |= not known
        return known or sentence

    def _spans(self, text: str, german: str, figures: Mapping[str, str]) -> list[Span]:
        return self._figures.spans(self._words(text, german), figures)

    def _said(self, row: FindingRow | ProposalRow) -> list[Span]:
        return self._spans(row.text, prose_of(row, self._language), row.figures)

    def _entry(self, entry: str | Mapping[str, Any]) -> list[Span]:
        if isinstance(entry, str):
            return [Span(self._words(entry))]
        return self._spans(entry["text"], entry.get("text_de", ""), entry.get("figures", {}))

    def _day(self, moment: datetime | date) -> str:
        day = moment.astimezone(ZoneInfo(self._brand.zone)) if isinstance(moment, datetime) else moment
        return day_text(day, self._language)

    def _check_day(self, prediction: Mapping[str, Any] | None) -> str:
        return self._day(datetime.fromisoformat(prediction["check_at"])) if prediction else ""

    def _title(self, agent: str) -> str:
        return agent_title(agent, str(self._reports[agent]["title"]), self._language)

    def _section(self, name: str, blocks: Sequence[Block]) -> Section:
        return Section(self._say(f"section.{name}"), blocks)

    def _facts(self) -> list[tuple[str, Line]]:
        run, zone = self._run, ZoneInfo(self._brand.zone)
        attendees = ", ".join(self._title(agent) for agent in self._reports) or self._say("nobody")
        by_plan = run.definition and self._say(
            "definition", name=run.definition, version=str(run.definition_version or 0)
        )
        as_of = f"{run.as_of.astimezone(zone):%Y-%m-%d %H:%M} {self._brand.zone}" if run.as_of else ""
        facts = {
            "brand": self._called,
            "called_by": run.started_by,
            "definition": by_plan,
            "agenda": self._agenda(),
            "attendees": attendees,
            "limits": ", ".join(self._allowed(*limit) for limit in sorted(self._limits.items())),
            "as_of": as_of,
            "models": self._models(),
            "meeting": str(run.id),
        }
        return [(self._say(f"head.{name}"), [Span(said)]) for name, said in facts.items() if said]

    def _models(self) -> str:
        """Calls, tokens and cost of the meeting's models as a sentence; empty where it was held by rules."""
        if self._cost is None:
            return ""
        tokens = number_text(self._cost.input_tokens + self._cost.output_tokens, self._language)
        calls = number_text(self._cost.calls, self._language)
        decimals = len(self._cost.dollars.partition(".")[2])
        dollars = number_text(Decimal(self._cost.dollars), self._language, decimals)
        key = "models_cost_at_most" if self._cost.bounded else "models_cost"
        return self._say(key, calls=calls, tokens=tokens, usd=dollars)

    def _agenda(self) -> str:
        """The agenda; an agenda that a person wrote stays in the language it was written in."""
        return self._german.get(self._run.agenda, self._run.agenda) if self._german else self._run.agenda

    def _allowed(self, name: str, amount: int) -> str:
        cell = Cell(value=amount, unit="count" if name == "attention" else f"{self._brand.currency}.minor")
        known = name if name in _ALLOWED else "other"
        return say(f"office.allowed.{known}", self._language, amount=cell_text(cell, self._language), limit=name)

    def _of_reports(self, key: str) -> list[Block]:
        points = [
            BulletPoint([Span(f"{self._title(agent)}: "), Span(self._words(line))])
            for agent, report in self._reports.items()
            for line in report.get(key, ())
        ]
        return [Bullets(points)] if points else []

    def _summaries(self) -> list[Block]:
        blocks: list[Block] = []
        for agent, report in self._reports.items():
            line = [Span(self._title(agent), SpanLook.STRONG)]
            if report["status"] != "ok":
                reason = self._words(str(report["reason"]))
                line += [Span(" "), Span(f"({self._say('degraded', reason=reason)})", SpanLook.QUIET)]
            said = self._spans(report["summary"], summary_in(report, self._language), report["figures"])
            blocks.append(Paragraph([*line, Span(": "), *said]))
        return blocks

    def _findings_of(self, severity: FindingSeverity) -> list[Block]:
        points = [
            BulletPoint(
                [
                    Span(row.subject, SpanLook.STRONG),
                    Span(": "),
                    *self._spans(row.text, prose_of(row, self._language), row.figures),
                ]
            )
            for row in self._findings
            if row.severity == severity
        ]
        return [Bullets(points)] if points else []

    def _points(self, entries: Sequence[str | Mapping[str, Any]], *, full: bool = False) -> list[Block]:
        """Sentences as points; `full` makes whole sentences of what has neither capital nor full stop."""
        points = []
        for entry in entries:
            line = self._entry(entry)
            if full and line:
                line = [Span(line[0].text[:1].upper() + line[0].text[1:], line[0].look, line[0].code), *line[1:]]
                line.append(Span("."))
            points.append(BulletPoint(line))
        return [Bullets(points)] if points else []

    def _decisions(self) -> list[Block]:
        adopted = [self._adopted(item) for item in self._items if item.proposal_id]
        left_out = [
            self._left_out(self._proposals[str(entry[0])], str(entry[1])) for entry in self._record.get("left_out", ())
        ]
        dissent = self._points([entry for entry in self._record.get("dissent", ()) if not _of_a_proposal(entry)])
        if not adopted and not left_out:
            return [Paragraph([Span(self._say("nothing_proposed"))]), *dissent]
        blocks: list[Block] = [Heading(self._say("adopted"))]
        blocks.append(Bullets(adopted) if adopted else Paragraph([Span(self._say("nothing_adopted"))]))
        blocks += self._points(self._record.get("together", []), full=True)
        if left_out:
            blocks += [Heading(self._say("left_out")), Bullets(left_out)]
        return [*blocks, Heading(self._say("dissent")), *dissent] if dissent else blocks

    def _adopted(self, item: ActionItem) -> BulletPoint:
        proposal = self._proposals[str(item.proposal_id)]
        when = self._say("measured_on", day=self._check_day(proposal.prediction))
        return BulletPoint([*self._heading(proposal, item), Span(f" {when}")], self._dissent(proposal, item))

    def _left_out(self, proposal: ProposalRow, reason: str) -> BulletPoint:
        because = self._say("because", reason=self._words(reason))
        expected = self._say("expected", expected=self._expected(proposal.prediction))
        return BulletPoint(
            self._heading(proposal, None), [[Span(because)], [Span(expected)], *self._dissent(proposal, None)]
        )

    def _heading(self, proposal: ProposalRow, item: ActionItem | None) -> list[Span]:
        title = self._title_of(proposal, item)
        said = self._said(proposal)
        amended = item is not None and (item.action, item.prediction) != (proposal.action, proposal.prediction)
        first = [Span(self._say("as_proposed")), Span(" ")] if amended else []
        return [Span(title, SpanLook.STRONG), Span(" "), Span(proposal.kind, SpanLook.CODE), Span(" "), *first, *said]

    def _title_of(self, proposal: ProposalRow, item: ActionItem | None) -> str:
        if self._language is Language.EN and item and item.preview.get("title"):
            return str(item.preview["title"])
        return text_title(parse_action(item.action if item else proposal.action), self._language)

    def _dissent(self, proposal: ProposalRow, item: ActionItem | None) -> list[Line]:
        ours = [entry for entry in self._record.get("dissent", ()) if _of_a_proposal(entry) == str(proposal.id)]
        ours = ours or list(item.dissent if item else [])
        lines = [[Span(self._say("dissent"), SpanLook.STRONG), Span(": "), *self._entry(entry)] for entry in ours]
        before = self._record.get("precedents", {}).get(str(proposal.id), ())
        return [
            *lines,
            *([Span(self._say("before"), SpanLook.STRONG), Span(": "), Span(self._words(line))] for line in before),
        ]

    def _expected(self, prediction: Mapping[str, Any] | None) -> str:
        if not prediction:
            return self._say("not_predicted")
        value, low, high = (
            cell_text(Cell(value=prediction[part], unit=prediction["unit"]), self._language)
            for part in ("value", "low", "high")
        )
        return self._say("interval", value=value, low=low, high=high)

    def _action_items(self) -> list[Block]:
        heads = ["#", *(self._say(f"column.{name}") for name in ("what", "owner", "expected", "check"))]
        rows = [
            [
                [Span(str(number))],
                [Span(self._title_of(self._proposals[str(item.proposal_id)], item))],
                [Span(self._owner(item))],
                [Span(self._expected(item.prediction))],
                [Span(self._check_day(item.prediction))],
            ]
            for number, item in enumerate((item for item in self._items if item.proposal_id), start=1)
        ]
        return [Table(heads, rows, shares=(4, 44, 14, 22, 16))] if rows else []

    def _owner(self, item: ActionItem) -> str:
        answers = self._record.get("owners", {}).get(str(item.id)) or owners_of([item])[str(item.id)]
        if answers["gates"]:
            return ", ".join(approver(gate, self._language) for gate in answers["gates"])
        return self._say("owner.denied" if answers["decision"] == "deny" else "owner.nobody")


def _of_a_proposal(entry: str | Mapping[str, Any]) -> str:
    """The proposal that a dissent is about; empty for the meeting as a whole."""
    return str(entry.get("proposal", "")) if isinstance(entry, Mapping) else ""
