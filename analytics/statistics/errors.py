"""Errors of the analytics room: invalid input and coefficients that the data do not identify."""

from domain.errors import InvalidInput


class InvalidNumbers(InvalidInput, ValueError):
    """The arrays do not fit together, or hold what no such series can hold."""

    code = "invalid_numbers"


class NotIdentified(InvalidNumbers):
    """The data do not identify this coefficient beside the other effects."""

    code = "not_identified"
