"""House rules as checks: run in `make lint`, and tested for firing."""
