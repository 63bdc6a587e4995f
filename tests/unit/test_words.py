"""Every language has every message, and puts every decision into a sentence."""

import re
from datetime import UTC, date
from functools import lru_cache
from importlib.resources import files

import pytest
from fluent.syntax import ast, parse
from fluent.syntax.visitor import Visitor

from gate.access.decide import decide
from gate.access.model import Decision, Direction, GateId, Mode, Reason
from gate.words.words import LANGUAGES, RIGHT_TO_LEFT, Words
from tests import venue
from tests.property import small_world

AT = venue.at("07-08 09:00")
ISOLATE, END = "\u2068", "\u2069"
WITH_ARGUMENTS = {
    Reason.ADMITTED, Reason.WRONG_EVENT, Reason.WRONG_CATEGORY, Reason.WRONG_DAY, Reason.TOO_EARLY,
    Reason.TOO_LATE, Reason.ALREADY_INSIDE, Reason.TOO_SOON, Reason.DAY_LIMIT,
}  # fmt: skip
WRONG_DAY = Decision(Reason.WRONG_DAY, "r", event="dialogue", days=venue.july(6, 7))


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


@lru_cache
def messages(language: str) -> dict[str, ast.Message]:
    text = (files("gate.words") / f"{language}.ftl").read_text(encoding="utf-8")
    body = parse(text).body
    junk = [entry.content for entry in body if isinstance(entry, ast.Junk)]
    assert not junk, f"{language}.ftl: {junk}"
    entries = [entry for entry in body if isinstance(entry, ast.Message)]
    named = {entry.id.name: entry for entry in entries}
    assert len(named) == len(entries), f"{language}.ftl has a message twice"
    return named


def variables(message: ast.Message) -> set[str]:
    visitor = Variables()
    visitor.visit(message)
    return visitor.names


def say(language: str, decision: Decision, at=AT) -> str:
    return Words(language).decision(decision, venue.policy(), at)


# --- the files


def test_no_line_of_french_begins_with_a_colon():
    """Its spaces before : ; ? ! and inside guillemets hold their words together."""
    text = (files("gate.words") / "fr.ftl").read_text(encoding="utf-8")
    sentences = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in sentences if re.search(r" [:;?!»]|« ", line)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_exactly_the_messages_of_english(language):
    assert set(messages(language)) == set(messages("en"))
    assert list(messages(language)) == list(messages("en")), "and in its order, to read beside it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_waits_for_the_same_arguments_in_every_language(language):
    english = {name: variables(message) for name, message in messages("en").items()}
    for name, message in messages(language).items():
        # Languages with words for one and two (Arabic) still choose by the number.
        assert variables(message) == english[name], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_said(language):
    words = Words(language)
    for name, message in messages(language).items():
        said = words.say(name, dict.fromkeys(variables(message), 3))
        assert said.strip(), name
        assert "{" not in said
        assert "$" not in said


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_the_languages_are_not_copies_of_english(language):
    same = [n for n in messages(language) if _plain(language, n) == _plain("en", n)]
    borrowed = 0.15 * len(messages("en"))  # arguments only, "ok", "/min", names a language shares
    assert len(same) < borrowed, same


