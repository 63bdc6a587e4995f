"""The kiosk's screens: each rule in the venue's words, then every short story there is."""

from copy import copy
from dataclasses import replace

import msgspec
import pytest

from gate.access.wire import TicketWhy
from gate.words.words import LANGUAGES
from kiosk.arrivals import flow
from kiosk.arrivals.events import (
    Again,
    Asked,
    CodeShown,
    Confirmed,
    Finished,
    GiveTicket,
    Health,
    Help,
    Keep,
    Kept,
    Language,
    Named,
    NoCode,
    NotKept,
    NotPrinted,
    OnPhone,
    Pin,
    Print,
    Printed,
    StaffAsked,
    Tick,
    Ticketed,
    Toggled,
    Touched,
)
from kiosk.arrivals.flow import Flow
from kiosk.arrivals.state import Ease, Found, Rules, Screen
from tests import badges

RULES = Rules()
RUSSIAN = Found(7, 1, badges.badge("cyrillic"), False)
ENGLISH = Found(8, 1, msgspec.structs.replace(badges.badge("one-letter"), language="en"), False)
COLLECTED = replace(RUSSIAN, printed=True)
BOXED = replace(RUSSIAN, printed=True, place="Box M-N, counter C")
CANCELLED = Found(9, 1, None, False)
WELL, JAM = Health(frozenset()), Health(frozenset({"jam"}))


class Story:
    """Events one after another, a moment apart."""

    def __init__(self, rules=RULES):
        self.flow = Flow(rules)
        self.now_s = 100.0
        self.effects = []
        self.tell(WELL)

    def tell(self, *events, after_s=2.0):
        for event in events:
            self.now_s += after_s
            self.effects = list(self.flow.step(event, self.now_s))
        return self

    def wait(self, seconds):
        """Time passes, a quarter of a second at a time."""
        for _ in range(int(seconds * 4)):
            self.tell(Tick(), after_s=0.25)
        return self

    @property
    def state(self):
        return self.flow.state

    @property
    def screen(self):
        return self.flow.state.screen


def printing(found=ENGLISH):
    return Story().tell(CodeShown(found), Confirmed())


# --- the happy path


def test_a_code_is_shown_confirmed_and_printed():
    story = Story().tell(CodeShown(ENGLISH))
    assert story.screen is Screen.CONFIRM
    assert story.tell(Confirmed()).effects == [Print(ENGLISH)]
    assert story.screen is Screen.PRINTING
    assert story.tell(Printed()).screen is Screen.DONE
    assert story.tell(Finished()).screen is Screen.WELCOME


def test_a_name_leads_to_the_same_confirmation():
    story = Story().tell(NoCode(), Asked())
    assert story.screen is Screen.LOOKING
    assert story.tell(Named(ENGLISH)).screen is Screen.CONFIRM


def test_the_screen_speaks_the_language_of_the_record_unless_the_person_chose_one():
    assert Story().tell(CodeShown(RUSSIAN)).state.language == "ru"
    assert Story().tell(Language("fr"), CodeShown(RUSSIAN)).state.language == "fr"
    assert Story().tell(Language("de")).state.language == "en", "nobody speaks it here"


def test_a_badge_is_asked_for_once_however_often_the_button_is_pressed():
    story = printing()
    assert story.tell(Confirmed(), Confirmed()).effects == []


# --- printed ahead


@pytest.mark.parametrize("found", [BOXED, replace(BOXED, printed=False)])
def test_whose_badge_waits_is_told_where_and_nothing_is_printed(found):
    story = Story().tell(CodeShown(found))
    assert (story.screen, story.state.language) == (Screen.WAITING, "ru")
    assert story.tell(Confirmed(), OnPhone()).screen is Screen.WAITING
    assert story.effects == []
    assert not story.state.failed_codes, "it was no wrong code"
    visit = story.state.visit
    assert story.tell(CodeShown(ENGLISH)).screen is Screen.CONFIRM, "the next person is here"
    assert story.state.visit == visit + 1
    assert Story().tell(NoCode(), Asked(), Named(found)).screen is Screen.WAITING


def test_whose_badge_is_not_where_it_should_wait_gets_a_number_for_the_desk():
    story = Story().tell(CodeShown(BOXED), Help())
    assert story.screen is Screen.DESK
    assert story.effects == [GiveTicket(TicketWhy.COLLECTED, BOXED.holder)]


def test_where_a_badge_waits_is_forgotten_when_nobody_touches_the_screen():
    story = Story().tell(CodeShown(BOXED))
    visit = story.state.visit
    assert story.wait(RULES.idle_s - 5).screen is Screen.WAITING, "there is time to read"
    assert fresh(story.wait(RULES.warn_s + 10), visit)


# --- on the phone


