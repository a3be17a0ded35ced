"""Words between rules and models: reasons beside their keys, rules' claims written out, claims held to their key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agents.claims import said_beside
from domain.canonical import canonical_json
from domain.language import Language
from domain.message import read_message
from domain.report import AgentReport, Claim
from language.speech import prose_of, speak

_REASONS = "reasons"


def with_words(content: str) -> str:
    """A tool's answer in which every list of reasons is followed by what they mean, in English."""
    if f'"{_REASONS}":[' not in content:
        return content
    return canonical_json(_worded(json.loads(content)))


def _worded(node: Any) -> Any:
    if isinstance(node, list):
        return [_worded(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    worded = {name: _worded(value) for name, value in node.items()}
    if reasons := node.get(_REASONS):
        worded["because"] = [speak(read_message(reason), Language.EN) for reason in reasons]
    return worded


def written_out(document: Any) -> Any:
    """Rules' claims as a model would make them: what they say by key in German too, and no key."""
    if isinstance(document, list):
        return [written_out(part) for part in document]
    if not isinstance(document, Mapping):
        return document
    if {"text", "german", "message"} <= document.keys():
        claim = Claim.model_validate(document)
        return claim.model_copy(update={"german": prose_of(claim, Language.DE), "message": None}).model_dump(
            mode="json", exclude={"message"}
        )
    return {name: written_out(value) for name, value in document.items() if name != "missing"}


def misquoted(report: AgentReport) -> Iterator[str]:
    """Claims that say something else than what their key says: only rules speak by key."""
    findings = ((finding.subject, finding.claim) for finding in report.findings)
    for place, claim in (("summary", report.summary), *findings):
        if is_misquoted(claim):
            yield f"{place}: text is not what its message says; leave message out"


def is_misquoted(claim: Claim) -> bool:
    """Whether a claim's text, or what is said beside it, is not what its message says in English."""
    if claim.message is None:
        return claim.beside != ""
    beside = said_beside(claim.message, claim.figures) if claim.beside else ""
    return claim.german != "" or speak(claim.message, Language.EN) != claim.text or claim.beside != beside
