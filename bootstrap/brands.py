"""Importing into a brand: one's own, or one that the import makes."""

from pathlib import Path
from typing import Any

from bootstrap.office import Office
from domain.errors import NotFound, NotSignedIn


def import_into_brand(
    office: Office, folder: Path, slug: str, profile: str | None, *, mapping: Path | None = None, **how: Any
) -> Any:
    """Import a folder; a brand that is new is made in the same transaction, with the local profiles as its members.

    A brand that is not this person's own is refused by the same words as one that does not exist elsewhere: its name
    is simply taken. `how` is handed to `connectors.importer.import_folder`.
    """
    from connectors.importer import import_folder
    from identity.open_context import open_context

    try:
        ctx = open_context(office.database, office.settings.home, profile, brand=slug, as_of=None)
    except (NotFound, NotSignedIn):
        return _import_and_found(office, folder, slug, profile, mapping, how)
    return import_folder(ctx, office.database, folder, mapping, **how)


def _import_and_found(
    office: Office, folder: Path, slug: str, profile: str | None, mapping: Path | None, how: dict[str, Any]
) -> Any:
    from connectors.brand_file import read_brand_file
    from connectors.importer import import_folder
    from identity.brands import NewBrand
    from identity.local import founding_local_brand

    found = read_brand_file(folder, mapping)
    new = NewBrand(slug=slug, name=found.name, currency=found.currency, zone=found.zone)
    rules = found.rules.as_columns(found.currency)
    founding = founding_local_brand(office.database, office.settings.home, profile, new, rules)
    return import_folder(founding.ctx, office.database, folder, mapping, founding=founding.brand, **how)