def test_who_keeps_the_badge_on_the_phone_prints_none_and_the_screen_clears_itself():
    story = Story().tell(CodeShown(ENGLISH), OnPhone())
    assert (story.screen, story.effects) == (Screen.KEEPING, [Keep(ENGLISH)])
    assert story.tell(OnPhone(), Confirmed(), Again(), Help()).screen is Screen.KEEPING
    assert story.wait(600).screen is Screen.KEEPING, "while it is asked nothing is forgotten"
    story.tell(Kept())
    assert (story.screen, story.state.found) == (Screen.KEPT, None)
    visit = story.state.visit
    assert fresh(story.wait(RULES.done_s + 1), visit)


def test_a_phone_that_cannot_be_activated_leaves_the_print():
    story = Story().tell(CodeShown(ENGLISH), OnPhone(), NotKept())
    assert story.screen is Screen.CONFIRM
    assert story.tell(OnPhone()).effects == [], "it was tried"
    assert story.tell(Confirmed()).effects == [Print(ENGLISH)]
    assert not story.tell(Printed(), CodeShown(RUSSIAN)).state.no_phone, "the next may try"


# --- what cannot be printed


@pytest.mark.parametrize("found", [None, CANCELLED, COLLECTED])
@pytest.mark.parametrize("by_name", [False, True])
def test_unknown_cancelled_and_collected_are_one_answer(found, by_name):
    asked = (NoCode(), Asked(), Named(found)) if by_name else (CodeShown(found),)
    assert Story().tell(*asked).screen is Screen.NOT_FOUND


@pytest.mark.parametrize(
    ("found", "why", "holder"),
    [
        (None, TicketWhy.NOT_FOUND, None),
        (CANCELLED, TicketWhy.NOT_FOUND, 9),
        (COLLECTED, TicketWhy.COLLECTED, 7),
    ],
)
def test_only_the_desk_is_told_what_it_was(found, why, holder):
    assert Story().tell(CodeShown(found), Help()).effects == [GiveTicket(why, holder)]


def test_after_not_found_another_code_may_be_shown_at_once():
    assert Story().tell(CodeShown(None), CodeShown(ENGLISH)).screen is Screen.CONFIRM


def test_a_code_still_held_before_the_camera_does_not_answer_a_screen_that_just_came():
    story = Story().tell(CodeShown(None), Again())
    assert story.tell(CodeShown(None), after_s=0.2).screen is Screen.WELCOME


@pytest.mark.parametrize("why", TicketWhy)
def test_a_badge_that_does_not_come_out_leaves_a_number_and_never_the_same_screen(why):
    story = printing().tell(NotPrinted(why))
    assert story.screen is Screen.DESK
    assert story.effects == [GiveTicket(why, ENGLISH.holder)]
    assert story.tell(Ticketed("A14")).state.ticket == "A14"
    assert story.tell(Finished(), CodeShown(ENGLISH)).screen is Screen.CONFIRM, "may come again"


def test_something_wrong_goes_to_the_desk_with_who_it_is():
    story = Story().tell(CodeShown(ENGLISH), Help())
    assert story.effects == [GiveTicket(TicketWhy.WRONG, ENGLISH.holder)]
    assert story.state.found is None


def test_a_printer_that_failed_meanwhile_sends_to_the_desk_instead_of_waiting():
    story = Story().tell(CodeShown(ENGLISH), JAM, Confirmed())
    assert story.effects == [GiveTicket(TicketWhy.PRINTER, ENGLISH.holder)]


# --- limits


def test_three_wrong_names_and_the_person_is_asked_for_a_code_or_goes_to_the_desk():
    story = Story()
    for _ in range(RULES.names_per_visit):
        story.tell(NoCode(), Asked(), Named(None), Again())
    assert story.tell(NoCode()).screen is Screen.WELCOME
    assert story.tell(CodeShown(ENGLISH)).screen is Screen.CONFIRM


def test_a_kiosk_takes_few_wrong_names_in_ten_minutes_whoever_says_them():
    story = Story()
    for _ in range(RULES.names_per_window):
        story.tell(NoCode(), Asked(), Named(None), Finished())
    assert story.tell(NoCode()).screen is Screen.WELCOME
    story.now_s += RULES.window_s
    assert story.tell(NoCode()).screen is Screen.NAME


def test_a_stream_of_wrong_codes_is_no_longer_looked_at():
    story = Story()
    for _ in range(RULES.codes_per_window):
        story.tell(CodeShown(None), Again())
    assert story.tell(CodeShown(ENGLISH)).screen is Screen.WELCOME


def test_five_wrong_pins_close_the_staff_menu_for_everybody_for_a_while():
    story = Story().tell(StaffAsked())
    for _ in range(RULES.pins_per_window):
        story.tell(Pin(False))
    assert story.tell(Pin(True)).screen is Screen.PIN
    story.now_s += RULES.window_s
    assert story.tell(Pin(True)).screen is Screen.STAFF


# --- time


@pytest.mark.parametrize(
    "events",
    [(NoCode(),), (CodeShown(ENGLISH),), (CodeShown(None),), (Help(),), (StaffAsked(),),
     (Language("fr"),), (Toggled(Ease.LARGER),), (StaffAsked(), Pin(True))],
)  # fmt: skip
def test_a_screen_nobody_touches_warns_then_forgets(events):
    story = Story().tell(*events)
    visit = story.state.visit
    story.wait(RULES.idle_s + 1)
    assert story.state.warned
    assert 0 < flow.idle_left_s(story.state, story.now_s, RULES) <= RULES.warn_s
    story.wait(RULES.warn_s)
    assert fresh(story, visit)


