"""`/api/v1/{os}/automation/*`, `/notifications`: rules and their versions, what they did, what people were told."""

from collections.abc import Callable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk, RequestDesk
from api.errors import IN_A_BRAND, declared
from api.pages import Page, all_of
from api.shapes.automation import (
    AutomationRunShape,
    Because,
    DryRun,
    Marked,
    NotificationShape,
    OsName,
    RollBack,
    RuleDetails,
    RuleLine,
    RuleVersion,
    SetRule,
    Since,
    WouldShape,
)
from api.tags import OptionalIfMatch, require_tag, tagged
from automation import definitions
from automation.definitions import DefinitionVersion
from automation.dry_run import would_have
from automation.log import logged
from automation.notifications import mark_read, notification_document, notifications, unread_count
from automation.rule import Rule
from domain.actor import Permission
from domain.errors import InvalidInput, NotFound
from store.session import BrandSession

RULE = "rule"
rules_router = APIRouter(
    prefix="/{os}/automation", tags=["automation"], responses=IN_A_BRAND | declared(412), route_class=BrandRoute
)
notifications_router = APIRouter(
    prefix="/notifications", tags=["notifications"], responses=IN_A_BRAND, route_class=BrandRoute
)
Os = Annotated[OsName, Path(description="the part of the business that the rule is about")]
RuleName = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]


@rules_router.get("/rules", operation_id="list_rules")
def list_rules(os: Os, desk: ReadDesk) -> Page[RuleLine]:
    """The rules of a part of the business that hold now."""
    with desk.read() as session:
        held = [version for version in definitions.holding(session, RULE) if _module(version) == os]
    return all_of([RuleLine.model_validate(_line(version)) for version in held])


@rules_router.get("/rules/{name}", operation_id="show_rule")
def show_rule(os: Os, name: RuleName, desk: ReadDesk, response: Response) -> RuleDetails:
    """One rule as it holds now; its ETag is its version."""
    with desk.read() as session:
        return _details(_held(session, os, name), response)


@rules_router.get("/rules/{name}/history", operation_id="rule_history")
def history(os: Os, name: RuleName, desk: ReadDesk) -> Page[RuleVersion]:
    """Every version, oldest first."""
    with desk.read() as session:
        versions = definitions.versions_of(session, RULE, name)
        _require_of(os, versions, name)
    before: list[DefinitionVersion | None] = [None, *versions]
    return all_of([RuleVersion.model_validate(definitions.version_document(version, was))
                   for was, version in zip(before, versions, strict=False)])  # fmt: skip


@rules_router.put("/rules/{name}", operation_id="set_rule")
def set_rule(
    os: Os, name: RuleName, said: SetRule, desk: OpenDesk, response: Response, if_match: OptionalIfMatch = None
) -> RuleDetails:
    """Let a rule hold from now on, as a new version. With If-Match, only in place of that version."""
    rule = said.rule
    if rule.name != name or rule.module != os:
        raise InvalidInput("The rule's name and module are those of its path.", remedy=f"{os}, {name}.")
    if "\\u0000" in rule.model_dump_json():
        raise InvalidInput("NUL cannot be stored.")
    return _changed(
        desk, response, if_match, lambda session: definitions.set_definition(session, RULE, rule, said.reason), name
    )


@rules_router.post("/rules/{name}/pause", operation_id="pause_rule")
def pause(os: Os, name: RuleName, said: Because, desk: KeyedDesk, response: Response) -> RuleDetails:
    """Let a rule sleep until it is resumed."""
    return _of(os, desk, response, name, lambda session: definitions.disable(session, name, said.reason))


@rules_router.post("/rules/{name}/resume", operation_id="resume_rule")
def resume(os: Os, name: RuleName, said: Because, desk: KeyedDesk, response: Response) -> RuleDetails:
    """Let a rule be woken again, by what happens from now on."""
    return _of(os, desk, response, name, lambda session: definitions.disable(session, name, said.reason, paused=False))


@rules_router.post("/rules/{name}/rollback", operation_id="roll_back_rule")
def roll_back(os: Os, name: RuleName, said: RollBack, desk: KeyedDesk, response: Response) -> RuleDetails:
    """Let an earlier version hold again, as a new version."""
    return _of(
        os, desk, response, name,
        lambda session: definitions.roll_back(session, RULE, name, said.version, said.reason),
    )  # fmt: skip


@rules_router.post("/rules/{name}/remove", operation_id="remove_rule", status_code=204)
def remove(os: Os, name: RuleName, said: Because, desk: KeyedDesk) -> Response:
    """Let it hold no more; its versions stay."""
    with desk.office.database.begin(desk.ctx) as session:
        _held(session, os, name)
        definitions.remove(session, RULE, name, said.reason)
    return Response(status_code=204)


