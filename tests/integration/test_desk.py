"""The accreditation desk over the API: every act, its history, and two desks at one person."""

import asyncio

import pytest

from gate.access.credential import verify
from gate.server.store import registrations
from tests import venue
from tests.integration import people
from tests.integration.people import row

PEOPLE = "/api/v1/editions/{edition}/registrations"
ANA = f"{PEOPLE}/R-ANA1"


async def told(lane, after=0):
    feed = (await lane.get(f"/api/v1/lane/feed?after={after}")).good()
    return [r["holder"] for r in feed["rows"] if "holder" in r], feed["head"]


@pytest.fixture
async def week(server):
    await server.import_rows(
        people.file(row("R-ANA1", given="Ana", family="Duval"), row("R-BEN2", given="Ben"))
    )
    return server


@pytest.fixture
async def desk(week):
    return await week.staff("desk", name="Amina")


@pytest.fixture
async def lead(week):
    return await week.staff("desk_lead", name="Lena")


@pytest.fixture
async def lane(week):
    return await week.device("door")


async def person(api, path=ANA):
    return (await api.get(path)).good()


async def act(api, name, body=None, path=ANA):
    """An act on the version that stands now."""
    version = (await person(api, path))["version"]
    return await api.post(f"{path}/{name}", {"version": version} | (body or {}))


# --- correcting


async def test_a_correction_is_kept_with_before_and_after_and_who_and_why(desk):
    body = {"why": "passport", "correction": {"family": "Du Val", "country": "Ruritania"}}
    now = (await act(desk, "correct", body)).good()
    assert (now["family"], now["name_on_badge"]) == ("Du Val", "Ana Du Val")
    entry = now["history"][0]
    assert (entry["who"], entry["act"], entry["why"]) == ("Amina", "corrected", "passport")
    assert entry["before"] == {
        "family": "Duval", "name_on_badge": "Ana Duval", "country": "Atlantis",
    }  # fmt: skip
    assert entry["after"]["family"] == "Du Val"


async def test_a_correction_that_changes_nothing_leaves_no_trace(desk):
    before = await person(desk)
    same = (await act(desk, "correct", {"correction": {"family": "Duval"}})).good()
    assert same == before


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        ({"family": " "}, "family: empty"),
        ({"given": "a\u202eb"}, "given: character 2 is U+202E"),
        ({"category": "wizard"}, "category: no such category"),
        ({"email": "nobody"}, "email: expected an e-mail"),
        ({"entitlements": []}, "entitlements: expected at least one"),
        ({"entitlements": [{"event": "dialogue", "days": ["2026-07-09"]}]}, "not on 2026-07-09"),
        ({"entitlements": [{"event": "opening", "days": ["2026-07-08"]}]}, "no event 'opening'"),
        ({"attention": ["dragons"]}, "attention: no such mark"),
    ],
)
async def test_what_cannot_be_is_refused_naming_the_field(correction, words, desk):
    answer = await act(desk, "correct", {"correction": correction})
    assert (answer.status, words in answer.json["detail"]) == (422, True), answer.raw
    assert (await person(desk))["version"] == 1


async def test_new_days_are_signed_anew_and_told_to_lanes_in_one_step(week, desk, lane):
    _, head = await told(lane)
    before = await week.badge("R-ANA1")
    days = [{"event": "dialogue", "days": ["2026-07-06"]}]
    (await act(desk, "correct", {"correction": {"entitlements": days}})).good()
    rows, _ = await told(lane, head)
    assert len(rows) == 1
    now = await week.badge("R-ANA1")
    assert now != before
    answer = (await lane.scan(1, before)).good()
    assert not answer["admitted"], "also the badge printed before opens only the new days"


async def test_an_import_of_the_same_file_leaves_the_desks_corrections_alone(week, desk):
    (await act(desk, "correct", {"correction": {"family": "Du Val"}})).good()
    file = people.file(row("R-ANA1", given="Ana", family="Duval"))
    assert (await week.import_rows(file))["unchanged"] == 1
    assert (await person(desk))["family"] == "Du Val"
    moved = people.file(row("R-ANA1", given="Ana", family="Duval", organisation="Elsewhere"))
    assert (await week.import_rows(moved))["updated"] == 1
    now = await person(desk)
    assert (now["family"], now["organisation"]) == ("Du Val", "Elsewhere")


