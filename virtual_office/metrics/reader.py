"""Reads a question about the business in English or German into a typed query; what it does not understand it says."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from domain.language import Language
from domain.message import Message, listed, message, verbatim
from domain.metrics import (
    IN_STEPS,
    MOST_STEPS,
    OF_SALES,
    SPLITS,
    Comparison,
    Days,
    Metric,
    MetricQuery,
    Period,
    Split,
    days_of,
    steps_of,
)
from guardrails.names import NameIndex, bounded
from virtual_office.metrics import topics
from virtual_office.metrics import vocabulary as words
from virtual_office.metrics.calendar_periods import CALENDAR, days_named, last_months, with_iso_days
from virtual_office.metrics.topics import Topic

LONGEST = 500
_BOUNDS = bounded(re.compile(r"(?<![\w-])"), re.compile(r"(?![\w-])"))
_MOST_MONTHS, _MOST_SELLERS, _QUARTER_DAYS, _MOST_QUOTED = 120, 5, 91, 4
_MONTHS = "|".join(sorted({name for names in words.MONTHS for name in names}, key=len, reverse=True))
_BY_HAND = words.BY_HAND.format(months=_MONTHS)
_NO_AMOUNT = "".join(f"(?<!{word} )" for word in ("over", "above", "below", "under", "than", "über", "unter"))
"""A number after one of these words is an amount and no year."""


@dataclass(frozen=True)
class Unclear:
    """The reason why a question is not answered, a sentence without its full stop; and what of it is understood."""

    reason: Message
    understood: Sequence[Message] = ()
    about: frozenset[str] = frozenset()
    product: str = ""
    unknown: Sequence[str] = ()
    """Words that say nothing here."""
    near: Sequence[str] = ()
    """Names of the brand's that are nearest to these."""


@dataclass(frozen=True)
class BrandNames:
    """The brand's own words: its products' SKUs and titles, its channels' codes and titles, each to its code; and
    names that several products share, with the titles of these. `newest` is the last day that sales are reported for.
    """

    products: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    newest: date | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    """Stands and suppliers, by code and title."""


@dataclass(frozen=True)
class Understood:
    """The query, the language it was asked in, and whether a rise or a fall was taken for granted."""

    query: MetricQuery
    language: Language
    taken_for: int = 0
    assumed: bool = False
    """Whether the days are those that are meant where none are named."""


def read_question(question: str, names: BrandNames, today: date) -> Understood | Unclear:
    """The query of a question. Nothing is guessed: a word that is not understood makes the whole question unclear."""
    reader = QuestionReader(question, names, today)
    best = reader.take(words.BEST_SELLERS)
    by_hand = reader.same_month_a_year_ago()
    metrics = reader.metrics()
    if reader.shared:
        return reader.which_product()
    if not metrics and (best or reader.take(words.COMPARE) or by_hand):
        metrics = {Metric.REVENUE}
    reader.take(words.COMPARE)
    reader.named_metrics = metrics
    if len(metrics) != 1:
        return reader.no_metric() if not metrics else reader.unclear(Message(key="metrics.unclear.metrics"))
    metric, selected, split = next(iter(metrics)), reader.top(), reader.first(words.SPLITS)
    if best and not selected and not split:
        selected = {"split": Split.PRODUCT, "top": _MOST_SELLERS}
    span, taken_for = by_hand or reader.period(today), reader.direction()
    reader.span = None if isinstance(span, Unclear) else span
    if selected and split:
        return reader.unclear(Message(key="metrics.unclear.splits"))
    comparison = Comparison.YEAR_BEFORE if by_hand else reader.compared or Comparison.NONE
    why = reader.take(words.WHY)
    if reader.take(words.CHANGED) or taken_for or why or reader.base:
        comparison = Comparison.PERIOD_BEFORE if comparison is Comparison.NONE else comparison
    parts = reader.parts()
    fields = {"metric": metric, "split": split or Split.NONE, "why": why, "comparison": comparison}
    fields |= {"product": parts["product"], "channel": parts["channel"]}
    if isinstance(span, Unclear):
        return reader.unclear(span.reason)
    if left := reader.left():
        return reader.unknown(left)
    if parts["other"]:
        return reader.unclear(message("ask.missing.not_by_place", name=reader.title(parts["other"])))
    assumed = metric in OF_SALES and not span
    if assumed:
        span = default_span(names.newest, today, compared=why or comparison is not Comparison.NONE)
    fields |= {**(selected or {}), **(span or {"period": Period.NOW})}
    if refused := _refused(
        metric, fields["split"], with_time=_is_past(span) or why or comparison is not Comparison.NONE
    ):
        return reader.unclear(refused.reason)
    if metric is Metric.STOCK and fields["product"] and fields["split"] is Split.NONE:
        fields["split"] = Split.LOCATION  # a number of units says nothing without the places that are counted
    typed = _typed(fields, reader.language, taken_for, assumed)
    if isinstance(typed, Unclear):
        return reader.unclear(typed.reason)
    if too_many := _too_many(typed.query, today):
        return reader.unclear(too_many.reason)
    if reader.base is None:
        return typed
    base = days_named(reader.base, days_of(typed.query, today).first - timedelta(days=1))
    if base is None or reader.compared is not None:
        return reader.unclear(Message(key="metrics.unclear.base"))
    fields |= {"comparison": Comparison.NAMED, "base_first": base.first, "base_last": base.last}
    return _typed(fields, reader.language, taken_for)


