"""`gate serve` as a process, and the operator's commands against it, as an operator types them."""

import re

import pytest

from tests.integration import people
from tests.unit.test_mail_bounces import bounce


async def test_an_operator_sets_a_venue_up_from_the_command_line(served, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(people.file(people.canary(), people.row("R-BAD1", category="wizard")))
    status, _, error = await served.run("import", str(file))
    assert status == 1
    assert "start the server once" in error
    await served.start()

    for path, why in ((file.with_name("no.csv"), "No such file"), (tmp_path, "Is a directory")):
        status, out, error = await served.run("import", str(path))
        assert (status, out) == (1, "")
        assert error.startswith(f"{path}: {why}")
    status, out, _ = await served.run("import", str(file), "--dry-run")
    assert status == 2
    assert "Dry run, nothing stored" in out
    status, out, _ = await served.run("import", str(file))
    assert status == 2, "some rows were not taken"
    assert "1 new, 0 changed, 0 unchanged, 1 badges signed, 1 rows refused" in out
    assert "wizard" in out and "category" in out and "there are: delegate" in out
    file.write_text(people.file(people.canary()))
    status, out, _ = await served.run("import", str(file))
    assert (status, "0 new, 0 changed, 1 unchanged" in out) == (0, True)

    when = ("--gate", "high_level_door", "--at", "2026-07-08T09:00")
    status, out, _ = await served.run("policy", "explain", "--registration", "R-CANARY", *when)
    assert status == 0
    assert re.search(r"^admit +admitted", out, re.MULTILINE)
    status, out, error = await served.run("policy", "explain", "--registration", "R-NO", *when)
    assert (status, out) == (1, "")
    assert "No such registration" in error

    status, out, _ = await served.run("spares")
    assert (status, "there is no spare badge" in out) == (0, True)
    new = ("spares", "add", "3", "--category", "delegate", "--events")
    status, _, error = await served.run(*new, "picnic")
    assert (status, "picnic" in error) == (1, True)
    status, out, _ = await served.run(*new, "wsis; dialogue")
    assert (status, out.startswith("3 spare badges are signed")) == (0, True)
    status, out, _ = await served.run("spares")
    assert re.search(r"delegate .* dialogue; wsis .* 3 ", out)

    (tmp_path / "forged.eml").write_bytes(bounce())
    (tmp_path / "away.eml").write_bytes(b"Subject: I am on holiday\n\nHello")
    status, out, _ = await served.run("mail", "bounces", str(tmp_path), str(tmp_path / "no.eml"))
    assert status == 2, "a file could not be read"
    assert "no.eml: cannot be read: No such file" in out
    assert "away.eml: passed by: no delivery status notification" in out
    assert "mail 7  unknown" in out, "nobody but the server knows the token"
    assert "0 noted, 1 not new or not ours, 1 else" in out

    status, out, _ = await served.run("enrol", "west-3-a", "--gate", "west_3")
    assert status == 0
    async with served.api() as anybody:
        code = out.split()[0]
        token = (await anybody.post("/api/v1/devices/enrol", {"code": code})).good()["token"]
    status, out, _ = await served.run("revoke", "west-3-a")
    assert (status, out.startswith("west-3-a is cut off")) == (0, True)
    async with served.api(token=token) as lane:
        assert (await lane.get("/api/v1/lane/snapshot")).status == 401
    for nobody in ("west-3-z", "../devices", "a/b"):
        status, _, error = await served.run("revoke", nobody)
        assert (status, f"there is no device '{nobody}'" in error) == (1, True), error
    assert (await served.run("revoke-key", "1"))[0] == 0
    status, _, error = await served.run("revoke-key", "7")
    assert (status, "No such key" in error) == (1, True), error
    status, out, error = await served.run("enrol", "west-3-a", "--gate", "nowhere")
    assert (status, out) == (1, "")
    assert "Unknown gate" in error
    status, _, error = await served.run("enrol", "west-3-a")
    assert (status, "no gate was named; there are: north_1," in error) == (1, True)

    status, out, _ = await served.run("admin-link", "--role", "desk")
    assert out.startswith(f"{served.url}/welcome#")
    async with served.api() as anybody:
        body = {"token": out.strip().partition("#")[2], "name": "dana", "password": "long enough 1"}
        assert (await anybody.post("/api/v1/welcome", body)).good()["roles"] == ["desk"]
        assert (await anybody.get("/api/v1/editions/{edition}/registrations/R-CANARY")).good()

    status, out, error = await served.run("replay")
    assert (status, out.split("\n")[0]) == (0, "0 decisions of wsis-ai4g-2026"), error
    status, _, error = await served.run("serve", GATE_SERVER_PORT="0")
    assert status == 1
    assert "another server" in error, "a second one over the same data refuses in words"
    assert await served.stop() == 0, "a clean stop"
    for word in (*people.CANARIES, "R-CANARY", "Traceback"):
        assert word.casefold() not in served.said.casefold()
    status, _, error = await served.run("enrol", "x", "--gate", "west_3")
    assert (status, "does not answer" in error) == (1, True)
    assert (await served.run("replay"))[0] == 0, "also without a server"


async def test_an_operator_sees_and_settles_who_has_the_places_of_full_rooms(served):
    await served.start()
    status, out, _ = await served.run("places")
    assert (status, "High-level" in out, "restored" in out) == (0, True, False)
    async with served.operator() as operator:
        body = {"id": "door-1", "role": "lane", "gate": "high_level_door"}
        code = (await operator.post("/api/v1/editions/{edition}/devices", body)).good()["code"]
        enrolled = (await operator.post("/api/v1/devices/enrol", {"code": code})).good()
    assert (await served.run("places", "doubt"))[0] == 0
    status, out, _ = await served.run("places")
    assert (status, "Not heard yet: door-1" in out) == (2, True), out
    status, _, error = await served.run("places", "trust")
    assert (status, "door-1: connect or revoke" in error) == (1, True), error
    assert (await served.run("places", "trust", "--without-unheard"))[0] == 0
    async with served.api(token=enrolled["token"]) as lane:
        body = {"epoch": 1, "zone": "high_level", "want": 3}
        assert (await lane.post("/api/v1/lane/lease", body)).good()["granted"] == 3
    assert (await served.run("revoke", "door-1"))[0] == 0
    status, out, _ = await served.run("places")
    assert (status, "door-1 was revoked and holds 3 places of High-level" in out) == (0, True), out
    status, _, error = await served.run("places", "free", "door-1")
    assert (status, "It may still let people in" in error) == (1, True), error
    status, out, _ = await served.run("places", "free", "door-1", "--off-for-good")
    assert (status, out) == (0, "3 places are free again\n")
    status, out, _ = await served.run("places")
    assert (status, "door-1" in out) == (0, False)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hello", "scheme is expected"),
        ("postgresql://someone:hidden@127.0.0.1:1/x", "Connect"),
        ("postgresql://someone:hidden@[::1/x", "expected such as postgresql://"),
    ],
)
async def test_a_database_that_cannot_be_reached_ends_the_start_in_words(served, url, said):
    status, _, error = await served.run("serve", DATABASE_URL=url)
    assert status == 1
    assert error.splitlines()[-1].startswith("gate serve: database_url: ")
    assert said in error
    assert "Traceback" not in error and "hidden" not in error


async def test_the_service_runs_on_a_database_of_ones_own(served, database_url):
    served.environ["DATABASE_URL"] = database_url
    await served.start()
    async with served.operator() as operator:
        assert (await operator.get("/api/v1/me")).good()["edition"]
    assert await served.stop() == 0
    assert not list(served.data.glob("postgres*")), "nothing embedded was started"
