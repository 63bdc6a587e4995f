"""The phone's rules and Python's are one: the same verdict, reason and arguments, in a browser.

The whole small world, 100,000 random cases over policies of many time zones, logs folded in any
order, texts verified with and without the browser's own Ed25519, and whole walks from text to
record. Then mistakes are planted in the JavaScript, and each must be noticed.
"""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from nacl.signing import SigningKey as PrivateKey

from gate.access import claim
from gate.access.credential import PREFIX, TEXT_CHARS, sign, verify
from gate.access.decide import decide
from gate.access.known import Known
from gate.access.ledger import LogRecord, Move, MoveKind, move
from gate.access.model import DeviceId, DigitalBadges, Direction, Mode, Reason
from gate.access.policy_json import policy_json
from gate.access.presence import Whereabouts
from gate.access.wire import FeedRow, HolderRow, Snapshot
from gate.words.words import LANGUAGES, Words
from kiosk.debounce import Debounce
from tests import venue
from tests.e2e import phone_worlds
from tests.e2e.browser import scanner_files
from tests.property import small_world
from tests.unit.test_organisers_cases import cases, situation

CHECKED = (Reason.SECOND_LOOK, Reason.NEEDS_RECORD, Reason.RULE_ERROR)
SUMMER = timezone(timedelta(hours=2))
"""Zurich's offset on the small world's days."""
HARNESS = Path(__file__).with_name("rules_page.js").read_text()
RULES = Path("gate/server/pages/scanner/rules")
WITHOUT_ED25519 = """() => {
const { importKey } = crypto.subtle;
crypto.subtle.importKey = (format, bytes, algorithm, ...rest) => algorithm === "Ed25519"
  ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"))
  : importKey.call(crypto.subtle, format, bytes, algorithm, ...rest);
}"""
LATE_MS = 0, 1, 9_999, 10_000, 10_001
"""How far a clock may be behind a sweep that its device heard of."""
MUTANTS: dict[str, str] = {}
"""Query of a changed module -> its text."""


@pytest.fixture(scope="module")
def page():
    def changed(path: str, query: str) -> str | None:
        return MUTANTS.get(query) if path.startswith("/scan/rules/") else None

    with scanner_files({"/harness.js": HARNESS}, changed) as page:
        page.set_default_timeout(60_000)
        page.evaluate("import('/harness.js')")
        yield page


def small(may: DigitalBadges = DigitalBadges.INERT) -> phone_worlds.World:
    """The small world with its epoch at an offset, as a policy file has it, not in a zone."""
    policy = replace(
        small_world.POLICY, epoch=small_world.EPOCH.replace(tzinfo=SUMMER), digital_badges=may
    )
    cases = []
    for each in small_world.situations():
        if each.policy.digital_badges is not may:
            continue
        keys = {
            number: replace(
                key,
                not_before=key.not_before.replace(tzinfo=SUMMER),
                not_after=key.not_after.replace(tzinfo=SUMMER),
            )
            for number, key in each.facts.keys.items()
        }
        cases.append((each.scan, replace(each.facts, keys=keys)))
    return phone_worlds.World(policy, small_world.PROFILES, cases)


def ask(page, act: str, *arguments) -> object:
    return json.loads(page.evaluate(f"(given) => run.{act}(...given)", list(arguments)))


def differences(page, world: phone_worlds.World) -> list:
    """Cases the phone decides otherwise, with both answers."""
    said = ask(page, "decide", world.sent())
    assert len(said) == len(world.cases)
    found = []
    for (scan, facts), theirs in zip(world.cases, said, strict=True):
        ours = phone_worlds.decision(decide(scan, facts, world.policy))
        if theirs != ours:
            found.append(f"{ours}\n{theirs}\n{scan}\n{facts.record} {facts.mode} {facts.presence}")
    return found[:3]


def test_the_phone_decides_the_whole_small_world_as_python_does(page):
    worlds = [small(may) for may in DigitalBadges]
    assert len(worlds[0].cases) > 20_000
    assert all(len(world.cases) > 700 for world in worlds)
    for world in worlds:
        assert not differences(page, world)


def test_the_phone_decides_100_000_random_cases_as_python_does(page):
    met = set()
    cases = 0
    for world in phone_worlds.worlds(seed=26, count=400, cases=250):
        found = differences(page, world)
        assert not found, (world.policy, found)
        met |= {decide(scan, facts, world.policy).reason for scan, facts in world.cases}
        cases += len(world.cases)
    assert cases == 100_000
    assert met | {Reason.UNKNOWN_KEY} == set(Reason), "the random worlds met too little"


