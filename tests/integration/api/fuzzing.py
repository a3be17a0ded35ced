"""Schemathesis against the application in this process: every check, valid and invalid data, stateful runs."""

from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

SEMANTIC_REFUSALS = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]
"""Statuses that well-formed input may be answered with: 412 for a tag that nothing ever had, 422 for what only the
brand's own state shows to be senseless (a moment after the item's end, a parameter that its kind does not take)."""

_DOCUMENTS = ("set_rule", "set_workflow")
"""Operations whose bodies have so many shapes that making them takes long."""


@dataclass
class Findings:
    """Failures, errors and counts of one Schemathesis run."""

    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    cases: int = 0
    checks: int = 0
    operations: set[str] = field(default_factory=set)


def fuzz(app: FastAPI, headers: dict[str, str], leaver: str, examples: int, *, thorough: bool) -> Findings:
    """Let it try every operation with `examples` generated requests each; thoroughly, with its coverage and stateful
    phases, and with rule and workflow documents. `leaver` is the token of another login,
    for logging out."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": headers,
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": SEMANTIC_REFUSALS},
                "missing_required_header": {"expected-statuses": ["401", "422", "428"]},
            },
            "phases": {"stateful": {"enabled": thorough}, "coverage": {"enabled": thorough}},
            "operations": [
                {"include-operation-id": "log_out", "headers": {"Authorization": leaver}},
                *(
                    []
                    if thorough
                    else [{"include-operation-id": operation, "enabled": False} for operation in _DOCUMENTS]
                ),
            ],
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
    findings = Findings()
    for event in from_schema(schema).execute():
        _note(findings, event)
    return findings


def _note(findings: Findings, event: Any) -> None:
    if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
        findings.cases += len(event.recorder.cases)
        findings.operations |= {node.value.operation.label for node in event.recorder.cases.values()}
        for case_id, checks in event.recorder.checks.items():
            findings.checks += len(checks)
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info
                    said = f"{check.name}: {failure.failure.title}: {failure.failure.message}\n{failure.code_sample}"
                    response = event.recorder.interactions[case_id].response
                    body = response.content[:300] if response else b""
                    findings.failures.append(f"{event.recorder.cases[case_id].value.operation.label}: {said}\n{body!r}")
        return
    if isinstance(event, events.NonFatalError | events.FatalError):
        findings.errors.append(str(getattr(event, "info", None) or getattr(event, "exception", event)))
    if isinstance(event, events.PhaseFinished):
        findings.phases.append(f"{event.phase.name.value}: {event.status.value}")
    if isinstance(event, events.EngineFinished):
        findings.summary = {
            "operations": len(findings.operations), "cases": findings.cases, "checks": findings.checks,
            "seconds": round(event.running_time, 1),
        }  # fmt: skip
