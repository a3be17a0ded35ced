"""Agents as actors: their rights are their charter's, as far as the person they act for has them."""

from collections.abc import Iterable

from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.ids import derived_id


def agent_actor(ctx: Context, name: str, charter_permissions: Iterable[Permission]) -> Actor:
    """The agent of this name, acting for the Context's person; its id is always the same in a brand."""
    return Actor(
        kind=ActorKind.AGENT,
        id=derived_id(ctx.brand_id, f"agent:{name}"),
        name=name,
        permissions=frozenset(charter_permissions) & ctx.actor.permissions,
        delegator=ctx.actor.delegator or ctx.actor.id,
    )
