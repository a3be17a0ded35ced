"""Demand forecasts with intervals, by the kind of series."""