# --- two desks


async def test_the_second_of_two_desks_is_shown_both_sides_and_overwrites_nothing(week, desk):
    other = await week.staff("desk", name="Boris")
    seen = (await person(other))["version"]
    (await act(desk, "correct", {"correction": {"family": "Du Val"}})).good()
    late = {"version": seen, "correction": {"family": "Duvall"}}
    answer = await other.post(f"{ANA}/correct", late)
    assert (answer.status, answer.title) == (409, "Changed meanwhile")
    assert "Amina" in answer.json["detail"]
    assert answer.json["person"]["family"] == "Du Val"
    assert answer.json["since"][0]["before"]["family"] == "Duval"
    assert (await person(other))["family"] == "Du Val"
    again = late | {"version": answer.json["person"]["version"]}
    assert (await other.post(f"{ANA}/correct", again)).good()["family"] == "Duvall"


async def test_of_many_edits_at_once_exactly_one_is_taken(week, desk):
    seen = (await person(desk))["version"]
    answers = await asyncio.gather(
        *(
            desk.post(f"{ANA}/correct", {"version": seen, "correction": {"given": f"Ana {n}"}})
            for n in range(12)
        )
    )
    assert sorted(a.status for a in answers) == [200, *[409] * 11]
    assert len((await person(desk))["history"]) == 1


# --- status, hold, undo


async def test_a_hold_is_heard_at_the_lane_and_only_the_lead_releases_it(week, desk, lead, lane):
    badge = await week.badge("R-ANA1")
    now = (await act(desk, "hold", {"why": "security asked"})).good()
    assert (now["status"], now["held_status"]) == ("blocked", "approved")
    assert (await lane.scan(1, badge)).good()["decision"]["reason"] == "blocked"
    assert (await act(desk, "release")).status == 403
    assert (await act(desk, "status", {"status": "approved"})).status == 409, "no way around it"
    now = (await act(lead, "release")).good()
    assert (now["status"], now["held_status"]) == ("approved", None)
    assert (await lane.scan(2, badge)).good()["admitted"]


async def test_an_import_never_lifts_a_hold_but_says_what_the_release_gives_back(week, desk, lead):
    (await act(desk, "hold")).good()
    for status in ("approved", "cancelled"):
        line = row("R-ANA1", given="Ana", family="Duval", status=status)
        await week.import_rows(people.file(line))
        assert (await person(desk))["status"] == "blocked"
    assert (await act(lead, "release")).good()["status"] == "cancelled"


async def test_the_newest_change_is_undone_by_whoever_did_it(week, desk, lead):
    other = await week.staff("desk", name="Boris")
    (await act(desk, "correct", {"correction": {"family": "Du Val"}})).good()
    assert (await act(other, "undo")).status == 403
    now = (await act(desk, "undo")).good()
    assert (now["family"], now["name_on_badge"]) == ("Duval", "Ana Duval")
    assert [h["act"] for h in now["history"]] == ["undone", "corrected"]
    assert (await act(desk, "undo")).status == 409, "an undo is not undone"
    (await act(desk, "hold")).good()
    assert (await act(lead, "undo")).good()["status"] == "approved", "the lead undoes anybody's"


async def test_nothing_is_undone_after_a_quarter_of_an_hour(week, desk, database):
    (await act(desk, "correct", {"correction": {"family": "Du Val"}})).good()
    assert (await person(desk))["undo"] == "corrected"
    await database.execute("UPDATE history SET at_ms = at_ms - 16 * 60000")
    assert (await person(desk))["undo"] == ""
    assert (await act(desk, "undo")).status == 409


async def test_what_an_import_changed_since_is_not_undone_away(week, desk):
    (await act(desk, "correct", {"correction": {"family": "Du Val"}})).good()
    await week.import_rows(people.file(row("R-ANA1", given="Ana", family="Imported")))
    assert (await act(desk, "undo")).status == 409


async def test_notes_keep_their_lines_and_are_undone(desk):
    now = (await act(desk, "notes", {"notes": " Badge holder\nin the  left drawer "})).good()
    assert now["notes"] == "Badge holder\nin the left drawer"
    assert (await act(desk, "undo")).good()["notes"] == ""


