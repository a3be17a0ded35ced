"""Why a model did not answer: whether to try again, whether to ask another, and whether it may have cost."""

from domain.errors import DomainError
from domain.text import storable

SOONEST_REMEDY = "The meeting goes on without this report. Hold it again later, or set MHOS_MODEL_FALLBACK."

LONG_REMEDY = "Check what serves MHOS_MODEL: its answers do not end."


class ModelError(DomainError):
    """Base of what goes wrong with a model. Subclasses fix what may be done about it."""

    code = "model_failed"
    status = 503
    retryable = False
    """Whether the same request may succeed in a moment."""
    falls_back = True
    """Whether another provider may be asked instead."""
    may_have_cost = False
    """Whether the provider may bill what it did so far."""

    def __init__(self, message: str, *, retry_after: float | None = None, remedy: str = SOONEST_REMEDY) -> None:
        super().__init__(storable(message), remedy=remedy)  # it may repeat what a server said
        self.retry_after = retry_after
        """Seconds that the provider asked to be left alone."""


class RateLimited(ModelError):
    """Too many requests or tokens a minute (429)."""

    code = "model_rate_limited"
    retryable = True


class QuotaExceeded(ModelError):
    """The account has no money or quota left (402, or 429 with `insufficient_quota`)."""

    code = "model_quota_exceeded"


class Overloaded(ModelError):
    """The provider failed or has too much to do (408, 409, 5xx, 529)."""

    code = "model_overloaded"
    retryable = True


class TimedOut(ModelError):
    """No answer, or no next piece of one, in time."""

    code = "model_timed_out"
    retryable = True
    may_have_cost = True


class ConnectionLost(ModelError):
    """The connection broke, before or within the answer."""

    code = "model_connection_lost"
    retryable = True
    may_have_cost = True


class Unreachable(ModelError):
    """No connection could be made at all."""

    code = "model_unreachable"
    retryable = True


class MalformedAnswer(ModelError):
    """The answer is not what the provider's protocol says."""

    code = "model_malformed_answer"
    retryable = True
    may_have_cost = True


class AnswerTooLong(ModelError):
    """The answer goes on beyond what any answer takes; it was not read further, and is not asked for again."""

    code = "model_answer_too_long"
    may_have_cost = True

    def __init__(self, message: str, *, retry_after: float | None = None, remedy: str = LONG_REMEDY) -> None:
        super().__init__(message, retry_after=retry_after, remedy=remedy)


class RequestRejected(ModelError):
    """The provider will not take this request: too long, no such model, an argument that it does not know."""

    code = "model_request_rejected"


class NotAuthorised(ModelError):
    """The key is missing, wrong, or may not use this model."""

    code = "model_not_authorised"


class Refused(ModelError):
    """The model declined to answer. It is taken at its word: nobody else is asked to say what it would not."""

    code = "model_refused"
    falls_back = False
    may_have_cost = True


class BudgetExceeded(ModelError):
    """The call could cost more at worst than is left."""

    code = "model_budget_exceeded"
    status = 409
