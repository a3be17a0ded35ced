"""Who acts: a person with roles in a brand, an agent acting for one, or the system's own clockwork."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """Roles a person may hold in a brand (SUPER_ADMIN holds in every brand)."""

    SUPER_ADMIN = "SUPER_ADMIN"
    PLATFORM_ADMIN = "PLATFORM_ADMIN"
    COMPANY_ADMIN = "COMPANY_ADMIN"
    BRAND_OWNER = "BRAND_OWNER"
    BRAND_MANAGER = "BRAND_MANAGER"
    OPERATOR = "OPERATOR"
    SALES_MANAGER = "SALES_MANAGER"
    SALES_REP = "SALES_REP"
    DEALER = "DEALER"
    STAND_PARTNER = "STAND_PARTNER"
    AFFILIATE = "AFFILIATE"
    WL_OWNER = "WL_OWNER"
    MARKETING = "MARKETING"
    FINANCE = "FINANCE"
    AI_ENGINEER = "AI_ENGINEER"


class Permission(StrEnum):
    """A right that a role gives; an agent holds those of its delegator that its charter needs, and no other."""

    DATA_READ = "data:read"
    DATA_IMPORT = "data:import"
    MEETING_HOLD = "meeting:hold"
    ACTION_PROPOSE = "action:propose"
    ACTION_APPROVE = "ai:approval"
    ACTION_UNDO = "action:undo"
    AUDIT_READ = "audit:read"
    CONFIG_WRITE = "config:write"
    AUTOMATION_WRITE = "automation:write"


class ActorKind(StrEnum):
    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


class Actor(BaseModel):
    """One who acts. `delegator` is the person an agent or the system works for."""

    model_config = ConfigDict(frozen=True)

    kind: ActorKind
    id: UUID
    name: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    delegator: UUID | None = None

    @property
    def label(self) -> str:
        """How the audit names this actor, e.g. `person:owner` or `agent:pricing_director`."""
        return f"{self.kind}:{self.name}"

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions
