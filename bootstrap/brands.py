"""Opening a brand for an import: made with its people where it is new."""

from pathlib import Path

from bootstrap.office import Office
from domain.errors import NotFound, NotSignedIn


def open_or_create_brand(office: Office, folder: Path, mapping: Path | None, slug: str, profile: str | None) -> None:
    """See that the brand exists and that the local profiles are its members.

    A brand that is not this person's own is refused by the same words as one that does not exist elsewhere: its name
    is simply taken.
    """
    from connectors.brand_file import read_brand_file
    from identity.brands import NewBrand
    from identity.local import create_local_brand
    from identity.open_context import open_context

    try:
        open_context(office.database, office.settings.home, profile, brand=slug, as_of=None)
    except (NotFound, NotSignedIn):
        found = read_brand_file(folder, mapping)
        new = NewBrand(slug=slug, name=found.name, currency=found.currency, zone=found.zone)
        create_local_brand(office.database, office.settings.home, profile, new)
