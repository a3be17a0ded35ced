"""What people read of an action item: why now, what we put in, if no, what we expect, what changed, by when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from actions.items import action_of, prediction_of
from domain.action import ACTION_KINDS, Action, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.message import Message, message, read_message
from domain.money import BPS
from domain.prediction import Prediction
from domain.report import IF_NO
from domain.verdict import gate_name
from language.formats import dated_text, moment_text, rate_text, rounded_text
from language.lines import Style
from language.prose import rounded
from language.sentences import sentence
from language.speech import prose_of, say, speak
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, ChallengeRow, ProposalRow, Run
from virtual_office.meeting.recomputed import challenges_of, changed_rows, revisions_of, standing
from virtual_office.minutes.names import Names, words_in
from virtual_office.minutes.records import items_of
from virtual_office.minutes.rendering import Figures
from virtual_office.minutes.words import agent_title

_AMOUNTS = ("units", "quantity", "most_written", "off_bps", "price_minor", "total_minor", "trip_cost_minor",
            "weekly_minor", "cap_minor")  # fmt: skip
"""The parameters and properties that a challenge may change, as people count them."""
_COUNTED = {"units": "units", "quantity": "units", "most_written": "count", "off_bps": "bps"}
_DAYS_A_WEEK = 7
_USUAL_BPS = 8_000


class ItemText:
    """An action item in one language, its numbers in a style of the reader's."""

    def __init__(self, session: BrandSession, item: ActionItem, language: Language, style: Style) -> None:
        self._session, self._item, self._language, self._style = session, item, language, style
        self._zone = ZoneInfo(brand_of(session).zone)

    def parts(self) -> dict[str, str]:
        """Each part by its name, in the order of reading, in the style; empty where there is nothing to say."""
        texts = {
            "rationale": self.why_now(),
            "changed": self.changed(),
            "puts_in": self._spoken("puts_in"),
            "if_no": self.if_no(),
            "promise": self.promise(),
            "undo": self._spoken("undo"),
            "answer_by": self.answer_by(),
        }
        return {
            name: self._style(self._figures.spans(text, self._item.figures, rounded)) for name, text in texts.items()
        }

    def why_now(self) -> str:
        """As its proposal says it in that language, where it says it; else as it was written."""
        proposal = self._proposal
        if proposal is None or proposal.text != self._item.rationale:
            return self._item.rationale
        if proposal.message:
            return speak(self._named(read_message(proposal.message)), self._language)
        return prose_of(proposal, self._language) or self._item.rationale

    def if_no(self) -> str:
        """What a no leads to, and for how long it keeps the subject quiet."""
        said = [self._spoken("if_no")]
        if self._proposal is not None and self._proposal.message:
            beside = read_message(self._proposal.message).parts.get(IF_NO, ())
            said += [speak(self._named(part), self._language) for part in beside]
        rest = ACTION_KINDS[self._item.kind].quiet_after_no
        said.append(speak(message("item.rest", rest=_span(rest.days)), self._language))
        return " ".join(filter(None, said))

    def promise(self) -> str:
        """What it should bring as it stands, with its range, and when that is checked; less what others lose by it."""
        promised = prediction_of(self._item)
        if promised is None:
            return say("item.no_promise" if self._item.edited_from else "item.not_predicted", self._language)
        others = self._others_lose(promised)
        low, value, high = (
            self._number(end - others, promised.unit) for end in (promised.low, promised.value, promised.high)
        )
        if others:
            gross, lost = self._number(promised.value, promised.unit), self._number(others, promised.unit)
            value = say("item.promise.net", self._language, value=value, gross=gross, others=lost)
        names = {
            "what": self._what(promised),
            "value": value,
            "low": low,
            "high": high,
            "often": self._often(promised.coverage_bps),
            "day": self._day(promised.check_at),
        }
        said = [say("item.promise", self._language, **names)]
        if promised.unit.endswith(".minor") and promised.low - others < 0:
            said.append(say("item.promise.may_lose", self._language))
        return " ".join(said)

    def changed(self) -> str:
        """Who changed what of the proposal, where the meeting did; the item speaks of itself as it stands."""
        proposal, item = self._proposal, self._item
        if proposal is None or (item.action, item.prediction) == (proposal.action, proposal.prediction):
            return ""
        before, now = parse_action(proposal.action), action_of(item)
        amounts = [*_moved(before, now)][:1]
        told = [
            say("item.changed.amount", self._language, now=self._said(name, new), before=self._said(name, old))
            for name, old, new in amounts
        ]
        told += self._promise_moved(proposal)
        if not told:
            return ""
        who = self._challengers
        if not who:
            return say("item.changed.in_meeting", self._language, amounts="; ".join(told))
        names = {"who": ", ".join(who), "because": self._because(), "amounts": "; ".join(told)}
        return say("item.changed.by", self._language, **names)

    def _because(self) -> str:
        """Why the challengers' sums differ, by what they were about."""
        keys = [f"item.changed.because.{row.tool}" for row in self._changes]
        reasons = [say(key, self._language) for key in dict.fromkeys(keys) if sentence(key, self._language)]
        joint = f" {say('item.and_word', self._language)} "
        return say("item.changed.because", self._language, reasons=joint.join(reasons)) if reasons else ""

    def answer_by(self) -> str:
        """Whose yes it needs and the last moment at which that works; empty once it is answered."""
        if self._item.status not in ("proposed", "snoozed"):
            return ""
        gates = [speak(gate_name(gate), self._language) for gate in self._item.verdict.get("gates", [])]
        who = f" {say('item.and_word', self._language)} ".join(gates) or say("item.a_yes", self._language)
        return say("item.answer_by", self._language, who=f"{who[:1].upper()}{who[1:]}", until=self.answer_until())

    def answer_until(self) -> str:
        """The last moment at which a yes works: a midnight as the day that ends with it."""
        local = self._item.expires_at.astimezone(self._zone)
        if local.time() == time():
            return say("item.until_day", self._language, day=self._day(local - timedelta(seconds=1)))
        return say("item.until", self._language, moment=moment_text(local, self._language, self._year))

    def expected(self) -> str:
        """`€1.2k (−€510 to €3.8k)`, net of what other channels lose by it."""
        promised = prediction_of(self._item)
        if promised is None:
            return say("item.no_promise" if self._item.edited_from else "item.not_predicted", self._language)
        others = self._others_lose(promised)
        ends = {"value": promised.value, "low": promised.low, "high": promised.high}
        shown = {name: self._number(end - others, promised.unit) for name, end in ends.items()}
        return say("item.expected", self._language, **shown)

    def brings_minor(self) -> int | None:
        """The same in minor units; None where it promises no money."""
        promised = prediction_of(self._item)
        if promised is None or not promised.unit.endswith(".minor"):
            return None
        return promised.value - self._others_lose(promised)

    def _day(self, moment: datetime) -> str:
        return dated_text(moment.astimezone(self._zone).date(), self._language, self._year)

    @cached_property
    def _year(self) -> int:
        return self._session.ctx.now().astimezone(self._zone).year

    @cached_property
    def _proposal(self) -> ProposalRow | None:
        item = self._item
        return self._session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None

    @cached_property
    def _adopted(self) -> list[UUID]:
        assert self._item.run_id is not None
        return [item.proposal_id for item in items_of(self._session, self._item.run_id) if item.proposal_id]

    @cached_property
    def _changes(self) -> list[ChallengeRow]:
        if self._item.run_id is None:
            return []
        rows = changed_rows(standing(challenges_of(self._session, self._item.run_id), self._adopted))
        return [row for row in rows if row.proposal_id == self._item.proposal_id]

    def objections(self, dissent: Sequence[str]) -> list[str]:
        """What people said against it: what stands behind the recomputations."""
        return list(dissent[len(self._changes) :])

    @property
    def _challengers(self) -> list[str]:
        run = self._session.get(Run, (self._item.brand_id, self._item.run_id)) if self._item.run_id else None
        reports: Mapping[str, Any] = ((run.result if run else None) or {}).get("reports", {})
        names = dict.fromkeys(row.agent for row in self._changes)
        titles = {name: reports.get(name, {}).get("title") or name.replace("_", " ").title() for name in names}
        return [agent_title(name, title, self._language) for name, title in titles.items()]

    def _others_lose(self, promised: Prediction) -> int:
        """What other channels lose by it, in minor units: the promise less what the meeting weighed."""
        if not self._changes or self._item.run_id is None or not promised.unit.endswith(".minor"):
            return 0
        revision = revisions_of(self._session, self._item.run_id, self._adopted).get(
            self._item.proposal_id or UUID(int=0)
        )
        if revision is None or revision.prediction != promised:
            return 0
        return max(promised.value - revision.expected_minor, 0)

    def _promise_moved(self, proposal: ProposalRow) -> Iterator[str]:
        if proposal.prediction is None or (promised := prediction_of(self._item)) is None:
            return
        before = Prediction.model_validate(proposal.prediction)
        old, new = self._number(before.value, before.unit), self._number(promised.value, promised.unit)
        if old != new:
            yield say("item.changed.value", self._language, now=new, before=old)

    def _what(self, promised: Prediction) -> str:
        """What is promised, in the words of the kind."""
        kind = ACTION_KINDS[self._item.kind]
        own = f"item.promise.{kind.file_name}"
        by_unit = own if promised.unit.endswith(".minor") else f"{own}.{promised.unit}"
        key = by_unit if sentence(by_unit, self._language) else own
        return speak(message(key, horizon=_span(promised.horizon_days)), self._language)

    def _often(self, coverage_bps: int) -> str:
        if coverage_bps == _USUAL_BPS:
            return say("item.promise.four_of_five", self._language)
        return say("item.promise.often", self._language, share=rate_text(coverage_bps * BPS / BPS, self._language, 0))

    def _number(self, value: int, unit: str) -> str:
        return rounded_text(Cell(value=value, unit=unit), self._language)

    def _said(self, name: str, cell: Cell) -> str:
        return rounded(name, cell, self._language)

    def _spoken(self, part: str) -> str:
        stored = self._item.preview.get(part)
        return speak(read_message(stored), self._language, rounded) if stored else ""

    def _named(self, said: Message) -> Message:
        return Names(self._session, words_in(said)).named(said)

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self._session, self._item.figures.values(), self._language)


def _moved(before: Action, now: Action) -> Iterator[tuple[str, Cell, Cell]]:
    for name in _AMOUNTS:
        old, new = getattr(before, name, None), getattr(now, name, None)
        if old is not None and new is not None and old != new:
            unit = _COUNTED.get(name, f"{now.currency}.minor")
            yield name, Cell(value=old, unit=unit), Cell(value=new, unit=unit)


def _span(days: int) -> Cell:
    """So many days, as weeks where they are whole weeks from two on."""
    whole_weeks = days >= 2 * _DAYS_A_WEEK and days % _DAYS_A_WEEK == 0
    return Cell(value=days // _DAYS_A_WEEK, unit="weeks") if whole_weeks else Cell(value=days, unit="days")
