"""All badges of the server for a printer: in the order they are piled up, a page at a time."""

import pytest

from badge_printer.samples import portrait
from gate.access.wire import BadgeQuery
from gate.client import CallRefused, Client
from gate.server.api import printer as api
from tests.integration import people

PEOPLE = (
    ("R-01", "delegate", "wsis", "Ängström", "Zeta Institute"),
    ("R-02", "delegate", "dialogue", "anders", "Éclair Ministry"),
    ("R-03", "minister", "wsis; ministerial", "Ødegaard", "Example Org"),
    ("R-04", "media", "ai4g", "Éluard", "example org"),
    ("R-05", "delegate", "ai4g", "Щерба", "Zeta Institute"),
    ("R-06", "delegate", "wsis", "Zhao", ""),
    ("R-07", "staff", "wsis", "d'Ange", "Zeta Institute"),
)


@pytest.fixture
async def printer(server):
    rows = [
        people.row(code, category, events, family=family, organisation=organisation)
        for code, category, events, family, organisation in PEOPLE
    ]
    rows += [people.row("R-90", status="cancelled"), people.row("R-92", status="pending")]
    report = await (await server.operator()).report(people.file(*rows))
    assert report["added"] == len(rows), report["problems"]
    device = await server.device("a-printer", None, "printer")
    async with Client(server.url, device.token) as client:
        yield client


async def codes(printer, **query):
    """All, asked for two at a time; every page says the same total."""
    found, after, totals = [], "", set()
    while True:
        page = await printer.badges(BadgeQuery(after=after, limit=2, **query))
        totals.add(page.total)
        found += [(each.badge.code, each.pile) for each in page.badges]
        if not page.more:
            break
        after = found[-1][0]
    assert totals <= {len(found), 0}
    return found


async def test_only_approved_people_in_the_order_of_their_codes(printer):
    assert await codes(printer) == [(code, "") for code, *_ in PEOPLE]


async def test_by_letter_accents_aside_and_other_scripts_at_the_end(printer):
    found = await codes(printer, order="letter")
    assert found == [
        ("R-02", "A"), ("R-01", "A"), ("R-07", "D"), ("R-04", "E"), ("R-06", "Z"), ("R-03", "#"),
        ("R-05", "#"),
    ]  # fmt: skip


async def test_by_delegation_then_by_name(printer):
    found = await codes(printer, order="delegation")
    assert [code for code, _ in found] == ["R-06", "R-02", "R-04", "R-03", "R-01", "R-07", "R-05"]
    assert dict(found)["R-02"] == "Éclair Ministry"


async def test_by_the_hall_they_enter_first_in_the_policys_order(printer):
    found = await codes(printer, order="hall")
    assert found[0] == ("R-02", "Dialogue hall")
    assert dict(found)["R-03"] == "Plenary"
    halls = [pile for _, pile in found]
    assert halls == sorted(halls, key=["Dialogue hall", "Plenary", "Expo", "Palexpo"].index)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"category": "media"}, ["R-04"]),
        ({"letter": "e"}, ["R-04"]),
        ({"letter": "#"}, ["R-03", "R-05"]),
        ({"letter": "A", "category": "delegate"}, ["R-02", "R-01"]),
        ({"letter": "Q"}, []),
    ],
)
async def test_only_those_asked_for(printer, query, wanted):
    found = await codes(printer, order="letter", **query)
    assert [code for code, _ in found] == wanted


async def test_a_badge_in_the_list_is_the_badge_by_its_code(printer):
    page = await printer.badges(BadgeQuery(category="minister"))
    assert [each.badge for each in page.badges] == [await printer.badge("R-03")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"category": "martian"}, "there are: delegate, minister"),
        ({"limit": 501}, "500"),
        ({"letter": "AB"}, "letter"),
        ({"order": "height"}, "height"),
    ],
)
async def test_what_cannot_be_asked_is_said(printer, query, said):
    with pytest.raises(CallRefused, match=said) as refused:
        await printer.badges(BadgeQuery(**query))
    assert refused.value.status in (400, 422)


async def test_after_a_code_that_is_not_among_them_nothing_follows(printer):
    page = await printer.badges(BadgeQuery(after="R-NOBODY"))
    assert (page.badges, page.more) == ((), False)


async def test_photos_come_with_the_badges_and_a_page_ends_before_it_is_too_large(
    server, printer, monkeypatch
):
    desk = await server.staff("desk")
    for code in ("R-02", "R-03"):
        path = f"/api/v1/editions/{{edition}}/registrations/{code}/photo"
        (await desk.post(path, portrait())).good()
    one = await printer.badge("R-02")
    assert one.photo.startswith(b"\xff\xd8\xff")
    assert (await printer.badge("R-01")).photo == b""
    page = await printer.badges(BadgeQuery())
    with_photos = [each.badge.code for each in page.badges if each.badge.photo]
    assert (with_photos, page.more) == (["R-02", "R-03"], False)
    monkeypatch.setattr(api, "PHOTO_BYTES_PER_PAGE_MAX", len(one.photo) + 1)
    page = await printer.badges(BadgeQuery())
    assert ([each.badge.code for each in page.badges], page.more) == (["R-01", "R-02"], True)
    page = await printer.badges(BadgeQuery(after="R-02"))
    assert [each.badge.code for each in page.badges] == ["R-03", "R-04", "R-05", "R-06", "R-07"]
