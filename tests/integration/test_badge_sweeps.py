"""`badge-printer preflight` and `bulk` over all badges of a server, as an operator runs them."""

import asyncio
import contextlib
import csv
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp

from tests import badges
from tests.integration import people
from tests.integration.calls import eventually

ROOT = Path(__file__).resolve().parents[2]
MANY = 110


class Printer:
    """A printer's command line; enrolled with its first command."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.environ = os.environ | {
            "GATE_PRINTER_SERVER_URL": server.url,
            "GATE_PRINTER_DATA_DIR": str(folder / "printer"),
        }
        self._words = ()

    async def enrol(self):
        body = {"id": "shop", "role": "printer", "gate": None, "direction": "entry"}
        api = await self.server.operator()
        made = (await api.post("/api/v1/editions/{edition}/devices", body)).good()
        self._words = ("--enrol", made["code"])

    async def start(self, *words):
        enrol, self._words = self._words, ()
        return await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-m", "badge_printer", *map(str, words), *enrol,
            cwd=ROOT, env=self.environ, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    async def run(self, *words):
        process = await self.start(*words)
        out, error = await process.communicate()
        return process.returncode, out.decode(), error.decode()


@pytest.fixture
async def printer(server, tmp_path):
    made = Printer(server, tmp_path)
    await made.enrol()
    return made


async def registered(server, *rows):
    report = await (await server.operator()).report(people.file(*rows))
    assert report["added"] == len(rows), report["problems"]


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_preflight_names_each_planted_problem_with_what_to_do(server, printer, tmp_path):
    await registered(
        server,
        *(people.row(f"R-{n:02}", given=f"Ana{n}") for n in range(30)),
        people.row("R-EMOJI", family="Smile 😀"),
        people.row("R-ORG", organisation="Rocket 🚀 Ltd"),
        people.row("R-LONG", given="Wolfgang " * 8, family="Hubert-Blaine " * 5),
        people.row("R-SUM", given="=1+1", family="Formula<b>", organisation="😀"),
    )
    out = tmp_path / "report.html"
    status, said, error = await printer.run("preflight", "--out", out, "--template", "cr80")
    assert (status, error) == (1, "")
    assert "34 badges checked" in said
    assert "1  cannot be printed as they are" in said
    rows = {(row["code"], row["field"]): row for row in table(out.with_suffix(".csv"))}
    emoji = rows["R-EMOJI", "family"]
    assert (emoji["blocks"], emoji["found"]) == ("yes", "no font has U+1F600 GRINNING FACE")
    assert "name for the badge" in emoji["what to do"]
    assert rows["R-ORG", "organisation"]["blocks"] == "no"
    assert rows["R-LONG", "first"]["found"].endswith("8 pt or more can be read")
    assert rows["R-SUM", "organisation"]["name"] == "'=1+1 Formula<b>", "no formula in a table"
    assert rows["R-07", "photo"]["found"] == "there is none"
    assert {code for code, field in rows if field not in ("photo",)} == {
        "R-EMOJI", "R-ORG", "R-LONG", "R-SUM"}  # fmt: skip
    page = out.read_text(encoding="utf-8")
    assert "1 cannot be printed as they are" in page
    assert "=1+1 Formula&lt;b&gt;" in page
    assert "<b>" not in page.replace("<b>cr80</b>", "").replace("<b>1 cannot", "")
    assert out.stat().st_mode & 0o077 == out.with_suffix(".csv").stat().st_mode & 0o077 == 0


async def test_preflight_of_sound_badges_ends_well(server, printer, tmp_path):
    await registered(
        server, people.row("R-01"), people.row("R-02", "minister", "wsis; ministerial")
    )
    words = ("--template", "label", "--filter", "category=minister")
    status, said, error = await printer.run("preflight", "--out", tmp_path / "p.csv", *words)
    assert (status, error) == (0, ""), error
    assert said.startswith("1 badges checked")
    assert "all can be printed" in said


def read_back(path):
    """The text of each page's code, in order."""
    document = pdfium.PdfDocument(path)
    texts = []
    for page in document:
        grey = page.render(scale=2, grayscale=True).to_numpy()
        found = zxingcpp.read_barcodes(np.ascontiguousarray(grey.reshape(grey.shape[:2])))
        texts += [each.text for each in found]
        page.close()
    document.close()
    return texts


