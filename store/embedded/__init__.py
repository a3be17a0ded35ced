"""The embedded PostgreSQL: a server of the home's own on a private Unix socket, shared by all local processes."""

from store.embedded.address import ServerAddress
from store.embedded.errors import EmbeddedPostgresError
from store.embedded.reviving import Reviver
from store.embedded.server import ServerStatus, ensure_running, status, stop

__all__ = ["EmbeddedPostgresError", "Reviver", "ServerAddress", "ServerStatus", "ensure_running", "status", "stop"]
