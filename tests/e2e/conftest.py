"""Servers that tests of several files begin."""

import pytest

from tests import programs

THURSDAY = "2026-07-09T09:00+02:00"


@pytest.fixture(scope="module")
def thursday():
    """A server on the day of the ministers, one for all tests of a file."""
    with programs.running(THURSDAY) as server:
        yield server
