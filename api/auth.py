"""`/api/v1/auth`: log in, renew, log out, and who one is."""

from fastapi import APIRouter, Request, Response

from api.desk import Person, PersonRoute, TheHouse
from api.errors import EVERYWHERE, declared
from api.shapes.auth import LogIn, Me, MyBrand, Refresh, TokenPair
from domain.errors import NotSignedIn
from identity.access import IssuedTokens
from identity.people import UserDirectory
from identity.roles import permissions_of

open_auth = APIRouter(prefix="/auth", tags=["auth"], responses=EVERYWHERE | declared(401))
own_auth = APIRouter(prefix="/auth", tags=["auth"], responses=EVERYWHERE | declared(401), route_class=PersonRoute)


@open_auth.post("/login", operation_id="log_in")
def log_in(said: LogIn, request: Request, house: TheHouse) -> TokenPair:
    """Log in by password. What is wrong is never said, and trying often is slowed down."""
    client = request.client.host if request.client else ""
    house.logins_of_all.take(client)
    house.logins_of_one.take((client, said.login.casefold()))
    try:
        tokens = house.access.log_in(said.login, said.password.get_secret_value())
    except NotSignedIn:
        house.telemetry.login(False)
        raise
    house.telemetry.login(True)
    return _pair(tokens)


@open_auth.post("/refresh", operation_id="refresh_tokens")
def refresh(said: Refresh, request: Request, house: TheHouse) -> TokenPair:
    """Renew both tokens. A refresh token that comes a second time ends its login: somebody has a copy."""
    house.logins_of_all.take((request.client.host if request.client else "", "refresh"))
    return _pair(house.access.refresh(said.refresh_token))


@own_auth.post("/logout", operation_id="log_out", status_code=204)
def log_out(person: Person, house: TheHouse) -> Response:
    """End this login: its access and refresh tokens stop working at once."""
    house.access.logins.revoke(person.session_id)
    return Response(status_code=204)


@own_auth.get("/me", operation_id="who_am_i")
def me(person: Person, house: TheHouse) -> Me:
    """Who is signed in, and in which brands."""
    logins = house.access.logins
    own = UserDirectory(logins.database, logins.clock, logins.ids).brands_of(person.user_id)
    brands = [
        MyBrand(slug=brand.slug, roles=sorted(brand.roles), permissions=sorted(permissions_of(brand.roles)))
        for brand in own
    ]
    return Me(id=str(person.user_id), login=person.login, brands=brands)


def _pair(tokens: IssuedTokens) -> TokenPair:
    return TokenPair(access_token=tokens.access, refresh_token=tokens.refresh, expires_in=tokens.expires_in)
