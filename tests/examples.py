"""How many examples a property is tried with: a few in `make test`, all of them in `make test-full`."""

from hypothesis import settings

FEW = 25


def examples(count: int) -> int:
    """`count` under the profile that tries all (`--hypothesis-profile all`), else at most `FEW`."""
    return count if settings.get_current_profile_name() == "all" else min(count, FEW)
