"""A guard's phone at a real gate: a real browser against the real server."""

from gate.access.model import Reason
from tests.e2e.phones import badges, cancel, phone
from tests.programs import EDITION, Person, Server, eventually


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


async def test_the_way_chosen_outlives_a_reload(program: Server, browser):
    async with phone(browser, program) as guard:
        await guard.page.click("#direction [data-direction=exit]")
        await guard.page.reload()
        await guard.ready()
        await guard.page.wait_for_selector("body[data-direction=exit]")


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
