"""Errors as people read them: the reasons that a lower room gave by key, in words."""

from typing import Any

from domain.errors import DomainError
from domain.language import Language
from domain.message import read_message
from language.speech import joined, speak, spoken


def error_text(error: DomainError, language: Language = Language.EN) -> str:
    """The error's sentence, with its reasons after a colon."""
    reasons = error.details.get("reasons", ())
    text = speak(error.said, language) if error.said else error.message
    if not reasons:
        return text
    return f"{text.rstrip('.')}: {joined(map(read_message, reasons), language)}."


def error_document(error: DomainError, language: Language = Language.EN) -> dict[str, Any]:
    """The envelope in which the CLI and the API print an error."""
    document = spoken(error.envelope(), language)
    document["error"]["message"] = error_text(error, language)
    if error.advice:
        document["error"]["details"]["remedy"] = speak(error.advice, language)
    return document
