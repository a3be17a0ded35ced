"""`/api/v1/{os}/automation/webhooks`, `/deliveries`: where messages go that leave the house, and how they got on.

They are the brand's, and the same whichever part of the business the path names.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.automation import Os
from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk, RequestDesk
from api.errors import ANSWERED, IN_A_BRAND
from api.pages import Cursor, Limit, Page, all_of, page_of, read_id
from api.shapes.outgoing import (
    ENDPOINT_NAME,
    DeliveryDetails,
    DeliveryLine,
    DeliveryStatus,
    EndpointShape,
    EndpointWithSecret,
    NewEndpoint,
)
from api.tags import IfMatch, require_tag, tagged
from automation import endpoints
from automation.deliveries import endpoint_of
from automation.delivery_log import attempts_at, deliveries, delivery_document, delivery_tag, send_again
from automation.endpoints import Registered, endpoint_document, endpoint_tag
from domain.errors import NotFound
from store.leases import lock_row
from store.session import BrandSession
from store.tables import Delivery, Endpoint

webhooks_router = APIRouter(
    prefix="/{os}/automation/webhooks", tags=["automation"], responses=IN_A_BRAND | ANSWERED,
    route_class=BrandRoute,
)  # fmt: skip
deliveries_router = APIRouter(
    prefix="/{os}/automation/deliveries", tags=["automation"], responses=IN_A_BRAND | ANSWERED, route_class=BrandRoute
)
EndpointName = Annotated[str, Path(max_length=endpoints.LONGEST_NAME, pattern=ENDPOINT_NAME)]
OfStatus = Annotated[list[DeliveryStatus] | None, Query(description="of every status, by default")]


@webhooks_router.get("", operation_id="list_webhooks")
def list_webhooks(os: Os, desk: ReadDesk) -> Page[EndpointShape]:
    """The brand's endpoints by name; their secrets are not shown."""
    with desk.read() as session:
        return all_of([EndpointShape.model_validate(_document(endpoint)) for endpoint in endpoints.endpoints(session)])


@webhooks_router.post("", operation_id="add_webhook", status_code=201)
def add(os: Os, said: NewEndpoint, desk: KeyedDesk, response: Response) -> EndpointWithSecret:
    """Add an endpoint. A webhook's secret is told in this answer, and never again."""
    office = desk.office
    with office.database.begin(desk.ctx) as session:
        made = endpoints.add_endpoint(
            session,
            office.parts.secrets,
            said.name,
            said.url,
            chat=said.chat,
            allow_private=office.settings.webhook_private,
        )
        response.headers["Location"] = f"/api/v1/{os}/automation/webhooks/{said.name}"
        return _with_secret(made, response)


@webhooks_router.get("/{name}", operation_id="show_webhook")
def show_webhook(os: Os, name: EndpointName, desk: ReadDesk, response: Response) -> EndpointShape:
    """One endpoint; its ETag changes with whatever is changed about it, its secret too."""
    with desk.read() as session:
        return _shown(endpoint_of(session, name), response)


@webhooks_router.post("/{name}/rotate", operation_id="rotate_webhook_secret")
def rotate(os: Os, name: EndpointName, desk: KeyedDesk, response: Response, if_match: IfMatch) -> EndpointWithSecret:
    """Sign with a new secret from now on, what is on its way included. It is told in this answer, and never again."""
    with desk.office.database.begin(desk.ctx) as session:
        _require_seen(session, name, if_match)
        return _with_secret(endpoints.rotate(session, desk.office.parts.secrets, name), response)


@webhooks_router.post("/{name}/enable", operation_id="enable_webhook")
def enable(os: Os, name: EndpointName, desk: KeyedDesk, response: Response, if_match: IfMatch) -> EndpointShape:
    """Send there again."""
    return _changed(desk, name, response, if_match, lambda session: endpoints.switch(session, name, on=True))


@webhooks_router.post("/{name}/disable", operation_id="disable_webhook")
def disable(os: Os, name: EndpointName, desk: KeyedDesk, response: Response, if_match: IfMatch) -> EndpointShape:
    """Send nothing there: what would go there fails meanwhile, and can be sent again."""
    return _changed(desk, name, response, if_match, lambda session: endpoints.switch(session, name, on=False))


