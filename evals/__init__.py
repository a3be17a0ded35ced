"""What is measured rather than believed: suites, benchmarks and the tables they print."""
