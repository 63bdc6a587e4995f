"""A guard's phone at a real gate: a real browser against the real server."""

import json
import re
from pathlib import Path

import pytest

from gate.access.ledger import RecordKind
from gate.access.model import Reason
from tests import chaos, programs, venue
from tests.e2e.phones import SIZE, TYPE, Phone, badges, cancel, filmed, phone
from tests.programs import EDITION, Person, Server, eventually

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
THURSDAY = "2026-07-09T09:00+02:00"
DISK_FULL = """() => {
  IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
CONNECTION_LOST = """() => {
  const right = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function () {
    IDBDatabase.prototype.transaction = right;
    throw new DOMException("The database connection is closing", "InvalidStateError");
  };
}"""
AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")


@pytest.fixture(scope="module")
def thursday():
    """A server on the day of the ministers."""
    with programs.running(THURSDAY) as server:
        yield server


async def test_green_and_red_are_decided_here_and_recorded_there(program: Server, browser):
    good, other = await badges(program, Person("PH-OK-1"), Person("PH-NO-1"))
    await cancel(program, "PH-NO-1")
    async with phone(browser, program) as guard:
        # Key by key, with a symbology identifier and an ECI escape, as some hand scanners send it.
        await guard.page.keyboard.type("]Q1\\000026" + good)
        assert await guard.light(guard.page.keyboard.press("Enter")) == "green"
        assert guard.lit["title"] == "WELCOME"
        assert guard.lit["category"] == "Delegate"
        assert await guard.scan(other) == "red"
        assert guard.words == "This registration was cancelled"
        records = await guard.logged(2)
        assert [r.reason for r in records] == [Reason.ADMITTED, Reason.CANCELLED]
        assert guard.said == []


async def test_a_light_goes_out_by_itself_and_never_to_green(program: Server, browser):
    (good,) = await badges(program, Person("PH-LIGHT-1"))
    async with phone(browser, program) as guard:
        for text, colour in ((good, "green"), ("A poster", "red")):
            assert await guard.scan(text) == colour
            await guard.page.wait_for_selector("body[data-state=ready]")


async def test_without_a_network_it_decides_keeps_and_hands_in_once(program: Server, browser):
    one, two = await badges(program, Person("PH-OFF-1"), Person("PH-OFF-2", events="dialogue"))
    async with phone(browser, program, "plenary_east") as guard:
        await guard.network(False)
        assert await guard.scan(one) == "green"
        assert await guard.scan(two) == "red"
        assert "Plenary" not in guard.words
        await guard.page.wait_for_selector("#link[data-link=offline]")
        await guard.page.wait_for_selector("#link:text-is('Offline · 2 kept')")
        await guard.page.reload()
        await guard.ready()
        await guard.kept(2)
        await guard.entered(1)
        assert await guard.scan("after the reload") == "red"
        await guard.network(True)
        await guard.kept(0)
        records = await guard.logged(3)
        assert [r.reason for r in records] == [
            Reason.ADMITTED, Reason.WRONG_EVENT, Reason.UNREADABLE
        ]  # fmt: skip


async def test_a_killed_server_loses_nothing_and_gets_nothing_twice(program: Server, browser):
    texts = await badges(program, *(Person(f"PH-KILL-{n}") for n in range(4)))
    async with phone(browser, program) as guard:
        assert await guard.scan(texts[0]) == "green"
        await guard.logged(1)
        program.kill()
        assert await guard.scan(texts[1]) == "green"
        assert await guard.scan(texts[2]) == "green"
        await guard.page.wait_for_selector("#link[data-link=offline]")
        await program.start_beside()
        assert await guard.scan(texts[3]) == "green"
        await guard.logged(4)


async def test_a_lost_reply_is_asked_for_again_and_nothing_doubles(program: Server, browser):
    (good,) = await badges(program, Person("PH-LOST-1"))
    async with (
        chaos.between(program.host, program.port) as network,
        phone(browser, program, url=network.url) as guard,
    ):
        network.lose_answer_to = b"/api/v1/lane/log"
        assert await guard.scan(good) == "green"
        await eventually(lambda: network.answers_lost, "the answer was lost")
        network.heal()
        await guard.kept(0)
        await guard.logged(1)


async def test_a_phone_that_dies_in_mid_scan_keeps_whatever_it_showed(
    program: Server, browser, playwright
):
    texts = await badges(program, *(Person(f"PH-DIE-{n}") for n in range(6)))
    async with phone(browser, program, playwright=playwright) as guard:
        await guard.network(False)
        shown = [await guard.scan(text) for text in texts[:4]]
        # The fifth is typed, and the battery comes out: shown or not, it is whole or not there.
        await guard.page.evaluate(TYPE, texts[4])
        await guard.kill()
        await guard.switch_on()
        await guard.page.goto(f"{guard.url}/scan")
        await guard.ready()
        await guard.scan(texts[5])
        await guard.kept(0)
        records = await guard.log()
        assert shown == ["green"] * 4
        assert [r.number for r in records] == list(range(1, len(records) + 1))
        assert len(records) in (5, 6)


async def test_a_second_tab_waits_until_the_first_is_closed(program: Server, browser):
    (good,) = await badges(program, Person("PH-TAB-1"))
    async with phone(browser, program) as guard:
        second = await guard.another_tab()
        await second.wait_for_selector("body[data-state=blocked]")
        assert "another tab" in await second.inner_text("#blocked-words")
        assert await guard.scan(good) == "green"
        await guard.page.close()
        await second.wait_for_selector("body[data-state=ready]")
        await second.wait_for_selector("#entered:text-is('1 in')")


async def test_the_way_out_looks_different_and_is_never_refused(program: Server, browser):
    (good,) = await badges(program, Person("PH-EXIT-1"))
    await cancel(program, "PH-EXIT-1")
    async with phone(browser, program) as guard:
        entry = await guard.page.eval_on_selector("#frame", "f => getComputedStyle(f).borderStyle")
        await guard.page.click("#direction [data-direction=exit]")
        await guard.page.wait_for_selector("body[data-direction=exit]")
        leave = await guard.page.eval_on_selector("#frame", "f => getComputedStyle(f).borderStyle")
        assert (entry, leave) == ("solid", "dashed")
        assert await guard.scan(good) == "green"
        assert guard.lit["title"] == "GOODBYE"
        await guard.entered(0)


async def test_only_a_gate_with_two_ways_has_a_switch(program: Server, browser):
    async with phone(browser, program, "north_1") as guard:
        assert await guard.page.is_hidden("#direction")


async def test_a_second_look_is_taken_by_the_guard(thursday: Server, browser):
    minister = Person("PH-LOOK-1", "ministerial", "minister")
    (good,) = await badges(thursday, minister)
    async with phone(browser, thursday, "ministerial_door") as guard:
        await guard.granted()
        assert await guard.scan(good) == "check"
        assert guard.words == "Compare the person with the photo"
        assert await guard.light(guard.page.click("#acts [data-act=same]")) == "green"
        records = await guard.logged(2)
        assert [r.reason for r in records] == [Reason.SECOND_LOOK, Reason.ADMITTED]


async def test_a_badge_that_is_kept_is_no_admission(thursday: Server, browser):
    (good,) = await badges(thursday, Person("PH-KEEP-1", "ministerial", "minister"))
    async with phone(browser, thursday, "ministerial_door") as guard:
        await guard.granted()
        assert await guard.scan(good) == "check"
        await guard.page.click("#acts [data-act=keep]")
        await guard.page.wait_for_selector("#blocked-words:has-text('call a supervisor')")
        await guard.page.click("#blocked-act")
        await guard.ready()


async def test_nobody_enters_a_full_room_without_a_right(thursday: Server, browser):
    """Offline, a phone admits as many as it was granted, and not one more, reloaded or not."""
    people = [Person(f"PH-HARD-{n}", "wsis;ai4g", "speaker") for n in range(3)]
    texts = await badges(thursday, *people)
    async with phone(browser, thursday, "high_level_door", granted_at_most=2) as guard:
        await guard.granted()
        await guard.network(False)
        assert await guard.scan(texts[0]) == "green"
        await guard.page.reload()
        await guard.ready()
        assert await guard.scan(texts[1]) == "green"
        assert await guard.scan(texts[2]) == "red"
        assert guard.words == "This room is full"
        await guard.network(True)
        records = await guard.logged(3)
        assert [r.rights for r in records] == [1, 1, 0]


async def test_a_supervisor_admits_against_a_refusal_with_a_reason(program: Server, browser):
    (closed,) = await badges(program, Person("PH-OVER-1", "ai4g:2026-07-09"))
    await _supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        assert await guard.scan(closed) == "red"
        await guard.page.click("#acts [data-act=override]")
        await guard.page.fill("#pin", "111111")
        await guard.page.click("#unlock-go")
        await guard.page.wait_for_selector("#unlock-problem:not(:empty)")
        await guard.page.fill("#pin", "24681012")
        await guard.page.click("#unlock-go")
        why = guard.page.click("#reasons button:has-text('protocol')")
        assert await guard.light(why) == "green"
        assert guard.lit["title"] == "WELCOME"
        *_, record = await guard.logged(2)
        assert record.reason is Reason.OVERRIDDEN
        assert record.overrides is Reason.TOO_EARLY
        assert record.why == "protocol"
        assert record.supervisor


async def _wrong_pins(guard, times: int) -> None:
    for _ in range(times):
        await guard.page.fill("#pin", "99999999")
        await guard.page.click("#unlock-go:not(:disabled)")
        await guard.page.wait_for_selector("#unlock-problem:not(:empty)")
        await guard.page.wait_for_selector("#unlock-go:not(:disabled)")


async def test_a_right_pin_clears_the_wrong_ones_and_five_close_the_desk_even_over_a_reload(
    program: Server,
    browser,
):
    await _supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        for _ in range(2):
            await guard.page.click("#supervisor")
            await _wrong_pins(guard, 4)
            await guard.page.fill("#pin", "24681012")
            await guard.page.click("#unlock-go")
            await guard.page.wait_for_selector("#unlock", state="hidden")
            await guard.page.reload()
            await guard.ready()
        await guard.page.click("#supervisor")
        await _wrong_pins(guard, 5)
        await guard.page.reload()
        await guard.ready()
        await guard.page.click("#supervisor")
        await guard.page.wait_for_selector("#unlock-words:has-text('Too many wrong PINs')")
        assert await guard.page.is_hidden("#pin")


async def test_a_desk_left_open_closes_itself_for_whoever_takes_the_phone_next(
    program: Server, browser
):
    await _supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        await guard.page.clock.install()
        await guard.page.reload()
        await guard.ready()
        await _unlock(guard, "#supervisor")
        await guard.page.wait_for_selector("#desk[open]")
        await guard.page.clock.fast_forward(50_000)
        assert await guard.page.is_visible("#desk[open]")
        await guard.page.clock.fast_forward(11_000)
        await guard.page.wait_for_selector("#desk:not([open])", state="attached")
        await _unlock(guard, "#find")
        await guard.page.wait_for_selector("#names[open]")
        await guard.page.evaluate("""() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""")
        await guard.page.wait_for_selector("#names:not([open])", state="attached")


async def test_a_supervisor_undoes_the_last_entry_and_finds_a_name(program: Server, browser):
    (good,) = await badges(program, Person("PH-UNDO-1"))
    await _supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        assert await guard.scan(good) == "green"
        await _unlock(guard, "#supervisor")
        await guard.page.click("#undo")
        await guard.page.wait_for_selector("#desk-said:not(:empty)")
        await guard.page.click("#look")
        await guard.page.fill("#name", "family ph-undo")
        await guard.page.click("#names-form .acts button:last-child")
        await guard.page.wait_for_selector("#found li")
        found = await guard.page.inner_text("#found")
        assert "Family PH-UNDO-1" in found
        assert "Delegate · Switzerland" in found
        records = await guard.logged(2)
        assert [r.kind for r in records] == [RecordKind.SCAN, RecordKind.ANNULLED]
        assert records[1].annuls == 1
        await guard.entered(0)


async def test_a_revoked_phone_admits_nobody_and_can_be_set_up_again(program: Server, browser):
    async with phone(browser, program) as guard:
        await program.revoke(guard.device)
        await guard.page.wait_for_selector("body[data-state=blocked]")
        assert "revoked" in await guard.page.inner_text("#blocked-words")
        await guard.page.click("#blocked-act")
        await guard.page.wait_for_selector("#enrol:not([hidden])")


async def test_an_emergency_is_seen_before_any_badge(program: Server, browser):
    async with phone(browser, program) as guard, program.operator() as operator:
        path = f"/api/v1/editions/{EDITION}/mode"
        await operator.operate("POST", path, {"mode": "emergency_open"})
        try:
            await guard.page.wait_for_selector("#mode:not([hidden])")
            assert await guard.scan("anything") == "green"
        finally:
            await operator.operate("POST", path, {"mode": "normal"})
        await guard.page.wait_for_selector("#mode[hidden]", state="attached")


async def test_a_wrong_code_says_so_and_can_be_typed_again(program: Server, browser):
    async with phone(browser, program) as guard:
        await guard.page.evaluate("indexedDB.deleteDatabase('gate-scanner')")
        await guard.page.goto(f"{guard.url}/welcome")
        await guard.page.goto(f"{guard.url}/scan#WRONG-CODE1")
        await guard.page.wait_for_selector("#enrol-problem:not(:empty)")
        assert "not accepted" in await guard.page.inner_text("#enrol-problem")
        await guard.page.select_option("#language", "fr")
        await guard.page.click("#enrol-go")
        await guard.page.wait_for_selector("#enrol-problem:has-text('Code refusé')")
        assert "WRONG" not in guard.page.url


async def test_every_language_fits_and_can_be_read_by_everybody(program: Server, browser):
    texts = await badges(program, *(Person(f"PH-LANG-{each}", "dialogue") for each in LANGUAGES))
    async with phone(browser, program, "expo_door") as guard:
        for language, good in zip(LANGUAGES, texts, strict=True):
            await guard.ready()
            await guard.page.select_option("#language", language)
            await guard.page.wait_for_selector(f"html[lang={language}]")
            way = await guard.page.get_attribute("html", "dir")
            assert way == ("rtl" if language == "ar" else "ltr")
            assert await _trouble(guard, language in ("en", "ar")) == []
            assert await guard.scan(good) == "red"
            assert await _trouble(guard, language in ("en", "ar")) == []
            await guard.page.keyboard.press("Escape")


async def test_what_opens_over_the_page_can_be_read_by_everybody(program: Server, browser):
    await _supervisor(program, "Sam Supervisor", "24681012")
    (closed,) = await badges(program, Person("PH-AXE-1", "ai4g:2026-07-09"))
    async with phone(browser, program) as guard:
        await guard.page.click("#supervisor")
        assert await _trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await _unlock(guard, "#find")
        await guard.page.wait_for_selector("#names[open]")
        assert await _trouble(guard) == []
        await guard.page.click("#names [data-close]")
        assert await guard.scan(closed) == "red"
        await guard.page.click("#acts [data-act=override]")
        await guard.page.fill("#pin", "24681012")
        await guard.page.keyboard.press("Enter")
        await guard.page.wait_for_selector("#why[open]")
        assert await _trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await program.revoke(guard.device)
        await guard.page.wait_for_selector("body[data-state=blocked]")
        assert await _trouble(guard) == []
        await guard.page.click("#blocked-act")
        assert await _trouble(guard) == []


async def _trouble(guard, axe: bool = True) -> list[str]:
    """What axe finds, words that are missing, and letters that do not fit."""
    found = await _axe(guard) if axe else []
    words = await guard.page.inner_text("body")
    found += [f"no word for {name}" for name in re.findall(r"(?:scanner|reason|title)-\w+", words)]
    if await guard.page.evaluate("document.documentElement.scrollWidth") > SIZE["width"]:
        found.append("wider than the phone")
    return found


async def _axe(guard) -> list[str]:
    await guard.page.evaluate(AXE.read_text())
    found = await guard.page.evaluate("axe.run().then((r) => JSON.stringify(r.violations))")
    return [f"{v['id']}: {[n['html'] for n in v['nodes']]}" for v in json.loads(found)]


async def _supervisor(program: Server, name: str, pin: str, code: str | None = None) -> None:
    async with program.operator() as operator:
        path = f"/api/v1/editions/{EDITION}/supervisors"
        new = {"name": name, "pin": pin} | ({"registration": code} if code else {})
        await operator.operate("POST", path, new)


async def _unlock(guard, button: str) -> None:
    await guard.page.click(button)
    await guard.page.fill("#pin", "24681012")
    await guard.page.click("#unlock-go")
    await guard.page.wait_for_selector("#unlock:not([open])", state="attached")


async def test_the_camera_reads_badges_held_before_it(
    program: Server, browser, playwright, tmp_path
):
    """Rendered badges, filmed as the demonstration films them: one is let in, one is not."""
    people = [Person("PH-CAM-1"), Person("PH-CAM-2")]
    await badges(program, *people)
    film = await filmed(program, people, tmp_path)
    await cancel(program, "PH-CAM-2")
    async with phone(browser, program, playwright=playwright, camera=film) as guard:
        for colour in ("green", "red"):  # either may have been before anybody looked
            await guard.page.wait_for_function(
                "(colour) => lights.some(({ state }) => state === colour)", arg=colour
            )
        records = await eventually(guard.log, "records of the camera")
        assert {r.reason for r in records} <= {Reason.ADMITTED, Reason.CANCELLED}
        assert len({r.holder for r in records}) <= 2
        assert guard.said == []


async def test_a_camera_that_is_not_allowed_leaves_the_hand_scanner(
    program: Server, browser, tmp_path
):
    (good,) = await badges(program, Person("PH-CAM-3"))
    async with phone(browser, program) as guard:
        hint = await guard.page.inner_text("#hint")
        assert "hand scanner" in hint
        assert await guard.scan(good) == "green"


async def test_a_phone_that_cannot_write_admits_nobody_and_lets_everybody_out(
    program: Server, browser
):
    (good,) = await badges(program, Person("PH-DISK-1"))
    async with phone(browser, program) as guard:
        await guard.page.evaluate(DISK_FULL)
        assert await guard.scan(good) == "check"
        assert guard.lit["title"] == "CHECK"
        assert "Not decided" in guard.words
        await guard.page.click("#direction [data-direction=exit]")
        assert await guard.scan(venue.tampered(good)) == "green"
        assert await guard.log() == []


async def test_a_lost_connection_to_the_phone_s_store_is_made_again(program: Server, browser):
    """As iOS takes it from a page that was in the background, without a word."""
    (good,) = await badges(program, Person("PH-LOST-DB-1"))
    async with phone(browser, program) as guard:
        await guard.page.evaluate(CONNECTION_LOST)
        assert await guard.scan(good) == "green"
        await guard.kept(0)
        await guard.logged(1)


async def test_a_store_that_was_cleared_meanwhile_is_none_to_go_on_with(program: Server, browser):
    async with phone(browser, program) as guard:
        await guard.page.evaluate("""async () => {
          const { Store } = await import("/scan/store.js");
          await (await Store.open()).set("identity", undefined);
        }""")
        await guard.page.evaluate(CONNECTION_LOST)
        await guard.page.evaluate(TYPE, "a poster")
        await guard.page.wait_for_selector("#enrol:not([hidden])")


async def test_a_camera_that_shows_nothing_new_is_begun_anew(
    program: Server, browser, playwright, tmp_path
):
    people = [Person("PH-STILL-1"), Person("PH-STILL-2")]
    await badges(program, *people)
    film = await filmed(program, people, tmp_path)
    async with phone(browser, program, playwright=playwright, camera=film) as guard:
        await guard.page.wait_for_selector("#ready[data-camera=on]", state="attached")
        await guard.page.evaluate("""() => {
          const { mediaDevices } = navigator, asked = mediaDevices.getUserMedia.bind(mediaDevices);
          const right = HTMLVideoElement.prototype.requestVideoFrameCallback;
          HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0;
          mediaDevices.getUserMedia = (...wanted) => {
            HTMLVideoElement.prototype.requestVideoFrameCallback = right;
            document.body.dataset.begun = "anew";
            return asked(...wanted);
          };
        }""")
        await guard.page.wait_for_selector("body[data-begun=anew]")
        await guard.page.wait_for_selector("#ready[data-camera=on]", state="attached")
        before = len(await guard.log())
        await eventually(lambda: _more(guard, before), "it reads badges again")


async def _more(guard, before: int) -> bool:
    return len(await guard.log()) > before


async def test_an_iphone_is_told_to_install_before_its_code_is_used_up(program: Server, browser):
    guard = Phone(browser, program)
    await guard.switch_on()
    await guard.page.add_init_script("navigator.standalone = false")
    code = await guard.code(guard.device)
    await guard.page.goto(f"{guard.url}/scan#{code}")
    await guard.page.wait_for_selector("#enrol-install:has-text('Add to Home Screen')")
    assert await guard.page.input_value("#code") == code
    await guard.page.select_option("#language", "fr")
    await guard.page.wait_for_selector("#enrol h2:has-text('téléphone')")
    assert await _trouble(guard) == []
    await guard.page.click("#enrol-go")
    await guard.ready()
    await guard.switch_off()


async def test_a_restored_server_is_told_again_what_it_forgot(program: Server, browser):
    texts = await badges(program, *(Person(f"PH-BACK-{n}") for n in range(2)))
    async with phone(browser, program) as guard:
        assert await guard.scan(texts[0]) == "green"
        await guard.logged(1)
        with program.restored_afterwards():
            assert await guard.scan(texts[1]) == "green"
            await guard.logged(2)
        await guard.logged(2)


async def test_records_of_an_earlier_enrolment_are_handed_in_under_it(
    program: Server, browser, playwright
):
    (good,) = await badges(program, Person("PH-AGAIN-1"))
    async with phone(browser, program, playwright=playwright) as guard:
        await guard.network(False)
        assert await guard.scan(good) == "green"
        await guard.kept(1)
        await guard.page.goto("about:blank")
        await guard.network(True)
        # Another name would leave them behind: the phone refuses it until they are sent.
        await guard.page.goto(f"{guard.url}/scan#{await guard.code(guard.device + '-other')}")
        await guard.page.wait_for_selector("#enrol-problem:not(:empty)")
        assert "1 records" in await guard.page.inner_text("#enrol-problem")
        await guard.page.fill("#code", await guard.code(guard.device))
        await guard.page.click("#enrol-go")
        await guard.ready()
        await guard.kept(0)
        assert [(r.epoch, r.number) for r in await guard.log()] == [(1, 1)]


async def test_what_an_earlier_enrolment_left_unused_goes_back_to_the_room(
    thursday: Server, browser
):
    async with phone(browser, thursday, "high_level_door") as guard:
        await guard.granted()
        await guard.page.goto("about:blank")
        await guard.page.goto(
            f"{guard.url}/scan#{await guard.code(guard.device, 'high_level_door')}"
        )
        (returned,) = await eventually(guard.log, "the first enrolment's rights came back")
        assert (returned.kind, returned.epoch) == (RecordKind.RETURNED, 1)
        assert (returned.zone, returned.rights > 0) == ("high_level", True)
        await guard.granted()


async def test_the_way_chosen_outlives_a_reload(program: Server, browser):
    async with phone(browser, program) as guard:
        await guard.page.click("#direction [data-direction=exit]")
        await guard.page.reload()
        await guard.ready()
        await guard.page.wait_for_selector("body[data-direction=exit]")


async def test_a_bad_network_loses_nothing_and_doubles_nothing(program: Server, browser):
    """Slow, and one piece in eight breaks its connection, while people keep coming."""
    texts = await badges(program, *(Person(f"PH-BAD-{n}") for n in range(12)))
    async with (
        chaos.between(program.host, program.port) as network,
        phone(browser, program, url=network.url) as guard,
    ):
        network.delay_s, network.loss = 0.05, 0.12
        for text in texts:
            assert await guard.scan(text) == "green"
        network.heal()
        await guard.kept(0)
        await guard.logged(12)


async def test_what_another_phone_let_in_is_known_here_also_offline(thursday: Server, browser):
    (good,) = await badges(thursday, Person("PH-TWO-1", "wsis;ai4g", "speaker"))
    async with (
        phone(browser, thursday, "high_level_door") as one,
        phone(browser, thursday, "high_level_door") as other,
    ):
        await one.granted()
        await other.granted()
        assert await one.scan(good) == "green"
        holder = (await eventually(one.log, "the record of the first"))[0].holder
        await eventually(lambda: _knows(other, holder), "the other phone heard of it")
        await other.network(False)
        await other.page.reload()
        await other.ready()
        assert await other.scan(good) == "red"
        assert "Already inside: entered at High-level door" in other.words


async def test_a_phone_whose_clock_lags_admits_after_the_sweep_it_has_heard_of(
    thursday: Server, browser
):
    (good,) = await badges(thursday, Person("PH-SWEEP-1"))

    async def late(route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        await route.fulfill(response=answer, json={**told, "now_ms": told["now_ms"] - 4000})

    async with phone(browser, thursday) as guard, thursday.operator() as operator:
        await guard.page.route("**/api/v1/lane/hello", late)
        for _ in range(2):  # the first answer may have been under way already
            await guard.page.wait_for_event("requestfinished", lambda r: r.url.endswith("/hello"))
        zone = f"/api/v1/editions/{EDITION}/zones/venue"
        await operator.operate("POST", f"{zone}/sweep")
        await eventually(lambda: _knows(guard, 0), "the phone heard of the sweep")
        assert await guard.scan(good) == "green"
        (entered,) = await guard.logged(1)
        swept = (await thursday.log("~server"))[-1]
        assert (swept.kind, swept.zone) == (RecordKind.SWEPT, "venue")
        assert entered.at_ms == swept.at_ms, "not four seconds before it"


async def test_a_phone_tells_a_server_that_may_have_been_restored_what_it_was_granted(
    thursday: Server,
    browser,
):
    async with phone(browser, thursday, "high_level_door") as guard:
        await guard.granted()

        def tells(request) -> bool:
            hello = request.url.endswith("/lane/hello")
            return hello and bool((request.post_data_json or {}).get("granted"))

        request = await guard.page.wait_for_event("request", tells)
        ((epoch, zone, total),) = request.post_data_json["granted"]
        assert (epoch, zone) == (1, "high_level")
        assert total > 0


async def _knows(guard, holder: int) -> bool:
    """Whether the phone has a move of this holder on its disk."""
    return await guard.page.evaluate(
        """async (holder) => {
          const { Store } = await import("/scan/store.js");
          const { moves } = await (await Store.open()).snapshot();
          return moves.some((move) => move[5] === holder);
        }""",
        holder,
    )


async def test_a_supervisor_opens_this_one_phone_without_a_network(program: Server, browser):
    await _supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        await guard.network(False)
        await _unlock(guard, "#supervisor")
        await guard.page.click("#desk [data-mode=emergency_open]")
        await guard.page.click("#desk [data-close]")
        await guard.page.wait_for_selector("#mode:not([hidden])")
        await guard.page.reload()
        await guard.ready()
        assert await guard.scan("anything") == "green"
        await guard.network(True)
        await guard.kept(0)
        assert [r.kind for r in await guard.logged(2)] == [RecordKind.MODE, RecordKind.SCAN]


async def test_a_supervisor_s_own_badge_serves_instead_of_the_pin(program: Server, browser):
    (own,) = await badges(program, Person("PH-OWN-1", "dialogue"))
    (other,) = await badges(program, Person("PH-OWN-2"))
    await _supervisor(program, "Own Badge", "13579135", "PH-OWN-1")
    async with phone(browser, program, "expo_door") as guard:
        await guard.page.click("#supervisor")
        await guard.page.evaluate(TYPE, other)
        await guard.page.wait_for_selector("#unlock-problem:not(:empty)")
        await guard.page.evaluate(TYPE, own)
        await guard.page.wait_for_selector("#desk[open]")
        assert await guard.page.input_value("#pin") == ""
        assert await guard.shown() == 0


async def test_a_newer_page_is_taken_in_a_quiet_moment(program: Server, browser):
    async with phone(browser, program) as guard:
        await guard.page.wait_for_selector("body[data-kept=yes]")
        await guard.page.reload()
        await guard.ready()
        async with guard.page.expect_event("load"):
            await guard.page.evaluate(
                "navigator.serviceWorker.dispatchEvent(new Event('controllerchange'))"
            )
        await guard.ready()


async def test_a_phone_whose_clock_is_wrong_says_so_and_is_not_believed(program: Server, browser):
    (good,) = await badges(program, Person("PH-CLOCK-1"))
    async with phone(browser, program, clock_ahead_s=2 * 3600) as guard:
        await guard.page.wait_for_selector("#link:has-text('corrected')")
        words = await guard.page.inner_text("#link")
        assert 7190 <= int("".join(filter(str.isdigit, words))) <= 7210, words
        assert await guard.scan(good) == "green"
        (record,) = await guard.logged(1)
        assert abs(record.at_ms - program.clock.now_ms()) < 600_000

        async def seen() -> bool:
            async with program.operator() as operator:
                listed = await operator.operate("GET", f"/api/v1/editions/{EDITION}/devices")
            (own,) = (each for each in listed if each["id"] == guard.device)
            return own["clock_error_ms"] is not None and 7_100_000 < own["clock_off_ms"] < 7_300_000

        await eventually(seen, "operations see how wrong it is")