@webhooks_router.delete("/{name}", operation_id="remove_webhook", status_code=204)
def remove(os: Os, name: EndpointName, desk: OpenDesk, if_match: IfMatch) -> Response:
    """Forget an endpoint; its deliveries stay."""
    with desk.office.database.begin(desk.ctx) as session:
        _require_seen(session, name, if_match)
        endpoints.remove_endpoint(session, name)
    return Response(status_code=204)


@webhooks_router.get("/{name}/deliveries", operation_id="list_webhook_deliveries")
def list_own(
    os: Os, name: EndpointName, desk: OpenDesk, status: OfStatus = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[DeliveryLine]:
    """Deliveries to this endpoint, newest first."""
    with desk.office.database.read(desk.ctx) as session:
        endpoint_of(session, name)
    return _listed(desk, status, limit, cursor, target=name)


@deliveries_router.get("", operation_id="list_deliveries")
def list_deliveries(
    os: Os, desk: OpenDesk, status: OfStatus = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[DeliveryLine]:
    """Webhooks, emails and chats, newest first."""
    return _listed(desk, status, limit, cursor)


@deliveries_router.get("/{delivery_id}", operation_id="show_delivery")
def show_delivery(os: Os, delivery_id: UUID, desk: ReadDesk, response: Response) -> DeliveryDetails:
    """One delivery: what it says, and every attempt."""
    with desk.read() as session:
        return _details(session, _found(session, delivery_id), response)


@deliveries_router.post("/{delivery_id}/redeliver", operation_id="redeliver", status_code=202)
def redeliver(os: Os, delivery_id: UUID, desk: KeyedDesk, response: Response, if_match: IfMatch) -> DeliveryDetails:
    """Send one again that failed, or a webhook that its receiver lost: with the same id, in the background."""
    with desk.office.database.begin(desk.ctx) as session:
        _found(session, delivery_id)
        require_tag(if_match, delivery_tag(lock_row(session, Delivery, delivery_id)), "The delivery")
        row = send_again(session, delivery_id)
        session.flush()
        shown = _details(session, row, response)
    desk.house.background.wake()
    return shown


def _listed(
    desk: RequestDesk, status: OfStatus, limit: int, cursor: str | None, target: str = ""
) -> Page[DeliveryLine]:
    after = read_id(cursor)
    with desk.office.database.read(desk.ctx) as session:
        rows = deliveries(session, limit + 1, statuses=status or (), target=target, after=after)
        return page_of(rows, limit, _line, lambda row: [str(row.id)])


def _found(session: BrandSession, delivery_id: UUID) -> Delivery:
    row = session.get(Delivery, (session.ctx.brand_id, delivery_id))
    if row is None:
        raise NotFound(f"No delivery {delivery_id} in brand {session.ctx.brand}.")
    return row


def _line(row: Delivery) -> DeliveryLine:
    return DeliveryLine.model_validate({**delivery_document(row), "etag": delivery_tag(row)})


def _details(session: BrandSession, row: Delivery, response: Response) -> DeliveryDetails:
    tagged(response, delivery_tag(row))
    document = {**delivery_document(row), "etag": delivery_tag(row)}
    return DeliveryDetails.model_validate({**document, "message": row.message, "tried": attempts_at(session, row.id)})


def _require_seen(session: BrandSession, name: str, if_match: str) -> None:
    endpoint = lock_row(session, Endpoint, endpoint_of(session, name).id)
    require_tag(if_match, endpoint_tag(endpoint), "The endpoint")


def _changed(
    desk: RequestDesk, name: str, response: Response, if_match: str, make: Callable[[BrandSession], Endpoint]
) -> EndpointShape:
    with desk.office.database.begin(desk.ctx) as session:
        _require_seen(session, name, if_match)
        return _shown(make(session), response)


def _shown(endpoint: Endpoint, response: Response) -> EndpointShape:
    tagged(response, endpoint_tag(endpoint))
    return EndpointShape.model_validate(_document(endpoint))


def _with_secret(made: Registered, response: Response) -> EndpointWithSecret:
    tagged(response, endpoint_tag(made.endpoint))
    return EndpointWithSecret.model_validate({**_document(made.endpoint), "secret": made.secret})


def _document(endpoint: Endpoint) -> dict[str, object]:
    return {**endpoint_document(endpoint), "etag": endpoint_tag(endpoint)}