def _plain(language: str, name: str) -> str:
    return Words(language).say(name, dict.fromkeys(variables(messages(language)[name]), "x"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_short_words_and_a_title(language, reason):
    names = messages(language)
    stem = f"reason-{reason.replace('_', '-')}"
    assert stem in names
    assert f"{stem}-short" in names
    title = Words(language).title(reason)
    assert title
    assert len(Words(language).say(f"{stem}-short")) <= 32, "a bar of the wall is narrow"


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_tell_come_in_from_stop_from_wait_from_goodbye(language):
    words = Words(language)
    titles = {words.title(reason) for reason in Reason}
    assert len(titles) == 4
    assert words.title(Reason.ADMITTED) == words.title(Reason.EMERGENCY)
    assert words.title(Reason.SECOND_LOOK) == words.title(Reason.RULE_ERROR)
    assert words.title(Reason.BLOCKED) == words.title(Reason.REPLACED)


def test_a_language_nobody_speaks_here_is_answered_in_english():
    assert Words("de").language == "en"
    assert say("xx", WRONG_DAY) == say("en", WRONG_DAY)


def test_a_message_that_does_not_exist_and_an_argument_that_is_missing_are_our_mistakes():
    words = Words("en")
    with pytest.raises(LookupError):
        words.say("no-such-message")
    with pytest.raises(KeyError, match="reason-wrong-day"):
        words.say("reason-wrong-day", {"event": "Dialogue"})


# --- every decision there is


@pytest.fixture(scope="module")
def decided():
    """Every decision of the small world, each once, with its moment."""
    return {
        (decide(situation.scan, situation.facts, situation.policy), situation.scan.at)
        for situation in small_world.situations()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_of_the_small_world_can_be_said(language, decided):
    words = Words(language)
    said = {
        decision.reason: words.decision(decision, small_world.POLICY, at)
        for decision, at in decided
    }
    assert all(text.strip() for text in said.values())
    assert {Reason.WRONG_EVENT, Reason.ALREADY_INSIDE, Reason.TOO_SOON, Reason.DAY_LIMIT} <= set(
        said
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(set(Reason) - WITH_ARGUMENTS))
def test_the_other_reasons_need_nothing_but_themselves(language, reason):
    assert say(language, Decision(reason, "rule"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_badge_without_any_event_is_told_so(language):
    none = say(language, Decision(Reason.WRONG_EVENT, "zone"))
    some = say(language, Decision(Reason.WRONG_EVENT, "zone", events=("wsis",)))
    assert "WSIS Forum" in some
    assert none
    assert none != some


def test_an_event_or_a_gate_the_policy_no_longer_has_is_named_by_its_id():
    gone = Decision(Reason.WRONG_CATEGORY, "r", event="ball")
    assert say("en", gone) == "Not open to this badge category: ball"
    inside = Decision(Reason.ALREADY_INSIDE, "r", since=AT, gate=GateId("moved"))
    assert say("en", inside) == "Already inside: entered at moved, 09:00"


# --- as one says it


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (WRONG_DAY, "Dialogue: valid 6-7 July"),
        (Decision(Reason.ADMITTED, "r", event="opening"), "Opening ceremony · Wed 8 July"),
        (Decision(Reason.TOO_EARLY, "r", event="ai4g", opens_at=venue.at("07-08 09:30")),
         "AI for Good: opens 09:30"),
        (Decision(Reason.TOO_EARLY, "r", event="ai4g", opens_at=venue.at("07-09 07:30")),
         "AI for Good: opens Thu 9 July, 07:30"),
        (Decision(Reason.TOO_LATE, "r", event="wsis"), "WSIS Forum: closed for today"),
        (Decision(Reason.ALREADY_INSIDE, "r", since=venue.at("07-08 08:12"), gate="west_3"),
         "Already inside: entered at Gate 3 West, 08:12"),
        (Decision(Reason.TOO_SOON, "r", opens_at=venue.at("07-08 09:10")),
         "Please wait until 09:10"),
        (Decision(Reason.DAY_LIMIT, "r", since=venue.at("07-07 23:59"), gate="west_3"),
         "Already entered today at Gate 3 West, Tue 7 July, 23:59"),
        (Decision(Reason.WRONG_EVENT, "r", events=("ai4g", "wsis")),
         "This badge is for: AI for Good, WSIS Forum"),
    ],
)  # fmt: skip
def test_english(decision, sentence):
    assert say("en", decision) == sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Dialogue : valable 6-7 juillet"),
        ("es", "Dialogue: válida 6-7 de julio"),
        ("ru", "Dialogue: действителен 6-7 июля"),
        ("ar", f"{ISOLATE}Dialogue{END}: صالحة {ISOLATE}6-7 يوليو{END}"),
        ("zh", "Dialogue：7月6-7日有效"),
    ],
)
def test_the_days_of_a_badge_in_each_language(language, sentence):
    assert say(language, WRONG_DAY).replace("\u00a0", " ").replace("\u202f", " ") == sentence


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("en", "Thu 9 July, 07:30"),
        ("fr", "jeu. 9 juillet, 07:30"),
        ("es", "jue, 9 de julio, 07:30"),
        ("ru", "чт, 9 июля, 07:30"),
        ("ar", "الخميس، 9 يوليو، 07:30"),
        ("zh", "7月9日周四，07:30"),
    ],
)
def test_a_moment_of_another_day_in_each_language(language, moment):
    assert Words(language).moment(venue.at("07-09 07:30"), venue.policy(), AT) == moment


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([6], "6 July"),
        ([6, 7], "6-7 July"),
        ([9, 6, 8], "6, 8-9 July"),
        ([6, 8, 10], "6, 8, 10 July"),
    ],
)
def test_days_are_folded_into_runs(days, said):
    assert Words("en").days(venue.july(*days)) == said


