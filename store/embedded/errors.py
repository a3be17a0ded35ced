"""The one error that the embedded server raises: what happened, and what the person can do."""

USE_YOUR_OWN = "Set MHOS_DATABASE_URL to a PostgreSQL server of your own."


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be started, reached or stopped; `remedy` says what to do next."""

    def __init__(self, message: str, remedy: str = USE_YOUR_OWN) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
