"""What goes wrong with numbers."""

from domain.errors import InvalidInput


class InvalidNumbers(InvalidInput, ValueError):
    """The arrays do not fit together, or hold what no such series can hold."""

    code = "invalid_numbers"


class NotIdentified(InvalidNumbers):
    """The data hold nothing that could tell this coefficient from the effects beside it."""

    code = "not_identified"