async def test_spares_are_printed_ahead_by_kind_without_a_name_and_none_that_was_given(
    server, printer, tmp_path
):
    await registered(server, people.row("R-01"))
    operator = await server.operator()
    spares = "/api/v1/editions/{edition}/spares"
    made = {}
    for category, events, count in (("delegate", "wsis", 60), ("media", "ai4g", 2)):
        body = {"category": category, "events": events, "count": count}
        made[category] = [each["text"] for each in (await operator.post(spares, body)).good()]
    given = made["delegate"].pop()
    person = "/api/v1/editions/{edition}/registrations/R-01"
    (await operator.post(f"{person}/bind", {"text": given})).good()
    free = (await operator.get(spares)).good()
    assert {(each["category"], each["free"]) for each in free} == {("delegate", 59), ("media", 2)}
    out = tmp_path / "spares.pdf"
    status, said, error = await printer.run("bulk", "--filter", "status=spare", "--out", out)
    assert (status, error) == (0, ""), error
    assert said.startswith("61 badges")
    texts = read_back(out)
    assert set(texts[:59]) == set(made["delegate"]), "a kind lies together"
    assert set(texts[59:]) == set(made["media"])
    rows = table(out.with_suffix(".csv"))
    assert {row["name"] for row in rows} == {""}
    assert [row["pile"] for row in rows] == ["Delegate"] * 59 + ["Media"] * 2
    assert all(row["code"] == row["number"] for row in rows)
    words = ("--filter", "status=spare", "--filter", "category=media", "--out", tmp_path / "m.pdf")
    assert (await printer.run("bulk", *words))[1].startswith("2 badges")
    status, _, error = await printer.run("bulk", *words, "--mark")
    assert (status, "spares are nobody's" in error) == (1, True)
    words = (*words[:-1], tmp_path / "other", "--filter", "letter=A")
    status, _, error = await printer.run("bulk", *words)
    assert (status, "spares have no names" in error) == (1, True)


async def test_bulk_goes_on_after_a_kill_and_every_badge_is_there_once_in_order(
    server, printer, tmp_path
):
    names = [f"{chr(65 + n % 26)}name{n}" for n in range(MANY)]
    await registered(server, *(people.row(f"R-{n:03}", family=f) for n, f in enumerate(names)),
                     people.row("R-BAD", family="Zz😀"))  # fmt: skip
    folder = tmp_path / "shop"
    job = ("bulk", "--out", folder, "--order", "letter")
    first = await printer.start(*job)

    async def some_parts():
        return (folder / "bulk.json").exists()

    await eventually(some_parts)
    with contextlib.suppress(ProcessLookupError):  # a quick machine may have done it all
        os.kill(first.pid, signal.SIGKILL)
    await first.wait()

    async def nobody_left():
        return not any(first.pid == _session(each) for each in Path("/proc").glob("[0-9]*"))

    await eventually(nobody_left)
    parts = json.loads((folder / "bulk.json").read_text())["parts"]
    status, said, error = await printer.run(*job)
    assert (status, error) == (2, ""), error
    assert f"{MANY} badges in" in said
    assert f"{MANY - sum(each['pages'] for each in parts)} of them now" in said
    rows = table(folder / "badges.csv")
    assert [row["name"].split()[-1] for row in rows[:-1]] == sorted(names, key=str.lower)
    assert "U+1F600" in rows[-1]["not printed because"]
    assert [row["pile"] for row in rows] == sorted(row["pile"] for row in rows)
    wanted = [await server.badge(row["code"]) for row in rows[:-1]]
    read = [text for path in sorted(folder.glob("*.pdf")) for text in read_back(path)]
    assert read == wanted
    assert not list(folder.glob("*.new"))
    # Once done it is done: nothing is drawn again, and no other job may use the folder.
    status, said, _ = await printer.run(*job)
    assert (status, "0 of them now" in said) == (2, True)
    status, _, error = await printer.run("bulk", "--out", folder, "--order", "code")
    assert (status, error.count("\n")) == (1, 1)
    assert "holds a job with order 'letter', not 'code'" in error


def _session(process):
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[3])
    except (OSError, IndexError):
        return None


