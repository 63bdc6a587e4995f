"""`gate policy check | table | explain | compare | preview`: what a policy file means."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gate.access.compare import Change, approved, digital_changes
from gate.access.compare import compare as compared
from gate.access.decide import explain as walk
from gate.access.model import (
    CategoryId,
    Decision,
    Direction,
    Entitlement,
    EventId,
    Facts,
    GateId,
    Holder,
    HolderRecord,
    Profile,
    Scan,
    Status,
)
from gate.access.policy import Policy
from gate.access.policy_file import PolicyError, parse
from gate.client import Client
from gate.commands.remote import operate
from gate.editions import example
from gate.words.words import Words

EXAMPLE = "example"


def load(file: str) -> Policy:
    """Raises PolicyError; a file that cannot be opened is one too."""
    if file == EXAMPLE:
        return parse(example(), "example edition")
    try:
        return parse(Path(file).read_text(encoding="utf-8"), file)
    except OSError as error:
        raise PolicyError([f"{file}: {error.strerror}"]) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise PolicyError([f"{file}: {error}"]) from None


def check(file: str) -> int:
    try:
        policy = load(file)
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 1
    lanes = sum(gate.lanes for gate in policy.gates.values())
    rules = sum(len(zone.rules) for zone in policy.zones.values())
    print(
        f"{file}: good. {policy.name}, version {policy.version}: {len(policy.events)} events on "
        f"{len(policy.days)} days, {len(policy.categories)} categories, {len(policy.zones)} zones, "
        f"{rules} rules, {len(policy.gates)} gates with {lanes} lanes"
    )
    return 0


def table(file: str) -> int:
    """Zone x event x day x category with hours, a line each: to read, and to diff."""
    try:
        policy = load(file)
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 1
    rows = [("zone", "event", "day", "category", "hours"), *table_rows(policy)]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())
    return 0


def table_rows(policy: Policy) -> Iterator[tuple[str, str, str, str, str]]:
    for zone in policy.zones.values():
        for event in policy.events:
            for day in policy.days:
                for category in policy.categories:
                    hours = [
                        f"{r.opens:%H:%M}-{r.closes:%H:%M}"
                        for r in zone.rules
                        if r.event == event
                        and day in r.days
                        and (r.categories is None or category in r.categories)
                    ]
                    if hours:
                        yield zone.id, event, day.isoformat(), category, ", ".join(hours)


def explain(
    file: str, registration: str, badge: str, claims: str, gate: str, at: str, direction: str
) -> int:
    """Each check of the decision and its verdict, for a badge at a gate at a moment."""
    try:
        policy = load(file)
        moment = _moment(at, policy)
        if gate not in policy.gates:
            raise ValueError(f"no gate {gate!r}; there are: {', '.join(policy.gates)}")
        if not (registration or badge):
            scan, facts = described(claims, policy, gate, moment, Direction(direction))
            _print(scan, facts, policy)
            return 0
    except (PolicyError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return operate(_asked(registration, badge, gate, moment, direction))


def described(
    claims: str, policy: Policy, gate: str, at: datetime, direction: Direction
) -> tuple[Scan, Facts]:
    """A scan of an imagined approved badge: ``CATEGORY EVENT[:DAY,DAY] ...``.

    Raises ValueError naming a category, event or day the policy does not have.
    """
    category, *parts = claims.split() or [""]
    if category not in policy.categories:
        raise ValueError(f"no category {category!r}; there are: {', '.join(policy.categories)}")
    held = []
    for part in parts:
        name, _, days = part.partition(":")
        event = policy.events.get(EventId(name))
        if event is None:
            raise ValueError(f"no event {name!r}; there are: {', '.join(policy.events)}")
        wanted = days.split(",") if days else [str(day.day) for day in event.days]
        chosen = [day for day in event.days if str(day.day) in wanted]
        if len(chosen) != len(wanted):
            there = ", ".join(str(day.day) for day in event.days)
            raise ValueError(f"{name} is not on {days}; its days: {there}")
        held.append(Entitlement(event.id, frozenset(chosen)))
    profile = Profile(1, CategoryId(category), tuple(held))
    scan, facts = approved(policy, profile, GateId(gate), at, direction)
    return scan, replace(facts, looked=False)


def compare(old: str, new: str) -> int:
    """Who could enter by one file and not by the other; with a server, how many people that is."""
    try:
        before, after = load(old), load(new)
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 1
    profiles = every_profile(before, after)
    changes = list(compared(before, after, profiles.values()))
    lines = [
        *change_lines(changes, lambda n: profile_words(profiles[n])),
        *digital_lines(before, after),
    ]
    for line in lines:
        print(line)
    if not lines:
        print("nobody's access changes")
    return 0


def preview(new: str) -> int:
    """The same against the running service: its policy, its people."""
    try:
        text = example() if new == EXAMPLE else Path(new).read_text(encoding="utf-8")
        load(new)
    except (PolicyError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1

    async def act(client: Client, edition: str) -> int:
        said = await client.operate(
            "POST", f"/api/v1/editions/{edition}/policy/preview", {"policy": text}
        )
        for each in said["changes"]:
            verb = "can enter" if each["admitted_after"] else "can no longer enter"
            print(
                f"{each['people']:>6,} people {verb} {each['zone']} on {each['day']}, "
                f"{each['opens'][:5]}-{each['closes'][:5]}"
            )
        gained, lost = said["digital_opening"], said["digital_closing"]
        if gained:
            print(f"{gained:>6,} people's digital badge opens what a printed one would")
        if lost:
            print(f"{lost:>6,} people's digital badge opens nothing any more")
        if not (said["changes"] or gained or lost):
            print("nobody's access changes")
        return 0

    return operate(act)


def every_profile(before: Policy, after: Policy) -> dict[int, Profile]:
    """Each category with each single event: what a comparison without people can speak of."""
    categories = sorted(before.categories.keys() | after.categories.keys())
    events = {**before.events, **after.events}
    pairs = [(c, e) for c in categories for e in events.values()]
    return {
        number: Profile(number, category, (Entitlement(event.id, frozenset(event.days)),))
        for number, (category, event) in enumerate(pairs, 1)
    }


def profile_words(profile: Profile) -> str:
    return f"{profile.category} with {', '.join(held.event for held in profile.entitlements)}"


def change_lines(changes: list[Change], words: Callable[[int], str]) -> Iterator[str]:
    for each in changes:
        sign = "+" if each.admitted_after else "-"
        when = f"{each.day} {each.opens:%H:%M}-{each.closes:%H:%M}"
        for number in each.profiles:
            yield f"{sign} {each.zone}  {when}  {words(number)}"


def digital_lines(before: Policy, after: Policy) -> Iterator[str]:
    """Of digital badges that were activated, and of those that were not."""
    for generation, state in ((1, "never activated"), (2, "activated at desk or kiosk")):
        digital = generation if generation > 1 else 0
        record = HolderRecord(Holder(1), generation, 1, Status.APPROVED, digital=digital)
        for _, good in digital_changes(before, after, [record]):
            what = "open what a printed badge would" if good else "open nothing any more"
            yield f"{'+' if good else '-'} digital badges that were {state}: {what}"


def _asked(
    registration: str, badge: str, gate: str, at: datetime, direction: str
) -> Callable[[Client, str], Awaitable[int]]:
    async def act(client: Client, edition: str) -> int:
        body = {
            "registration": registration,
            "badge": badge,
            "gate": gate,
            "at_ms": int(at.timestamp() * 1000),
            "direction": direction,
        }
        steps = await client.operate("POST", f"/api/v1/editions/{edition}/explain", body)
        for step in steps["steps"]:
            print(_line(step["check"], step["verdict"]))
        print(steps["words"])
        return 0

    return act


def _print(scan: Scan, facts: Facts, policy: Policy) -> None:
    last: Decision | None = None
    for name, last in walk(scan, facts, policy):
        print(_line(name, f"{last.reason} ({last.rule})" if last else "passes"))
    if last is not None:
        print(Words("en").decision(last, policy, scan.at))


def _line(name: str, verdict: str) -> str:
    return f"{name:<14} {verdict}"


def _moment(text: str, policy: Policy) -> datetime:
    """ISO 8601; without an offset it is the venue's wall clock."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--at {text!r}: expected such as 2026-07-08T09:00") from None
    first, last = policy.epoch.year - 1, policy.expires.year + 1
    if not first <= moment.year <= last:
        raise ValueError(f"--at {text!r}: expected a year from {first} to {last}")
    return moment if moment.tzinfo else moment.replace(tzinfo=policy.time_zone)
