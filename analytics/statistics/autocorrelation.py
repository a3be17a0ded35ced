"""Serial correlation of short series."""

import numpy as np

from analytics.pricing.panel import Floats

_HIGHEST = 0.8


def lag_one_correlation(values: Floats, lowest: float = 0.0) -> float:
    """Lag-one correlation, limited to `lowest`..0.8 as short series do not support more; 0 for a constant series."""
    centred = values - values.mean()
    squares = float(centred @ centred)
    return float(np.clip(centred[1:] @ centred[:-1] / squares, lowest, _HIGHEST)) if squares > 0 else 0.0
