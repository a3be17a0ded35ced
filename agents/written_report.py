"""A report that a model wrote into its answer instead of handing it in by a call."""

from collections.abc import Mapping
from typing import Any

from llm.written_json import fenced_objects, json_object

_OF_EVERY_REPORT = "summary"


def written_report(text: str) -> Mapping[str, Any] | None:
    """The report that a text is, or the last one in a fenced block of it; None where there is none."""
    whole = json_object(text)
    given = [whole] if whole is not None else fenced_objects(text)
    return next((report for report in reversed(given) if _OF_EVERY_REPORT in report), None)
