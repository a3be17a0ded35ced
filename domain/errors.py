"""Errors that people read: a stable code, what happened, whether anything was written, and what to do next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.message import Message


class DomainError(Exception):
    """Base of all errors that reach a person; subclasses fix `code` and the HTTP `status`."""

    code = "error"
    status = 400
    final = False
    """Whether trying again is of no use."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        written: bool | None = False,
        said: "Message | None" = None,
        advice: "Message | None" = None,
        **details: Any,
    ) -> None:
        """`said` and `advice` are message and remedy by key, for people to read in their language."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.said, self.advice = said, advice
        self.written = written
        self.details: Mapping[str, Any] = details

    def envelope(self) -> dict[str, Any]:
        """The one shape in which the CLI and the API print an error."""
        details = {**self.details, "remedy": self.remedy, "written": self.written}
        return {"error": {"code": self.code, "message": self.message, "details": details}}


class InvalidInput(DomainError):
    """The caller's words do not make sense; nothing was written."""

    code = "invalid_input"
    status = 422


class EditDenied(InvalidInput):
    """The guardrails forbid the amounts that somebody wants in an action item; it stays as it was."""

    code = "edit_denied"


class NotFound(DomainError):
    """No such thing in this brand (or the actor may not know of it)."""

    code = "not_found"
    status = 404


class Forbidden(DomainError):
    """The actor has no right to do this here."""

    code = "forbidden"
    status = 403


class NotSignedIn(DomainError):
    """No valid login, token or profile."""

    code = "not_signed_in"
    status = 401


class Conflict(DomainError):
    """The state has moved on; read again and decide again."""

    code = "conflict"
    status = 409


class ApprovalOutdated(Conflict):
    """The action the approver saw no longer holds within the stated tolerances."""

    code = "approval_outdated"


class SeenOutdated(Conflict):
    """The item answered is not as it stands now: somebody else was quicker, or it was shown afresh."""

    code = "seen_outdated"
    status = 412


class TooMany(DomainError):
    """More was asked than is allowed in so much time; `retry_after` says in how many seconds it may be asked again."""

    code = "too_many_requests"
    status = 429


class BrandScopeBroken(DomainError):
    """Code tried to read or write outside its brand; a programming error that must never pass silently."""

    code = "brand_scope"
    status = 500


class Unavailable(DomainError):
    """A part that this needs does not answer."""

    code = "unavailable"
    status = 503


class StoreUnavailable(Unavailable):
    """The database does not answer, or broke off: what was under way in a transaction is undone."""


class OutcomeUnknown(StoreUnavailable):
    """The database broke off while a transaction was being committed: whether it was written is not known."""

    code = "outcome_unknown"


class ImportRejected(DomainError):
    """The files do not fit; `rows_rejected` names file, line and reason."""

    code = "import_rejected"
    status = 422


class DocumentRejected(DomainError):
    """A document cannot be read as what it claims to be; nothing of it was written."""

    code = "document_rejected"
    status = 422