# --- walk-ins

WALK_IN = {
    "given": "Noor", "family": "Haddad", "organisation": "Example Org", "category": "delegate",
    "entitlements": [{"event": "wsis", "days": ["2026-07-08"]}],
}  # fmt: skip


async def test_a_walk_in_waits_for_the_lead_and_then_opens_the_door(week, desk, lead, lane):
    made = (await desk.post(PEOPLE, {"correction": WALK_IN, "why": "came by"})).good()
    assert (made["status"], made["history"][0]["act"]) == ("pending", "walk_in")
    path = f"{PEOPLE}/{made['code']}"
    assert await week.badge(made["code"]) is None, "nothing is signed before"
    answer = await act(desk, "status", {"status": "approved"}, path)
    assert (answer.status, answer.title) == (403, "Not allowed")
    assert (await act(lead, "status", {"status": "approved"}, path)).good()["status"] == "approved"
    assert (await lane.scan(1, await week.badge(made["code"]))).good()["admitted"]


async def test_a_form_sent_twice_makes_one_person_and_other_words_are_told(desk):
    form = {"correction": WALK_IN, "key": "a1b2c3"}
    answers = await asyncio.gather(*(desk.post(PEOPLE, form) for _ in range(3)))
    assert len({each.good()["code"] for each in answers}) == 1
    another = (await desk.post(PEOPLE, form | {"key": "other"})).good()
    assert another["code"] != answers[0].good()["code"]
    changed = form | {"correction": WALK_IN | {"given": "Somebody"}}
    assert (await desk.post(PEOPLE, changed)).title == "Registered already"


async def test_where_the_policy_says_so_the_desk_approves_its_walk_ins_itself(serve, tmp_path):
    from gate.editions import example

    policy = tmp_path / "policy.toml"
    policy.write_text(example().replace("approve_walk_ins = false", "approve_walk_ins = true"))
    async with serve(policy_file=str(policy)) as server:
        desk = await server.staff("desk")
        made = (await desk.post(PEOPLE, {"correction": WALK_IN})).good()
        assert made["status"] == "approved"


@pytest.mark.parametrize("missing", ["family", "category", "entitlements"])
async def test_a_walk_in_without_what_a_badge_needs_is_refused(missing, desk):
    details = {k: v for k, v in WALK_IN.items() if k != missing}
    answer = await desk.post(PEOPLE, {"correction": details})
    assert (answer.status, answer.json["detail"].split(":")[0]) == (422, missing)


# --- handing out


async def test_a_pick_up_is_written_down_once_and_never_counts_as_an_entry(week, desk, operator):
    body = {"how": "focal_point", "by_name": "Mission of Atlantis"}
    now = (await desk.post(f"{ANA}/collection", body)).good()
    assert now["collected"]["by_name"] == "Mission of Atlantis"
    assert now["collected"]["who"] == "Amina"
    again = await desk.post(f"{ANA}/collection", {"how": "self"})
    assert (again.status, "Mission of Atlantis" in again.json["detail"]) == (409, True)
    counts = (await operator.get("/api/v1/editions/{edition}/counts")).good()
    assert counts["entered"] == 0 and set(counts["inside"].values()) == {0}
    assert (await act(desk, "undo")).good()["collected"] is None
    assert (await desk.post(f"{ANA}/collection", {"how": "vip"})).status == 422, "by whom?"
    taken = {"how": "vip", "by_name": "Chief of protocol"}
    assert (await desk.post(f"{ANA}/collection", taken)).good()["collected"]["how"] == "vip"


async def test_nobody_collects_a_badge_that_is_not_approved(week, desk):
    (await act(desk, "hold")).good()
    assert (await desk.post(f"{ANA}/collection", {"how": "self"})).status == 409


# --- finding and scanning


async def test_a_search_shows_no_code_and_no_address_and_needs_three_letters(desk):
    answer = await desk.get(f"{PEOPLE}?find=du")
    assert answer.status == 422
    found = (await desk.get(f"{PEOPLE}?find=dúvál")).good()
    assert [each["name"] for each in found] == ["Ana Duval"]
    assert not {"code", "email"} & set(found[0])
    assert "R-ANA1" not in str(found)
    assert (await person(desk, f"{PEOPLE}/{found[0]['who']}"))["code"] == "R-ANA1"


