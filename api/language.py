"""The language that an answer is written in: `lang`, else the brand's own."""

from typing import Annotated

from fastapi import Query

from domain.language import Language

InLanguage = Annotated[Language | None, Query(description="the brand's own by default")]
