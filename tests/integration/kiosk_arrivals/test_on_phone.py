"""People who keep the badge on their phone at a real kiosk: with a network, and without."""

import pytest

from gate.editions import example
from kiosk.arrivals.state import Screen
from tests import chaos, programs
from tests.kiosk_arrivals import kiosk as kiosks
from tests.programs import EDITION, Person, eventually

PEOPLE = [Person("PHO-00"), Person("PHO-01")]


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """A server of an edition with digital badges."""
    policy = tmp_path_factory.mktemp("edition") / "policy.toml"
    text = example().replace('digital_badges = "none"', 'digital_badges = "inert"')
    policy.write_text(text, encoding="utf-8")
    with programs.running(policy_file=policy) as server:
        yield server


async def person(server, code):
    async with server.operator() as operator:
        return await operator.operate("GET", f"/api/v1/editions/{EDITION}/registrations/{code}")


async def test_who_keeps_it_on_the_phone_gets_no_print_here_or_elsewhere_and_who_cannot_prints(
    edition, tmp_path
):
    await edition.import_people(*PEOPLE)
    codes = await kiosks.claims(edition)
    async with (
        chaos.between(edition.host, edition.port) as network,
        kiosks.running(edition, tmp_path / "one", "kiosk-one", network.url) as one,
        kiosks.running(edition, tmp_path / "two", "kiosk-two") as two,
    ):
        await eventually(lambda: one.view().may_keep, "the kiosk heard of the policy")
        assert (await one.show(codes["PHO-00"])).screen is Screen.CONFIRM
        await one.tap("phone")
        await one.shows(Screen.KEPT)
        kept = await person(edition, "PHO-00")
        assert (kept["digital"], kept["history"][0]["who"]) == (2, "kiosk-one")

        async def nothing_to_print():
            await two.fresh()
            return (await two.show(codes["PHO-00"])).screen is Screen.NOT_FOUND

        await eventually(nothing_to_print, "the other kiosk has heard")
        await two.tap("help")
        (ticket,) = await eventually(lambda: kiosks.tickets(edition, "kiosk-two"), "the ticket")
        assert ticket["why"] == "collected", "the desk is not told that nobody is known"

        await one.fresh()
        network.cut()
        assert (await one.show(codes["PHO-01"])).screen is Screen.CONFIRM
        await one.tap("phone")
        await eventually(lambda: "phone" in one.view().say, "it is said that it does not work")
        assert not one.view().may_keep
        await one.tap("print")
        await one.shows(Screen.DONE)
        network.heal()
        assert (len(one.badges), two.badges) == (1, [])
        assert (await person(edition, "PHO-01"))["digital"] == 0