def default_span(newest: date | None, today: date, *, compared: bool) -> dict[str, Any]:
    """The days that are meant where none are named: the month of the newest sales; of a change, the last 13 weeks."""
    last = min(newest or today, today)
    if compared:
        return _span(Days(first=last - timedelta(days=_QUARTER_DAYS - 1), last=last))
    if (last.year, last.month) == (today.year, today.month):
        return {"period": Period.THIS_MONTH}
    first = last.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return _span(Days(first=first, last=after - timedelta(days=1)))


def quoted(unknown: Sequence[str]) -> Message:
    """Words in quotation marks, the first few."""
    return listed([message("ask.quoted", word=word) for word in unknown[:_MOST_QUOTED]])


def language_of_words(question: str) -> Language:
    """German where more of its usual words are German than English."""
    question_words = set(re.findall(r"[^\W\d_]+", question.casefold()))
    return Language.DE if len(question_words & words.GERMAN) > len(question_words & words.ENGLISH) else Language.EN


def _typed(fields: dict[str, Any], language: Language, taken_for: int, assumed: bool = False) -> Understood | Unclear:
    try:
        return Understood(MetricQuery(**fields), language, taken_for, assumed)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return _unclear("metrics.unclear.query", reason=reason)


class QuestionReader:
    """A question, from which what is understood is taken, the longest first."""

    def __init__(self, question: str, names: BrandNames, today: date) -> None:
        self._text = _spaced(_plain(question))
        self._words = frozenset(self._text.split())
        self._names, self._latest = names, today
        self.language = language_of_words(question)
        self.shared: Sequence[str] = ()
        self.named_metrics: set[Metric] = set()
        self.span: dict[str, Any] | None = None
        self._not_understood: list[str] = []
        self._named = {"product": self._name(names.products, names.shared), "channel": self._name(names.channels, {})}
        self._named["other"] = self._name(names.others, {}) if names.others else ""
        self.compared: Comparison | None = self.first(words.COMPARISONS)
        self.base = self._matched(rf"{words.COMPARED} (?:(?:in|im|the|dem|den|der|zum|zur) )*(?:{CALENDAR})")

    def title(self, code: str) -> str:
        return self._names.titles.get(code, code)

    def unclear(self, reason: Message, unknown: Sequence[str] = (), topic: Topic | None = None) -> Unclear:
        """The reason, with what was understood of the question."""
        told: list[Message] = [_called(metric) for metric in sorted(self.named_metrics)]
        told += [Message(key=f"ask.topic.{topic}")] if topic else []
        told += [verbatim(self.title(code)) for code in self._named.values() if code]
        told += [_when_text(self.span)] if self.span else []
        subjects = [name for name, said in topics.ABOUT.items() if self._words & set(said.split())]
        told += [Message(key=f"ask.about.{name}") for name in subjects if not told]
        about = {name for name, said in topics.ABOUT.items() if self._words & set(said.split())}
        about |= {str(metric) for metric in self.named_metrics} | ({str(topic)} if topic else set())
        return Unclear(reason, told, frozenset(about), self._named["product"], tuple(unknown))

    def unknown(self, left: Sequence[str], topic: Topic | None = None) -> Unclear:
        return self.unclear(message("metrics.unclear.words", words=quoted(left)), left, topic)

    def no_metric(self) -> Unclear:
        """That nothing here measures what the question is about."""
        self.span = None
        known = {word for said in topics.ABOUT.values() for word in said.split()} - topics.JUDGING
        left = [word for word in self.left() if word not in known]
        if not left:
            return self.unclear(Message(key="metrics.unclear.no_metric"))
        return self.unclear(message("ask.missing.no_measure", words=quoted(left)), left)

    def which_product(self, topic: Topic | None = None) -> Unclear:
        return self.unclear(message("metrics.unclear.which_product", titles=", ".join(self.shared)), topic=topic)

    def same_month_a_year_ago(self) -> dict[str, Any] | None:
        """The month of `this November with last`; None where it is not asked for."""
        match = self._matched(_BY_HAND)
        if match is None:
            return None
        named = match["month"] or match["named"]
        days = days_named(re.fullmatch(CALENDAR, f"{named}{match['year'] or ''}"), self._latest)  # type: ignore[arg-type]
        return None if days is None else _span(days)

    def metrics(self) -> set[Metric]:
        return {metric for pattern, metric in words.METRICS if self.take(pattern)}

    def first(self, known: Iterable[tuple[str, Any]]) -> Any:
        return next((meaning for pattern, meaning in known if self.take(pattern)), None)

    def take(self, pattern: str) -> bool:
        """Whether this stands in the question; it is taken out."""
        taken, changes = re.subn(rf"(?<![\w-])(?:{pattern})(?![\w-])", " ", self._text)
        if changes:
            self._text = _spaced(taken)
        return bool(changes)

    def direction(self) -> int:
        fell, rose = self.take(words.FELL), self.take(words.ROSE)
        return int(rose) - int(fell)

    def parts(self) -> dict[str, str]:
        return self._named

    def top(self) -> dict[str, Any] | None:
        """The split that a selection such as `top 3 products` asks for, and how many are told."""
        match = self._matched(words.TOP)
        if match is None:
            return None
        many = match["many"] or match["before"]
        split = next(split for split in (Split.PRODUCT, Split.CHANNEL, Split.CUSTOMER) if match[split.value])
        return {"split": split, "top": _number(many) if many else None}

    def period(self, today: date) -> dict[str, Any] | Unclear | None:
        """The period's fields; None where none is named."""
        periods = [*self._last_so_many(today), *self._calendar(today), *self._named_periods()]
        if len(periods) > 1:
            return _unclear("metrics.unclear.periods")
        return periods[0] if periods else None

    def left(self) -> list[str]:
        return [*self._not_understood, *(word for word in self._text.split() if word not in words.FILLERS)]

    def _name(self, names: Mapping[str, str], shared: Mapping[str, Sequence[str]]) -> str:
        """The code of what is named; a longer name counts before a shorter one."""
        called: dict[str, str] = {}
        for name in sorted({*names, *shared}, key=lambda name: (-len(name), name)):
            called.setdefault(_plain(name), name)
        standing = NameIndex(called).standing_in(self._text, _BOUNDS(self._text))
        if not standing:
            return ""
        plain = min(standing, key=lambda plain: (-len(called[plain]), called[plain]))
        self.take(re.escape(plain))
        self.shared = shared.get(called[plain], ())
        return names.get(called[plain], "")

    def _matched(self, pattern: str) -> re.Match[str] | None:
        match = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", self._text)
        if match:
            self._text = _spaced(f"{self._text[: match.start()]} {self._text[match.end() :]}")
        return match

    def _last_so_many(self, today: date) -> Iterator[dict[str, Any]]:
        match = self._matched(words.LAST_SO_MANY)
        if match is None:
            return
        count, unit = _number(match[1]), match[2][0]
        if unit != "m":
            yield {"period": Period.LAST_DAYS, "days": count * (7 if unit == "w" else 1)}
        elif 0 < count <= _MOST_MONTHS:
            yield _span(last_months(count, today))
        else:
            self._not_understood.append(match[0])

    def _calendar(self, today: date) -> Iterator[dict[str, Any]]:
        while match := self._matched(f"{_NO_AMOUNT}(?:{CALENDAR})"):
            days = days_named(match, today)
            if days is None:
                self._not_understood.append(match[0])
                continue
            yield _span(days)

    def _named_periods(self) -> Iterator[dict[str, Any]]:
        yield from ({"period": period} for pattern, period in words.PERIODS if self.take(pattern))