def test_the_phone_s_sets_of_reasons_are_python_s(page):
    names = {"OPENS": "opens", "OVERRIDABLE": "overridable", "COMPARED": "compared"}
    sets = page.evaluate("""async () => {
      const sets = await import("/scan/rules/reasons.js");
      return Object.fromEntries(Object.entries(sets).filter(([, each]) => each instanceof Set)
        .map(([name, each]) => [name, [...each]]));
    }""")
    ours = {n: {r.value for r in Reason if getattr(r, name)} for n, name in names.items()}
    assert {name: set(each) for name, each in sets.items()} == ours


def test_the_phone_reads_the_venue_s_clock_as_python_does(page):
    dice = random.Random(3)
    for zone in phone_worlds.ZONES:
        policy = replace(phone_worlds.policy(dice), time_zone=ZoneInfo(zone))
        start = datetime(2025, 1, 1, tzinfo=UTC)
        ats = [start + timedelta(milliseconds=dice.randrange(3 * 365 * 86_400_000))
               for _ in range(300)]  # fmt: skip
        ats += [phone_worlds.moment(dice, policy) for _ in range(500)]
        walls = [policy.local(at).replace(microsecond=0, fold=0) for at in ats]
        # Every half hour around: among them hours that come twice or never.
        walls += [w.replace(minute=0, second=0) + timedelta(minutes=30 * n)
                  for w in walls[-40:] for n in range(-4, 5)]  # fmt: skip
        asked = [(w.date().isoformat(), (w.hour * 3600 + w.minute * 60 + w.second) * 1_000_000)
                 for w in walls]  # fmt: skip
        sent = {"policy": policy_json(policy), "moments": [_ms(at) for at in ats], "walls": asked}
        local, moments = ask(page, "clock", json.dumps(sent))
        for at, shown in zip(ats, local, strict=True):
            there = policy.local(at)
            midnight = there.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            hour = (there.replace(tzinfo=None) - midnight) // timedelta(microseconds=1)
            assert shown == {"day": there.date().isoformat(), "hour": hour}, (zone, at)
        assert moments == [_ms(wall.astimezone(UTC)) for wall in walls], zone


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_the_phone_goes_by_the_server_s_time_and_never_back(page):
    said = page.evaluate(
        """async () => {
          const { VenueClock } = await import("/scan/clock.js");
          let phone = 5_000_000;
          Date.now = () => phone;
          const clock = new VenueClock(null), said = [clock.now()];
          const kept = clock.heard(1_000_000, phone, phone + 200, 1);  // hours wrong: put right
          said.push(clock.now());
          phone += 10_000;
          said.push(clock.now());
          clock.heard(1_009_000, phone, phone, 1);  // a second back: waited for, not gone back
          said.push(clock.now());
          const woken = new VenueClock(kept);
          said.push(woken.now());
          woken.heard(9_000_000, phone, phone + 54_000_000, 1);  // slept meanwhile: nothing learnt
          said.push(woken.now(), woken.errorMs);
          const fast = new VenueClock({ server: 0, phone, speed: 20 });
          phone += 1000;
          said.push(fast.now());
          return said;
        }"""
    )
    assert said == [5_000_000, 1_000_000, 1_009_900, 1_009_900, 1_009_900, 1_009_900, 27_000_000,
                    20_000]  # fmt: skip
    page.reload()
    page.evaluate("import('/harness.js')")


# --- presence


def folds(seed: int, count: int) -> list[tuple[str, list]]:
    """(what is sent, what Python says) of logs folded in any order."""
    dice, found = random.Random(seed), []
    for _ in range(count):
        policy = phone_worlds.policy(dice)
        records = phone_worlds.log(dice, policy, dice.randint(1, 25))
        where = Whereabouts(policy)
        for record in records:
            where.add(record)
        questions, said = [], []
        swept = [made.at for r in records if (made := move(r)) and made.kind is MoveKind.SWEPT]
        moments = [phone_worlds.moment(dice, policy) for _ in range(20 - len(swept[:6]))]
        moments += [at - timedelta(milliseconds=dice.choice(LATE_MS)) for at in swept[:6]]
        for at in moments:
            zone, holder = dice.choice(list(policy.zones)), dice.randint(1, 4)
            seen = where.presence(zone, holder, at)
            plain = msgspec.to_builtins(seen) if seen else None
            if plain:
                plain["entered_at"] = _ms(seen.entered_at)
            questions.append((zone, holder, _ms(at)))
            said.append([plain, where.inside(zone, at), _ms(where.dated(at))])
        sent = {"policy": policy_json(policy), "records": records, "questions": questions}
        found.append((msgspec.json.encode(sent).decode(), said))
    return found


