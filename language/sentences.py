"""The catalogue: every sentence that the product says, by its key, in each language; read from gettext's PO files."""

import gettext
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import InvalidInput
from domain.language import Language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

CATALOGUE = Path(__file__).parent / "catalogue"
COMPILED = CATALOGUE / "compiled"
"""Beside the PO files, as `__pycache__` is beside modules: what they come to, named by what they say."""
_SOURCE = Language.EN
"""The language of every `msgid`."""


def sentence(key: str, language: Language, count: int | None = None) -> str | None:
    """The sentence with its placeholders, in the plural form that `count` asks for; None for a key that is unknown."""
    known = _translations(language)
    text = key if count is None else known.ngettext(key, key, count)
    text = known.gettext(key) if text == key else text
    return None if text == key else text


@cache
def nouns() -> tuple[str, ...]:
    """The names of the PO files, sorted: the first part of every key in them."""
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.po")))


def entries(folder: Path = CATALOGUE) -> Iterator[tuple[str, Language, "Message"]]:
    """Every entry of the PO files, with its file and the language it is translated to. Raises InvalidInput."""
    from babel.messages.pofile import PoFileError, read_po

    for path in sorted(folder.glob("*.po")):
        try:
            with path.open("rb") as file:
                catalog = read_po(file, abort_invalid=True)
            language = Language(str(catalog.locale_identifier))
        except (PoFileError, ValueError) as error:
            raise InvalidInput(f"{path.name} is no catalogue: {error}", remedy="Mend the PO file.") from error
        yield from ((path.name, language, entry) for entry in catalog if entry.id)


def compile_catalogue() -> Mapping[Language, bytes]:
    """The compiled catalogues, as gettext reads them; kept for the next process where the folder can be written."""
    from babel.messages.mofile import write_mo

    written: dict[Language, bytes] = {}
    for language, catalog in _by_key().items():
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        written[language] = buffer.getvalue()
        _keep(_compiled(language), written[language])
    return written


@cache
def _translations(language: Language) -> gettext.GNUTranslations:
    path = _compiled(language)
    content = path.read_bytes() if path.exists() else compile_catalogue()[language]
    return gettext.GNUTranslations(io.BytesIO(content))  # pyright: ignore[reportArgumentType] - it only reads it


def _by_key() -> dict[Language, "Catalog"]:
    """One catalogue a language, in which the key stands where gettext has the English."""
    from babel.messages.catalog import Catalog

    catalogues = {language: Catalog(locale=language.value, fuzzy=False) for language in Language}
    for _, language, entry in entries():
        if not entry.context:
            raise InvalidInput(f"The sentence {entry.id!r} has no key.", remedy="Give it a msgctxt.")
        id_ = (entry.context, entry.context) if entry.pluralizable else entry.context
        if catalogues[language].get(entry.context) is not None:
            raise InvalidInput(f"{entry.context} is in the catalogue twice.", remedy="Keep one of them.")
        catalogues[language].add(id_, string=entry.string)
        catalogues[_SOURCE].add(id_, string=entry.id)
    return catalogues


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(CATALOGUE.glob("*.po")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compiled(language: Language) -> Path:
    return COMPILED / f"{_digest()}.{language}.mo"


def _keep(path: Path, content: bytes) -> None:
    """Write it beside, whole or not at all; older ones go. A folder that is read-only keeps nothing."""
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
        for other in path.parent.glob("*.mo"):
            if not other.name.startswith(_digest()):
                other.unlink(missing_ok=True)
    except OSError:
        draft.unlink(missing_ok=True) if draft.exists() else None
