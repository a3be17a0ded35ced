"""The health check that really uses what it checks: it opens the store, writes, serves a request, and stops."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from domain.errors import DomainError

CHECKOUT = Path(__file__).resolve().parent.parent
ROOMS = (
    "domain", "language", "analytics", "store", "identity", "llm", "connectors", "guardrails", "memory", "tools",
    "actions", "agents", "virtual_office", "automation", "simulation", "settings", "bootstrap", "api", "cli",
)  # fmt: skip
PACKAGES = (
    "langgraph",
    "langchain",
    "openai",
    "anthropic",
    "qdrant-client",
    "fastapi",
    "sqlmodel",
    "celery",
    "tiktoken",
)


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was found, and what to do where it is not well."""

    name: str
    ok: bool
    found: str
    remedy: str = ""

    def as_document(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "found": self.found, "remedy": self.remedy}


class _Unwell(Exception):
    def __init__(self, finding: str, remedy: str) -> None:
        super().__init__(finding)
        self.found, self.remedy = finding, remedy


def examine() -> Iterator[Check]:
    """Every check, in the order in which one builds on the other. Never raises."""
    for name, look in _CHECKS.items():
        yield _try(name, look)


def _try(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except _Unwell as unwell:
        return Check(name, False, unwell.found, unwell.remedy)
    except DomainError as error:
        return Check(name, False, error.message, error.remedy or "See the message.")
    except Exception as error:  # noqa: BLE001 - a health check reports whatever it meets
        return Check(name, False, f"{type(error).__name__}: {error}", "Run `make setup`, then `mhos doctor` again.")


def _python() -> str:
    return f"Python {sys.version.split()[0]}"


def _packages() -> str:
    try:
        versions = [f"{name} {version(name)}" for name in PACKAGES]
    except PackageNotFoundError as error:
        raise _Unwell(f"{error.name} is not installed", "Run `make setup`.") from error
    return ", ".join(versions)


def _rooms() -> str:
    """A package of another project named `tools` or `agents` could shadow a room of this one."""
    for room in ROOMS:
        file = Path(import_module(room).__file__ or "")
        if CHECKOUT not in file.parents:
            raise _Unwell(f"{room} is imported from {file}", f"Uninstall the package that ships {room}, or run `mhos`.")
    return f"{len(ROOMS)} rooms from {CHECKOUT}"


def _home() -> str:
    from settings import load_settings

    home = load_settings().home
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".doctor"
    try:
        probe.write_text("well")
        probe.unlink()
    except OSError as error:
        raise _Unwell(f"{home}: {error.strerror}", "Point MHOS_HOME at a folder that you may write to.") from error
    return str(home.resolve())


def _store() -> str:
    from bootstrap.office import Office
    from settings import load_settings

    office = Office.open(load_settings())
    try:
        return office.probe()
    finally:
        office.close()


def _guardrails() -> str:
    from guardrails.cedar import PolicyEngine

    return f"policies {PolicyEngine().policy_version[:12]}, validated against their schema"


def _crew() -> str:
    from agents.crew import describe_agents

    return ", ".join(agent["title"] for agent in describe_agents())


def _api() -> str:
    """Serve one real request over a socket, then stop."""
    from api.probe import serve_once
    from bootstrap.office import Office
    from settings import load_settings

    office = Office.open(load_settings())
    try:
        return serve_once(office)
    finally:
        office.close()


def _model() -> str:
    """Who thinks, by name, and whether there is a key: nothing is asked of a provider, which might cost."""
    from agents.charter import load_charters
    from agents.crew import choice_of
    from bootstrap.minds import require_model
    from settings import load_settings

    settings = load_settings()
    models = set()
    for charter in load_charters():
        require_model(settings, charter)
        models.add(str(choice_of(charter, settings.model).model or "rules"))
    return "rules crew, no key needed" if models == {"rules"} else ", ".join(sorted(models))


def _knowledge() -> str:
    """Embed a word, where that costs nothing; a provider is not asked."""
    from bootstrap.knowledge import PACKAGED, embedding_options
    from llm.minilm import NAME, MiniLM
    from settings import load_settings

    settings = load_settings()
    index = "your Qdrant server" if settings.qdrant_url else "the embedded index"
    if settings.embedding != PACKAGED:
        return f"{embedding_options(settings).named}, {index}"
    return f"{NAME}, {MiniLM().embed(['well']).shape[1]} dimensions, {index}"


_CHECKS: dict[str, Callable[[], str]] = {
    "python": _python,
    "packages": _packages,
    "rooms": _rooms,
    "home": _home,
    "store": _store,
    "guardrails": _guardrails,
    "crew": _crew,
    "model": _model,
    "knowledge": _knowledge,
    "api": _api,
}
