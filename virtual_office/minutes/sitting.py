"""One finished meeting in one language: all that its minutes are made of, read once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from domain.action import Told, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import Message, read_message
from language.formats import dated_text, exact_text, moment_text, rounded_text
from language.lines import Line, Span, SpanLook
from language.prose import Writing, rounded
from language.speech import prose_of, say, speak
from language.titles import text_title
from store.reads.models import cost_of_run
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, ChallengeRow, FigureRow, FindingRow, ProposalRow, Run
from virtual_office.meeting.recomputed import challenges_of, revisions_of, standing
from virtual_office.minutes.names import Names, words_in, words_of
from virtual_office.minutes.records import findings_of, items_of, limits_of, proposals_of, summary_in
from virtual_office.minutes.rendering import Figures
from virtual_office.minutes.words import agent_title

_SENTENCE_END = re.compile(r"(?<!\b\w[.])(?<!\b\d\d[.])(?<=[.!?]) (?=[A-ZÄÖÜ{„“\"(0-9])")
Record = Mapping[str, Any]
"""The result of a finished run; see `document.lay_out_minutes`."""


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a full stop behind a number or initial ends none."""
    return _SENTENCE_END.split(text)


def first_sentence(text: str) -> str:
    return sentences_of(text)[0]


class Sitting:
    """A meeting's rows and record, and how its minutes write names, numbers and days."""

    def __init__(self, session: BrandSession, run: Run, record: Record, language: Language) -> None:
        self.run, self.record, self.language = run, record, language
        self.brand, self.called = brand_of(session), session.ctx.brand
        self.zone = ZoneInfo(self.brand.zone)
        self.currency = self.brand.currency
        reports = record.get("reports", {})  # a stored object forgets its order
        self.reports: Mapping[str, Mapping[str, Any]] = {name: reports[name] for name in run.agents if name in reports}
        self.findings = findings_of(session, run.id)
        self.proposals = {row.id: row for row in proposals_of(session, run.id)}
        self.limits, self.cost = limits_of(session, run), cost_of_run(session, run.id)
        self.items = [item for item in items_of(session, run.id) if item.proposal_id]
        adopted = [item.proposal_id for item in self.items if item.proposal_id]
        self.challenges = standing(challenges_of(session, run.id), adopted)
        self.revisions = revisions_of(session, run.id, adopted)
        self._figures = Figures(session, self._codes(), language)
        self._receipts = _receipts_of(session, self._codes())
        self._names = Names(session, self._words())
        self._german = dict(record.get("in_german", {}))
        for report in self.reports.values():
            self._german |= report.get("in_german", {})
        self.fell_back = False

    def say(self, key: str, /, **values: str) -> str:
        """A sentence of the minutes."""
        return say(f"office.minutes.{key}", self.language, **values)

    def counted(self, key: str, count: int, /, **names: str) -> str:
        """A sentence of the minutes in the plural that the count asks for."""
        number = Cell(value=count, unit="count")
        return speak(Message(key=f"office.minutes.{key}", names=names, numbers={"count": number}), self.language)

    def line(self, key: str, /, **values: str | Line) -> list[Span]:
        """A sentence of the minutes whose placeholders may hold spans."""
        template = self.say(key)
        spans: list[Span] = []
        at = 0
        for match in re.finditer(r"\{([a-z_]+)\}", template):
            value = values.get(match[1])
            if value is None:
                continue
            spans.append(Span(template[at : match.start()]))
            spans += [Span(value)] if isinstance(value, str) else list(value)
            at = match.end()
        return [span for span in (*spans, Span(template[at:])) if span.text]

    def money(self, minor: int, code: str = "", *, exact: bool = False) -> Span:
        """An amount of the brand's money; rounded, as running text has it, unless it stands in a table."""
        return self.number(Cell(value=minor, unit=f"{self.currency}.minor"), code, exact=exact)

    def number(self, cell: Cell, code: str = "", *, exact: bool = False) -> Span:
        text = exact_text(cell, self.language) if exact else rounded_text(cell, self.language)
        return Span(text, SpanLook.NUMBER, code)

    def day(self, moment: datetime | date) -> str:
        """`Thu 3 December`, in the brand's zone."""
        local = moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment
        return dated_text(local, self.language, self.year)

    def moment(self, moment: datetime) -> str:
        """`Thu 3 December, 16:05`, in the brand's zone."""
        return moment_text(moment.astimezone(self.zone), self.language, self.year)

    @property
    def year(self) -> int:
        """The year of the meeting, which its days go without."""
        return self.run.started_at.astimezone(self.zone).year

    def agent(self, name: str) -> str:
        """The title of an agent, who need not have attended."""
        english = str(self.reports.get(name, {}).get("title") or name.replace("_", " ").capitalize())
        return agent_title(name, english, self.language)

    def name(self, words: str) -> str:
        """A code as people call what it stands for."""
        return self._names.of(words)

    def title(self, item_or_proposal: ActionItem | ProposalRow) -> str:
        """What an action item or proposal does, as it stands, by the names of what it is about."""
        if isinstance(item_or_proposal, ActionItem):
            told = Told.model_validate(item_or_proposal.preview.get("told") or {})
            return text_title(parse_action(item_or_proposal.action), self.language, told)
        revision = self.revisions.get(item_or_proposal.id)
        action = revision.action if revision else item_or_proposal.action
        return self._names.title(parse_action(action), self.language)

    def words(self, sentence: str, german: str = "") -> str:
        """A sentence in the paper's language, as far as it is known in it."""
        if self.language is not Language.DE or not sentence:
            return sentence
        known = german or self._german.get(sentence, "")
        self.fell_back |= not known
        return known or sentence

    def said(self, message: Message) -> str:
        """A message in words, with names instead of codes."""
        return speak(self._names.named(message), self.language)

    def prose(self, row: FindingRow | ProposalRow | ChallengeRow) -> str:
        """A claim with its figures still by their keys, with names instead of codes where it was said by key."""
        if row.message:
            return self.said(Message.model_validate(row.message))
        return self.words(row.text, prose_of(row, self.language))

    def summary(self, report: Mapping[str, Any]) -> str:
        """A report's summary, its figures still by their keys."""
        stored = report.get("summary_message")
        if stored:
            return self.said(read_message(stored))
        return self.words(str(report.get("summary", "")), summary_in(report, self.language))

    def spans(self, text: str, figures: Mapping[str, str], written: Writing = rounded) -> list[Span]:
        """Prose in pieces, its figures in their places."""
        return self._figures.spans(text, figures, written)

    def entry(self, entry: str | Mapping[str, Any]) -> list[Span]:
        """A sentence of the record."""
        if isinstance(entry, str):
            return [Span(self.words(entry))]
        return self.spans(self.words(entry["text"], entry.get("text_de", "")), entry.get("figures", {}))

    def cell(self, code: str) -> Cell | None:
        return self._figures.cells.get(code)

    def rests_on_proposals(self, codes: Iterable[str]) -> bool:
        """Whether a claim cites what a proposal rests on: then it speaks of that as it was before its challenges."""
        return any(self._receipts.get(code) in self._proposed_from for code in codes)

    @cached_property
    def _proposed_from(self) -> set[str]:
        return {receipt for row in self.proposals.values() for receipt in row.receipts}

    def promise_codes(self, row: ProposalRow | ChallengeRow, prediction: Mapping[str, Any]) -> Sequence[str]:
        """The codes of a promise's value, low and high: cited as `gain`, `gain_low`, `gain_high`, or as `value`, `low`,
        `high`. Nothing where no such three say just what is promised."""
        for key in row.figures:
            names = ("value", "low", "high") if key == "value" else (key, f"{key}_low", f"{key}_high")
            codes = [row.figures.get(name, "") for name in names]
            cells = [self.cell(code) for code in codes]
            if all(
                cell is not None and round(cell.value) == prediction[part] and cell.unit == prediction["unit"]
                for cell, part in zip(cells, ("value", "low", "high"), strict=True)
            ):
                return codes
        return ()

    @cached_property
    def _all_entries(self) -> list[Mapping[str, Any]]:
        keys = ("happened", "challenges", "dissent", "points", "turns")
        entries = [entry for key in keys for entry in self.record.get(key, ())]
        return [entry for entry in entries if isinstance(entry, Mapping)]

    def _codes(self) -> set[str]:
        kept = [row.figures for row in (*self.findings, *self.proposals.values(), *self.challenges)]
        kept += [report["figures"] for report in self.reports.values()]
        kept += [entry.get("figures", {}) for entry in self._all_entries]
        return {code for figures in kept for code in figures.values()}

    def _words(self) -> set[str]:
        stored: list[Any] = [row.message for row in (*self.findings, *self.proposals.values(), *self.challenges)]
        for report in self.reports.values():
            stored += [report.get("summary_message"), *report.get("missing", ())]
        words = {word for message in stored if message for word in words_in(read_message(message))}
        words.update(row.subject for row in self.findings)
        for row in self.proposals.values():
            words.update(words_of(row.action))
        return words


def _receipts_of(session: BrandSession, codes: Iterable[str]) -> dict[str, str]:
    rows = session.execute(
        select(col(FigureRow.code), col(FigureRow.receipt_id)).where(col(FigureRow.code).in_(sorted(set(codes))))
    ).all()
    return {code: str(receipt) for code, receipt in rows}


def proposal_of(sitting: Sitting, item: ActionItem) -> ProposalRow:
    """The proposal behind an adopted item."""
    assert isinstance(item.proposal_id, UUID)
    return sitting.proposals[item.proposal_id]
