"""The HTTP face: health now; the rest of the API joins it here."""

from api.app import create_app

__all__ = ["create_app"]
