"""The file beside the database: what it once knew it knows after any end, or knows nothing."""

import pytest

from gate.access.model import DeviceId, ZoneId
from gate.server import rights_book
from gate.server.rights_book import RightsBook

LANE = (DeviceId("door-1"), 2, ZoneId("room"))
OTHER = (DeviceId("door-2"), 1, ZoneId("room"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "server" / "week-rights.json"


async def test_what_is_kept_is_there_after_a_restart_and_only_grows(path):
    book = RightsBook(path)
    assert (book.name, book.granted) == ("", {})
    await book.begin(in_doubt=False)
    await book.keep({LANE: 5, OTHER: 1})
    await book.keep({LANE: 3})
    again = RightsBook(path)
    assert again.name == book.name != ""
    assert again.granted == {LANE: 5, OTHER: 1}
    assert not again.in_doubt
    assert path.stat().st_mode & 0o077 == 0, "only the server reads it"


async def test_doubt_outlives_a_restart_until_an_operator_ends_it(path):
    book = RightsBook(path)
    await book.begin(in_doubt=False)
    await book.keep({LANE: 5, OTHER: 4})
    await book.doubt()
    assert RightsBook(path).in_doubt
    await book.trust({OTHER: 2})
    again = RightsBook(path)
    assert not again.in_doubt
    assert again.granted == {LANE: 5, OTHER: 2}, "everybody in the room is known now"


async def test_a_book_for_a_new_database_is_empty_and_in_doubt_it_forgets_nothing(path):
    book = RightsBook(path)
    await book.begin(in_doubt=False)
    await book.keep({LANE: 5})
    name = book.name
    await book.begin(in_doubt=True)
    assert (book.granted, book.name != name) == ({LANE: 5}, True)
    await book.begin(in_doubt=False)
    assert RightsBook(path).granted == {}


@pytest.mark.parametrize("odd", [b"", b"{", b"\xff", b'{"name":1}', b'{"name":"a","in_doubt":0}'])
async def test_a_damaged_book_knows_nothing_rather_than_something_wrong(path, odd):
    path.parent.mkdir()
    path.write_bytes(odd)
    assert RightsBook(path).name == ""


async def test_a_page_that_could_not_be_written_leaves_the_one_before(path, monkeypatch):
    book = RightsBook(path)
    await book.begin(in_doubt=False)
    await book.keep({LANE: 5})

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rights_book.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await book.keep({LANE: 6})
    assert RightsBook(path).granted == {LANE: 5}
    monkeypatch.undo()
    await book.keep({LANE: 6})
    assert RightsBook(path).granted == {LANE: 6}, "and once there is room it is written"
