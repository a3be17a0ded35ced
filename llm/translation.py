"""Turns what the providers' clients raise into one family of errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import Any

import httpx2

from llm.errors import (
    AnswerTooLong,
    ConnectionLost,
    MalformedAnswer,
    ModelError,
    NotAuthorised,
    Overloaded,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    TimedOut,
    Unreachable,
)

UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What reading an answer raises that is not what the protocol says: the clients build their types unchecked."""
_LONGEST_SENTENCE = 300
_NO_MONEY = {"insufficient_quota", "billing_error", "billing_hard_limit_reached"}
_BY_TYPE: Mapping[str, type[ModelError]] = {
    "rate_limit_error": RateLimited,
    "rate_limit_exceeded": RateLimited,
    "overloaded_error": Overloaded,
    "api_error": Overloaded,
    "server_error": Overloaded,
    "timeout_error": Overloaded,
    "authentication_error": NotAuthorised,
    "permission_error": NotAuthorised,
    "invalid_request_error": RequestRejected,
    "not_found_error": RequestRejected,
}
_REMEDIES = {
    NotAuthorised: "Check OPENAI_API_KEY, ANTHROPIC_API_KEY or MHOS_MODEL_KEY, and that the key may use this model.",
    QuotaExceeded: "Top up the provider's account, or set another MHOS_MODEL.",
    RequestRejected: "Check the model's name in MHOS_MODEL.",
}


@contextmanager
def translating(sdk: ModuleType, model: str) -> Iterator[None]:
    """Raise a ModelError for whatever `sdk` (the `openai` or `anthropic` module) or its transport raises."""
    try:
        yield
    except AnswerTooLong as error:
        raise _of_model(error, model) from error
    except ModelError:
        raise
    except sdk.APIConnectionError as error:
        if isinstance(error.__cause__, AnswerTooLong):
            raise _of_model(error.__cause__, model) from error
        raise _lost(error.__cause__ or error, sdk, model, isinstance(error, sdk.APITimeoutError)) from error
    except httpx2.HTTPError as error:
        raise _lost(error, sdk, model, isinstance(error, httpx2.TimeoutException)) from error
    except sdk.APIStatusError as error:
        raise _by_status(error, model) from error
    except sdk.APIError as error:
        raise _by_type(error, model) from error
    except UNREADABLE as error:
        raise MalformedAnswer(f"{model} gave an answer that cannot be read: {_short(error)}") from error


def _of_model(error: AnswerTooLong, model: str) -> AnswerTooLong:
    return AnswerTooLong(f"{model}: {error.message}")


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        until, said = (parsedate_to_datetime(headers.get(name, "")) for name in ("retry-after", "date"))
        return max(0.0, (until - said).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _lost(error: BaseException, sdk: ModuleType, model: str, timed_out: bool) -> ModelError:
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Unreachable(f"{model} cannot be reached.")
    if timed_out:
        return TimedOut(f"{model} did not answer in time.")
    return ConnectionLost(f"the connection to {model} was lost: {_short(error)}")


def _by_status(error: Any, model: str) -> ModelError:
    status, headers = error.status_code, error.response.headers
    if status < 400:  # an error within a stream that began well
        return _by_type(error, model)
    kind = _kind_of(status, _types(error.body))
    detail = "" if kind is NotAuthorised else _said(error.body)  # its sentence may hold a part of the key
    failed = _made(kind, f"{model} answered {status}{detail}", retry_after_of(headers))
    if headers.get("x-should-retry") == "false":
        failed.retryable = False
    return failed


def _by_type(error: Any, model: str) -> ModelError:
    types = _types(error.body)
    kind = next((_BY_TYPE[name] for name in types if name in _BY_TYPE), Overloaded)
    failed = _made(kind, f"{model} broke off its answer{'' if kind is NotAuthorised else _said(error.body)}", None)
    failed.may_have_cost = True
    return failed


def _kind_of(status: int, types: list[str]) -> type[ModelError]:
    if status == 402 or _NO_MONEY & set(types):
        return QuotaExceeded
    if status == 429:
        return RateLimited
    if status in (401, 403):
        return NotAuthorised
    return Overloaded if status in (408, 409) or status >= 500 else RequestRejected


def _made(kind: type[ModelError], message: str, retry_after: float | None) -> ModelError:
    remedy = _REMEDIES.get(kind)
    return kind(message, retry_after=retry_after, remedy=remedy) if remedy else kind(message, retry_after=retry_after)


def _inner(body: object) -> Mapping[str, Any]:
    """The error object, which Anthropic wraps once and OpenAI's client has unwrapped."""
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, Mapping) else body


def _types(body: object) -> list[str]:
    inner = _inner(body)
    return [str(inner[key]) for key in ("code", "type") if inner.get(key)]


def _said(body: object) -> str:
    message = _inner(body).get("message")
    return f": {_short(message)}" if message else ""


def _short(said: object) -> str:
    return " ".join(str(said).split())[:_LONGEST_SENTENCE]