@rules_router.post("/rules/{name}/test", operation_id="test_rule")
def test(os: Os, name: RuleName, said: Since, desk: OpenDesk) -> DryRun:
    """Its deeds on past events, had it held then; nothing is written or sent."""
    with desk.office.database.read(desk.ctx) as session:
        rule = _held(session, os, name).document
    assert isinstance(rule, Rule)
    if said.since > desk.ctx.now():
        raise InvalidInput("A test looks at what has happened.", remedy="Choose a moment of the past.")
    matches = would_have(desk.office.database, desk.ctx, desk.office.engine, rule, said.since)
    events = [WouldShape.model_validate(vars(match)) for match in matches]
    return DryRun(rule=name, events=events, would_act=sum(match.status == "would act" for match in matches))


@rules_router.get("/log", operation_id="automation_log")
def log(
    os: Os, desk: ReadDesk, rule: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")] = None
) -> Page[AutomationRunShape]:
    """The newest hundred runs of its rules, with every attempt."""
    with desk.read() as session:
        names = {execution.name for execution in definitions.holding(session, RULE) if _module(execution) == os}
        done = [execution for execution in logged(session, RULE, rule or "") if execution["name"] in names]
    return all_of([AutomationRunShape.model_validate(execution) for execution in done])


@notifications_router.get("", operation_id="list_notifications")
def told(desk: ReadDesk, unread: bool = False) -> Page[NotificationShape]:
    """One's newest two hundred notifications."""
    with desk.read() as session:
        documents = [notification_document(row, new) for row, new in notifications(session, unread_only=unread)]
    return all_of([NotificationShape.model_validate(document) for document in documents])


@notifications_router.post("/read", operation_id="read_notifications")
def readall_of(desk: KeyedDesk) -> Marked:
    """Note that one has read everything."""
    return _mark(desk, None)


@notifications_router.post("/{notification_id}/read", operation_id="read_notification")
def read_one(notification_id: UUID, desk: KeyedDesk) -> Marked:
    """Note that one has read this."""
    return _mark(desk, str(notification_id))


def _mark(desk: RequestDesk, which: str | None) -> Marked:
    desk.ctx.require(Permission.DATA_READ)
    with desk.office.database.begin(desk.ctx) as session:
        return Marked(read=mark_read(session, which), unread=unread_count(session))


def _of(
    os: str, desk: RequestDesk, response: Response, name: str, make: Callable[[BrandSession], DefinitionVersion]
) -> RuleDetails:
    def made(session: BrandSession) -> DefinitionVersion:
        _require_of(os, definitions.versions_of(session, RULE, name), name)
        return make(session)

    return _changed(desk, response, None, made, name)


def _changed(
    desk: RequestDesk,
    response: Response,
    if_match: str | None,
    make: Callable[[BrandSession], DefinitionVersion],
    name: str,
) -> RuleDetails:
    with desk.office.database.begin(desk.ctx) as session:
        if if_match is not None:
            held = {version.name: version for version in definitions.holding(session, RULE)}.get(name)
            now = _tag(held) if held else "none"
            require_tag(if_match, now, "The rule")
        made = make(session)
    return _details(made, response)


def _details(version: DefinitionVersion, response: Response) -> RuleDetails:
    tagged(response, _tag(version))
    document = version.document.model_dump(mode="json") if version.document else {}
    return RuleDetails.model_validate({**_line(version), "document": document})


def _tag(version: DefinitionVersion) -> str:
    return f"{version.name}-{version.version}"


def _held(session: BrandSession, os: str, name: str) -> DefinitionVersion:
    version = definitions.definition_of(session, RULE, name)
    _require_of(os, [version], name)
    return version


def _require_of(os: str, versions: Sequence[DefinitionVersion], name: str) -> None:
    if not any(_module(version) == os for version in versions):
        raise NotFound(f"There is no rule {name} of {os}.")


def _module(version: DefinitionVersion) -> str:
    return version.document.module if isinstance(version.document, Rule) else ""


def _line(version: DefinitionVersion) -> dict[str, object]:
    rule = version.document
    assert isinstance(rule, Rule)
    return {
        "name": version.name, "title": rule.title, "module": rule.module, "paused": rule.paused,
        "wakes": list(rule.on) or ([rule.at.cron] if rule.at else []),
        "version": version.version, "author": version.author, "reason": version.reason,
        "created_at": version.created_at,
    }  # fmt: skip
