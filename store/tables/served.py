"""Where a table is served by the API, and who may read it there."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from domain.actor import Role

Os = Literal[
    "brand", "product", "pricing", "competitor", "purchasing", "inventory", "stands", "sales", "crm", "marketing",
    "finance", "operations", "connections", "guardrails", "journal",
]  # fmt: skip
"""The operating systems that serve tables."""

IN_CHARGE = frozenset({Role.SUPER_ADMIN, Role.COMPANY_ADMIN, Role.BRAND_OWNER, Role.BRAND_MANAGER})
STAFF = IN_CHARGE | {Role.OPERATOR, Role.FINANCE}
ONLY_SEGMENTS = frozenset({Role.MARKETING})
"""Those who work with customers as segments: they are not shown who somebody is."""


@dataclass(frozen=True)
class Served:
    """At `/api/v1/{os}/{name}`, to people with one of the roles `readers`.

    Columns that are `personal` are left out for those who see customers as segments only.
    """

    os: Os
    name: str
    readers: frozenset[Role]
    personal: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        return f"/{self.os}/{self.name}"

    def is_open_to(self, roles: Set[Role]) -> bool:
        """Whether somebody of these roles may read it."""
        return bool(roles & self.readers)

    def withheld_from(self, roles: Set[Role]) -> frozenset[str]:
        """The columns that somebody of these roles is not shown."""
        return frozenset() if roles & (self.readers - ONLY_SEGMENTS) else self.personal