async def test_bulk_makes_one_file_with_marks_where_to_cut(server, printer, tmp_path):
    await registered(server, *(people.row(f"R-{n:03}") for n in range(60)))
    out = tmp_path / "all.pdf"
    words = ("--marks", "--template", "cr80", "--order", "code")
    status, said, error = await printer.run("bulk", "--out", out, *words)
    assert (status, error) == (0, ""), error
    assert "60 badges in" in said
    assert read_back(out) == [await server.badge(f"R-{n:03}") for n in range(60)]
    document = pdfium.PdfDocument(out)
    width, height = document[0].get_size()
    assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx((105.6, 74), abs=0.2)
    document.close()
    pixels = badges.rasterised(out.read_bytes(), 300.0)
    assert (badges.box(pixels, 300.0, 7.5, 12, 9.5, 16) < 250).any(axis=2).all(), (
        "colour to the cut"
    )
    assert (badges.box(pixels, 300.0, 0, 9.5, 6.2, 10.5) < 128).any(), "a mark"
    assert (badges.box(pixels, 300.0, 0, 12, 6.2, 60) > 250).all()
    assert [row["page"] for row in table(out.with_suffix(".csv"))[:51]][-2:] == ["50", "1"]


async def test_boxes_that_came_are_marked_and_the_desk_knows_where_each_badge_waits(
    server, printer, tmp_path
):
    async def registration(code):
        return (await operator.get(f"/api/v1/editions/{{edition}}/registrations/{code}")).good()

    operator = await server.operator()
    family = {n: f"{'AB'[n % 2]}name" for n in range(60)}
    await registered(server, *(people.row(f"R-{n:03}", family=family[n]) for n in range(60)))
    job = ("bulk", "--out", tmp_path / "shop", "--order", "letter")
    assert (await printer.run(*job))[0] == 0
    before = await registration("R-001")
    assert (before["waits"], before["printed"]) == (None, [])
    # While the boxes are on their way one person loses the right to come.
    await operator.report(people.file(people.row("R-004", family=family[4], status="cancelled")))
    status, said, error = await printer.run(*job, "--mark", "Box {pile}, desk 3")
    assert (status, error) == (2, ""), error
    assert "59 badges are marked as waiting" in said
    void = table(tmp_path / "shop" / "badges-void.csv")
    assert [(row["code"], row["pile"]) for row in void] == [("R-004", "A")]
    after = await registration("R-001")
    assert (after["waits"]["place"], after["printed"]) == ("Box B, desk 3", [1])
    # Saying it again changes nothing, and a later run draws only who came in since.
    assert "59 badges" in (await printer.run(*job, "--mark", "Box {pile}, desk 3"))[1]
    await registered(server, people.row("R-900", family="Late"))
    late = tmp_path / "late"
    assert (await printer.run("bulk", "--out", late, "--filter", "status=new"))[0] == 0
    assert [row["code"] for row in table(late / "badges.csv")] == ["R-900"]
    status, _, error = await printer.run(
        "bulk", "--out", tmp_path / "c", "--order", "code", "--mark"
    )
    assert (status, "has no piles" in error) == (1, True)


