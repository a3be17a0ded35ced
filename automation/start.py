"""A person starts a workflow by hand."""

import json
from typing import Any
from uuid import UUID

from automation.definitions import workflow_of
from automation.runs import begin_workflow, newest_seq
from domain.actor import Permission
from domain.errors import InvalidInput
from domain.event import new_event
from store.audit import append_audit
from store.outbox import emit_event
from store.session import BrandSession


def start_workflow(session: BrandSession, name: str, data: str) -> UUID:
    """Begin a workflow with these data (a JSON object). Raises Forbidden, NotFound, InvalidInput."""
    session.ctx.require(Permission.ACTION_PROPOSE)
    _, version = workflow_of(session, name)
    event = new_event(session.ctx, "workflow.started", name, _object(data))
    run_id = begin_workflow(session, version, event.model_dump(mode="json"), newest_seq(session), str(event.id))
    assert run_id is not None
    append_audit(session, "workflow.started", name, {"run": str(run_id), "data": event.data})
    emit_event(session, event)
    return run_id


def _object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The data are no JSON: {error.msg}.", remedy='Write \'{"sku": "A"}\'.') from error
    if not isinstance(document, dict) or len(text) > 64_000:
        raise InvalidInput("The data are one JSON object of moderate size.", remedy='Write \'{"sku": "A"}\'.')
    return document
