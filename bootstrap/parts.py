"""The parts that everything else is made of: settings, database, guardrails, minds, secrets, knowledge."""

from functools import cached_property
from typing import TYPE_CHECKING

from settings import Settings
from store.database import Database
from store.migrate import ensure_schema

if TYPE_CHECKING:
    from bootstrap.minds import Minds
    from connectors.endpoint_secret import SecretMaker
    from guardrails.cedar import PolicyEngine
    from memory.knowledge import KnowledgeBase


class Parts:
    """Each part is made when it is first asked for, once, and closed with the rest."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        database.mail_from = settings.mail_from if settings.smtp_url is not None else None

    @classmethod
    def open(cls, settings: Settings) -> "Parts":
        """Start or reach the database, and bring its schema up to date. Raises Unavailable."""
        if settings.database_url:
            database = Database(settings.database_url)
        else:
            database = Database.embedded(settings.home)
        ensure_schema(database)
        if settings.broker_url is not None:
            from automation.broker import Bell

            database.bell = Bell(settings.broker_url.get_secret_value())
        return cls(settings, database)

    def close(self) -> None:
        if "knowledge" in self.__dict__:
            self.knowledge.close()
        self.database.close()

    @cached_property
    def policy_version(self) -> str:
        """The version of the engine's policies, known without parsing them."""
        from guardrails.packaged import packaged_policies, version_of

        return version_of(packaged_policies())

    @cached_property
    def engine(self) -> "PolicyEngine":
        from guardrails.cedar import PolicyEngine

        return PolicyEngine()

    @cached_property
    def minds(self) -> "Minds":
        from bootstrap.minds import Minds

        return Minds(self.settings, self.database)

    @cached_property
    def secrets(self) -> "SecretMaker":
        """Makes the secrets that webhooks are signed with."""
        from connectors.endpoint_secret import SecretMaker
        from identity.signing import ENDPOINTS, signing_key

        stated = self.settings.token_secret
        return SecretMaker(signing_key(self.settings.home, stated.get_secret_value() if stated else None, ENDPOINTS))

    @cached_property
    def knowledge(self) -> "KnowledgeBase":
        """The brands' documents, and the index that the settings name."""
        from bootstrap.knowledge import knowledge_base

        return knowledge_base(self.settings, self.database)
