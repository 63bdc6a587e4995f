"""What supervisors do at a guard's phone, by PIN or by their own badge."""

from gate.access.ledger import RecordKind
from gate.access.model import Reason
from tests.e2e.phone_acts import supervisor, unlock
from tests.e2e.phones import TYPE, badges, phone
from tests.programs import Person, Server


async def test_a_supervisor_admits_against_a_refusal_with_a_reason(program: Server, browser):
    (closed,) = await badges(program, Person("PH-OVER-1", "ai4g:2026-07-09"))
    await supervisor(program, "Sam Supervisor", "24681012")
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
    await supervisor(program, "Sam Supervisor", "24681012")
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
    await supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        await guard.page.clock.install()
        await guard.page.reload()
        await guard.ready()
        await unlock(guard, "#supervisor")
        await guard.page.wait_for_selector("#desk[open]")
        await guard.page.clock.fast_forward(50_000)
        assert await guard.page.is_visible("#desk[open]")
        await guard.page.clock.fast_forward(11_000)
        await guard.page.wait_for_selector("#desk:not([open])", state="attached")
        await unlock(guard, "#find")
        await guard.page.wait_for_selector("#names[open]")
        await guard.page.evaluate("""() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""")
        await guard.page.wait_for_selector("#names:not([open])", state="attached")


async def test_a_supervisor_undoes_the_last_entry_and_finds_a_name(program: Server, browser):
    (good,) = await badges(program, Person("PH-UNDO-1"))
    await supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        assert await guard.scan(good) == "green"
        await unlock(guard, "#supervisor")
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


async def test_a_supervisor_opens_this_one_phone_without_a_network(program: Server, browser):
    await supervisor(program, "Sam Supervisor", "24681012")
    async with phone(browser, program) as guard:
        await guard.network(False)
        await unlock(guard, "#supervisor")
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
    await supervisor(program, "Own Badge", "13579135", "PH-OWN-1")
    async with phone(browser, program, "expo_door") as guard:
        await guard.page.click("#supervisor")
        await guard.page.wait_for_selector("#unlock[open]")
        await guard.page.evaluate(TYPE, other)
        await guard.page.wait_for_selector("#unlock-problem:not(:empty)")
        await guard.page.evaluate(TYPE, own)
        await guard.page.wait_for_selector("#desk[open]")
        assert await guard.page.input_value("#pin") == ""
        assert await guard.shown() == 0
