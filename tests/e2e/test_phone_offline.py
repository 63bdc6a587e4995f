"""A guard's phone through what networks, servers and its own store do: it decides, keeps all of it,
and hands it in once."""

from gate.access.ledger import RecordKind
from gate.access.model import Reason
from tests import chaos, venue
from tests.e2e.phones import TYPE, badges, phone
from tests.programs import EDITION, Person, Server, eventually

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


async def test_without_a_network_it_decides_keeps_and_hands_in_once(program: Server, browser):
    one, two = await badges(program, Person("PH-OFF-1"), Person("PH-OFF-2", events="dialogue"))
    async with phone(browser, program, "plenary_east") as guard:
        await guard.granted()
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
