"""`/api/v1/{os}/automation/workflows`, `/executions`: workflows, and what rules and workflows did."""

import json
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.automation import Os, RuleName
from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk, RequestDesk
from api.errors import ANSWERED, IN_A_BRAND, declared
from api.pages import Cursor, Limit, Page, all_of, page_of, read_id
from api.shapes.automation import Because, RollBack, RuleVersion
from api.shapes.executions import (
    CallOff,
    ExecutionDetails,
    ExecutionLine,
    ExecutionStatus,
    SetWorkflow,
    Started,
    WorkflowDetails,
    WorkflowLine,
)
from api.tags import IfMatch, OptionalIfMatch, require_tag, tagged
from automation import definitions
from automation.definitions import DefinitionVersion
from automation.executions import begin_again, call_off, module_of, run_tag, runs
from automation.log import attempts_of, run_document
from automation.rule import Workflow
from automation.start import start_workflow
from domain.errors import InvalidInput, NotFound
from store.leases import lock_row
from store.session import BrandSession
from store.tables import AutomationRun

WORKFLOW = "workflow"
workflows_router = APIRouter(
    prefix="/{os}/automation/workflows", tags=["automation"], responses=IN_A_BRAND | declared(412),
    route_class=BrandRoute,
)  # fmt: skip
executions_router = APIRouter(
    prefix="/{os}/automation/executions", tags=["automation"], responses=IN_A_BRAND | ANSWERED, route_class=BrandRoute
)


@workflows_router.get("", operation_id="list_workflows")
def list_workflows(os: Os, desk: ReadDesk) -> Page[WorkflowLine]:
    """The workflows of a part of the business that hold now."""
    with desk.read() as session:
        held = [version for version in definitions.holding(session, WORKFLOW) if _workflow(version).module == os]
    return all_of([WorkflowLine.model_validate(_line(version)) for version in held])


@workflows_router.get("/{name}", operation_id="show_workflow")
def show_workflow(os: Os, name: RuleName, desk: ReadDesk, response: Response) -> WorkflowDetails:
    """One workflow as it holds now; its ETag is its version."""
    with desk.read() as session:
        return _details(_held(session, os, name), response)


@workflows_router.get("/{name}/history", operation_id="workflow_history")
def history(os: Os, name: RuleName, desk: ReadDesk) -> Page[RuleVersion]:
    """Every version, oldest first."""
    with desk.read() as session:
        versions = definitions.versions_of(session, WORKFLOW, name)
        _require_of(os, versions, name)
    before: list[DefinitionVersion | None] = [None, *versions]
    return all_of([RuleVersion.model_validate(definitions.version_document(version, was))
                   for was, version in zip(before, versions, strict=False)])  # fmt: skip


@workflows_router.put("/{name}", operation_id="set_workflow")
def set_workflow(
    os: Os, name: RuleName, said: SetWorkflow, desk: OpenDesk, response: Response, if_match: OptionalIfMatch = None
) -> WorkflowDetails:
    """Let a workflow hold from now on, as a new version. With If-Match, only in place of that version."""
    workflow = said.workflow
    if workflow.name != name or workflow.module != os:
        raise InvalidInput("The workflow's name and module are those of its path.", remedy=f"{os}, {name}.")
    if "\\u0000" in workflow.model_dump_json():
        raise InvalidInput("NUL cannot be stored.")
    with desk.office.database.begin(desk.ctx) as session:
        if if_match is not None:
            held = {version.name: version for version in definitions.holding(session, WORKFLOW)}.get(name)
            require_tag(if_match, _tag(held) if held else "none", "The workflow")
        made = definitions.set_definition(session, WORKFLOW, workflow, said.reason)
    return _details(made, response)


@workflows_router.post("/{name}/rollback", operation_id="roll_back_workflow")
def roll_back(os: Os, name: RuleName, said: RollBack, desk: KeyedDesk, response: Response) -> WorkflowDetails:
    """Let an earlier version hold again, as a new version."""
    with desk.office.database.begin(desk.ctx) as session:
        _require_of(os, definitions.versions_of(session, WORKFLOW, name), name)
        made = definitions.roll_back(session, WORKFLOW, name, said.version, said.reason)
    return _details(made, response)


@workflows_router.post("/{name}/remove", operation_id="remove_workflow", status_code=204)
def remove(os: Os, name: RuleName, said: Because, desk: KeyedDesk) -> Response:
    """Let it hold no more; its versions stay, and what runs goes on."""
    with desk.office.database.begin(desk.ctx) as session:
        _held(session, os, name)
        definitions.remove(session, WORKFLOW, name, said.reason)
    return Response(status_code=204)