def test_days_of_two_months_name_both():
    spring = [date(2026, 3, 31), date(2026, 4, 1), date(2027, 4, 2)]
    assert Words("en").days(spring) == "31 March, 1 April, 2 April"
    assert Words("en").days([]) == ""


def test_the_hour_is_the_venues_whatever_the_clock_of_the_program():
    noon = venue.at("07-08 12:00").astimezone(UTC)
    assert Words("en").moment(noon, venue.policy(), noon) == "12:00"
    late = venue.at("07-08 00:30").astimezone(UTC)
    assert Words("en").moment(late, venue.policy(), AT.astimezone(UTC)) == "00:30"


# --- right to left, and numbers


def test_in_arabic_every_name_of_another_script_stands_in_an_isolate():
    said = say("ar", Decision(Reason.ALREADY_INSIDE, "r", since=AT, gate="west_3"))
    assert f"{ISOLATE}Gate 3 West{END}" in said
    assert said.count(ISOLATE) == said.count(END) == 2
    bare = re.sub(f"{ISOLATE}.*?{END}", "", said)
    assert not re.search("[A-Za-z0-9]", bare), "nothing left that would turn the sentence around"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - RIGHT_TO_LEFT))
def test_other_languages_carry_no_invisible_marks(language):
    assert not re.search("[\u2066-\u2069\u200e\u200f]", say(language, WRONG_DAY))


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "1 record kept", 2: "2 records kept", 21: "21 records kept"}),
        ("ru", {1: "1 запись", 3: "3 записи", 5: "5 записей", 11: "11 записей", 21: "21 запись",
                22: "22 записи", 112: "112 записей"}),
        ("ar", {1: "سجل واحد", 2: "سجلان", 3: f"{ISOLATE}3{END} سجلات",
                11: f"{ISOLATE}11{END} سجلاً", 100: f"{ISOLATE}100{END} سجل "}),
        ("zh", {1: "保存 1 条记录", 2: "保存 2 条记录"}),
        ("fr", {1: "1 enregistrement gardé", 2: "2 enregistrements gardés"}),
        ("es", {1: "1 registro guardado", 2: "2 registros guardados"}),
    ],
)  # fmt: skip
def test_numbers_take_the_form_their_language_gives_them(language, forms):
    for number, words in forms.items():
        assert Words(language).say("lane-waiting", {"n": number}).startswith(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_by_number_has_a_form_for_every_number(language):
    words = Words(language)
    for number in [*range(130), 1000, 1_000_000]:
        assert words.say("lane-waiting", {"n": number})


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_and_an_exit_are_said_without_any_policy_of_the_badge(language):
    scan = venue.scan("north_1", "07-06 09:00", Direction.EXIT)
    for mode in Mode:
        decision = decide(scan, venue.facts(mode=mode), venue.policy())
        assert say(language, decision)
