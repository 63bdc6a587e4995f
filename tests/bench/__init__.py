"""Measurements, run by `deploy/dev bench`; never part of the timed-free suite."""
