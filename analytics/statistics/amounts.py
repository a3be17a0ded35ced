"""Range checks of amounts, rates and probabilities."""

from analytics.statistics.errors import InvalidNumbers

LARGEST, SMALLEST = 1e12, 1e-9


def check_amounts(**amounts: float | None) -> None:
    """Raises InvalidNumbers unless each amount is a finite number from 0 to 10^12, or None where it is not known."""
    for name, amount in amounts.items():
        if amount is not None and not 0 <= amount <= LARGEST:
            raise InvalidNumbers(f"{_said(name)} must lie between 0 and {LARGEST:.0e}, not {amount}.")


def check_positive(**amounts: float) -> None:
    """Raises InvalidNumbers unless each amount is finite, at least 10^-9 and at most 10^12."""
    check_amounts(**amounts)
    for name, amount in amounts.items():
        if amount < SMALLEST:
            raise InvalidNumbers(f"{_said(name)} must be above zero.")


def check_probabilities(**shares: float) -> None:
    """Raises InvalidNumbers unless each share lies strictly between 0 and 1."""
    for name, share in shares.items():
        if not 0 < share < 1:
            raise InvalidNumbers(f"{_said(name)} must lie between 0 and 1, not {share}.")


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()
