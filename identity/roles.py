"""Permissions of each role in a brand."""

from collections.abc import Iterable, Mapping

from domain.actor import Permission, Role

P = Permission
_EVERYTHING = frozenset(Permission)
_RUNS_THE_BRAND = _EVERYTHING - {P.CONFIG_WRITE}
_TAKES_PART = frozenset({P.DATA_READ, P.MEETING_HOLD, P.ACTION_PROPOSE})

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.SUPER_ADMIN: _EVERYTHING,
    Role.PLATFORM_ADMIN: frozenset({P.DATA_READ, P.AUDIT_READ, P.CONFIG_WRITE, P.AUTOMATION_WRITE}),
    Role.COMPANY_ADMIN: _RUNS_THE_BRAND,
    Role.BRAND_OWNER: _RUNS_THE_BRAND,
    Role.BRAND_MANAGER: _RUNS_THE_BRAND,
    Role.OPERATOR: _TAKES_PART | {P.ACTION_APPROVE, P.ACTION_UNDO, P.AUDIT_READ},
    Role.SALES_MANAGER: _TAKES_PART,
    Role.MARKETING: _TAKES_PART,
    Role.FINANCE: _TAKES_PART | {P.AUDIT_READ},
    Role.AI_ENGINEER: frozenset({P.DATA_READ, P.MEETING_HOLD, P.AUDIT_READ}),
    Role.SALES_REP: frozenset(),
    Role.DEALER: frozenset(),
    Role.STAND_PARTNER: frozenset(),
    Role.AFFILIATE: frozenset(),
    Role.WL_OWNER: frozenset(),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that the roles allow together."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))
