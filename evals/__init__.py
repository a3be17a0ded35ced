"""Suites and benchmarks: measured rather than believed, with the tables they print."""