def test_the_phone_knows_who_is_inside_as_python_does(page):
    inside = swept = later = 0
    for sent, said in folds(seed=8, count=400):
        assert ask(page, "presence", sent) == said, sent
        inside += sum(bool(seen and seen["inside"]) for seen, *_ in said)
        swept += sum(bool(seen and seen["swept"]) for seen, *_ in said)
        later += sum(at != asked[2] for (*_, at), asked in zip(said, asked_of(sent), strict=True))
    assert inside > 300
    assert swept > 30
    assert later > 30


def asked_of(sent: str) -> list:
    return json.loads(sent)["questions"]


# --- the badge's text


def texts(count: int) -> list[str]:
    dice = random.Random(45)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    found = ["", "P1", " " * TEXT_CHARS, "P1" + ":" * 120, "P1" + "\U0001f642" * 60, "http://x.y/z",
             "P1" + "é" * 120, "\x00" * TEXT_CHARS]  # fmt: skip
    good = [venue.badge(), venue.badge(signer=venue.FORGER), venue.badge(key_id=2),
            venue.badge(key_id=9), venue.badge(edition=1), venue.badge(generation=255),
            venue.badge(holder=0xFFFFFFFF, profile=65535, issued_min=2**24 - 1)]  # fmt: skip
    found += good
    for _ in range(count):
        text = list(dice.choice(good))
        for _ in range(dice.choice((1, 1, 1, 2, 5))):
            place = dice.randrange(len(text))
            text[place] = dice.choice((*alphabet, "a", "é", "~"))
        if dice.random() < 0.1:
            del text[dice.randrange(len(text)) :]
        found.append("".join(text))
    for _ in range(count // 4):
        found.append(PREFIX + "".join(dice.choices(alphabet, k=120)))
    return found + codes(count // 2, dice)


def codes(count: int, dice: random.Random) -> list[str]:
    """Claim codes as people write them and as they do not: edges, lookalikes, strange letters."""
    odd = (*" -\u2010\u2011\u2012_.OILUoilu", "\u0131", "\u017f", "ß", "\U0001f642")
    edges = ("", " ", "\n", "\t", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u200b", "\ufeff", "-")
    found = []
    for number in range(count):
        made = claim.make(b"key", "demo", str(number))
        text = list(dice.choice((made, claim.shown(made), made.lower())))
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            place = dice.randrange(len(text))
            text[place : place + dice.choice((0, 1))] = dice.choice(odd)
        found.append(
            dice.choice(edges) + "".join(text) + dice.choice(edges) * dice.choice((1, 1, 60))
        )
    return found


@pytest.mark.parametrize("native", [True, False], ids=["the browser's own", "the library"])
def test_the_phone_verifies_any_text_as_python_does(page, native):
    given = texts(3000 if native else 200)
    known = {1: venue.key(), 2: venue.key(2, public=bytes(venue.FORGER.verify_key))}
    sent = {"texts": given, "keys": list(known.values()), "edition": venue.policy().number}
    if not native:
        page.reload()
        page.evaluate(WITHOUT_ED25519)
        page.evaluate("import('/harness.js')")
    said = ask(page, "verify", msgspec.json.encode(sent).decode())
    reasons = set()
    for text, theirs in zip(given, said, strict=True):
        ours = verify(text, venue.policy().number, known)
        if not isinstance(ours, Reason):
            theirs.pop("claims")
        assert theirs == msgspec.to_builtins(ours), text
        reasons.add(ours if isinstance(ours, Reason) else "good")
    assert reasons >= {"good", Reason.UNREADABLE, Reason.CLAIM_CODE, Reason.WRONG_EDITION,
                       Reason.UNKNOWN_KEY, Reason.BAD_SIGNATURE}  # fmt: skip
    if not native:
        page.reload()
        page.evaluate("import('/harness.js')")


# --- what the guard reads


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phone_says_what_the_lanes_say(page, language):
    """The organisers' cases and a hundred others, in words: title, sentence, what to see."""
    situations = [situation(case) for case in cases()]
    assert len(situations) >= 40
    speech = Words(language)
    worlds = [phone_worlds.World(venue.policy(), {}, [each]) for each in situations]
    worlds = [replace(w, profiles=dict(w.cases[0][1].profiles)) for w in worlds]
    worlds += phone_worlds.worlds(seed=77, count=6, cases=40)
    for world in worlds:
        said = ask(page, "words", world.sent(), language)
        for (scan, facts), (title, _, sentence, attention) in zip(world.cases, said, strict=True):
            decision = decide(scan, facts, world.policy)
            assert title == speech.title(decision.reason)
            assert sentence == speech.decision(decision, world.policy, scan.at)
            assert tuple(attention) == speech.attention(decision.attention)


def test_only_a_decision_is_green_and_what_needs_a_look_is_marked(page):
    world = replace(small(), cases=small().cases[::9])
    said = ask(page, "words", world.sent(), "en")
    for (scan, facts), (_, colour, *_) in zip(world.cases, said, strict=True):
        decision = decide(scan, facts, world.policy)
        assert (colour == "green") == decision.admitted
        assert (colour == "check") == (decision.reason in CHECKED)


def test_the_phone_takes_a_badge_as_presented_when_a_lane_does(page):
    dice = random.Random(9)
    for _ in range(60):
        seen, at, reads, said = Debounce(), 0.0, [], []
        for _ in range(120):
            at += dice.choice((0.03, 0.05, 0.2, 0.99, 1.01, 1.49, 1.5, 3.0))
            way = dice.choice(("saw", "saw", "saw", "line"))
            text = dice.choice((venue.badge(), venue.badge(generation=2), "poster", "poster 2"))
            read = None if way == "saw" and dice.random() < 0.2 else text
            reads.append((way, read, at))
            said.append(getattr(seen, way)(read, at))
        assert ask(page, "debounce", json.dumps(reads)) == said


# --- from text to record


@pytest.mark.parametrize("seed", range(12))
def test_a_morning_at_a_phone_is_recorded_as_a_lane_records_it(page, seed):
    """Holders, overrides, second looks and feed rows; whole records, in the log's own form."""
    sent, expected = morning(random.Random(seed))
    said = ask(page, "walk", sent)
    assert len(said) == len(expected)
    for (record, judged), (theirs, decision, raised) in zip(expected, said, strict=True):
        assert decision == phone_worlds.decision(judged.decision)
        assert msgspec.convert(theirs, LogRecord) == record
        assert raised == judged.raised


def morning(dice: random.Random) -> tuple[str, list]:
    """(what is sent, Python's records with what they were judged)."""
    policy, signer = phone_worlds.policy(dice), PrivateKey(dice.randbytes(32))
    trusted = phone_worlds.keys(dice, policy, bytes(signer.verify_key))
    snapshot = Snapshot(
        cursor=5, known_until_min=1000, policy=policy_json(policy), keys=tuple(trusted.values()),
        profiles=tuple(phone_worlds.profiles(dice, policy).values()),
        holders=tuple(_row(phone_worlds.holder_record(dice, n)) for n in range(1, 5)),
        moves=_moves(phone_worlds.log(dice, policy, 20)), moves_through=dice.randint(0, 9),
        timeline="of the server",
    )  # fmt: skip
    known, scans, feed, moves, expected = Known(policy), [], {}, {}, []
    known.uses_rights, known.places = True, lambda zone, at: zone.capacity - 1
    local = dice.choice((None, None, None, Mode.FROZEN, Mode.EMERGENCY_OPEN))
    known.local_mode = local
    known.replace(snapshot, policy)
    at = phone_worlds.moment(dice, policy)
    for number in range(1, 80):
        if dice.random() < 0.15:
            record = phone_worlds.holder_record(dice, dice.randint(1, 6))
            feed[str(number - 1)] = [FeedRow(seq=known.cursor + 1, holder=_row(record))]
            known.apply(feed[str(number - 1)][0])
        if dice.random() < 0.15:
            moves[str(number - 1)] = _moves(phone_worlds.log(dice, policy, 3))
            for each in moves[str(number - 1)]:
                known.whereabouts.take(each)
        at += timedelta(milliseconds=dice.choice((1, 999, 60_000, 400_000, 5_000_000)))
        badge = sign(phone_worlds.credential(dice, policy), signer)
        scan = {
            "text": badge if dice.random() < 0.95 else f"poster {number} é",
            "gate": dice.choice(list(policy.gates)),
            "direction": Direction.EXIT if dice.random() < 0.3 else Direction.ENTRY,
            "at": at, "looked": dice.random() < 0.5, "override": phone_worlds.override(dice),
        }  # fmt: skip
        judged = known.judge(**scan)
        record = known.record(judged, (DeviceId("phone-1"), 2, number))
        known.add(record)
        scans.append(scan)
        expected.append((record, judged))
    name = {"device": "phone-1", "epoch": 2}
    sent = {"snapshot": snapshot, "rows": feed, "moves": moves, "scans": scans, "name": name,
            "local": local}  # fmt: skip
    return msgspec.json.encode(sent).decode(), expected


def _moves(records: list[LogRecord]) -> tuple[Move, ...]:
    return tuple(made for record in records if (made := move(record)) is not None)


def _row(record) -> HolderRow:
    return HolderRow(record.holder, record.generation, record.profile, record.status,
                     record.attention, record.delegation, record.digital)  # fmt: skip


# --- planted mistakes

SWAPS = (
    (" < ", " <= "), (" <= ", " < "), (" >= ", " > "), (" > ", " >= "), (" === ", " !== "),
    (" !== ", " === "), (" && ", " || "), (" || ", " && "), (" + ", " - "), (" - ", " + "),
    ("?? ", "&& "), ("if (!", "if ("), ("return ", "return null; return "), (".some(", ".every("),
    ("60_000", "61_000"), ("3_600_000", "3_600_001"), (".sort()", ".reverse()"),
    ("at(-1)", "at(0)"),
    (".days", ".events"), ("flags.push(", "flags.concat("), (".find(", ".findLast("),
)  # fmt: skip


def mutants(source: str):
    """(line, change, text) of each small mistake, one at a time; comments are left alone."""
    for number, line in enumerate(source.split("\n")):
        if re.match(r"\s*(//|/\*\*|import|\*|[A-Za-z ,]+\*/)", line) or line.startswith("    an "):
            continue
        for was, becomes in SWAPS:
            for found in re.finditer(re.escape(was) + "(?!null;)", line):
                changed = line[: found.start()] + becomes + line[found.end() :]
                lines = source.split("\n")
                lines[number] = changed
                yield number + 1, changed.strip(), "\n".join(lines)


def unnoticed(page, name: str, act: str, among: dict[int, str] | None = None) -> dict[int, str]:
    """Which mistakes nothing said otherwise about, of all there are or of those left; by number."""
    survivors = {}
    source = (RULES / name).read_text()
    for place, (line, change, text) in enumerate(mutants(source)):
        if among is not None and place not in among:
            continue
        MUTANTS[f"mutant={place}"] = text
        noticed = page.evaluate(f"(url) => run.{act}(url)", f"/scan/rules/{name}?mutant={place}")
        if not noticed:
            survivors[place] = f"line {line}: {change}"
    MUTANTS.clear()
    return survivors


def planted(name: str) -> int:
    return sum(1 for _ in mutants((RULES / name).read_text()))


EQUAL = (
    # Changes that change nothing, each with its reason.
    "moment >= now",  # what opens now is open
    "day <= days[0]",  # a day among the rule's days was answered before
    "hour <= rule.opens",  # at the opening minute itself the rule is open
    "distance: next + now",  # only which is least is asked
    "return a[each] <= b[each]",  # they differ
    "return null; return 0;",  # only whether it is above zero is asked
    "compare(m, last) >= 0",  # an exit is never the last entry
    "return null; return OPENS",  # not asked by `decide`; the walk of a morning asks
    "return null; return { at, device",  # moves that travel are met in the walk of a morning
)


def test_every_mistake_planted_in_the_decision_is_noticed(page):
    dice, worlds = random.Random(1), [small(may) for may in DigitalBadges]
    worlds += phone_worlds.worlds(seed=4, count=20, cases=150)
    # Of the many cases at noon a part is enough; the edges of days and hours all count.
    noon = [case for case in worlds[0].cases if case[0].at == small_world.NOON]
    edges = [case for case in worlds[0].cases if case[0].at != small_world.NOON]
    worlds[0] = replace(worlds[0], cases=dice.sample(noon, 6000) + edges)
    survivors = None
    for world in worlds:
        said = [phone_worlds.decision(decide(s, f, world.policy)) for s, f in world.cases]
        assert page.evaluate("(given) => run.keep(...given)", [world.sent(), json.dumps(said)]) == 0
        survivors = unnoticed(page, "decide.js", "noticed", survivors)
        if not survivors:
            break
    assert not _unexplained(survivors), "\n".join(_unexplained(survivors))
    assert planted("decide.js") > 80


def test_every_mistake_planted_in_presence_is_noticed(page):
    page.evaluate("(texts) => run.keepLogs(texts)", [sent for sent, _ in folds(seed=5, count=150)])
    survivors = unnoticed(page, "presence.js", "noticedPresence")
    assert not _unexplained(survivors), "\n".join(_unexplained(survivors))
    assert planted("presence.js") > 40


def _unexplained(survivors: dict[int, str]) -> list[str]:
    return [each for each in survivors.values() if not any(known in each for known in EQUAL)]
