"""A code seen again and again is one badge presented once."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.debounce import QUIET_S, READS_BADGE, READS_OTHER, REMEMBERED_MAX, Debounce
from tests import venue

A, B = venue.badge(holder=1), venue.badge(holder=2)


def scans(reads, debounce=None):
    """What is scanned of (text, seconds) reads."""
    debounce = debounce or Debounce()
    return [found for text, at in reads if (found := debounce.saw(text, at))]


def held(text, start, seconds, per_s=15):
    return [(text, start + n / per_s) for n in range(int(seconds * per_s))]


def test_a_badge_counts_at_its_second_read():
    assert scans([(A, 0.0)]) == []
    assert scans([(A, 0.0), (A, 0.1)]) == [A]
    assert READS_BADGE == 2


def test_a_badge_held_for_a_minute_is_one_scan():
    assert scans(held(A, 0, 60)) == [A]


def test_out_of_view_for_long_enough_it_counts_again():
    assert scans(held(A, 0, 2) + held(A, 2 + QUIET_S * 0.8, 1)) == [A]
    assert scans(held(A, 0, 2) + held(A, 2 + QUIET_S + 0.1, 1)) == [A, A]


def test_frames_without_a_code_between_do_not_matter():
    reads = [(A if n % 3 == 0 else None, n / 15) for n in range(90)]
    assert scans(reads) == [A]


def test_another_badge_between_does_not_make_the_first_count_twice():
    reads = [((A, B)[n // 4 % 2], n / 15) for n in range(120)]
    assert sorted(scans(reads)) == sorted([A, B])


def test_a_partial_badge_between_does_not_either():
    reads = [((A, A[:60])[n % 2], n / 15) for n in range(90)]
    assert scans(reads + held(A, 6.0, 1)) == [A]


def test_reads_far_apart_are_not_in_a_row():
    assert scans([(A, 0.0), (A, 1.5), (A, 3.0)]) == []


def test_a_poster_needs_to_stay_in_view():
    poster = "https://example.org/programme"
    assert scans(held(poster, 0, (READS_OTHER - 1) / 15)) == []
    assert scans(held(poster, 0, 3)) == [poster]


def test_a_hand_scanners_double_trigger_counts_once():
    debounce = Debounce()
    assert debounce.line(A, 0.0) == A
    assert debounce.line(A, 0.2) is None
    assert debounce.line(B, 0.3) == B
    assert debounce.line(A, 0.2 + QUIET_S) == A


@given(st.lists(st.tuples(st.sampled_from([A, B, None, "x"]), st.floats(0, 0.7)), max_size=60))
def test_no_badge_is_scanned_twice_unless_it_was_out_of_view(steps):
    debounce, at, seen, held_since_scan = Debounce(), 0.0, {}, set()
    for text, wait in steps:
        at += wait
        if text and at - seen.get(text, -QUIET_S) >= QUIET_S:
            held_since_scan.discard(text)
        found = debounce.saw(text, at)
        if found:
            assert found == text
            assert found not in held_since_scan
            held_since_scan.add(found)
        if text:
            seen[text] = at


def test_it_remembers_no_more_than_it_must():
    debounce = Debounce()
    for n in range(500):
        debounce.line(f"code {n}", 0.001 * n)
    assert len(debounce._presented) <= REMEMBERED_MAX
