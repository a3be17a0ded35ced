"""The steps that people take for themselves on this machine, before any brand."""

from bootstrap.office import Office


def choose_password(office: Office, profile: str | None, password: str) -> str:
    """Set the password of a local profile's person, and end what was logged in with the old one; the login's name.

    Raises NotSignedIn, or InvalidInput for a password that is too short.
    """
    from domain.clock import SystemClock
    from domain.ids import TimeOrderedIds
    from identity.logins import Logins
    from identity.people import UserDirectory
    from identity.profiles import load_profile

    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    person = Logins(office.database, clock, ids).by_token(load_profile(office.settings.home, profile).token)
    UserDirectory(office.database, clock, ids).set_password(person.user_id, password)
    return person.login
