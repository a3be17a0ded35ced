"""Questions that can be asked next, in words, with the brand's month and product filled in."""

from datetime import date

from domain.language import Language
from language.formats import month_text
from language.speech import say


def question_text(key: str, language: Language, day: date, product: str = "") -> str:
    """One of the questions of `nearest.POSSIBLE`; `day` lies in the month that is asked about."""
    return say(f"ask.question.{key}", language, month=month_text(day, language, 0), product=product)
