"""What holds for every test, and what every kind of test may use."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import programs
from tests.programs import Server

# How fast an example runs says nothing about the product: a busy machine must not fail a test.
settings.register_profile(
    "onsite", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("onsite")


@pytest.fixture(scope="session")
def program() -> Iterator[Server]:
    """The real service as a program, one for all tests: each brings people and devices of its own,
    and leaves the server running."""
    with programs.running() as server:
        yield server
