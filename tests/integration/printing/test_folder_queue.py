"""A folder as a printer: whole files, and certainty about what is in it."""

from badge_printer.printers.printer import Condition
from badge_printer.queue import State, Take, after
from badge_printer.store import StationStore
from tests.integration.printing.desk import desk, until


def taken(tmp_path, job):
    """As a crash leaves it just before the file was to appear."""
    store = StationStore(tmp_path / "station.sqlite")
    found = after(store.job(job.id), Take(), 1)
    store.save(found)
    store.close()
    return found


async def test_badges_appear_as_whole_files_that_only_their_owner_reads(tmp_path, renderer):
    async with desk(tmp_path, renderer, f"a=folder:{tmp_path}/out/badges") as d:
        await d.becomes(d.add(), State.PRINTED)
        await d.becomes(d.add(holder=2), State.PRINTED)
    files = list((tmp_path / "out" / "badges").iterdir())
    assert [each.suffix for each in files] == [".pdf", ".pdf"]
    assert all(each.read_bytes().startswith(b"%PDF") for each in files)
    assert all(each.stat().st_mode & 0o077 == 0 for each in files)


async def test_after_a_crash_the_folder_itself_says_whether_a_badge_is_there(tmp_path, renderer):
    address = f"a=folder:{tmp_path}/badges"
    async with desk(tmp_path, renderer, "a=folder:/proc/nowhere") as d:
        there, missing = d.add(), d.add(holder=2)
    there, missing = taken(tmp_path, there), taken(tmp_path, missing)
    (tmp_path / "badges").mkdir()
    file = tmp_path / "badges" / f"{there.name}.pdf"
    file.write_bytes(b"%PDF of before the crash")
    async with desk(tmp_path, renderer, address) as d:
        await d.becomes(there, State.PRINTED)
        printed = await d.becomes(missing, State.PRINTED)
    assert printed.attempt == 2  # sent again: it was certain that it had not come out
    assert file.read_bytes() == b"%PDF of before the crash"
    assert len(list((tmp_path / "badges").iterdir())) == 2


async def test_a_folder_that_cannot_be_written_is_not_reached_and_nothing_is_lost(
    tmp_path, renderer
):
    (tmp_path / "badges").write_text("in the way")
    async with desk(tmp_path, renderer, f"a=folder:{tmp_path}/badges") as d:
        job = d.add()
        await until(lambda: "badges" in d.spooler.views()[0].words)
        assert d.conditions() == (Condition.OFFLINE,)
        (tmp_path / "badges").unlink()
        await d.becomes(job, State.PRINTED)
