"""What a guard's phone shows in every language, and what it sees through its camera."""

from gate.access.model import Reason
from tests.e2e.phone_acts import LANGUAGES, supervisor, trouble, unlock
from tests.e2e.phones import Phone, badges, cancel, filmed, phone
from tests.programs import Person, Server, eventually


async def test_every_language_fits_and_can_be_read_by_everybody(program: Server, browser):
    texts = await badges(program, *(Person(f"PH-LANG-{each}", "dialogue") for each in LANGUAGES))
    async with phone(browser, program, "expo_door") as guard:
        for language, good in zip(LANGUAGES, texts, strict=True):
            await guard.ready()
            await guard.page.select_option("#language", language)
            await guard.page.wait_for_selector(f"html[lang={language}]")
            way = await guard.page.get_attribute("html", "dir")
            assert way == ("rtl" if language == "ar" else "ltr")
            assert await trouble(guard, language in ("en", "ar")) == []
            assert await guard.scan(good) == "red"
            assert await trouble(guard, language in ("en", "ar")) == []
            await guard.page.keyboard.press("Escape")


async def test_what_opens_over_the_page_can_be_read_by_everybody(program: Server, browser):
    await supervisor(program, "Sam Supervisor", "24681012")
    (closed,) = await badges(program, Person("PH-AXE-1", "ai4g:2026-07-09"))
    async with phone(browser, program) as guard:
        await guard.page.click("#supervisor")
        assert await trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await unlock(guard, "#find")
        await guard.page.wait_for_selector("#names[open]")
        assert await trouble(guard) == []
        await guard.page.click("#names [data-close]")
        assert await guard.scan(closed) == "red"
        await guard.page.click("#acts [data-act=override]")
        await guard.page.fill("#pin", "24681012")
        await guard.page.keyboard.press("Enter")
        await guard.page.wait_for_selector("#why[open]")
        assert await trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await program.revoke(guard.device)
        await guard.page.wait_for_selector("body[data-state=blocked]")
        assert await trouble(guard) == []
        await guard.page.click("#blocked-act")
        assert await trouble(guard) == []


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
    assert await trouble(guard) == []
    await guard.page.click("#enrol-go")
    await guard.ready()
    await guard.switch_off()
