"""The title of an action, in a line, in English and German: by its kind's titles, its parameters and what was told."""

import re
from datetime import date
from typing import Any

from domain.action import ACTION_KINDS, Action, Told
from domain.figure import Cell, money_cell
from domain.kind import ActionKind, Words
from domain.language import Language
from language.formats import dated_text, day_text, number_text
from language.prose import rounded

LONGEST_IN_LIST, LONGEST_IN_TEXT = 45, 70
PLACEHOLDER = re.compile(r"\{(\w+)(?::([^|{}]+)\|([^|{}]+))?\}")
_NOT_TOLD = object()


def list_title(action: Action, language: Language = Language.EN, told: Told = Told()) -> str:
    """The line of a list, which has a column of its own for the amount."""
    title = ACTION_KINDS[action.kind].list_title
    return _cut(_filled(title, action, told, language) or "", LONGEST_IN_LIST)


def text_title(action: Action, language: Language = Language.EN, told: Told = Told()) -> str:
    """The line of a text, with the one number that decides: the fullest of the kind's that is known and that fits in
    every language, so that each says the same."""
    kind, shown = ACTION_KINDS[action.kind], ""
    for title in (*kind.told_titles, kind.text_title):
        lines = {each: _filled(title, action, told, each) for each in Language}
        shown = lines[language] or shown
        if all(line is not None and len(line) <= LONGEST_IN_TEXT for line in lines.values()):
            return shown
    return _cut(shown, LONGEST_IN_TEXT)


def _cut(title: str, most: int) -> str:
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…"


def _filled(title: Words, action: Action, told: Told, language: Language) -> str | None:
    """The title with its placeholders filled; None where one of them is not known."""
    template, kind = title.in_language(language), ACTION_KINDS[action.kind]
    values = {match[1]: _value(match[1], action, told) for match in PLACEHOLDER.finditer(template)}
    if any(value is _NOT_TOLD for value in values.values()):
        return None

    def shown(match: re.Match[str]) -> str:
        name, singular, plural = match.groups()
        if singular is None:
            return _in_words(name, values[name], kind, action.currency, language)
        count = _count_of(values[name])
        return f"{number_text(count, language)} {singular if count == 1 else plural}"

    return PLACEHOLDER.sub(shown, template)


def _value(name: str, action: Action, told: Told) -> Any:
    for looked_up in (told.names, told.numbers, told.days):
        if name in looked_up:
            return looked_up[name]
    return getattr(action, name, _NOT_TOLD)


def _count_of(value: Any) -> int:
    if isinstance(value, Cell):
        return round(value.value)
    return len(value) if isinstance(value, tuple) else value


def _in_words(name: str, value: Any, kind: ActionKind, currency: str, language: Language) -> str:
    if isinstance(value, Cell):
        return rounded(name, value, language)
    if name in kind.value_names and value in kind.value_names[name]:
        return kind.value_names[name][value].in_language(language)
    if name.endswith("_minor"):
        return rounded(name, money_cell(value, currency), language)
    if name.endswith("_bps"):
        return _percent(value, language)
    if isinstance(value, date):
        is_planned = name in kind.parameters.model_fields
        return dated_text(value, language, value.year) if is_planned else day_text(value, language).rpartition(" ")[0]
    return number_text(value, language) if isinstance(value, int) else str(value)


def _percent(bps: int, language: Language) -> str:
    """`5 %`, `12.5 %`, `12,5 %`: as few decimals as tell it."""
    decimals = next(places for places in (0, 1, 2) if bps % 10 ** (2 - places) == 0)
    return f"{number_text(bps / 100, language, decimals)} %"
