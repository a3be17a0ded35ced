"""A request's desk: the office, and the Context of who asks; one request under a key executes once."""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.house import House
from bootstrap import Office
from domain.context import Context
from domain.errors import Conflict, InvalidInput
from domain.ids import derived_id
from identity.logins import SignedIn
from store.leases import Holder, lease_holder
from store.requests import RequestClaim, answer_request, claim_request, free_request
from store.session import BrandSession
from store.tables import BrandOwned

KEY_HEADER = "Idempotency-Key"
SHOWN_ONCE = "secret"
"""The field of an answer that a repeated request is not told again."""
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
Handle = Callable[[Request], Coroutine[Any, Any, Response]]
AsOf = Callable[[Context], Context]
bearer = HTTPBearer(auto_error=False, scheme_name="access token", bearerFormat="JWT")


@dataclass(frozen=True)
class RequestDesk:
    """`request_id` is this request's own where the client gave it a key: what it makes is made once."""

    house: House
    ctx: Context
    request_id: UUID | None = None

    @property
    def office(self) -> Office:
        return self.house.office

    def made_id(self, purpose: str) -> UUID:
        """An id for what this request makes; the same whenever the request is taken up again."""
        return self.ctx.new_id() if self.request_id is None else derived_id(self.request_id, purpose)


@dataclass(frozen=True)
class ReadingDesk:
    """For a request that does nothing but read: who asks is settled in the snapshot that the brand is read in.

    Nothing is to be done outside `read` or `read_table`: before them it is not known who asks.
    """

    house: House
    request: Request

    @property
    def office(self) -> Office:
        return self.house.office

    @contextmanager
    def read(self) -> Iterator[BrandSession]:
        """As `Database.read`, for who asks. Raises as `House.entered`, and Forbidden."""
        with (
            self.house.entered(self.request) as (people, ctx),
            self.office.database.read(ctx, within=people) as session,
        ):
            yield session

    @contextmanager
    def read_table(self, table: type[BrandOwned], as_of: AsOf = lambda ctx: ctx) -> Iterator[BrandSession]:
        """As `Database.read_table`, for who asks, at the moment that `as_of` turns their Context to."""
        database = self.office.database
        with (
            self.house.entered(self.request) as (people, ctx),
            database.read_table(as_of(ctx), table, people) as session,
        ):
            yield session


def _desk(
    request: Request,
    _token: Annotated[object, Security(bearer)],
    _brand: Annotated[
        str | None,
        Header(alias="X-Brand", description="One of your own brands; not needed where you have one.", max_length=64),
    ] = None,
) -> RequestDesk:
    return request.state.desk


def _reading_desk(
    request: Request,
    _token: Annotated[object, Security(bearer)],
    _brand: Annotated[
        str | None,
        Header(alias="X-Brand", description="One of your own brands; not needed where you have one.", max_length=64),
    ] = None,
) -> ReadingDesk:
    return ReadingDesk(house_of(request), request)


def _keyed_desk(
    desk: Annotated[RequestDesk, Depends(_desk)],
    _key: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            description="Any text of your own: the same request under the same key is executed once.",
            pattern=_KEY.pattern,
        ),
    ] = None,
) -> RequestDesk:
    return desk


def _person(request: Request, _token: Annotated[object, Security(bearer)]) -> SignedIn:
    return request.state.person


OpenDesk = Annotated[RequestDesk, Depends(_desk)]
ReadDesk = Annotated[ReadingDesk, Depends(_reading_desk)]
KeyedDesk = Annotated[RequestDesk, Depends(_keyed_desk)]
Person = Annotated[SignedIn, Depends(_person)]


def house_of(request: Request) -> House:
    return request.app.state.house


TheHouse = Annotated[House, Depends(house_of)]


class PersonRoute(APIRoute):
    """A route for people who are signed in, in no brand."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def signed_in(request: Request) -> Response:
            request.state.person = await run_in_threadpool(house_of(request).person, request)
            return await handle(request)

        return signed_in


class BrandRoute(APIRoute):
    """A route in a brand: who asks, and for which brand, is settled before anything else is looked at."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()
        if any(dependency.call is _reading_desk for dependency in self.dependant.dependencies):
            return _read_by_who_may_ask(handle)

        async def in_the_brand(request: Request) -> Response:
            house = house_of(request)
            ctx = await run_in_threadpool(house.context, request)
            request.state.desk = RequestDesk(house, ctx)
            key = request.headers.get(KEY_HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)
            return await _once(request, request.state.desk, key, handle)

        return in_the_brand


def _read_by_who_may_ask(handle: Handle) -> Handle:
    """A request that only reads: its desk settles who asks. Where it never came to that, it is done here, before
    anything is answered, be it that the request is malformed."""

    async def reading(request: Request) -> Response:
        try:
            answer = await handle(request)
        except Exception:
            await _settled(request)
            raise
        await _settled(request)
        return answer

    return reading


async def _settled(request: Request) -> None:
    if not getattr(request.state, "settled", False):
        await run_in_threadpool(house_of(request).context, request)


async def _once(request: Request, desk: RequestDesk, key: str, handle: Handle) -> Response:
    """Execute a request under its key, or answer it as it was answered. What failed may be tried again."""
    if not _KEY.match(key):
        raise InvalidInput(f"{KEY_HEADER} is 1 to 255 visible ASCII characters.")
    body_hash = hashlib.sha256(await request.body()).hexdigest()
    route = f"{request.method} {request.url.path}?{request.url.query} {request.headers.get('if-match', '')}"
    lease = lease_holder(desk.office.database)
    holder = await run_in_threadpool(lease.__enter__)
    try:
        claim = await run_in_threadpool(_claim, desk, holder, key, route, body_hash)
        if claim.outcome == "answered":
            return _replayed(claim.answer or {})
        request.state.desk = RequestDesk(desk.house, desk.ctx, claim.id)
        try:
            answer = await handle(request)
        except BaseException:
            await run_in_threadpool(_free, desk, claim.id)
            raise
        await run_in_threadpool(_keep, desk, claim.id, answer)
        return answer
    finally:
        await run_in_threadpool(lease.__exit__, None, None, None)


def _claim(desk: RequestDesk, holder: Holder, key: str, route: str, body_hash: str) -> RequestClaim:
    with desk.office.database.begin(desk.ctx) as session:
        claim = claim_request(session, holder, key, route, body_hash)
    if claim.outcome == "different":
        raise InvalidInput(
            f"This {KEY_HEADER} was given to another request.", remedy="Give each request a key of its own."
        )
    if claim.outcome == "busy":
        raise Conflict("This request is being executed.", remedy="Ask again in a moment.", retry_after=1)
    return claim


def _free(desk: RequestDesk, request_id: UUID) -> None:
    with desk.office.database.begin(desk.ctx) as session:
        free_request(session, request_id)


def _keep(desk: RequestDesk, request_id: UUID, answer: Response) -> None:
    headers = {name: value for name, value in answer.headers.items() if name in ("etag", "location", "content-type")}
    body = json.loads(bytes(answer.body)) if answer.body else None
    if isinstance(body, dict) and SHOWN_ONCE in body:
        body[SHOWN_ONCE] = None  # kept nowhere
    kept = {"status": answer.status_code, "headers": headers, "body": body}
    with desk.office.database.begin(desk.ctx) as session:
        answer_request(session, request_id, kept)


def _replayed(kept: dict[str, Any]) -> Response:
    body = b"" if kept.get("body") is None else json.dumps(kept["body"]).encode()
    return Response(body, kept["status"], {**kept["headers"], "Idempotency-Replayed": "true"})
