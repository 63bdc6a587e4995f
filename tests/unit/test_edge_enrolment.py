"""A device's enrolment: one file, its owner's only, never half-written."""

import os
import stat

import pytest

from gate.edge import enrolment
from gate.edge.enrolment import FILE, NotEnrolled
from tests import lanes


def test_an_enrolment_comes_back_and_only_its_owner_can_read_it(tmp_path):
    folder = tmp_path / "new" / "lane"
    enrolment.save(folder, lanes.identity())
    assert enrolment.load(folder) == lanes.identity()
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_an_enrolment_the_words_say_how_to_get_one(tmp_path):
    with pytest.raises(NotEnrolled, match=r"ask the server's operator .*--enrol CODE"):
        enrolment.load(tmp_path)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"device": 7}', b"\xff\xfe", b"null",
                                  b'{"device": "\xff"}'])  # fmt: skip
def test_an_enrolment_that_cannot_be_read_is_said_in_words(tmp_path, body):
    (tmp_path / FILE).write_bytes(body)
    with pytest.raises(NotEnrolled, match="enrol this device anew"):
        enrolment.load(tmp_path)


def test_an_enrolment_is_on_disk_under_its_name_before_it_is_used(tmp_path, monkeypatch):
    """The file, and then the folder that names it: a code is good only once."""
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real(fd))
    )
    enrolment.save(tmp_path / "lane", lanes.identity())
    assert synced == [f"{tmp_path}/lane/{FILE}.part", f"{tmp_path}/lane"]


def test_a_new_enrolment_replaces_the_old_one_whole(tmp_path):
    enrolment.save(tmp_path, lanes.identity(epoch=1))
    enrolment.save(tmp_path, lanes.identity(epoch=2))
    assert enrolment.load(tmp_path).epoch == 2
    assert os.listdir(tmp_path) == [FILE]
