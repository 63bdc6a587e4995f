"""A phone and a server that was restored from a backup: what never happened is forgotten, what did
happen here is kept, and every epoch's records come home."""

from gate.access.wire import OnlineScan
from gate.client import Client
from tests.e2e.phones import Phone, badges, phone
from tests.programs import Person, eventually

DOOR = "high_level_door"
MOVES = """async () => {
  const opened = (request) => new Promise((done) => {
    request.onsuccess = () => done(request.result);
  });
  const db = await opened(indexedDB.open("gate-scanner"));
  const moves = await opened(db.transaction("move").objectStore("move").getAll());
  db.close();
  return moves.map((move) => move[5]);
}"""


async def heard_of(guard: Phone, holder: int, yes: bool = True) -> None:
    """Wait until the phone holds what another lane saw of somebody, or holds it no more."""

    async def settled() -> bool:
        return (holder in await guard.page.evaluate(MOVES)) == yes

    await eventually(settled, f"the phone {'heard' if yes else 'forgot'}")


async def holder_of(server, code: str) -> int:
    async with server.database() as database:
        return await database.fetchval("SELECT holder FROM registration WHERE code = $1", code)


async def test_what_another_lane_saw_is_forgotten_with_the_server_that_told_it(
    thursday, browser, tmp_path
):
    """Not only after a reload: the page lives for days, and would refuse somebody for an entry
    that no log knows of."""
    texts = await badges(
        thursday, *(Person(f"PH-LINE-{n}", "wsis;ai4g", "speaker") for n in (1, 2))
    )
    lane = await thursday.enrol("other-lane", tmp_path, DOOR)
    holder = await holder_of(thursday, "PH-LINE-1")
    async with phone(browser, thursday, DOOR, granted_at_most=9) as guard:
        await guard.granted()
        assert await guard.scan(texts[1]) == "green"
        await guard.logged(1)
        with thursday.restored_afterwards():
            async with Client(thursday.url, lane.token) as other:
                assert (await other.scan(OnlineScan(lane.epoch, 1, texts[0]))).admitted
            await heard_of(guard, holder)
            assert await guard.scan(texts[0]) == "red"
            assert "Already inside" in guard.words
            await guard.logged(2)
        await heard_of(guard, holder, False)
        await guard.out_of_view()
        assert await guard.scan(texts[0]) == "green", "nobody says any more that they are inside"
        assert await guard.scan(texts[1]) == "red", "what happened here is known for good"
        await guard.logged(4)


async def test_a_restored_server_that_forgot_an_enrolment_gets_its_records_too(thursday, browser):
    """It would give an epoch again that this phone already used, and never take the later one's."""
    texts = await badges(thursday, *(Person(f"PH-EPOCH-{n}") for n in (1, 2)))
    async with phone(browser, thursday) as guard:
        with thursday.restored_afterwards():
            for _ in range(2):
                await again(guard)
            assert await guard.scan(texts[0]) == "green"
            await guard.kept(0)
            assert [(r.epoch, r.number) for r in await guard.log()] == [(3, 1)]
        await guard.page.wait_for_selector("body[data-state=blocked]")
        await again(guard)
        assert await guard.scan(texts[1]) == "green"
        await guard.kept(0)

        async def whole() -> bool:
            return {(r.epoch, r.number) for r in await guard.log()} == {(3, 1), (4, 1)}

        await eventually(whole, "the records of both epochs are there")


async def again(guard: Phone) -> None:
    """The phone enrols anew under its name."""
    code = await guard.code(guard.device)
    await guard.page.goto("about:blank")
    await guard.page.goto(f"{guard.url}/scan#{code}")
    await guard.ready()
    await guard.page.wait_for_selector("#link[data-link=online]")
    await guard.page.wait_for_function("document.getElementById('entered').textContent !== ''")
