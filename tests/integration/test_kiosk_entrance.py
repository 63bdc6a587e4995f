"""A camera lane from frames to light, with no server anywhere: the everyday path."""

import asyncio
import io
import json
import sys
import threading

import aiohttp
import cv2
import msgspec
import pytest

from deploy.demo import scenes
from gate.access.model import Reason
from gate.edge import enrolment
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from kiosk import __main__ as program
from kiosk import camera
from kiosk.camera import NoSuchSource
from kiosk.entrance import STORE_FILE
from tests import venue
from tests.kiosk_lane import frames, lane

GREEN, RED = "\033[42;97m GREEN", "\033[41;97m RED"


def film(folder, *texts):
    scenes.film([frames.page(text) for text in texts], folder, seed=5, shown=10, empty=4)
    return str(folder)


def recorded(folder):
    """(holder, reason) of each record the lane wrote down, after it ended."""
    store = LaneStore(folder / STORE_FILE)
    try:
        return [(each.holder, each.reason) for each in store.records()]
    finally:
        store.close()


async def test_a_lane_without_a_server_admits_and_refuses_from_its_own_store(tmp_path):
    lane.synced(tmp_path)
    good = venue.badge(holder=lane.GOOD)
    dialogue = venue.badge(holder=lane.DIALOGUE_ONLY, profile=lane.DIALOGUE)
    cancelled = venue.badge(holder=lane.CANCELLED)
    forged = venue.badge(venue.FORGER, holder=lane.GOOD)
    source = film(tmp_path / "frames", good, dialogue, cancelled, forged)
    async with lane.running(lane.settings(tmp_path, source=source)) as here:
        line = await here.said(GREEN)
        assert "09:00:" in line, "the venue's time"
        await here.said(RED, "Dialogue: valid 6-7 July")
        await here.said(RED, "cancelled")
        await here.said(RED, "cannot be verified")
    written = recorded(tmp_path)
    assert (lane.DIALOGUE_ONLY, Reason.WRONG_DAY) in written
    assert (lane.CANCELLED, Reason.CANCELLED) in written
    assert [each for each in written if each[1] is Reason.ADMITTED] == [
        (lane.GOOD, Reason.ADMITTED)
    ]


async def test_after_a_restart_the_lane_knows_who_is_inside(tmp_path):
    """A room that nobody enters who is known to be in it."""
    lane.synced(tmp_path)
    source = film(tmp_path / "frames", venue.badge(holder=lane.MINISTER, profile=lane.HIGH_LEVEL))
    chosen = lane.settings(tmp_path, source=source)
    room = msgspec.structs.replace(lane.ENROLLED, gate="high_level_door")
    async with lane.running(chosen, room) as here:
        await here.said(GREEN)
    async with lane.running(chosen, room) as here:
        await here.said(RED, "inside")
        assert not [each for each in here.lines if GREEN in each]
    assert recorded(tmp_path)[:2] == [
        (lane.MINISTER, Reason.ADMITTED),
        (lane.MINISTER, Reason.ALREADY_INSIDE),
    ]


async def test_a_lane_that_was_never_synced_admits_nobody_and_says_so(tmp_path):
    source = film(tmp_path / "frames", venue.badge(holder=lane.GOOD))
    async with lane.running(lane.settings(tmp_path, source=source)) as here:
        await here.said(RED, "Waiting for the first list of badges")
        assert here.entrance.view().light.colour == "red"
    assert recorded(tmp_path) == []


async def test_a_badge_held_into_view_is_one_scan(tmp_path):
    """Frame after frame of the same badge: one line, one record."""
    lane.synced(tmp_path)
    folder = tmp_path / "frames"
    folder.mkdir()
    cv2.imwrite(str(folder / "held.png"), frames.held(venue.badge(holder=lane.GOOD)))
    async with lane.running(lane.settings(tmp_path, source=str(folder))) as here:
        await here.said(GREEN)
        await asyncio.sleep(0.5)
    assert len(here.lines) == 1
    assert recorded(tmp_path) == [(lane.GOOD, Reason.ADMITTED)]


