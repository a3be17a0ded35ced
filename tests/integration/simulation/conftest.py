"""The server, entered as its owner, for simulations that make databases of their own on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import Settings
from store.database import Database
from store.embedded import ServerAddress


@pytest.fixture(scope="module")
def postgres(server: ServerAddress) -> Iterator[Database]:
    """No brand's database: simulations make theirs beside it, and drop them."""
    maintenance = "postgres"
    database = Database(server.url(server.owner_role, maintenance), server.url(server.app_role, maintenance))
    yield database
    database.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home: Path = tmp_path_factory.mktemp("home")
    return Settings(home=home)
