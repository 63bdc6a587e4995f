import pytest

from badge_printer.book import Book
from badge_printer.store import StationStore
from tests.integration.printing.samples import IDENTITY


@pytest.fixture
def opened(tmp_path):
    found = StationStore(tmp_path / "station.sqlite")
    yield found
    found.close()


@pytest.fixture
async def book(opened):
    return Book(opened, IDENTITY, ("a", "b"), lambda: 1_000)