@workflows_router.post("/{name}/start", operation_id="start_workflow", status_code=202)
def start(os: Os, name: RuleName, said: Started, desk: KeyedDesk, response: Response) -> ExecutionDetails:
    """Begin a workflow yourself. It goes on in the background: Location is where to look."""
    data = json.dumps(said.data)
    if "\\u0000" in data:
        raise InvalidInput("NUL cannot be stored.")
    with desk.office.database.begin(desk.ctx) as session:
        _held(session, os, name)
        run_id = start_workflow(session, name, data)
    desk.house.background.wake()
    response.headers["Location"] = f"/api/v1/{os}/automation/executions/{run_id}"
    return _shown(desk, run_id, response)


@executions_router.get("", operation_id="list_executions")
def list_executions(
    os: Os,
    desk: ReadDesk,
    status: Annotated[list[ExecutionStatus] | None, Query(description="of every status, by default")] = None,
    name: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ExecutionLine]:
    """Runs of the rules and workflows of a part of the business, newest first."""
    after = read_id(cursor)
    with desk.read() as session:
        executions = runs(session, limit + 1, module=str(os), name=name or "", statuses=status or (), after=after)
        return page_of(executions, limit, _execution_line, lambda run: [str(run.id)])


@executions_router.get("/{execution_id}", operation_id="show_execution")
def show_execution(os: Os, execution_id: UUID, desk: ReadDesk, response: Response) -> ExecutionDetails:
    """One execution with every attempt at every step; its ETag changes with each."""
    with desk.read() as session:
        return _execution(session, _run_of(session, os, execution_id), response)


@executions_router.post("/{execution_id}/retry", operation_id="retry_execution", status_code=202)
def retry(os: Os, execution_id: UUID, desk: KeyedDesk, response: Response, if_match: IfMatch) -> ExecutionDetails:
    """Begin one that failed again, about the same event, by what holds now: a new execution, once."""
    return _answered(os, desk, execution_id, response, if_match, lambda session: begin_again(session, execution_id))


@executions_router.post("/{execution_id}/cancel", operation_id="cancel_execution", status_code=202)
def cancel(
    os: Os, execution_id: UUID, said: CallOff, desk: KeyedDesk, response: Response, if_match: IfMatch
) -> ExecutionDetails:
    """Let one go no further; what it did is compensated, newest first."""
    return _answered(
        os, desk, execution_id, response, if_match, lambda session: call_off(session, execution_id, said.reason)
    )


def _answered(
    os: str,
    desk: RequestDesk,
    run_id: UUID,
    response: Response,
    if_match: str,
    make: Callable[[BrandSession], AutomationRun],
) -> ExecutionDetails:
    with desk.office.database.begin(desk.ctx) as session:
        _run_of(session, os, run_id)
        require_tag(if_match, run_tag(lock_row(session, AutomationRun, run_id)), "The execution")
        made = make(session).id
    desk.house.background.wake()
    response.headers["Location"] = f"/api/v1/{os}/automation/executions/{made}"
    return _shown(desk, made, response)


def _shown(desk: RequestDesk, run_id: UUID, response: Response) -> ExecutionDetails:
    with desk.office.database.read(desk.ctx) as session:
        return _execution(session, session.get_one(AutomationRun, (desk.ctx.brand_id, run_id)), response)


def _run_of(session: BrandSession, os: str, run_id: UUID) -> AutomationRun:
    run = session.get(AutomationRun, (session.ctx.brand_id, run_id))
    if run is None or module_of(run) != os:
        raise NotFound(f"There is no execution {run_id} of {os}.")
    return run


def _execution(session: BrandSession, run: AutomationRun, response: Response) -> ExecutionDetails:
    tagged(response, run_tag(run))
    document = run_document(run, attempts_of(session, run))
    return ExecutionDetails.model_validate({**document, "module": module_of(run), "etag": run_tag(run)})


def _execution_line(run: AutomationRun) -> ExecutionLine:
    return ExecutionLine.model_validate({**run_document(run, ()), "module": module_of(run), "etag": run_tag(run)})


def _held(session: BrandSession, os: str, name: str) -> DefinitionVersion:
    version = definitions.definition_of(session, WORKFLOW, name)
    _require_of(os, [version], name)
    return version


def _require_of(os: str, versions: list[DefinitionVersion], name: str) -> None:
    if not any(version.document is not None and _workflow(version).module == os for version in versions):
        raise NotFound(f"There is no workflow {name} of {os}.")


def _workflow(version: DefinitionVersion) -> Workflow:
    assert isinstance(version.document, Workflow)
    return version.document


def _tag(version: DefinitionVersion) -> str:
    return f"{version.name}-{version.version}"


def _line(version: DefinitionVersion) -> dict[str, object]:
    workflow = _workflow(version)
    return {
        "name": version.name, "title": workflow.title, "module": workflow.module, "steps": len(workflow.steps),
        "version": version.version, "author": version.author, "reason": version.reason,
        "created_at": version.created_at,
    }  # fmt: skip


def _details(version: DefinitionVersion, response: Response) -> WorkflowDetails:
    tagged(response, _tag(version))
    return WorkflowDetails.model_validate({**_line(version), "document": _workflow(version).model_dump(mode="json")})
