"""The title of an action, in a line, in English and German: from its kind's titles and its own parameters."""

import re
from datetime import date
from typing import Any

from domain.action import ACTION_KINDS, Action
from domain.kind import ActionKind
from domain.language import Language
from language.formats import day_text, money_text, number_text

LONGEST_IN_LIST, LONGEST_IN_TEXT = 45, 70
PLACEHOLDER = re.compile(r"\{(\w+)(?::([^|{}]+)\|([^|{}]+))?\}")


def list_title(action: Action, language: Language = Language.EN) -> str:
    """The line of a list, which has a column of its own for the amount."""
    kind = ACTION_KINDS[action.kind]
    return _filled(kind.list_title.in_language(language), kind, action, language)


def text_title(action: Action, language: Language = Language.EN) -> str:
    """The line of a text, with the one number that decides."""
    kind = ACTION_KINDS[action.kind]
    return _filled(kind.text_title.in_language(language), kind, action, language)


def _filled(template: str, kind: ActionKind, action: Action, language: Language) -> str:
    def shown(match: re.Match[str]) -> str:
        name, singular, plural = match.groups()
        value = getattr(action, name)
        if singular is None:
            return _in_words(name, value, kind, action.currency, language)
        count = len(value) if isinstance(value, tuple) else value
        return f"{_count(count, language)} {singular if count == 1 else plural}"

    return PLACEHOLDER.sub(shown, template)


def _in_words(name: str, value: Any, kind: ActionKind, currency: str, language: Language) -> str:
    if name in kind.value_names:
        return kind.value_names[name][value].in_language(language)
    if name.endswith("_minor"):
        return money_text(value, currency, language)
    if name.endswith("_bps"):
        return _percent(value, language)
    if isinstance(value, date):
        return day_text(value, language).rpartition(" ")[0]
    return _count(value, language) if isinstance(value, int) else str(value)


def _percent(bps: int, language: Language) -> str:
    """`5 %`, `12.5 %`, `12,5 %`: as few decimals as tell it."""
    decimals = next(places for places in (0, 1, 2) if bps % 10 ** (2 - places) == 0)
    return f"{number_text(bps / 100, language, decimals)} %"


def _count(value: int, language: Language) -> str:
    return number_text(value, language)
