"""The whole walk with real parts: a row becomes a badge, the badge opens the door, the wall moves.

CSV -> `gate import` -> PDF of the print station's own renderer -> raster at the printer's
resolution -> a camera frame of it held up -> the lane's program -> the server's program -> a
dashboard in Chromium whose number changes. Then the same Dialogue-only badge on the 8th.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from playwright.async_api import expect

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import programs as started
from deploy.demo import scenes
from deploy.demo.screenshots import sign_up
from gate.client import Client
from gate.edge import enrolment
from tests import badges, programs
from tests.programs import EDITION, eventually

CSV = """code;given name;family name;organisation;country;category;events;status
W-DLG1;Layla;Haddad;Ministry of Communications;Jordan;delegate;dialogue;approved
W-ALL1;José;Núñez;Comisión de Ejemplo;Chile;delegate;wsis, ai4g;approved
W-ALL2;José;Núñez;Comisión de Ejemplo;Chile;delegate;"wsis; ai4g";approved
W-PEN1;Anna;Muster;Example AG;Switzerland;delegate;wsis;pending
"""
"""As a spreadsheet in Western Europe exports it; one row has a mistake."""
PRINTER_DPI = 300.0


def gate(server: programs.Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "GATE_SERVER_PORT": str(server.port),
               "GATE_SERVER_DATA_DIR": str(server.data)}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "gate", *arguments],
        capture_output=True, text=True, env=environ, cwd=started.ROOT, timeout=60, check=False,
    )  # fmt: skip


async def printed(server: programs.Server, code: str):
    """The badge's page as it comes out of the printer, as pixels."""
    await server.badge(code)
    token = enrolment.load(server.folder / "printer").token
    async with Client(server.url, token) as station:
        data = await station.badge(code)
    pdf = Renderer(load()).pdf(data)
    assert pdf.startswith(b"%PDF")
    return badges.rasterised(pdf, PRINTER_DPI)


def film(folder: Path, pages: list) -> None:
    """Each page is held before the camera for a while, then the hall is empty."""
    folder.mkdir()
    number = 0
    for page in pages:
        pixels = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if page.ndim == 2 else page
        small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        for shown in [True] * 12 + [False] * 20:
            image = scenes.frame(small if shown else None, scenes.Pose(turn=4.0), seed=number)
            cv2.imwrite(str(folder / f"{number:04}.jpg"), image)
            number += 1


def lane(server: programs.Server, folder: Path, frames: Path, port: int) -> started.Program:
    return started.start("lane", ["kiosk", "entrance"], {
        "GATE_LANE_SERVER_URL": server.url, "GATE_LANE_DATA_DIR": str(folder),
        "GATE_LANE_SOURCE": str(frames), "GATE_LANE_FRAMES_PER_S": "10",
        "GATE_LANE_CLOCK": str(server.clock), "GATE_LANE_PAGE_PORT": str(port),
    }, folder / "logs")  # fmt: skip


@pytest.mark.parametrize(
    ("morning", "dialogue"),
    [
        ("2026-07-07T09:00+02:00", "GREEN"),
        ("2026-07-08T09:00+02:00", "Dialogue: valid 6-7 July"),
    ],
)
async def test_a_row_becomes_a_badge_that_opens_the_right_door_on_the_right_day(
    tmp_path, browser, morning, dialogue
):
    with programs.running(morning) as server:
        people = tmp_path / "people.csv"
        people.write_bytes(CSV.encode("cp1252"))
        imported = gate(server, "import", str(people))
        assert "windows-1252" in imported.stdout
        assert "3 new" in imported.stdout, imported.stdout + imported.stderr
        assert re.search(r"\b3\b.*events.*no event 'wsis, ai4g'", imported.stdout)

        pages = [await printed(server, code) for code in ("W-ALL2", "W-DLG1")]
        film(tmp_path / "frames", pages)
        folder = tmp_path / "lane"
        await server.enrol("north-1-a", folder)
        link = gate(server, "admin-link").stdout.strip()
        port = programs.free_port()
        wall = await browser.new_page(viewport={"width": 1600, "height": 900})
        await sign_up(wall, link)
        await expect(wall.locator("#entered")).to_have_text("0")
        door = lane(server, folder, tmp_path / "frames", port)
        try:
            entered = "2" if dialogue == "GREEN" else "1"
            await expect(wall.locator("#entered")).to_have_text(entered)
            await eventually(lambda: dialogue in door.log.read_text(), dialogue, 60)
            await expect(wall.locator("#inside")).to_have_text(entered)
        finally:
            started.stop([door])
            await wall.close()
        explained = gate(server, "policy", "explain", "--registration", "W-DLG1",
                         "--gate", "north_1", "--at", morning[:16])  # fmt: skip
        assert ("admitted" in explained.stdout) == (dialogue == "GREEN"), explained
        async with server.operator() as operator:
            recount = await operator.operate("GET", f"/api/v1/editions/{EDITION}/recount")
        assert recount["equal"] and recount["entered"] == int(entered)