def _plain(text: str) -> str:
    """Words between single spaces, without marks; days as 2026-02-16."""
    days = with_iso_days(" ".join(text.casefold().split()))
    return " ".join(re.sub(r"[?!,;:()\"“”„]+|\.(?=\s|$)", " ", days).split())


def _spaced(text: str) -> str:
    return f" {' '.join(text.split())} "


def _number(word: str) -> int:
    return words.NUMBERS.get(word) or int(word)


def _span(days: Days) -> dict[str, Any]:
    return {"period": Period.BETWEEN, "first": days.first, "last": days.last}


def _refused(metric: Metric, split: Split, *, with_time: bool) -> Unclear | None:
    """A refusal where the metric has no such period or split; None where it has."""
    if metric not in OF_SALES and with_time:
        return _unclear("metrics.unclear.only_as_it_stands", metric=_called(metric))
    if split not in SPLITS[metric]:
        return _unclear(
            "metrics.unclear.not_split", metric=_called(metric), split=Message(key=f"metrics.split.{split}")
        )
    return None


def _is_past(span: dict[str, Any] | None) -> bool:
    return span is not None and span["period"] is not Period.NOW


def _too_many(query: MetricQuery, today: date) -> Unclear | None:
    if query.split not in IN_STEPS:
        return None
    count = len(list(steps_of(query.split, days_of(query, today))))
    if count <= MOST_STEPS:
        return None
    return _unclear("metrics.unclear.too_many_steps", steps=str(count), most=str(MOST_STEPS))


def _when_text(span: Mapping[str, Any]) -> Message:
    if span["period"] is Period.BETWEEN:
        return message("metrics.days.range", first=span["first"], last=span["last"])
    if span["period"] is Period.LAST_DAYS:
        return message("metrics.period.last_days", days=str(span["days"]))
    return Message(key=f"metrics.period.{span['period']}")


def _called(metric: Metric) -> Message:
    return Message(key=f"metrics.word.{metric}")


def _unclear(key: str, /, **values: str | Message) -> Unclear:
    return Unclear(message(key, **values))
