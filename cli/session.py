"""Opens the product for one verb: settings, office, Context; and turns errors into one sentence and an exit code."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer

from cli.output import print_error, say_at_work, wipe

if TYPE_CHECKING:
    from bootstrap import Office
    from domain.context import Context
    from domain.errors import DomainError
    from domain.language import Language


@dataclass
class Desk:
    """The office and the Context a verb works with."""

    office: "Office"
    ctx: "Context"

    @cached_property
    def language(self) -> "Language":
        """The language that the brand wants to be answered in."""
        from store.reads.settings import language_of

        with self.office.database.read(self.ctx) as session:
            return language_of(session)


@contextmanager
def errors_as_sentences(as_json: bool) -> Iterator[None]:
    """Domain errors become one sentence (or the JSON envelope) and exit code 1; Ctrl-C becomes 130."""
    from domain.errors import DomainError
    from language.errors import error_document

    try:
        yield
    except DomainError as error:
        print_error(error_document(error), as_json)
        raise typer.Exit(1) from error
    except typer.Exit:
        raise
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        if os.environ.get("MHOS_TRACE"):
            raise
        print_error(error_document(_unexpected(error)), as_json)
        raise typer.Exit(1) from error


def _unexpected(error: Exception) -> "DomainError":
    """An unforeseen exception as a domain error; the transaction it happened in has been undone."""
    from domain.errors import DomainError

    cause = getattr(error, "orig", None) or error  # of a database error only what it says, not the statement's values
    return DomainError(
        f"Something went wrong that should not: {type(error).__name__}: {cause}".strip(),
        remedy="Run `mhos doctor`. MHOS_TRACE=1 shows where it happened.",
    )


@contextmanager
def open_office(as_json: bool) -> Iterator["Office"]:
    """The product without a Context: for what comes before a login."""
    with errors_as_sentences(as_json):
        from bootstrap import Office
        from settings import load_settings

        office = Office.open(load_settings())
        try:
            yield office
        finally:
            office.close()


@contextmanager
def open_desk(profile: str | None, brand: str | None, as_of: str | None, as_json: bool) -> Iterator[Desk]:
    """The product, and a Context opened from a local profile. Until the verb prints, a terminal says that it works."""
    if not as_json:
        say_at_work()
    try:
        with open_office(as_json) as office:
            desk = Desk(office, context_for(office, profile, brand, as_of))
            with answered_in(desk, as_json):
                yield desk
    finally:
        wipe()


@contextmanager
def answered_in(desk: Desk, as_json: bool) -> Iterator[None]:
    """Errors in the brand's language; a document keeps to English, which programs read."""
    from domain.errors import DomainError
    from language.errors import error_document

    try:
        yield
    except DomainError as error:
        if as_json or error.said is None:
            raise
        print_error(error_document(error, desk.language), as_json)
        raise typer.Exit(1) from error


def context_for(office: Any, profile: str | None, brand: str | None, as_of: str | None) -> "Context":
    """Raises NotSignedIn, NotFound for a brand that is not the profile's own, InvalidInput for a time."""
    from domain.context import parse_moment
    from domain.errors import InvalidInput
    from identity.open_context import open_context

    try:
        moment = parse_moment(as_of) if as_of else None
    except ValueError as error:
        raise InvalidInput(
            f"{as_of!r} is not a time.", remedy="Write 1991-06-20 or 1991-06-20T12:00:00+00:00."
        ) from error
    return open_context(office.database, office.settings.home, profile, brand=brand, as_of=moment)
