"""Reads a question about the business in English or German into a typed query; what it does not understand it says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from domain.language import Language
from domain.metrics import OF_SALES, Comparison, Metric, MetricQuery, Period, Split
from virtual_office import metric_vocabulary as words

LONGEST = 500


@dataclass(frozen=True)
class Unclear:
    """What of a question is not understood, in both languages."""

    reason: str
    german: str


@dataclass(frozen=True)
class Names:
    """The brand's own words: its products' SKUs and titles, its channels' codes and titles, each to its code."""

    products: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """The query, the language it was asked in, and whether a rise or a fall was taken for granted."""

    query: MetricQuery
    language: Language
    taken_for: int = 0


_MONTH_NUMBERS = {name: number for number, names in enumerate(words.MONTHS, start=1) for name in names}
_DAY = r"\d{4}-\d\d-\d\d"


def read_question(question: str, names: Names, today: date) -> Understood | Unclear:
    """The query of a question. Nothing is guessed: a word that is not understood makes the whole question unclear."""
    reader = _Reader(question, names)
    found = reader.metrics()
    if len(found) != 1:
        return _which(found)
    metric, span = next(iter(found)), reader.period(today)
    comparison = reader.first(words.COMPARISONS) or Comparison.NONE
    split, taken_for = reader.first(words.SPLITS) or Split.NONE, reader.direction()
    why = reader.take(words.WHY)
    if reader.take(words.CHANGED) or taken_for or why:
        comparison = Comparison.PERIOD_BEFORE if comparison is Comparison.NONE else comparison
    told = {"metric": metric, "split": split, "why": why, "comparison": comparison, **reader.parts()}
    if isinstance(span, Unclear):
        return span
    if metric in OF_SALES and not span:
        return _when(metric)
    if left := reader.left():
        said = ", ".join(f"“{word}”" for word in left[:4])
        return Unclear(f"I do not understand {said}", f"Ich verstehe {said} nicht")
    return _typed({**told, **(span or {"period": Period.NOW})}, reader.language, taken_for)


def language_of_words(question: str) -> Language:
    """German where more of its usual words are German than English."""
    said = set(re.findall(r"[^\W\d_]+", question.casefold()))
    return Language.DE if len(said & words.GERMAN) > len(said & words.ENGLISH) else Language.EN


def _typed(told: dict[str, Any], language: Language, taken_for: int) -> Understood | Unclear:
    try:
        return Understood(MetricQuery(**told), language, taken_for)
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return Unclear(f"That cannot be answered: {said}", f"Das kann nicht beantwortet werden: {said}")


class _Reader:
    """The question, from which what is understood is taken, the longest first."""

    def __init__(self, question: str, names: Names) -> None:
        self._text = " " + " ".join(re.sub(r"[?!,;:()\"“”„]+|\.(?=\s|$)", " ", question.casefold()).split()) + " "
        self.language = language_of_words(question)
        self._named = {"product": self._name(names.products), "channel": self._name(names.channels)}
        self._comparison_first = self._first_of(words.COMPARISONS)

    def metrics(self) -> set[Metric]:
        return {metric for pattern, metric in words.METRICS if self.take(pattern)}

    def first(self, known: Iterable[tuple[str, Any]]) -> Any:
        if known is words.COMPARISONS:
            return self._comparison_first
        return self._first_of(known)

    def _first_of(self, known: Iterable[tuple[str, Any]]) -> Any:
        return next((meaning for pattern, meaning in known if self.take(pattern)), None)

    def take(self, pattern: str) -> bool:
        """Whether this stands in the question; it is taken out."""
        taken = re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", " ", self._text)
        found, self._text = taken != self._text, taken
        return found

    def direction(self) -> int:
        fell, rose = self.take(words.FELL), self.take(words.ROSE)
        return int(rose) - int(fell)

    def parts(self) -> dict[str, str]:
        return self._named

    def period(self, today: date) -> dict[str, Any] | Unclear | None:
        """The period's fields; None where none is named."""
        found = [span for span in (self._days(), self._between(), self._month(today), self._named_period()) if span]
        if len(found) > 1:
            return Unclear("Ask about one period at a time", "Bitte nach einem Zeitraum auf einmal fragen")
        return found[0] if found else None

    def left(self) -> list[str]:
        return [word for word in self._text.split() if word not in words.FILLERS]

    def _name(self, names: Mapping[str, str]) -> str:
        """The code of what is named; a longer name counts before a shorter one."""
        for name in sorted(names, key=len, reverse=True):
            if name and self.take(re.escape(name.casefold())):
                return names[name]
        return ""

    def _matched(self, pattern: str) -> re.Match[str] | None:
        match = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", self._text)
        if match:
            self._text = f"{self._text[: match.start()]} {self._text[match.end() :]}"
        return match

    def _days(self) -> dict[str, Any] | None:
        pattern = words.LAST_SO_MANY
        match = self._matched(pattern)
        if match is None:
            return None
        days = int(match[1]) * (7 if match[2][0] == "w" else 1)
        return {"period": Period.LAST_DAYS, "days": days}

    def _between(self) -> dict[str, Any] | None:
        match = self._matched(rf"(?:from|between|vom|von|zwischen) ({_DAY}) (?:to|and|until|bis|und) ({_DAY})")
        one = None if match else self._matched(rf"(?:on |am )?({_DAY})")
        try:
            if match:
                return _span(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
            return _span(date.fromisoformat(one[1]), date.fromisoformat(one[1])) if one else None
        except ValueError:
            self._text += (match or one)[0] + " " if (match or one) else ""  # type: ignore[index]
            return None

    def _month(self, today: date) -> dict[str, Any] | None:
        match = self._matched(rf"(?:in |im )?({'|'.join(_MONTH_NUMBERS)})(?: (\d{{4}}))?")
        if match:
            number = _MONTH_NUMBERS[match[1]]
            year = int(match[2]) if match[2] else today.year - (number > today.month)
            return _whole_month(year, number)
        quarter = self._matched(r"(?:in |im )?q([1-4]) (\d{4})")
        if quarter:
            first = date(int(quarter[2]), 3 * int(quarter[1]) - 2, 1) if int(quarter[2]) >= 1990 else date(1990, 1, 1)
            last = _whole_month(first.year, first.month + 2)["last"]
            return _span(first, last)
        return None

    def _named_period(self) -> dict[str, Any] | None:
        found = [period for pattern, period in words.PERIODS if self.take(pattern)]
        return {"period": found[0]} if len(found) == 1 else None


def _span(first: date, last: date) -> dict[str, Any]:
    return {"period": Period.BETWEEN, "first": first, "last": last}


def _whole_month(year: int, month: int) -> dict[str, Any]:
    after = date(year + month // 12, month % 12 + 1, 1)
    return _span(date(year, month, 1), after - timedelta(days=1))


def _which(found: set[Metric]) -> Unclear:
    if found:
        return Unclear("Ask about one metric at a time", "Bitte nach einer Kennzahl auf einmal fragen")
    return Unclear("I find no metric in this", "Darin finde ich keine Kennzahl")


def _when(metric: Metric) -> Unclear:
    name = metric.value.replace("_", " ")
    return Unclear(
        f"For which days? {name} needs a period, such as “last week”", "Für welchen Zeitraum? Etwa „letzte Woche“"
    )
