"""Endpoints: where a brand's webhooks and chats go, set by people who may."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from automation.deliveries import endpoint_of
from connectors.webhook import check_url, new_secret
from domain.actor import Permission
from domain.errors import Conflict, InvalidInput
from store.audit import append_audit
from store.session import BrandSession
from store.tables import Endpoint
from store.upsert import insert_once

KINDS = ("webhook", "chat")


def endpoints(session: BrandSession) -> Sequence[Endpoint]:
    """By name."""
    return session.scalars(select(Endpoint).order_by(col(Endpoint.name))).all()


def add_endpoint(session: BrandSession, name: str, url: str, *, chat: bool, allow_private: bool) -> Endpoint:
    """A webhook gets a secret, which is shown this once. Raises Forbidden, NotSendable for the URL, Conflict."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    if not name or len(name) > 40 or not all(part.isalnum() for part in name.split("-")) or name != name.lower():
        raise InvalidInput(f"{name!r} is no name for an endpoint.", remedy="Small letters, digits and -.")
    if not chat:
        check_url(url, allow_private=allow_private)
    values = {
        "name": name, "kind": "chat" if chat else "webhook", "url": url, "secret": "" if chat else new_secret(),
        "enabled": True, "state_reason": "", "author": session.ctx.actor.label, "created_at": session.ctx.now(),
    }  # fmt: skip
    if not insert_once(session, Endpoint, values):
        raise Conflict(f"There is an endpoint {name}.", remedy=f"Remove it first: mhos webhooks remove {name}")
    append_audit(session, "endpoint.added", name, {"kind": values["kind"], "host": _host(url)})
    return endpoint_of(session, name)


def switch(session: BrandSession, name: str, *, on: bool) -> Endpoint:
    """Let an endpoint get messages again, or none. Raises Forbidden, NotFound."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    endpoint = endpoint_of(session, name)
    endpoint.enabled, endpoint.state_reason = on, "" if on else f"switched off by {session.ctx.actor.label}"
    append_audit(session, "endpoint.enabled" if on else "endpoint.disabled", name, {})
    return endpoint


def remove_endpoint(session: BrandSession, name: str) -> None:
    """What is still on its way there fails. Raises Forbidden, NotFound."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    session.delete(endpoint_of(session, name))
    append_audit(session, "endpoint.removed", name, {})


def _host(url: str) -> str:
    """The part of a URL that is no secret."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"
