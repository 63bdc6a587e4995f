"""The lane's light: green comes only from an admission, and every light goes out to "ready"."""

import pytest

from gate.access import claim
from gate.access.credential import verify
from gate.access.decide import decide
from gate.access.model import Decision, Reason
from gate.edge.lane import Shown
from gate.words.words import LANGUAGES, Words
from kiosk.light import (
    COMPARE_S,
    GREEN_S,
    RED_S,
    Colour,
    is_right_to_left,
    resting,
    shown,
    terminal_line,
)
from tests import venue
from tests.property import small_world

EN = Words("en")
AT = venue.at("07-08 09:00")


def light(decision: Decision, words: Words = EN, number: int = 3):
    return shown(Shown(decision, None, AT), venue.policy(), words, number)


@pytest.mark.parametrize("reason", Reason)
def test_green_is_shown_for_what_opens_and_for_nothing_else(reason):
    needed = {"event": "wsis", "events": ("wsis",), "days": venue.july(6), "opens_at": AT,
              "since": AT, "gate": "west_3", "overrides": Reason.WRONG_DAY}  # fmt: skip
    colour = light(Decision(reason, "rule", **needed)).colour
    assert (colour is Colour.GREEN) == reason.opens
    if not reason.opens:
        expected = Colour.CHECK if reason is Reason.SECOND_LOOK else Colour.RED
        assert colour is expected


def test_every_decision_of_the_small_world_has_a_light_in_every_language():
    decided = {(decide(s.scan, s.facts, s.policy), s.scan.at) for s in small_world.situations()}
    for language in LANGUAGES:
        words = Words(language)
        for decision, at in decided:
            lit = shown(Shown(decision, None, at), small_world.POLICY, words, 1)
            assert lit.title
            assert lit.words
            assert (lit.colour is Colour.GREEN) == decision.admitted


def test_a_light_stays_long_enough_to_be_read_and_a_refusal_longer_than_a_welcome():
    assert light(Decision(Reason.ADMITTED, "r", event="wsis")).seconds == GREEN_S
    assert light(Decision(Reason.BLOCKED, "r")).seconds == RED_S
    assert light(Decision(Reason.SECOND_LOOK, "r")).seconds == COMPARE_S
    assert 0 < GREEN_S < RED_S < COMPARE_S


@pytest.mark.parametrize("reason", [each for each in Reason if not each.opens])
def test_who_may_wear_another_s_badge_is_compared_and_the_light_waits_for_it(reason):
    needed = {"event": "wsis", "days": venue.july(6), "opens_at": AT, "since": AT, "gate": "west_3"}
    lit = light(Decision(reason, "rule", **needed))
    again = {Reason.ALREADY_INSIDE, Reason.TOO_SOON, Reason.DAY_LIMIT}
    compared = reason in again | {Reason.SECOND_LOOK}
    assert reason.compared == compared
    assert lit.compare == ("Asking for the photo" if compared else "")
    assert lit.seconds == (COMPARE_S if compared else RED_S)
    alone = shown(Shown(Decision(reason, "rule", **needed), None, AT), venue.policy(), EN, 3, False)
    assert ("offline" in alone.compare) == compared, "the guard is not kept waiting"
    assert reason.overridable or not compared, "a badge that is nobody's shows nobody"


def test_a_refusal_says_why_and_where_help_is_and_an_admission_needs_none():
    refused = light(Decision(Reason.WRONG_DAY, "r", event="dialogue", days=venue.july(6, 7)))
    assert (refused.title, refused.words) == ("STOP", "Dialogue: valid 6-7 July")
    assert refused.help == "Help desk: please ask the staff"
    assert refused.reason == "wrong_day"
    admitted = light(Decision(Reason.ADMITTED, "r", event="opening"))
    assert (admitted.title, admitted.words) == ("WELCOME", "Opening ceremony · Wed 8 July")
    assert admitted.help == ""


@pytest.mark.parametrize("reason", [Reason.ADMITTED, Reason.WRONG_CATEGORY])
def test_what_the_guard_must_see_comes_in_words_with_green_and_with_red(reason):
    lit = light(Decision(reason, "r", event="wsis", attention=("escort", "odd code")))
    assert len(lit.attention) == 2
    assert lit.attention[0] != "escort", "in words"
    assert lit.attention[1] == "odd code", "a code nobody knows is shown as it is"


def test_a_lane_without_a_policy_says_what_it_waits_for():
    waiting = shown(Shown(Decision(Reason.RULE_ERROR, "no snapshot yet"), None, AT), None, EN, 1)
    assert (waiting.colour, waiting.words) == (Colour.RED, "Waiting for the first list of badges")


def test_at_rest_the_light_is_never_green_and_stays_until_the_next_scan():
    for ready, colour in ((True, Colour.READY), (False, Colour.STARTING)):
        lit = resting(EN, ready, 7)
        assert (lit.colour, lit.number, lit.seconds, lit.help) == (colour, 7, 0.0, "")
        assert lit.title


def test_each_scan_has_a_number_so_that_the_page_notices_the_same_answer_twice():
    same = Decision(Reason.BLOCKED, "r")
    assert light(same, number=4) != light(same, number=5)


def test_only_arabic_runs_right_to_left():
    assert [each for each in LANGUAGES if is_right_to_left(Words(each))] == ["ar"]


@pytest.mark.parametrize(
    ("reason", "ink", "word"),
    [
        (Reason.EXITED, 42, "GREEN"),
        (Reason.BLOCKED, 41, "RED  "),
        (Reason.SECOND_LOOK, 43, "CHECK"),
    ],
)
def test_the_terminal_says_the_colour_in_a_word_too(reason, ink, word):
    line = terminal_line(light(Decision(reason, "r")), AT)
    assert line.startswith(f"\033[{ink};97m {word} \033[0m 09:00:00 ")
    assert "\n" not in line
    assert terminal_line(resting(EN, True, 1), AT).startswith("\033[0;97m READY")


def test_the_mails_code_at_a_gate_is_told_what_it_is_for():
    code = claim.make(bytes(32), "demo", "R-1")
    told = {}
    for text in (code, claim.shown(code), "a poster"):
        decision = Decision(verify(text, 2607, {}), "credential")
        scan = Shown(decision, None, venue.at("07-08 09:00"))
        told[text] = shown(scan, venue.policy(), EN, 1)
    assert {light.colour for light in told.values()} == {Colour.RED}
    assert {light.title for light in told.values()} == {"STOP"}
    kiosk = "This is the code for the kiosk: print your badge at a kiosk"
    assert told[code].words == told[claim.shown(code)].words == kiosk
    assert told["a poster"].words == "This code is not a badge"
