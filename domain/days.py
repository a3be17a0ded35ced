"""Days that actions are planned for: none so far off that nothing could be reckoned with them."""

from datetime import date
from typing import Annotated

from pydantic import Field

PlannedDay = Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))]
"""As far as imports reach, too."""
