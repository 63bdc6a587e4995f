"""People collect badges at a real kiosk from the real service: together, offline, refused."""

import sqlite3
from contextlib import closing

import pytest
import qrcode
import zxingcpp
from PIL import Image

from gate.access import claim
from gate.access.ledger import RecordKind
from gate.access.wire import TicketWhy
from kiosk.arrivals.replica import Replica, ReplicaUnusable
from kiosk.arrivals.state import Screen
from tests import badges, chaos
from tests.kiosk_arrivals import kiosk as kiosks
from tests.programs import EDITION, Person, eventually

PEOPLE = [Person(f"KSK-{n:02}") for n in range(24)]
CANCELLED = Person("KSK-CANCELLED", status="cancelled")
PENDING = Person("KSK-PENDING", status="pending")


@pytest.fixture(scope="module")
def claimed():
    return {}


@pytest.fixture
async def codes(program, claimed):
    """Claim codes by registration code; people are imported once."""
    if not claimed:
        await program.import_people(*PEOPLE, CANCELLED, PENDING)
        claimed.update(await kiosks.claims(program))
    return claimed


@pytest.fixture
async def kiosk(program, codes, tmp_path, request):
    name = f"kiosk-{abs(hash(request.node.name)) % 10**8}"
    async with kiosks.running(program, tmp_path / "kiosk", name) as it:
        it.name = name
        await it.shows(Screen.WELCOME)
        yield it


def read_badge(pdf):
    """The code on the paper."""
    (code,) = zxingcpp.read_barcodes(badges.rasterised(pdf, 300))
    return code.text


async def records(server, kiosk, count):
    """The printed badges the server holds of a kiosk, once there are so many."""
    found = []

    async def enough():
        found[:] = await server.log(kiosk.name)
        return len(found) >= count

    await eventually(enough, f"{count} records")
    return found


async def test_a_code_from_the_mail_becomes_the_persons_badge_and_one_record(program, codes, kiosk):
    view = await kiosk.show(codes["KSK-00"])
    assert view.card.name == "Given F."
    assert "Family" not in repr(view), "no full name before it is confirmed, nor after"
    await kiosk.tap("print")
    await kiosk.shows(Screen.DONE)
    (badge,) = kiosk.badges
    assert read_badge(badge) == await program.badge("KSK-00")
    (record,) = await records(program, kiosk, 1)
    assert record.kind is RecordKind.PRINTED
    assert record.gate is None, "collecting a badge is not an entry"


