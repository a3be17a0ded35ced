"""The one settings class: which parts the product runs on, from the environment."""

from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidInput


class Settings(BaseSettings):
    """Read from `MHOS_*`. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="MHOS_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default=Path(".mhos"), description="the data folder")
    database_url: str | None = Field(default=None, description="the owner's PostgreSQL URL; embedded when not set")
    broker_url: str | None = None
    qdrant_url: str | None = None
    model: str = Field(default="rules", description="the crew: `rules`, or a model once there is one")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("only PostgreSQL is supported: postgresql://user:password@host/database")
        return url


def load_settings() -> Settings:
    """Raises InvalidInput that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"MHOS_{str(first['loc'][0]).upper()}"
        raise InvalidInput(f"{name}: {first['msg']}", remedy=f"Correct {name}, or unset it.") from error
