"""A badge presented once is one scan, however many frames it is in."""

from hypothesis import given
from hypothesis import strategies as st

from gate.access.credential import PREFIX, TEXT_CHARS
from kiosk.debounce import (
    FORGET_S,
    QUIET_S,
    READS_BADGE,
    READS_OTHER,
    REMEMBERED_MAX,
    Debounce,
    is_badge_shaped,
)

BADGE = PREFIX + "A" * (TEXT_CHARS - len(PREFIX))
OTHER = PREFIX + "B" * (TEXT_CHARS - len(PREFIX))
POSTER = "https://example.org"
FRAME_S = 1 / 15


def watch(texts, start_s: float = 100.0, debounce: Debounce | None = None) -> list[str]:
    """Scans made while these texts are read, one a frame."""
    seen = debounce or Debounce()
    made = [seen.saw(text, start_s + n * FRAME_S) for n, text in enumerate(texts)]
    return [text for text in made if text is not None]


def test_two_reads_in_a_row_are_a_scan_and_one_is_none():
    assert watch([BADGE]) == []
    assert watch([BADGE, BADGE]) == [BADGE]


def test_a_badge_held_for_a_minute_is_one_scan():
    assert watch([BADGE] * 900) == [BADGE]


def test_frames_without_a_code_between_two_reads_do_not_matter():
    assert watch([BADGE, None, None, BADGE]) == [BADGE]


def test_reads_too_far_apart_are_not_in_a_row():
    seen = Debounce()
    assert seen.saw(BADGE, 100.0) is None
    assert seen.saw(BADGE, 100.0 + FORGET_S + 0.01) is None
    assert seen.saw(BADGE, 100.0 + FORGET_S + 0.02) == BADGE


def test_a_badge_that_comes_back_after_the_quiet_time_is_a_new_scan():
    seen = Debounce()
    assert watch([BADGE, BADGE], 100.0, seen) == [BADGE]
    last = 100.0 + FRAME_S
    assert watch([BADGE] * 2, last + QUIET_S - 0.1, seen) == []
    assert watch([BADGE] * 2, last + 3 * QUIET_S, seen) == [BADGE]


def test_the_quiet_time_slides_as_long_as_the_badge_stays_in_view():
    seen = Debounce()
    assert watch([BADGE, BADGE], 100.0, seen) == [BADGE]
    for second in range(1, 60):
        assert seen.saw(BADGE, 100.0 + second) is None


def test_another_code_in_between_does_not_start_it_anew():
    """A partial badge or a neighbour's: the first one was presented and still is."""
    assert watch([BADGE, BADGE, POSTER, BADGE, BADGE, "P1ABC", BADGE, BADGE]) == [BADGE]
    assert watch([BADGE, BADGE, OTHER, OTHER, BADGE, BADGE, OTHER]) == [BADGE, OTHER]


def test_two_people_at_once_are_two_scans_only_when_each_is_read_twice_running():
    assert watch([BADGE, OTHER] * 20) == []
    assert watch([BADGE, OTHER, OTHER, BADGE, BADGE]) == [OTHER, BADGE]


def test_a_poster_is_refused_once_and_only_if_it_stays():
    assert watch([POSTER] * (READS_OTHER - 1)) == []
    assert watch([POSTER] * 900) == [POSTER]
    assert READS_OTHER > READS_BADGE


def test_what_is_badge_shaped():
    assert is_badge_shaped(BADGE)
    assert not is_badge_shaped(BADGE[:-1])
    assert not is_badge_shaped("X" + BADGE[1:])


def test_a_hand_scanners_line_counts_at_once_but_its_double_trigger_does_not():
    seen = Debounce()
    assert seen.line(BADGE, 100.0) == BADGE
    assert seen.line(BADGE, 100.2) is None
    assert seen.line(POSTER, 100.3) == POSTER
    assert seen.line(BADGE, 100.2 + QUIET_S) == BADGE


def test_a_code_held_up_while_nobody_looked_is_not_scanned_before_it_was_put_away():
    seen = Debounce()
    assert [seen.saw(BADGE, 100.0 + n * FRAME_S) for n in range(2)][-1] == BADGE
    seen.held(BADGE, 130.0)
    assert {seen.saw(BADGE, 130.1 + n * FRAME_S) for n in range(40)} == {None}
    assert [seen.saw(OTHER, 140.0 + n * FRAME_S) for n in range(2)][-1] == OTHER
    assert [seen.saw(BADGE, 150.0 + n * FRAME_S) for n in range(2)][-1] == BADGE


def test_it_remembers_no_more_than_it_needs():
    seen = Debounce()
    for n in range(REMEMBERED_MAX * 3):
        assert seen.line(f"code {n}", 100.0 + n / 1000) == f"code {n}"
    assert len(seen._presented) == REMEMBERED_MAX
    seen.line("later", 200.0)
    assert len(seen._presented) == 1


@given(st.lists(st.sampled_from([None, BADGE, OTHER, POSTER, "P1"]), max_size=60))
def test_whatever_is_in_view_no_code_is_scanned_twice_within_the_quiet_time(texts):
    seen, scanned = Debounce(), {}
    for n, text in enumerate(texts):
        at = 100.0 + n * FRAME_S
        made = seen.saw(text, at)
        if made is not None:
            assert made == text
            assert at - scanned.get(made, 0.0) >= QUIET_S
            scanned[made] = at
