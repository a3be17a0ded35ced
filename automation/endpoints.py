"""Endpoints: where a brand's webhooks and chats go, set by people who may."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from automation.deliveries import endpoint_of
from connectors.endpoint_secret import SecretMaker
from connectors.webhook import check_url
from domain.actor import Permission
from domain.canonical import sha256_of
from domain.errors import Conflict, InvalidInput
from store.audit import append_audit
from store.leases import lock_row
from store.session import BrandSession
from store.tables import Endpoint
from store.upsert import insert_once

NAME = "[a-z0-9]+(-[a-z0-9]+)*"
LONGEST_NAME = 40


def endpoints(session: BrandSession) -> Sequence[Endpoint]:
    """By name."""
    return session.scalars(select(Endpoint).order_by(col(Endpoint.name))).all()


@dataclass(frozen=True)
class Registered:
    """An endpoint as it is now, and its secret, to be shown this once; a chat has none."""

    endpoint: Endpoint
    secret: str | None


def add_endpoint(
    session: BrandSession, maker: SecretMaker, name: str, url: str, *, chat: bool, allow_private: bool
) -> Registered:
    """A webhook gets a secret. Raises Forbidden, NotSendable for the URL, Conflict."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    if len(name) > LONGEST_NAME or not re.fullmatch(NAME, name):
        raise InvalidInput(f"{name!r} is no name for an endpoint.", remedy="Small letters, digits and -.")
    if not chat:
        check_url(url, allow_private=allow_private)
    recipe = "" if chat else maker.new_recipe()
    values = {
        "name": name, "kind": "chat" if chat else "webhook", "url": url, "secret": recipe,
        "enabled": True, "state_reason": "", "author": session.ctx.actor.label, "created_at": session.ctx.now(),
    }  # fmt: skip
    if not insert_once(session, Endpoint, values):
        raise Conflict(f"There is an endpoint {name}.", remedy=f"Remove it first: mhos webhooks remove {name}")
    append_audit(session, "endpoint.added", name, {"kind": values["kind"], "host": _host(url)})
    return Registered(endpoint_of(session, name), maker.secret_of(recipe) if recipe else None)


def rotate(session: BrandSession, maker: SecretMaker, name: str) -> Registered:
    """Sign with a new secret from now on. Raises Forbidden, NotFound, Conflict for a chat, which has none."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    endpoint = lock_row(session, Endpoint, endpoint_of(session, name).id)
    if endpoint.kind != "webhook":
        raise Conflict(f"{name} is a chat: its URL is its secret.", remedy=f"mhos webhooks remove {name}, and add it.")
    endpoint.secret = maker.new_recipe()
    append_audit(session, "endpoint.rotated", name, {})
    return Registered(endpoint, maker.secret_of(endpoint.secret))


def switch(session: BrandSession, name: str, *, on: bool) -> Endpoint:
    """Let an endpoint get messages again, or none. Raises Forbidden, NotFound."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    endpoint = lock_row(session, Endpoint, endpoint_of(session, name).id)
    endpoint.enabled, endpoint.state_reason = on, "" if on else f"switched off by {session.ctx.actor.label}"
    append_audit(session, "endpoint.enabled" if on else "endpoint.disabled", name, {})
    return endpoint


def remove_endpoint(session: BrandSession, name: str) -> None:
    """Remove an endpoint; deliveries still on their way there fail. Raises Forbidden, NotFound."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    session.delete(endpoint_of(session, name))
    append_audit(session, "endpoint.removed", name, {})


def endpoint_document(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as the CLI and the API show it. A chat's URL carries its secret, so only its beginning is shown."""
    url = endpoint.url if endpoint.kind == "webhook" else endpoint.url.partition("://")[0] + "://…"
    return {
        "name": endpoint.name, "kind": endpoint.kind, "url": url, "enabled": endpoint.enabled,
        "state_reason": endpoint.state_reason,
        "author": endpoint.author, "created_at": endpoint.created_at.isoformat(),
    }  # fmt: skip


def endpoint_tag(endpoint: Endpoint) -> str:
    """The tag that an answer to it is bound to; it changes with anything about the endpoint."""
    return sha256_of([str(endpoint.id), endpoint.url, endpoint.secret, endpoint.enabled, endpoint.state_reason])[:24]


def _host(url: str) -> str:
    """The part of a URL that is no secret."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"
