"""The steps of `tests/infra/verify`, one module each."""
