"""People, their memberships and roles in brands, their logins and tokens."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.tables.base import DOCUMENT, MOMENT
from store.tables.brand import Brand


class User(SQLModel, table=True):
    __tablename__ = "app_user"
    __table_args__ = (UniqueConstraint("login"),)

    id: UUID = Field(primary_key=True)
    login: str = Field(max_length=128)
    name: str = ""
    password_hash: str
    is_super_admin: bool = False
    disabled: bool = False
    created_at: datetime = Field(sa_type=MOMENT)


class Membership(SQLModel, table=True):
    """The roles that a person holds in a brand."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        ForeignKeyConstraint(["brand_id"], [f"{Brand.__tablename__}.id"]),
    )

    user_id: UUID = Field(primary_key=True)
    brand_id: UUID = Field(primary_key=True)
    roles: list[str] = Field(sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class LoginSession(SQLModel, table=True):
    """A login: only the hash of its token is kept."""

    __tablename__ = "login_session"
    __table_args__ = (ForeignKeyConstraint(["user_id"], ["app_user.id"]), UniqueConstraint("token_hash"))

    id: UUID = Field(primary_key=True)
    user_id: UUID
    token_hash: str
    label: str = ""
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)


class RefreshToken(SQLModel, table=True):
    """One use of a login: good for new tokens once. Used a second time, somebody has a copy, and the login ends."""

    __tablename__ = "refresh_token"
    __table_args__ = (ForeignKeyConstraint(["session_id"], ["login_session.id"]), UniqueConstraint("token_hash"))

    id: UUID = Field(primary_key=True)
    session_id: UUID
    token_hash: str
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
