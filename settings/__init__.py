"""The one settings class: which parts the product runs on, from the environment."""

from decimal import Decimal
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidInput


class Settings(BaseSettings):
    """Read from `MHOS_*`. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="MHOS_", env_ignore_empty=True, extra="ignore", frozen=True, protected_namespaces=()
    )

    home: Path = Field(default=Path(".mhos"), description="the data folder")
    database_url: str | None = Field(default=None, description="the owner's PostgreSQL URL; embedded when not set")
    broker_url: SecretStr | None = Field(
        default=None, description="Redis or RabbitMQ, which wakes workers; none: inline"
    )
    smtp_url: SecretStr | None = Field(default=None, description="smtp://, submission:// or smtps://user:password@host")
    mail_from: str = Field(default="mhos@localhost", description="the sender of emails")
    webhook_private: bool = Field(default=False, description="let webhooks go to private addresses, and over http")
    qdrant_url: str | None = Field(default=None, description="a Qdrant server's URL; the embedded index when not set")
    qdrant_key: SecretStr | None = Field(default=None, description="the key of the Qdrant server")
    embedding: str = Field(
        default="packaged", description="what embeds documents: `packaged`, `openai:MODEL`, `http://host/v1#MODEL`"
    )
    model: str = Field(
        default="rules",
        description="the crew: `rules`, `openai:MODEL`, `anthropic:MODEL`, `http://host/v1#MODEL`, `hybrid:…`",
    )
    model_fallback: str | None = Field(default=None, description="the model to ask where the first fails")
    model_key: SecretStr | None = Field(default=None, description="the key of a server named by its URL")
    model_price: str | None = Field(
        default=None, description="what the model costs: INPUT,OUTPUT in dollars a million tokens"
    )
    embedding_key: SecretStr | None = Field(default=None, description="the key of an embedding server named by its URL")
    embedding_price: str | None = Field(default=None, description="what the embedding model costs: INPUT,OUTPUT")
    model_run_budget_usd: Decimal = Field(default=Decimal(25), ge=0, description="for one meeting")
    model_month_budget_usd: Decimal = Field(default=Decimal(250), ge=0, description="for a brand in a calendar month")
    model_run_tokens: int = Field(default=3_000_000, ge=0, description="for one meeting")
    model_output_tokens: int = Field(default=8_192, ge=256, description="for one answer, at most")
    model_timeout_seconds: float = Field(default=120.0, gt=0, description="how long a model may be silent")
    model_stream: bool = Field(default=True, description="whether a model's answers are read as they come")

    token_secret: SecretStr | None = Field(
        default=None, min_length=32, description="what the API signs tokens with, the same on every machine"
    )
    api_origins: str = Field(default="", description="web origins that may call the API, by commas; none by default")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("broker_url")
    @classmethod
    def _redis_or_rabbit(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "redis+socket://", "amqp://", "amqps://")
        if url is not None and not url.get_secret_value().startswith(schemes):
            raise ValueError("only Redis and RabbitMQ are supported: redis://host:6379/0, amqp://user:password@host//")
        return url

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