async def test_a_search_finds_what_was_just_imported_and_corrected(week, desk):
    assert (await desk.get(f"{PEOPLE}?find=zanzibari")).good() == []
    await week.import_rows(people.file(row("R-NEW1", family="Zanzibari")))
    assert len((await desk.get(f"{PEOPLE}?find=zanzibari")).good()) == 1
    path = f"{PEOPLE}/R-NEW1"
    (await act(desk, "correct", {"correction": {"family": "Quux"}}, path)).good()
    assert (await desk.get(f"{PEOPLE}?find=zanzibari")).good() == []
    assert len((await desk.get(f"{PEOPLE}?find=quux")).good()) == 1


async def test_a_scanned_badge_names_its_person(week, desk):
    text = await week.badge("R-ANA1")
    found = (await desk.post("/api/v1/editions/{edition}/desk/scan", {"text": text})).good()
    assert found["state"] == "current"
    assert (await person(desk, f"{PEOPLE}/{found['who']}"))["code"] == "R-ANA1"
    for odd in (
        "",
        "P1",
        "\u0000",
        "https://example.org",
        venue.tampered(text),
        venue.badge(venue.FORGER),
    ):
        answer = await desk.post("/api/v1/editions/{edition}/desk/scan", {"text": odd})
        assert (answer.status, answer.title) == (422, "Not a badge"), odd


# --- spares

SPARES = "/api/v1/editions/{edition}/spares"


async def spare(desk, category="delegate", events="wsis", count=1):
    body = {"category": category, "events": events, "count": count}
    return (await desk.post(SPARES, body)).good()


async def test_a_spare_opens_nothing_until_a_scan_binds_it_and_then_the_old_badge_is_dead(
    week, desk, lane
):
    old = await week.badge("R-ANA1")
    [made] = await spare(desk)
    assert (await lane.scan(1, made["text"])).good()["decision"]["reason"] == "not_approved"
    now = (await desk.post(f"{ANA}/bind", {"text": made["text"]})).good()
    assert now["badge"] == made["badge"]
    assert (await lane.scan(2, made["text"])).good()["admitted"]
    assert (await lane.scan(3, old)).good()["decision"]["reason"] == "cancelled"
    answer = await desk.post(f"{PEOPLE}/R-BEN2/bind", {"text": made["text"]})
    assert (answer.status, answer.title) == (409, "Not a spare"), "it is Ana's now"
    answer = await desk.post(f"{PEOPLE}/R-BEN2/bind", {"text": old})
    assert answer.status == 409, "a dead badge is no spare"


async def test_a_lane_that_starts_later_knows_the_dead_badge_too_also_after_a_restart(week, desk):
    old = await week.badge("R-ANA1")
    [made] = await spare(desk)
    (await desk.post(f"{ANA}/bind", {"text": made["text"]})).good()
    late = await week.device("late-door")
    snapshot = (await late.get("/api/v1/lane/snapshot")).good()
    claims = verify(old, venue.policy().number, week.service.appender.known.keys)
    [dead] = [h for h in snapshot["holders"] if h[0] == claims.holder]
    assert dead[3] == "cancelled"
    kept = await registrations.holders(week.service.pool, week.service.policy.edition)
    assert [r.status for r in kept if r.holder == claims.holder] == ["cancelled"]


async def test_a_spare_for_more_than_the_person_may_is_refused(desk):
    for category, events in (("staff", "wsis"), ("delegate", "wsis; ministerial")):
        [made] = await spare(desk, category, events)
        answer = await desk.post(f"{ANA}/bind", {"text": made["text"]})
        assert (answer.status, answer.title) == (409, "Wrong kind of spare")


async def test_a_bound_spare_takes_no_hold_away(week, desk, lane):
    (await act(desk, "hold")).good()
    [made] = await spare(desk)
    (await desk.post(f"{ANA}/bind", {"text": made["text"]})).good()
    assert (await lane.scan(1, made["text"])).good()["decision"]["reason"] == "blocked"