async def gate(server, *words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "gate", *words, cwd=ROOT,
        env=os.environ | {
            "GATE_SERVER_DATA_DIR": str(server.service.settings.data_dir),
            "GATE_SERVER_PUBLIC_URL": server.url,
            "COLUMNS": "200",
        },
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()


async def test_a_spoilt_lot_is_taken_back_and_nobody_who_has_a_badge_is_touched(
    server, printer, tmp_path
):
    operator, desk = await server.operator(), await server.staff("desk")
    door, kiosk = await server.device("door"), await server.device("k1", None, "kiosk")
    people_ = "/api/v1/editions/{edition}/registrations"
    await registered(server, *(people.row(f"R-{n:02}") for n in range(60)))
    job = ("bulk", "--out", tmp_path / "shop", "--order", "letter")
    assert (await printer.run(*job))[0] == 0
    status, said, _ = await printer.run(*job, "--mark", "Box {pile}")
    lot = said.rsplit("lot ", 1)[1].strip()
    assert (status, lot.startswith("shop-")) == (0, True)
    assert lot in (await printer.run(*job, "--mark", "Box {pile}"))[1], "the same lot again"
    old = {code: await server.badge(code) for code in ("R-00", "R-01", "R-02", "R-03", "R-04")}
    # One is handed out, one was seen at a gate, one re-printed, and one is being re-printed.
    (await desk.post(f"{people_}/R-01/collection", {"how": "self"})).good()
    assert (await door.scan(1, old["R-02"])).good()["admitted"]
    for code in ("R-03", "R-04"):
        made = (await desk.post(f"{people_}/{code}/reprints", {"reason": "lost"})).good()
    (await desk.post(f"/api/v1/editions/{{edition}}/reprints/{made['id'] - 1}/done")).good()
    status, out, _ = await gate(server, "lots")
    assert status == 0
    [row] = [line for line in out.splitlines() if lot in line]
    assert [int(n) for n in row.replace("│", " ").split()[-5:]] == [60, 2, 2, 0, 56]
    back = ("lots", "take-back", lot, "--why", "the box fell into the lake")
    status, out, _ = await gate(server, *back, "--dry-run")
    assert (status, "56 badges of lot" in out) == (0, True)
    status, out, error = await gate(server, *back)
    assert (status, "say --yes" in error) == (1, True), "nobody was there to be asked"
    assert await server.badge("R-00") == old["R-00"], "so far nothing has happened"
    status, out, error = await gate(server, "lots", "take-back", "shop-no", "--why", "x", "--yes")
    assert (status, lot in error) == (1, True)
    status, out, error = await gate(server, *back, "--yes")
    assert (status, "56 badges of lot" in out and "are taken back" in out) == (0, True), error
    assert (await door.scan(2, old["R-00"])).good()["decision"]["reason"] == "replaced"
    assert (await door.scan(3, await server.badge("R-00"))).good()["admitted"]
    assert await server.badge("R-01") == old["R-01"]
    assert (await door.scan(4, old["R-01"])).good()["admitted"], "whoever has it keeps it"
    now = (await operator.get(f"{people_}/R-00")).good()
    assert (now["generation"], now["waits"], now["printed"]) == (2, None, [1])
    assert now["history"][0]["act"] == "lot_taken_back"
    assert now["history"][0]["why"].endswith("the box fell into the lake")
    for code, generation in (("R-01", 1), ("R-02", 1), ("R-03", 2), ("R-04", 1)):
        assert (await operator.get(f"{people_}/{code}")).good()["generation"] == generation
    # A kiosk prints the new one, and the list says what became of the lot.
    holder = await server.service.pool.fetchval(
        "SELECT holder FROM registration WHERE code = 'R-05'"
    )
    asked = {"holder": holder, "generation": 2}
    assert (await kiosk.post("/api/v1/kiosk/reservations", asked)).good()["granted"]
    [told] = (await operator.get("/api/v1/editions/{edition}/lots")).good()
    assert (told["taken_back"], told["waiting"], told["handed_out"]) == (56, 0, 2)
    status, out, _ = await gate(server, *back, "--yes")
    assert (status, "0 badges of lot" in out) == (0, True), "again is harmless"
    why = await server.service.pool.fetchval(
        "SELECT about FROM audit WHERE what = 'lot taken back' AND about LIKE '%56%'"
    )
    assert "56 badges, 0 left; the box fell into the lake" in why


async def test_a_printer_without_a_server_says_so_in_one_line(server, printer, tmp_path):
    printer.environ["GATE_PRINTER_SERVER_URL"] = "http://127.0.0.1:9"
    for words in (("preflight", "--out", tmp_path / "r.csv"), ("bulk", "--out", tmp_path / "b")):
        status, _, error = await printer.run(*words)
        assert status == 1
        assert "Traceback" not in error
        assert error.strip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("preflight", "--out", "r.txt"), "expected a name ending in .html or .csv"),
        (("bulk", "--out", "x", "--filter", "shoe=44"), "expected category=ID, letter=A"),
        (("bulk", "--out", "x", "--order", "height"), "invalid"),
        (("bulk", "--out", "x", "--template", "a7"), "no template 'a7'; there are: 4x3, a6"),
    ],
)
async def test_a_mistake_on_the_command_line_is_said(words, said, tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "badge_printer", *words, cwd=ROOT,
        env=os.environ | {"GATE_PRINTER_DATA_DIR": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, error = await process.communicate()
    assert process.returncode != 0
    assert said in error.decode()
    assert "Traceback" not in error.decode()
    assert not Path(ROOT, "x").exists()