async def test_the_light_goes_out_by_itself_and_never_to_green(tmp_path, monkeypatch):
    monkeypatch.setattr("kiosk.light.GREEN_S", 2.0)
    monkeypatch.setattr(sys, "stdin", Stdin(venue.badge(holder=lane.GOOD).encode()))
    lane.synced(tmp_path)
    async with lane.running(lane.settings(tmp_path, source="-")) as here:
        await here.said(GREEN)
        assert here.entrance.view().light.colour == "green"
        await lane.until(lambda: here.entrance.view().light.colour != "green")
        assert here.entrance.view().light.colour == "ready"
        assert here.entrance.view().light.title == "Show your badge"


async def test_of_two_badges_held_up_the_nearer_is_scanned_and_the_page_asks_for_one(tmp_path):
    lane.synced(tmp_path)
    folder = tmp_path / "frames"
    folder.mkdir()
    near, far = venue.badge(holder=lane.GOOD), venue.badge(holder=lane.DIALOGUE_ONLY)
    both = [(far, scenes.Pose(height=0.68, x=0.75)), (near, scenes.Pose(height=0.85, x=0.3))]
    cv2.imwrite(str(folder / "both.png"), frames.several(both))
    async with lane.running(lane.settings(tmp_path, source=str(folder))) as here:
        await here.said(GREEN)
        view = here.entrance.view()
        assert view.several == "Several badges in view: please hold up one at a time"
        assert view.place == "right", "as in a mirror"
        cv2.imwrite(str(tmp_path / "one.png"), frames.held(near, x=0.5))
        (tmp_path / "one.png").replace(folder / "both.png")
        await lane.until(lambda: not here.entrance.view().several)
        assert here.entrance.view().place == "middle"
    assert recorded(tmp_path) == [(lane.GOOD, Reason.ADMITTED)]


class Stdin:
    """A pipe in place of the keyboard: each line is a scan of a hand scanner."""

    def __init__(self, *lines):
        self.buffer = io.BytesIO(b"".join(lines))


async def test_lines_of_a_scanner_on_stdin_are_scans(tmp_path, monkeypatch):
    lane.synced(tmp_path)
    good, forged = venue.badge(holder=lane.GOOD), venue.badge(venue.FORGER, holder=lane.GOOD)
    odd = [b"\r\n", b"\xff\xfe\x00\r\n", b"hello\n", b"A" * 100_000 + b"\n", "🎫\n".encode()]
    monkeypatch.setattr(
        sys, "stdin", Stdin(good.encode() + b"\r\n", good.encode() + b"\r\n", *odd[:3], *odd[4:],
                            b"]Q1" + forged.encode() + b"\t"))  # fmt: skip
    async with lane.running(lane.settings(tmp_path, source="-")) as here:
        await here.said(GREEN)
        await here.said(RED, "cannot be verified")
    assert GREEN in here.lines[0]
    assert len([line for line in here.lines if GREEN in line]) == 1, "a double trigger is one scan"
    reasons = [reason for _, reason in recorded(tmp_path)]
    assert reasons[0] is Reason.ADMITTED
    assert reasons.count(Reason.UNREADABLE) == 3


async def test_a_hand_scanner_beside_the_camera_scans_too(tmp_path):
    lane.synced(tmp_path)
    folder = tmp_path / "frames"
    folder.mkdir()
    cv2.imwrite(str(folder / "hall.png"), frames.frame(None, scenes.Pose(), 1))
    device = tmp_path / "scanner"
    device.write_bytes(venue.badge(holder=lane.GOOD).encode() + b"\n")
    chosen = lane.settings(tmp_path, source=str(folder), scanner=str(device))
    async with lane.running(chosen) as here:
        await here.said(GREEN)


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({"source": "/nowhere/at/all"}, NoSuchSource),
        ({"source": "-", "scanner": "/nowhere/at/all"}, OSError),
    ],
)
async def test_a_source_that_cannot_be_opened_ends_the_lane(tmp_path, monkeypatch, changes, raised):
    monkeypatch.setattr(sys, "stdin", Stdin())
    chosen = lane.settings(tmp_path, **changes)
    entrance = lane.Entrance(chosen, lane.ENROLLED, print)
    with pytest.raises(raised):
        await asyncio.wait_for(entrance.run(asyncio.Event()), lane.WAIT_S)


