"""What the page is told: a first name and an initial, and words in the person's language."""

from datetime import date

import msgspec
import pytest

from badge_printer.printers.printer import Condition
from deploy.demo.kiosk_pictures import states, view
from gate.access.credential import verify
from gate.access.model import Reason
from gate.words.words import LANGUAGES, Words
from kiosk.arrivals.printing import test_badge as page_for_testing
from kiosk.arrivals.view import card, static, troubles
from tests import badges


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_can_be_said_in_every_language(language):
    for name, state in states(language):
        shown = view(state)
        assert shown.language == language
        assert all(isinstance(text, str) for text in shown.say.values()), name
    assert set(static()[language]) == set(static()["en"])
    assert all(static()[language].values())


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [("Aurélie Marie", "Martin", "Aurélie M."), ("", "Suharyanti", "S"), ("O", "E", "O E."),
     ("محمد", "الحربي", "محمد ا."), ("", "", "")],
)  # fmt: skip
def test_a_name_is_a_first_name_and_an_initial(given, family, shown):
    badge = msgspec.structs.replace(badges.badge("vietnamese"), given=given, family=family)
    assert card(badge, Words("en")).name == shown


def test_no_view_holds_a_family_name_or_the_badges_code():
    for _, state in states("en"):
        told = msgspec.json.encode(view(state)).decode()
        assert "Nguyễn" not in told
        assert "P1" not in told


def test_the_events_of_the_badge_come_with_their_days():
    opened = {each.name: each.days for each in card(badges.badge("cyrillic"), Words("ru")).events}
    assert opened["Dialogue"] == "6-7 июля"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_of_a_printer_has_words_for_staff(language):
    names = [
        "printer-paused" if each is Condition.PAUSED else each.replace("_", "-")
        for each in Condition
        if each.stops
    ]
    others = ["starting", "revoked", "paused", "no-printer", "stalled"]
    assert len(set(troubles(names + others, language))) == len({*names, *others})


def test_the_test_page_looks_like_a_badge_and_opens_nothing():
    page = page_for_testing(date(2026, 7, 6))
    assert badges.renderer().pdf(page).startswith(b"%PDF")
    assert verify(page.text, 1, {}) is not None
    assert isinstance(verify(page.text, 1, {}), Reason)
