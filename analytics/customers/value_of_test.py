"""Expected value of sample information: the gain of choosing after a test."""

from math import erf, exp, pi, sqrt


def value_of_test(mean: float, deviation: float, error: float, repeats: float) -> float:
    """Expected gain of choosing after a test instead of now, over `repeats` units, each worth `mean` with
    prior deviation `deviation`; a test measures that worth with standard error `error`.

    The expected value of sample information with normal beliefs (Raiffa & Schlaifer 1961, section 5.5): the belief will
    move by s = d^2 / sqrt(d^2 + e^2), and one does it afterwards only where it pays, as one does today.
    """
    if deviation <= 0 or repeats <= 0:
        return 0.0
    moves = deviation**2 / sqrt(deviation**2 + error**2)
    at = mean / moves
    better = moves * exp(-(at**2) / 2) / sqrt(2 * pi) + mean * (1 + erf(at / sqrt(2))) / 2
    return repeats * (better - max(mean, 0.0))
