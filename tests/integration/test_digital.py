"""The badge on a phone: inert until desk or kiosk activates it, and one badge at a time then."""

import asyncio
import re
import unicodedata
from pathlib import Path

import msgspec
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from pyzbar import pyzbar

from gate.access.model import Reason
from gate.access.wire import Feed, Snapshot
from gate.editions import example
from gate.server.badge_pdf import sheet
from gate.server.claims import DRAWN_PER_MINUTE, WRONG_PER_MINUTE
from tests import lanes, venue
from tests.integration import people
from tests.integration.people import row
from tests.integration.test_reprints import printed

BADGE = "/api/v1/editions/{edition}/digital"
ANA = "/api/v1/editions/{edition}/registrations/R-ANA1"
BEN = "/api/v1/editions/{edition}/registrations/R-BEN2"


@pytest.fixture
def phones(serve, tmp_path):
    """A server of an edition with this kind of digital badges."""

    def one(may="inert"):
        text, changed = re.subn(r'digital_badges = "none"', f'digital_badges = "{may}"', example())
        assert changed == 1
        (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
        return serve(policy_file=str(tmp_path / "policy.toml"))

    return one


@pytest.fixture
async def week(phones):
    async with phones() as server:
        await server.import_rows(
            people.file(
                row("R-ANA1", given="Ana", family="Duval"),
                row("R-BEN2", given="Ben", status="pending"),
            )
        )
        yield server


@pytest.fixture
async def desk(week):
    return await week.staff("desk", name="Amina")


async def shown(server, code="R-ANA1"):
    """What the person's phone shows: (state, text of the QR code)."""
    nobody = await server.nobody()
    answer = await nobody.post(BADGE, {"claim": server.service.claims.of(code)})
    badge = answer.good()
    assert answer.headers["Cache-Control"] == "no-store"
    rows = [[0 if cell == "1" else 255 for cell in row] for row in badge["modules"]]
    picture = np.kron(np.pad(np.array(rows, np.uint8), 4, constant_values=255), np.ones((8, 8)))
    [code] = zxingcpp.read_barcodes(picture.astype(np.uint8))
    return badge["state"], code.text


async def reason(lane, number, text):
    return (await lane.scan(number, text)).good()["decision"]["reason"]


async def test_a_badge_on_a_phone_opens_nothing_until_the_desk_activates_it(week, desk):
    lane = await week.device("door")
    state, text = await shown(week)
    assert state == "inert"
    assert await reason(lane, 1, text) == Reason.NOT_COLLECTED
    assert await reason(lane, 2, await week.badge("R-ANA1")) == Reason.ADMITTED, "paper is paper"
    now = (await desk.post(f"{ANA}/digital", {"why": "asked"})).good()
    assert (now["digital"], now["generation"], now["history"][0]["act"]) == (2, 2, "digital")
    assert await shown(week) == ("active", text), "the very same badge"
    assert await reason(lane, 3, text) == Reason.ADMITTED
    assert (await desk.post(f"{ANA}/digital", {})).good()["generation"] == 2, "again is harmless"


async def test_of_phone_and_paper_the_later_one_is_the_badge(week, desk):
    door, station = await week.device("door"), await week.device("hall", None, "printer")
    paper, (_, phone) = await week.badge("R-ANA1"), await shown(week)
    (await desk.post(f"{ANA}/digital", {})).good()
    assert await reason(door, 1, paper) == Reason.REPLACED
    assert (await desk.post(f"{ANA}/reprints", {"reason": "first"})).title == "On the phone"
    made = (await desk.post(f"{ANA}/reprints", {"reason": "paper", "printer": "hall"})).good()
    [order] = (await station.get("/api/v1/printer/reprints")).good()
    assert await reason(door, 2, phone) == Reason.ADMITTED, "nothing came out yet"
    (await station.post(f"/api/v1/printer/reprints/{made['id']}/done")).good()
    assert await shown(week) == ("replaced", phone)
    assert await reason(door, 3, phone) == Reason.REPLACED
    assert await reason(door, 4, order["badge"]["text"]) == Reason.ADMITTED


async def test_a_lane_without_a_network_goes_by_what_it_heard_last(week, desk, tmp_path):
    api, (_, phone) = await week.device("door"), await shown(week)
    raw = (await api.get("/api/v1/lane/snapshot")).raw
    snapshot = msgspec.json.decode(raw, type=Snapshot)
    (await desk.post(f"{ANA}/digital", {})).good()
    rows = (await api.get(f"/api/v1/lane/feed?after={snapshot.cursor}")).raw
    lane, kept = lanes.lane(tmp_path, lanes.identity("door", gate="west_3"))
    lane.take(snapshot)
    at = venue.at("07-08 09:05")
    assert lane.scan(phone, at).decision.reason is Reason.NOT_COLLECTED
    lane.apply(msgspec.json.decode(rows, type=Feed))
    assert lane.scan(phone, at).decision.admitted
    kept.close()


async def test_a_kiosk_activates_only_what_nobody_wears(week, desk):
    kiosk, other = [await week.device(name, None, "kiosk") for name in ("k1", "k2")]
    holder = await week.service.pool.fetchval(
        "SELECT holder FROM registration WHERE code = 'R-ANA1'"
    )
    badge = {"holder": holder, "generation": 1}
    assert (await other.post("/api/v1/kiosk/reservations", badge)).good()["granted"]
    assert (await kiosk.post("/api/v1/kiosk/digital", badge)).title == "A kiosk prints it"
    (await other.post("/api/v1/kiosk/reservations/release", badge)).good()
    (await kiosk.post("/api/v1/kiosk/digital", badge)).good()
    assert (await shown(week))[0] == "active"
    assert not (await other.post("/api/v1/kiosk/reservations", badge)).good()["granted"]
    on_phone = badge | {"generation": 2}
    assert not (await other.post("/api/v1/kiosk/reservations", on_phone)).good()["granted"]
    sealed = {each[0]: each[4] for each in (await other.get("/api/v1/kiosk/news")).good()["people"]}
    assert sealed[holder] == "", "kiosks are given nothing to print"
    # A badge that came out of a printer is moved to a phone by the desk alone.
    (await desk.post(f"{ANA}/reprints", {"reason": "paper"})).good()
    [made] = (await desk.get(f"{ANA}/reprints")).good()
    (await desk.post(f"/api/v1/editions/{{edition}}/reprints/{made['id']}/done")).good()
    worn = badge | {"generation": made["generation"]}
    assert (await kiosk.post("/api/v1/kiosk/digital", worn)).title == "Printed already"


async def test_a_kiosk_that_printed_without_a_network_and_a_phone_are_not_both_the_badge(
    week, desk
):
    kiosk, lane = await week.device("k1", None, "kiosk"), await week.device("door")
    paper, (_, phone) = await week.badge("R-ANA1"), await shown(week)
    (await desk.post(f"{ANA}/digital", {})).good()
    holder = (await week.service.pool.fetchval(
        "SELECT holder FROM registration WHERE code = 'R-ANA1'"
    ))  # fmt: skip
    await printed(kiosk, 1, {"holder": holder, "generation": 1})
    assert await reason(lane, 1, paper) == Reason.REPLACED
    assert await reason(lane, 2, phone) == Reason.ADMITTED
    assert (await desk.get(ANA)).good()["printed"] == [1], "and the desk sees that it came out"


async def test_a_correction_of_events_signs_the_phone_s_badge_anew_and_nothing_to_print(week, desk):
    (await desk.post(f"{ANA}/digital", {})).good()
    _, before = await shown(week)
    correction = {"entitlements": [{"event": "wsis", "days": ["2026-07-08"]}]}
    person = (await desk.get(ANA)).good()
    (await desk.post(f"{ANA}/correct", {"version": person["version"], "correction": correction}))
    state, after = await shown(week)
    assert (state, after != before) == ("active", True)
    station = await week.device("hall", None, "printer")
    assert (await station.get("/api/v1/printer/badges/R-ANA1")).status == 404
    assert (await station.get("/api/v1/printer/badges")).good()["total"] == 0


async def test_only_the_bearer_of_the_claim_code_sees_the_badge_and_wrong_codes_end(week):
    nobody = await week.nobody()
    for wrong in ("", "C1", "R-ANA1", "C1" + "0" * 16, "C1" + "\U0001f642" * 16):
        assert (await nobody.post(BADGE, {"claim": wrong})).status == 404
    pending = week.service.claims.of("R-BEN2")
    assert (await nobody.post(BADGE, {"claim": pending})).status == 404, "not approved"
    tries = [nobody.post(BADGE, {"claim": "C1" + "0" * 16}) for _ in range(WRONG_PER_MINUTE)]
    assert {each.status for each in await asyncio.gather(*tries)} == {404, 429}
    assert (await shown(week))[0] == "inert", "a right code never waits for others' wrong ones"


async def test_what_a_desk_scans_from_a_phone_is_told(week, desk):
    scan = "/api/v1/editions/{edition}/desk/scan"
    _, phone = await shown(week)
    assert (await desk.post(scan, {"text": phone})).good()["state"] == "inert"
    (await desk.post(f"{ANA}/digital", {})).good()
    assert (await desk.post(scan, {"text": phone})).good()["state"] == "current"
    assert (await desk.post(f"{BEN}/digital", {})).title == "Not approved"


PDF = f"{BADGE}/pdf"


def pages(raw, dpi):
    """Each page as a picture in grey."""
    with pypdfium2.PdfDocument(raw) as document:
        return [np.array(page.render(scale=dpi / 72).to_pil().convert("L")) for page in document]


def words(raw):
    with pypdfium2.PdfDocument(raw) as document:
        text = document[0].get_textpage().get_text_range()
    return unicodedata.normalize("NFC", text).replace("\u200b", "")  # where long words may break


async def test_the_pdf_is_one_page_whose_code_reads_and_says_that_it_opens_nothing_yet(week):
    nobody = await week.nobody()
    answer = await nobody.post(PDF, {"claim": week.service.claims.of("R-ANA1"), "language": "fr"})
    assert answer.status == 200, answer.raw
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    _, text = await shown(week)
    for dpi in (150, 300):
        [page] = pages(answer.raw, dpi)
        assert [each.text for each in zxingcpp.read_barcodes(page)] == [text]
        assert [each.data.decode() for each in pyzbar.decode(page)] == [text]
    assert "Ana Duval" in words(answer.raw)
    assert "n’ouvre rien tant qu’une borne" in " ".join(words(answer.raw).split())


async def test_a_name_of_any_script_is_drawn_and_what_no_font_has_is_left_out(week):
    code = "#let x = [* \\\\" * 5
    report = await week.import_rows(
        f"{people.HEADER},native_name,language\n"
        f"{row('R-LI3', given='Ling😀', family='Zhao')},赵令欢,zh\n"
        f"{row('R-MO4', given='Mona')},محمد بن عبد الله,ar-EG\n"
        f"{row('R-VE5', given='W' * 60, family=code, organisation='O' * 90)},,\n"
    )
    assert report["added"] == 3, report["problems"]
    nobody = await week.nobody()
    made = {}
    for code in ("R-LI3", "R-MO4", "R-VE5"):
        answer = await nobody.post(PDF, {"claim": week.service.claims.of(code)})
        assert answer.status == 200, answer.raw
        made[code] = answer.raw
        [page] = pages(answer.raw, 150)
        assert len(zxingcpp.read_barcodes(page)) == 1
        names = page[int(17 * 150 / 25.4) : int(49 * 150 / 25.4)]
        assert (names[:, :24] > 250).all() and (names[:, -24:] > 250).all(), "it stays on the page"
    assert "Ling Zhao" in words(made["R-LI3"])
    assert "赵令欢" in words(made["R-LI3"])
    assert "注册台激活" in words(made["R-LI3"]), "the note is in the person's language"
    assert "#let" in words(made["R-VE5"]), "a name is text, and nothing that is carried out"


async def test_no_pdf_without_the_code_nor_of_a_replaced_badge_nor_without_end(week, desk):
    nobody, claim = await week.nobody(), week.service.claims.of("R-ANA1")
    for wrong in ("", "R-ANA1", "C1" + "0" * 16, week.service.claims.of("R-BEN2")):
        assert (await nobody.post(PDF, {"claim": wrong})).status == 404
    assert (await nobody.post(PDF, {"claim": claim, "language": "x" * 9})).status == 422
    tries = [await nobody.post(PDF, {"claim": claim}) for _ in range(DRAWN_PER_MINUTE + 1)]
    assert [each.status for each in tries] == [200] * DRAWN_PER_MINUTE + [429]
    assert int(tries[-1].headers["Retry-After"]) <= 61
    (await desk.post(f"{ANA}/digital", {})).good()
    made = (await desk.post(f"{ANA}/reprints", {"reason": "paper"})).good()
    (await desk.post(f"/api/v1/editions/{{edition}}/reprints/{made['id']}/done")).good()
    assert (await nobody.post(PDF, {"claim": claim})).title == "Replaced"


async def test_who_comes_when_many_wait_is_asked_to_come_again(week, monkeypatch):
    monkeypatch.setattr(sheet, "_places", asyncio.Semaphore(0))
    answer = await (await week.nobody()).post(PDF, {"claim": week.service.claims.of("R-ANA1")})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_without_fonts_it_is_said_and_the_log_has_the_command_and_no_name(
    week, monkeypatch, tmp_path, caplog
):
    (tmp_path / "sitecustomize.py").write_text(
        "import gate.fonts, pathlib\ngate.fonts.FOLDERS = (pathlib.Path('/nowhere'),)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path.cwd()}")
    answer = await (await week.nobody()).post(PDF, {"claim": week.service.claims.of("R-ANA1")})
    assert (answer.status, answer.title) == (503, "No PDF")
    assert "apt-get install fonts-noto-core" in caplog.text
    assert "Duval" not in caplog.text


@pytest.mark.parametrize(("may", "said"), [("valid", "admitted"), ("none", "not_collected")])
async def test_the_policy_says_what_digital_badges_are(phones, may, said):
    async with phones("inert") as server:
        await server.import_rows(people.file(row("R-ANA1")))
        _, phone = await shown(server)
    async with phones(may) as server:
        assert await reason(await server.device("door"), 1, phone) == said
        nobody = await server.nobody()
        answer = await nobody.post(BADGE, {"claim": server.service.claims.of("R-ANA1")})
        assert answer.status == (200 if may == "valid" else 404)
        if may == "none":
            desk = await server.staff("desk")
            assert (await desk.post(f"{ANA}/digital", {})).title == "No digital badges"


async def test_a_preview_says_whose_digital_badge_another_policy_would_change(phones):
    """Of three people one has the badge on the phone, one a second print, one a first."""
    async with phones() as server:
        names = ("R-ANA1", "R-BEN2", "R-CY3", "R-DI4")
        rows = [row(n, status="pending" if n == "R-DI4" else "approved") for n in names]
        await server.import_rows(people.file(*rows))
        desk = await server.staff("desk")
        (await desk.post(f"{ANA}/digital", {"why": "asked"})).good()
        made = (await desk.post(f"{BEN}/reprints", {"reason": "lost", "printer": ""})).good()
        await desk.post(f"/api/v1/editions/{{edition}}/reprints/{made['id']}/done")
        operator = await server.operator()
        found = {}
        for may in ("none", "inert", "valid"):
            text = example().replace('digital_badges = "none"', f'digital_badges = "{may}"')
            preview = "/api/v1/editions/{edition}/policy/preview"
            told = (await operator.post(preview, {"policy": text})).good()
            assert told["changes"] == []
            found[may] = told["digital_opening"], told["digital_closing"]
        assert found == {"none": (0, 1), "inert": (0, 0), "valid": (1, 0)}
