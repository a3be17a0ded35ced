"""Reads a question about the business in English or German into a typed query; what it does not understand it says."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from domain.language import Language
from domain.message import Message, message
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
from virtual_office.metrics import vocabulary as words
from virtual_office.metrics.calendar_periods import CALENDAR, days_named, last_months, with_iso_days

LONGEST = 500
_BOUNDS = bounded(re.compile(r"(?<![\w-])"), re.compile(r"(?![\w-])"))
_MOST_MONTHS = 120
_NO_AMOUNT = "".join(f"(?<!{word} )" for word in ("over", "above", "below", "under", "than", "über", "unter"))
"""A number after one of these words is an amount and no year."""


@dataclass(frozen=True)
class Unclear:
    """The reason why a question is not understood: a sentence without its full stop."""

    reason: Message


@dataclass(frozen=True)
class BrandNames:
    """The brand's own words: its products' SKUs and titles, its channels' codes and titles, each to its code; and
    names that several products share, with the titles of these."""

    products: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """The query, the language it was asked in, and whether a rise or a fall was taken for granted."""

    query: MetricQuery
    language: Language
    taken_for: int = 0


def read_question(question: str, names: BrandNames, today: date) -> Understood | Unclear:
    """The query of a question. Nothing is guessed: a word that is not understood makes the whole question unclear."""
    reader = _Reader(question, names)
    if reader.shared:
        titles = ", ".join(reader.shared)
        return _unclear("metrics.unclear.which_product", titles=titles)
    metrics = reader.metrics()
    if len(metrics) != 1:
        return _which(metrics)
    metric, selected, split = next(iter(metrics)), reader.top(), reader.first(words.SPLITS)
    span, taken_for = reader.period(today), reader.direction()
    if selected and split:
        return _unclear("metrics.unclear.splits")
    comparison = reader.compared or Comparison.NONE
    why = reader.take(words.WHY)
    if reader.take(words.CHANGED) or taken_for or why or reader.base:
        comparison = Comparison.PERIOD_BEFORE if comparison is Comparison.NONE else comparison
    fields = {"metric": metric, "split": split or Split.NONE, "why": why, "comparison": comparison, **reader.parts()}
    if isinstance(span, Unclear):
        return span
    if left := reader.left():
        unknown_words = ", ".join(f"“{word}”" for word in left[:4])
        return _unclear("metrics.unclear.words", words=unknown_words)
    if metric in OF_SALES and not span:
        return _when(metric)
    fields |= {**(selected or {}), **(span or {"period": Period.NOW})}
    if refused := _refused(
        metric, fields["split"], with_time=_is_past(span) or why or comparison is not Comparison.NONE
    ):
        return refused
    typed = _typed(fields, reader.language, taken_for)
    if isinstance(typed, Unclear):
        return typed
    if too_many := _too_many(typed.query, today):
        return too_many
    if reader.base is None:
        return typed
    base = days_named(reader.base, days_of(typed.query, today).first - timedelta(days=1))
    if base is None or reader.compared is not None:
        return _unclear("metrics.unclear.base")
    fields |= {"comparison": Comparison.NAMED, "base_first": base.first, "base_last": base.last}
    return _typed(fields, reader.language, taken_for)


def language_of_words(question: str) -> Language:
    """German where more of its usual words are German than English."""
    question_words = set(re.findall(r"[^\W\d_]+", question.casefold()))
    return Language.DE if len(question_words & words.GERMAN) > len(question_words & words.ENGLISH) else Language.EN


def _typed(fields: dict[str, Any], language: Language, taken_for: int) -> Understood | Unclear:
    try:
        return Understood(MetricQuery(**fields), language, taken_for)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return _unclear("metrics.unclear.query", reason=reason)


class _Reader:
    """The question, from which what is understood is taken, the longest first."""

    def __init__(self, question: str, names: BrandNames) -> None:
        self._text = f" {_plain(question)} "
        self.language = language_of_words(question)
        self.shared: Sequence[str] = ()
        self._not_understood: list[str] = []
        self._named = {"product": self._name(names.products, names.shared), "channel": self._name(names.channels, {})}
        self.compared: Comparison | None = self.first(words.COMPARISONS)
        self.base = self._matched(rf"{words.COMPARED} (?:(?:in|im|the|dem|den|der|zum|zur) )*(?:{CALENDAR})")

    def metrics(self) -> set[Metric]:
        return {metric for pattern, metric in words.METRICS if self.take(pattern)}

    def first(self, known: Iterable[tuple[str, Any]]) -> Any:
        return next((meaning for pattern, meaning in known if self.take(pattern)), None)

    def take(self, pattern: str) -> bool:
        """Whether this stands in the question; it is taken out."""
        taken = re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", " ", self._text)
        changed, self._text = taken != self._text, taken
        return changed

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
            self._text = f"{self._text[: match.start()]} {self._text[match.end() :]}"
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


def _number(word: str) -> int:
    return words.NUMBERS.get(word) or int(word)


def _span(days: Days) -> dict[str, Any]:
    return {"period": Period.BETWEEN, "first": days.first, "last": days.last}


def _which(metrics: set[Metric]) -> Unclear:
    if metrics:
        return _unclear("metrics.unclear.metrics")
    return _unclear("metrics.unclear.no_metric")


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


def _when(metric: Metric) -> Unclear:
    return _unclear("metrics.unclear.which_days", metric=_called(metric))


def _called(metric: Metric) -> Message:
    return Message(key=f"metrics.word.{metric}")


def _unclear(key: str, /, **values: str | Message) -> Unclear:
    return Unclear(message(key, **values))
