"""Compile what the product imports, and nothing else of the packages: most of their modules are never loaded here.

Run `python -m setup.bytecode` from the checkout with the environment's own Python. What is imported is read from the
rooms' own source, imports inside functions too, so that there is no list to keep.
"""

import ast
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ON_FIRST_USE = frozenset(
    {"openai", "anthropic", "apprise"}  # models and chats
    | {"qdrant_client", "grpc", "google"}  # a Qdrant server
    | {"celery", "kombu", "billiard", "amqp", "vine", "redis"}  # a broker
)
"""Packages that only those load who bring a key or a server: Python compiles them at their first use (22 MB)."""

LOADED_BY_NAME = (
    "anyio._backends._asyncio",
    "psycopg_binary",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
"""Modules that a package finds by a name in its settings, where no source of ours shows it."""

_NOT_IMPORTED = "store/migrations/"

Import = tuple[str, tuple[str, ...]]


def rooms() -> tuple[str, ...]:
    """The rooms' names, as the health check knows them."""
    from cli.health_checks import ROOMS

    return ROOMS


def imports_of(source: str) -> Iterator[Import]:
    """Modules that a source imports from anywhere, each with the names it takes out of it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, tuple(alias.name for alias in node.names)


def product_imports() -> set[Import]:
    """The rooms' modules and all that they import, without those that need a package of ON_FIRST_USE."""
    wanted, later = set[Import](), set[str]()
    for room in rooms():
        for file in sorted((CHECKOUT / room).rglob("*.py")):
            path = file.relative_to(CHECKOUT)
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            imports = set(imports_of(file.read_text(encoding="utf-8")))
            if any(_top(module) in ON_FIRST_USE for module, _ in imports):
                later.add(name)
            elif not path.as_posix().startswith(_NOT_IMPORTED):
                wanted |= imports | {(name, ())}
    return {each for each in wanted if each[0] not in later}


def import_product() -> None:
    """Load what the product may load. A package that is an extra and not installed is passed over."""
    for module, names in sorted(product_imports()) + [(name, ()) for name in LOADED_BY_NAME]:
        try:
            __import__(module, fromlist=names)
        except ModuleNotFoundError as missing:
            if missing.name is None or _top(missing.name) in rooms():
                raise


def _top(module: str) -> str:
    return module.partition(".")[0]


def main() -> None:
    """Import with Python's own cache switched on: what is compiled and unchanged stays as it is."""
    warnings.simplefilter("ignore")  # what packages say at import is said when they are used
    sys.dont_write_bytecode = False
    import_product()


if __name__ == "__main__":
    main()
