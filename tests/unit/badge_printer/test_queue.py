"""Every state with every event, and what may never happen to a badge."""

from collections import deque

import msgspec
import pytest

from badge_printer.queue import (
    Accepted,
    Cancel,
    Event,
    Finished,
    Job,
    Lost,
    Move,
    NeverCame,
    NotPossible,
    NotSent,
    Refused,
    Settle,
    Started,
    State,
    Take,
    after,
)

EVENTS: tuple[Event, ...] = (
    Take(),
    NotSent("busy"),
    Accepted("7"),
    Refused("unreadable"),
    Started(),
    Finished(),
    NeverCame(),
    Lost("gone"),
    Cancel(),
    Settle(came_out=True),
    Settle(came_out=False),
    Settle(came_out=False, again=True),
    Settle(came_out=False, again=True, printer="b"),
    Move("b"),
)


def job(state: State = State.QUEUED, printer_job: str = "", attempt: int = 0) -> Job:
    return Job(
        id=1,
        key="k",
        printer="a",
        state=state,
        code="WSIS-1",
        holder=1,
        generation=1,
        text_hash="",
        who="",
        printer_job=printer_job,
        attempt=attempt,
        made_at_ms=0,
        changed_at_ms=0,
    )


def outcome(before: Job, event: Event) -> Job | None:
    try:
        return after(before, event, 1)
    except NotPossible:
        return None


def reachable() -> list[tuple[Job, Event, Job]]:
    """Every step from a fresh job on; attempts are counted to two."""
    start = job()
    seen, steps, todo = {start}, [], deque([start])
    while todo:
        before = todo.popleft()
        for event in EVENTS:
            now = outcome(before, event)
            if now is None:
                continue
            steps.append((before, event, now))
            plain = msgspec.structs.replace(now, attempt=min(now.attempt, 2), changed_at_ms=0)
            if plain not in seen:
                seen.add(plain)
                todo.append(plain)
    return steps


STEPS = reachable()


def test_every_state_is_reached_and_the_two_ends_are_for_ever():
    assert {now.state for _, _, now in STEPS} == set(State)
    assert not [step for step in STEPS if step[0].state.ended]
    for end in (State.PRINTED, State.FAILED):
        assert [event for event in EVENTS if outcome(job(end), event)] == []


def test_a_badge_that_may_have_come_out_waits_again_only_on_proof_or_a_persons_answer():
    back = [
        (before, event)
        for before, event, now in STEPS
        if before.state is not State.QUEUED and now.state is State.QUEUED
    ]
    assert back
    for before, event in back:
        proof = isinstance(event, NotSent | NeverCame) and not before.printer_job
        answered = isinstance(event, Settle) and not event.came_out and event.again
        assert proof or (answered and before.state is State.IN_DOUBT)


def test_it_is_sent_only_from_the_queue_and_each_time_under_a_new_name():
    sent = [
        step for step in STEPS if step[0].state is not State.SENT and step[2].state is State.SENT
    ]
    assert {before.state for before, _, _ in sent} == {State.QUEUED}
    assert all(isinstance(event, Take) and not now.printer_job for _, event, now in sent)
    assert all(now.attempt == before.attempt + 1 for before, _, now in sent)
    assert after(job(attempt=1), Take(), 1).name != after(job(attempt=2), Take(), 1).name


def test_it_is_printed_only_when_the_printer_or_a_person_said_so():
    for before, event, now in STEPS:
        if now.state is State.PRINTED:
            said = isinstance(event, Finished) and before.printer_job and before.state.at_printer
            assert said or (isinstance(event, Settle) and event.came_out)


def test_a_cancelled_badge_at_the_printer_is_a_question_and_a_waiting_one_is_simply_gone():
    for before, event, now in STEPS:
        if isinstance(event, Cancel):
            expected = State.FAILED if before.state is State.QUEUED else State.IN_DOUBT
            assert now.state is expected
            assert now.why == "cancelled"


def test_only_a_waiting_badge_moves_to_another_printer():
    for before, event, now in STEPS:
        if isinstance(event, Move):
            assert before.state is State.QUEUED
            assert now.printer == "b"
        elif not isinstance(event, Settle):
            assert now.printer == before.printer


def test_a_badge_not_printed_has_a_reason():
    assert all(now.why for _, _, now in STEPS if now.state in (State.FAILED, State.IN_DOUBT))


def test_every_unended_job_can_still_reach_both_ends():
    onward: dict[str, set[str]] = {}
    for before, _, now in STEPS:
        onward.setdefault(before.state, set()).add(now.state)
    for start in onward:
        found, todo = {start}, [start]
        while todo:
            for state in onward.get(todo.pop(), ()):
                if state not in found:
                    found.add(state)
                    todo.append(state)
        assert {State.PRINTED, State.FAILED} <= found


@pytest.mark.parametrize(
    ("state", "event", "instead"),
    [
        (State.SENT, Move("b"), "cancel it first"),
        (State.IN_DOUBT, Move("b"), "say first whether a badge came out"),
        (State.IN_DOUBT, Cancel(), "say first whether a badge came out"),
        (State.QUEUED, Settle(came_out=True), "no badge can have come out"),
        (State.PRINTING, Settle(came_out=True), "cancel it first"),
        (State.PRINTED, Cancel(), "it has ended"),
    ],
)
def test_what_is_not_possible_says_what_to_do_instead(state, event, instead):
    with pytest.raises(NotPossible, match=instead):
        after(job(state), event, 1)


def test_news_that_was_under_way_at_the_cancelling_settles_the_doubt_when_it_can():
    doubt = after(after(job(), Take(), 1), Cancel(), 2)
    assert after(doubt, NotSent("busy"), 3).state is State.FAILED
    known = after(doubt, Accepted("7"), 3)
    assert (known.state, known.printer_job) == (State.IN_DOUBT, "7")
    with pytest.raises(NotPossible):
        after(known, NotSent("busy"), 4)