def test_whoever_says_so_gets_more_time():
    story = Story().tell(CodeShown(ENGLISH)).wait(RULES.idle_s + 5).tell(Touched())
    assert not story.state.warned
    assert story.wait(RULES.idle_s - 5).screen is Screen.CONFIRM


def test_while_a_badge_is_printed_nothing_is_forgotten():
    assert printing().wait(600).screen is Screen.PRINTING
    assert printing().tell(Again(), Finished(), Help(), StaffAsked()).screen is Screen.PRINTING


def test_a_badge_that_came_out_clears_the_screen_by_itself():
    story = printing().tell(Printed())
    visit = story.state.visit
    assert fresh(story.wait(RULES.done_s + 1), visit)


def test_the_next_person_need_not_wait_for_the_last_ones_screen():
    story = printing().tell(Printed(), CodeShown(RUSSIAN))
    assert story.screen is Screen.CONFIRM
    assert story.state.found == RUSSIAN


def fresh(story, visit):
    state = story.state
    return (
        state.visit > visit
        and state.screen is Screen.WELCOME
        and (state.language, state.ease, state.found, state.ticket) == ("en", frozenset(), None, "")
    )


# --- out of order


def test_a_kiosk_that_cannot_print_says_so_before_anybody_tries_and_comes_back():
    story = Story().tell(JAM)
    assert story.screen is Screen.OUT_OF_ORDER
    assert story.tell(CodeShown(ENGLISH)).screen is Screen.OUT_OF_ORDER
    assert story.tell(WELL).screen is Screen.WELCOME


def test_whoever_is_there_when_the_printer_fails_is_not_thrown_out():
    story = Story().tell(CodeShown(ENGLISH), JAM)
    assert story.screen is Screen.CONFIRM
    assert story.tell(Finished()).screen is Screen.OUT_OF_ORDER


def test_nobody_is_served_before_the_kiosk_knows_how_it_is():
    assert Flow(RULES).state.screen is Screen.OUT_OF_ORDER


def test_staff_get_in_also_when_it_is_out_of_order():
    assert Story().tell(JAM, StaffAsked(), Pin(True)).screen is Screen.STAFF


# --- every short story

EVENTS = (
    CodeShown(RUSSIAN), CodeShown(COLLECTED), CodeShown(BOXED), CodeShown(None), NoCode(),
    Asked(), Named(ENGLISH), Named(None), Confirmed(), Printed(), NotPrinted(TicketWhy.PRINTER),
    OnPhone(), Kept(),
    NotKept(), Help(), Again(), Finished(), JAM, WELL, StaffAsked(), Pin(True), Language("ar"),
    Toggled(Ease.LOWER),
)  # fmt: skip


def test_every_story_of_four_events_keeps_the_rules():
    """A world small enough to try whole: 23 events, four of them in every order. Stories that
    begin alike are told that far once."""
    reached, told = set(), 0

    def go_on(story, prints, more):
        nonlocal told
        for event in EVENTS:
            after = copy(story)
            after.flow = copy(story.flow)
            after.tell(event)
            told += 1
            reached.add(after.screen)
            assert_rules(story.state, after, event)
            printed = prints + sum(isinstance(each, Print) for each in after.effects)
            assert printed <= 2
            if more:
                go_on(after, printed, more - 1)

    go_on(Story(), 0, 3)
    assert told == sum(len(EVENTS) ** n for n in (1, 2, 3, 4))
    assert reached == set(Screen)


def assert_rules(before, story, event):
    state = story.state
    if state.visit != before.visit:
        next_one = isinstance(event, CodeShown) and state.screen is not Screen.OUT_OF_ORDER
        assert state.found is (event.found if next_one else None)
        assert not state.ticket
    if state.screen in (Screen.CONFIRM, Screen.PRINTING, Screen.KEEPING):
        assert state.found is not None
        assert state.found.printable
    if state.screen in (Screen.WELCOME, Screen.NAME, Screen.DESK, Screen.DONE, Screen.KEPT,
                        Screen.STAFF, Screen.OUT_OF_ORDER, Screen.PIN):  # fmt: skip
        assert state.found is None, f"{state.screen} still knows who it was"
    if before.screen is Screen.PRINTING and state.screen is not Screen.PRINTING:
        assert state.screen in (Screen.DONE, Screen.DESK)
    if before.screen is Screen.KEEPING and state.screen is not Screen.KEEPING:
        assert state.screen in (Screen.KEPT, Screen.CONFIRM)
    if state.screen is Screen.DESK and before.screen is not Screen.DESK:
        assert [type(each) for each in story.effects] == [GiveTicket]
    for effect in story.effects:
        if isinstance(effect, Print | Keep):
            assert effect.found.printable
        if isinstance(effect, Print):
            assert not state.troubles
    assert state.language in LANGUAGES
