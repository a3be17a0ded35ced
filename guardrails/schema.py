"""The schema that policies are held to: kinds of actors, actions, and the facts that the server brings to each."""

from collections.abc import Iterable
from enum import IntEnum

from pydantic import BaseModel

from domain.action import ACTION_KINDS
from domain.kind import ActionKind
from guardrails.facts import DecisionFacts

_NOT_IN_CONTEXT = frozenset({"actor_kind", "agent"})
"""The principal says these."""


def cedar_schema(kinds: Iterable[ActionKind] | None = None) -> str:
    """The Cedar schema of these kinds, or of all: each has the facts of who acts, and those of its definition."""
    defined = ACTION_KINDS.values() if kinds is None else kinds
    return "\n".join(["entity Agent, Person, System, Brand;\n", *map(_action, defined)])


def _action(kind: ActionKind) -> str:
    facts = {**_types(DecisionFacts), **_types(kind.facts)}
    context = "".join(f"    {name}: {of_type},\n" for name, of_type in facts.items() if name not in _NOT_IN_CONTEXT)
    return (
        f'action "{kind.name}" appliesTo {{\n'
        "  principal: [Agent, Person],\n"
        "  resource: [Brand],\n"
        f"  context: {{\n{context}  }},\n"
        "};\n"
    )


def _types(facts: type[BaseModel]) -> dict[str, str]:
    return {name: _cedar_type(field.annotation) for name, field in facts.model_fields.items()}


def _cedar_type(annotation: object) -> str:
    if annotation is bool:
        return "Bool"
    if annotation is int or (isinstance(annotation, type) and issubclass(annotation, IntEnum)):
        return "Long"
    return "Set<String>" if getattr(annotation, "__origin__", None) is frozenset else "String"