async def test_the_mails_qr_is_read_by_the_camera(program, codes, tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    picture = qrcode.make(codes["KSK-11"], box_size=8).get_image().convert("RGB")
    view = Image.new("RGB", (1280, 720), "#777")
    view.paste(picture, ((1280 - picture.width) // 2, (720 - picture.height) // 2))
    view.save(frames / "phone.png")
    async with kiosks.running(
        program, tmp_path / "kiosk", "kiosk-camera", source=str(frames)
    ) as kiosk:
        view = await kiosk.shows(Screen.CONFIRM)
        assert view.card.name == "Given F."


async def test_name_and_mail_do_as_well_whatever_the_keyboard_could_say(codes, kiosk):
    await kiosk.tap("no-code")
    await kiosk.tap("name", family="FAMILY ksk 01", email="KSK-01@Example.org ")
    view = await kiosk.shows(Screen.CONFIRM)
    assert view.card.name == "Given F."


@pytest.mark.parametrize(
    ("family", "email"),
    [("Family KSK-02", "ksk-03@example.org"), ("Family KSK", "ksk-02@example.org"),
     ("Family KSK-CANCELLED", "ksk-cancelled@example.org"), ("%", "%"), ("", ""),
     ("x" * 5000, "y")],
)  # fmt: skip
async def test_half_right_names_find_nobody_and_tell_nothing(codes, kiosk, family, email):
    await kiosk.tap("no-code")
    await kiosk.tap("name", family=family, email=email)
    view = await kiosk.shows(Screen.NOT_FOUND)
    assert view.card is None
    assert "KSK" not in repr(view)


@pytest.mark.parametrize("code", ["KSK-CANCELLED", "KSK-PENDING", ""])
async def test_cancelled_pending_and_unknown_get_one_answer_and_a_number(
    program, codes, kiosk, code
):
    view = await kiosk.show(codes.get(code) or claim.make(b"other", "x", "y"))
    assert view.screen is Screen.NOT_FOUND
    await kiosk.tap("help")
    view = await kiosk.shows(Screen.DESK)
    assert view.ticket
    (ticket,) = await eventually(lambda: kiosks.tickets(program, kiosk.name), "the ticket")
    assert (ticket["number"], ticket["code"]) == (view.ticket, code)


HOSTILE = (
    "", " ", "C1", "C1" + "U" * 16, "P1" + "0" * 120, "https://example.org/C1ABCDEFGHJKMNPQRS",
    "C1ABCDEFGHJKMNPQ'; DROP TABLE person; --", "\x00\x01", "你" * 18, "C1" + "İ" * 16,
    "A" * 100_000,
)  # fmt: skip


async def test_a_hostile_code_is_only_not_found(codes, kiosk):
    for text in HOSTILE:
        assert (await kiosk.show(text)).screen in (Screen.NOT_FOUND, Screen.WELCOME), text
    assert (await kiosk.show(codes["KSK-02"])).screen is Screen.CONFIRM


async def test_a_code_used_again_goes_to_the_desk_and_never_prints_twice(program, codes, kiosk):
    await kiosk.collect(codes["KSK-03"])
    await kiosk.fresh()
    assert (await kiosk.show(codes["KSK-03"])).screen is Screen.NOT_FOUND
    await kiosk.tap("help")
    (ticket,) = await eventually(lambda: kiosks.tickets(program, kiosk.name), "the ticket")
    assert (ticket["why"], ticket["code"]) == (TicketWhy.COLLECTED, "KSK-03")
    assert len(kiosk.badges) == 1


async def test_two_kiosks_do_not_print_one_badge(program, codes, kiosk, tmp_path):
    async with kiosks.running(program, tmp_path / "second", "kiosk-second") as second:
        await second.shows(Screen.WELCOME)
        await second.show(codes["KSK-04"])  # both stand before the confirmation
        assert (await kiosk.collect(codes["KSK-04"])).screen is Screen.DONE
        await second.tap("print")
        view = await second.shows(Screen.DESK)
        assert view.ticket
        assert second.badges == []
        assert len(kiosk.badges) == 1


async def test_without_the_server_badges_are_printed_once_and_reported_later(
    program, codes, tmp_path
):
    async with chaos.between(program.host, program.port) as network:
        folder = tmp_path / "kiosk"
        async with kiosks.running(program, folder, "kiosk-offline", network.url) as kiosk:
            kiosk.name = "kiosk-offline"
            await kiosk.shows(Screen.WELCOME)
            network.cut()
            assert (await kiosk.collect(codes["KSK-05"])).screen is Screen.DONE
            await kiosk.fresh()
            assert (await kiosk.show(codes["KSK-05"])).screen is Screen.NOT_FOUND
            await kiosk.tap("help")
            await kiosk.fresh()
            assert (await kiosk.collect(codes["KSK-06"])).screen is Screen.DONE
            assert len(kiosk.badges) == 2
            assert await program.log("kiosk-offline") == []
            network.heal()
            assert len(await records(program, kiosk, 2)) == 2
            (ticket,) = await eventually(
                lambda: kiosks.tickets(program, kiosk.name), "the ticket, later"
            )
            assert ticket["code"] == "KSK-05"


async def test_somebody_cancelled_while_the_kiosk_runs_is_refused_within_seconds(
    program, codes, kiosk
):
    await program.import_people(Person("KSK-07", status="cancelled"))

    async def refused():
        await kiosk.fresh()
        return (await kiosk.show(codes["KSK-07"])).screen is Screen.NOT_FOUND

    await eventually(refused, "the cancellation")


async def test_a_corrected_name_is_what_is_printed(program, codes, kiosk):
    class Corrected(Person):
        def row(self):
            row = list(super().row())
            row[1] = "Corrected"
            return tuple(row)

    await program.import_people(Corrected("KSK-08"))

    async def corrected():
        await kiosk.fresh()
        return (await kiosk.show(codes["KSK-08"])).card.name == "Corrected F."

    await eventually(corrected, "the correction")


async def test_the_kiosks_file_names_nobody(codes, kiosk):
    await kiosk.collect(codes["KSK-09"])
    raw = b"".join(
        each.read_bytes() for each in kiosk.folder.iterdir() if each.name.startswith("replica")
    )
    for word in (b"Family", b"Given", b"example.org", b"Example Ministry", b"KSK-"):
        assert word not in raw
    for each in kiosk.folder.glob("*.sqlite*"):
        assert each.stat().st_mode & 0o077 == 0, each.name


async def test_a_kiosk_that_is_cut_off_forgets_everybody(program, codes, kiosk):
    await program.revoke(kiosk.name)
    await kiosk.shows(Screen.OUT_OF_ORDER)
    await eventually(lambda: kiosk.arrivals._replica.people == 0, "everybody forgotten")
    assert (await kiosk.show(codes["KSK-10"])).screen is Screen.OUT_OF_ORDER


async def test_a_lane_and_a_printer_may_not_ask_what_kiosks_ask(program, codes, tmp_path):
    from gate.client import CallRefused, Client

    lane = await program.enrol("lane-curious", tmp_path / "lane")
    printer = await program.enrol_printer("printer-curious", tmp_path / "printer")
    for enrolled in (lane, printer):
        async with Client(program.url, enrolled.token) as client:
            with pytest.raises(CallRefused) as refused:
                await client.kiosk_news("", 0, 0)
            assert refused.value.status == 403


async def test_the_desk_closes_a_ticket_once_and_takes_it_back(program, codes, kiosk):
    from gate.client import CallRefused

    await kiosk.tap("help")
    (ticket,) = await eventually(lambda: kiosks.tickets(program, kiosk.name), "the ticket")
    path = f"/api/v1/editions/{EDITION}/tickets"
    async with program.operator() as operator:
        await operator.operate("POST", f"{path}/{ticket['id']}/close")
        assert await kiosks.tickets(program, kiosk.name) == []
        for wrong in (ticket["id"], "x", 2**70):
            with pytest.raises(CallRefused) as refused:
                await operator.operate("POST", f"{path}/{wrong}/close")
            assert refused.value.status == 404
        listed = await operator.operate("GET", f"{path}?done_min=15")
        assert {each["id"]: each["closed_by"] for each in listed}[ticket["id"]] == "operator"
        await operator.operate("POST", f"{path}/{ticket['id']}/reopen")
        assert await kiosks.tickets(program, kiosk.name) == [ticket]
        for wrong in (ticket["id"], "x", 2**70):
            with pytest.raises(CallRefused) as refused:
                await operator.operate("POST", f"{path}/{wrong}/reopen")
            assert refused.value.status == 404


async def test_whose_badge_was_printed_ahead_is_told_where_it_waits_until_it_is_handed_out(
    program, codes, kiosk
):
    path = f"/api/v1/editions/{EDITION}/registrations/KSK-23"
    assert (await kiosk.show(codes["KSK-23"])).screen is Screen.CONFIRM
    await kiosk.fresh()
    await program.pre_printed("KSK-23", "Counter C, box 12 (M-N)")

    async def asked(screen):
        await kiosk.fresh()
        return (await kiosk.show(codes["KSK-23"])).screen is screen

    await eventually(lambda: asked(Screen.WAITING), "the kiosk heard of the box")
    view = kiosk.view()
    assert (view.place, view.card.name) == ("Counter C, box 12 (M-N)", "Given F.")
    await kiosk.tap("print")
    assert (kiosk.view().screen, kiosk.badges) == (Screen.WAITING, [])
    stored = b"".join(each.read_bytes() for each in kiosk.folder.glob("replica*"))
    assert b"box 12" not in stored, "where it waits is sealed as everything else"
    async with program.operator() as operator:
        person = await operator.operate("POST", f"{path}/collection", {"how": "self"})
        await eventually(lambda: asked(Screen.NOT_FOUND), "the kiosk heard that it is taken")
        body = {"version": person["version"]}
        await operator.operate("POST", f"{path}/undo", body)
        await eventually(lambda: asked(Screen.WAITING), "and that it is not")
    await kiosk.tap("help")
    assert kiosk.view().screen is Screen.DESK
    (ticket,) = await eventually(lambda: kiosks.tickets(program, kiosk.name), "the ticket")
    assert ticket["why"] == "collected"


def test_a_replica_of_an_older_program_is_begun_anew_and_keeps_the_numbers_it_gave(tmp_path):
    path = tmp_path / "replica.sqlite"
    with closing(sqlite3.connect(path)) as older:
        older.executescript(
            """
            CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE person (
                holder INTEGER PRIMARY KEY, generation INTEGER NOT NULL, status TEXT NOT NULL,
                claim TEXT NOT NULL, badge BLOB NOT NULL, names TEXT NOT NULL, named BLOB NOT NULL
            ) STRICT;
            CREATE INDEX person_claim ON person (claim);
            CREATE INDEX person_names ON person (names);
            CREATE TABLE printed (
                holder INTEGER NOT NULL, generation INTEGER NOT NULL,
                PRIMARY KEY (holder, generation)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE ticket (
                id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, body BLOB NOT NULL
            ) STRICT;
            INSERT INTO meta VALUES ('device', 'one'), ('ticket', '41'), ('complete', '1'),
                ('through', '7'), ('timeline', 'x');
            INSERT INTO person VALUES (1, 1, 'approved', 'c', x'00', '', x'');
            INSERT INTO ticket (number, body) VALUES
                ('A41', CAST('{"number":"A41","at_ms":1,"why":"staff"}' AS BLOB));
            PRAGMA user_version = 1;
            """
        )
    replica = Replica(path, "one")
    assert (replica.people, replica.complete, replica.positions) == (0, False, (0, 0))
    assert replica.timeline == ""
    assert replica.next_ticket()[1].number == "A41"
    assert replica.next_number() == 42
    replica.close()


def test_a_replica_of_another_kiosk_is_forgotten_and_a_damaged_one_is_named(tmp_path):
    path = tmp_path / "replica.sqlite"
    first = Replica(path, "one")
    first.set_printed(1, 1)
    first.close()
    again = Replica(path, "one")
    assert again.is_printed(1, 1)
    again.close()
    other = Replica(path, "two")
    assert not other.is_printed(1, 1)
    other.close()
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(ReplicaUnusable, match="comes again from the server"):
        Replica(path, "two")
