"""The secrets that webhooks are signed with: made of the installation's key, so that the database holds none."""

import base64
import hashlib
import hmac
import secrets

from connectors.sending import NotSendable

_MADE = "made"
_AS_IS = "whsec_"


class SecretMaker:
    """Makes secrets of the installation's key and a salt (HMAC-SHA256, as the extract step of HKDF, RFC 5869).

    What is stored is a recipe: the salt, and a mark by which another key is told apart from the right one.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def new_recipe(self) -> str:
        """For a secret that was never used before."""
        salt = secrets.token_hex(16)
        return f"{_MADE}:{salt}:{self._mark(salt)}"

    def secret_of(self, recipe: str) -> str:
        """The secret, as Standard Webhooks writes it. Raises NotSendable where another key made it."""
        if recipe.startswith(_AS_IS):
            return recipe  # of an earlier version, which stored the secret itself
        _, salt, mark = recipe.split(":")
        if not hmac.compare_digest(mark, self._mark(salt)):
            raise NotSendable(
                "The endpoint's secret was made with another key than this machine's.",
                remedy="Give every machine the same MHOS_TOKEN_SECRET, or: mhos webhooks rotate NAME",
            )
        return _AS_IS + base64.b64encode(self._of(b"webhook secret", salt)).decode()

    def _mark(self, salt: str) -> str:
        return self._of(b"webhook secret mark", salt).hex()[:16]

    def _of(self, subject: bytes, salt: str) -> bytes:
        return hmac.new(self._key, subject + b"\0" + salt.encode(), hashlib.sha256).digest()


def is_stored_as_is(recipe: str) -> bool:
    """Whether the database holds the secret itself: until it is rotated."""
    return recipe.startswith(_AS_IS)
