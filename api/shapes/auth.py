"""Logins, as the API takes and gives them."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from api.shapes.words import Asked

_Token = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+$")]


class LogIn(Asked):
    login: str = Field(min_length=1, max_length=128, pattern=r"^[^\x00]+$", examples=["owner"])
    password: SecretStr = Field(min_length=1, max_length=1_024)


class Refresh(Asked):
    refresh_token: _Token = Field(description="good for one use: the answer holds the next")


class TokenPair(BaseModel):
    """Send the access token as `Authorization: Bearer …`; keep the refresh token to yourself."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"
    expires_in: int = Field(description="seconds")


class MyBrand(BaseModel):
    slug: str
    roles: list[str]
    permissions: list[str]


class Me(BaseModel):
    """Who is signed in, and the brands that X-Brand may name."""

    id: str
    login: str
    brands: list[MyBrand]