async def test_a_lane_whose_camera_thread_fails_ends_instead_of_looking_alive(
    tmp_path, monkeypatch
):
    def broken(*_):
        raise cv2.error("the driver failed")
        yield

    monkeypatch.setattr(camera, "frames", broken)
    entrance = lane.Entrance(lane.settings(tmp_path), lane.ENROLLED, print)
    with pytest.raises(cv2.error, match="driver"):
        await asyncio.wait_for(entrance.run(asyncio.Event()), lane.WAIT_S)


async def test_a_lost_camera_is_on_the_page_and_comes_back(tmp_path, monkeypatch):
    told, again = threading.Event(), threading.Event()

    def flaky(source, per_s, stop, lost):
        lost(True)
        told.set()
        again.wait(lane.WAIT_S)
        lost(False)
        stop.wait()
        yield from ()

    monkeypatch.setattr(camera, "frames", flaky)
    async with lane.running(lane.settings(tmp_path)) as here:
        await lane.until(lambda: here.entrance.view().camera)
        assert here.entrance.view().camera == "Camera lost: use the hand scanner"
        again.set()
        await lane.until(lambda: not here.entrance.view().camera)


async def test_the_page_shows_light_gate_and_that_it_is_offline(tmp_path):
    lane.synced(tmp_path)
    source = film(tmp_path / "frames", venue.badge(holder=lane.GOOD))
    chosen = lane.settings(tmp_path, source=source, language="ar")
    views = []
    async with (
        lane.running(chosen) as here,
        aiohttp.ClientSession() as session,
        session.get(f"{here.url}/events") as answer,
    ):
        async for line in answer.content:
            if line.startswith(b"data: "):
                views.append(json.loads(line[6:]))
                if views[-1]["light"]["colour"] == "green":
                    break
    green = views[-1]
    assert green["gate"] == venue.policy().gates["north_1"].name
    assert green["language"] == "ar"
    assert green["right_to_left"] is True
    assert green["online"] is False
    assert green["light"]["reason"] == "admitted"
    assert green["waiting"], "one record is kept here"
    assert {view["light"]["colour"] for view in views} <= {"ready", "green"}


async def test_a_keyboard_scanner_types_into_the_page(tmp_path, monkeypatch):
    lane.synced(tmp_path)
    monkeypatch.setattr(sys, "stdin", Stdin())
    async with lane.running(lane.settings(tmp_path, source="-")) as here:
        async with aiohttp.ClientSession(headers={"Origin": here.url}) as session:
            for text in ("nonsense", venue.badge(holder=lane.GOOD)):
                async with session.post(f"{here.url}/scan", data=text) as answer:
                    assert answer.status == 204
        await here.said(GREEN)
        await here.said(RED)


def test_the_program_says_how_to_enrol(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GATE_LANE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["kiosk", "entrance"])
    assert program.main() == 1
    assert "--enrol CODE" in capsys.readouterr().err


def test_the_program_says_what_is_wrong_with_its_source_or_store(tmp_path, monkeypatch, capsys):
    enrolment.save(tmp_path, lane.ENROLLED)
    told = {"DATA_DIR": tmp_path, "SOURCE": "/nowhere", "SERVER_URL": lane.NOBODY_THERE,
            "PAGE_PORT": lane.free_port()}  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(f"GATE_LANE_{name}", str(value))
    monkeypatch.setattr(sys, "argv", ["kiosk", "entrance"])
    assert program.main() == 1
    assert "source '/nowhere': expected a camera number" in capsys.readouterr().err
    (tmp_path / STORE_FILE).write_bytes(b"not a database, but long enough to look at" * 50)
    for side in ("-wal", "-shm"):
        (tmp_path / f"{STORE_FILE}{side}").unlink(missing_ok=True)
    assert program.main() == 1
    assert "is damaged" in capsys.readouterr().err


def test_a_prepared_lane_has_its_policy(tmp_path):
    lane.synced(tmp_path)
    store = LaneStore(tmp_path / STORE_FILE)
    assert Lane(store, lane.ENROLLED).policy.edition == "wsis-ai4g-2026"
    store.close()
