"""The brands of this machine's people, and importing into one: one's own, or one that the import makes."""

from pathlib import Path
from typing import Any

from bootstrap.office import Office
from domain.context import Context
from domain.errors import NotFound, NotSignedIn


def brands_of_profiles(office: Office) -> list[Context]:
    """A Context in each brand of the people with a profile on this machine: whom a server works for from its start."""
    from domain.clock import SystemClock
    from domain.ids import TimeOrderedIds
    from identity.logins import Logins
    from identity.open_context import contexts_of
    from identity.profiles import load_profile, profile_names

    clock = SystemClock()
    logins = Logins(office.database, clock, TimeOrderedIds(clock))
    contexts: dict[str, Context] = {}
    for name in profile_names(office.settings.home):
        try:
            person = logins.by_token(load_profile(office.settings.home, name).token)
        except NotSignedIn:
            continue
        contexts |= {ctx.brand: ctx for ctx in contexts_of(office.database, person)}
    return list(contexts.values())


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

    brand = read_brand_file(folder, mapping)
    new = NewBrand(slug=slug, name=brand.name, currency=brand.currency, zone=brand.zone)
    rules = brand.rules.as_columns(brand.currency)
    founding = founding_local_brand(office.database, office.settings.home, profile, new, rules)
    return import_folder(founding.ctx, office.database, folder, mapping, founding=founding.brand, **how)
