// The one decision, for the phone: gate/access/decide.py line by line, since a phone cannot wait
// for a Python to start (deploy/PHONE.md has the figures). tests/e2e/test_phone_rules.py holds the
// two equal in a real browser: verdict, reason and every argument. Change both or neither.

import { OPENS, OVERRIDABLE, lookup } from "./reasons.js";

/** The first check that speaks decides. Never throws: a fault of ours is `rule_error`. */
export function decide(scan, facts, policy) {
  let decision = null;
  try {
    const facing = new Case(scan, facts, policy);
    for (const check of CHECKS) {
      const said = check(facing);
      if (said === null) continue;
      decision = said;
      // An override passes a refusal on to the next check, where it may still end.
      if (scan.override === null || !OVERRIDABLE.has(said.reason)) break;
      facing.against ??= said;
    }
  } catch (fault) {
    return answer("rule_error", fault.name);
  }
  return decision ?? answer("rule_error", "no check spoke");
}

function answer(reason, rule, more = {}) {
  return {
    reason, rule, event: null, events: [], days: [], opens_at: null, since: null, gate: null,
    attention: [], flags: [], overrides: null, ...more,
  };
}

export function admitted(decision) {
  return OPENS.has(decision.reason);
}

/** A scan with what the checks look up once. `against`: the first refusal that is overridden. */
class Case {
  constructor(scan, facts, policy) {
    Object.assign(this, { scan, facts, policy, record: facts.record, against: null });
    this.local = policy.clock.local(scan.at);
  }

  get credential() { return this.scan.presented; }
  get zone() { return lookup(this.policy.zones, lookup(this.policy.gates, this.scan.gate).zone); }

  /** Signed floor, synced truth: the record's row overrules the one on the badge. */
  get profile() {
    return lookup(this.facts.profiles, this.record ? this.record.profile : this.credential.profile);
  }

  /** What the badge counts as; 0 for a digital one that is not, or not yet, a badge. */
  get generation() {
    if (this.credential.generation) return this.credential.generation;
    const stands = this.record ? this.record.digital : 0, { digital_badges: may } = this.policy;
    if (may === "none") return 0;
    return may === "valid" ? stands || 1 : stands;
  }

  get attention() { return this.record ? this.record.attention : []; }

  refuse(reason, rule, more = {}) {
    return answer(reason, rule, { attention: this.attention, ...more });
  }
}

function emergency({ facts }) {
  return facts.mode === "emergency_open" ? answer("emergency", "emergency_open") : null;
}

/** Leaving is recorded and never refused, whatever the badge says. */
function exit({ scan }) {
  return scan.direction === "exit" ? answer("exited", "exit") : null;
}

function frozen({ facts }) {
  return facts.mode === "frozen" ? answer("frozen", "frozen") : null;
}

/** Shape, edition, key and signature, as `verify` found them. */
function readable({ scan }) {
  return typeof scan.presented === "string" ? answer(scan.presented, "credential") : null;
}

/** Valid when the badge was issued, and trusted for this kind and profile. */
function key(facing) {
  const { credential, record } = facing;
  const key = lookup(facing.facts.keys, credential.key_id);
  const issued = facing.policy.epoch + credential.issued_min * 60_000;
  if (key.status === "withdrawn" || !(key.not_before <= issued && issued < key.not_after)) {
    return facing.refuse("key_not_valid", "key window");
  }
  if (key.status === "revoked" && (!record || record.generation !== facing.generation)) {
    return facing.refuse("key_not_valid", "key revoked");
  }
  if (!key.kinds.has(credential.kind)) return facing.refuse("key_scope", "key kinds");
  if (key.profiles !== null && !key.profiles.has(credential.profile)) {
    return facing.refuse("key_scope", "key profiles");
  }
  return null;
}

function testKind(facing) {
  return facing.credential.kind === TEST ? facing.refuse("test_badge", "test badge") : null;
}

function expiry(facing) {
  const expires = facing.policy.epoch + facing.credential.expires_h * 3_600_000;
  return facing.scan.at >= expires ? facing.refuse("expired", "expiry") : null;
}

/** A re-print kills the old badge, whether the table or the new badge itself said so. What is no
    badge yet cannot be an old one. */
function generation(facing) {
  const known = facing.record ? [facing.record.generation] : [];
  const newest = Math.max(facing.facts.generation_min, ...known), counts = facing.generation;
  return counts && counts < newest ? facing.refuse("replaced", "generation") : null;
}

function registration(facing) {
  if (!facing.record || facing.record.status === "approved") return null;
  return facing.refuse(lookup(STATUS_REASON, facing.record.status), "registration");
}

/** Without a record the signature stands alone: good for a badge issued after the last snapshot,
    an alarm for one the snapshot should have named. */
function hasRecord(facing) {
  if (facing.record) return null;
  const until = facing.facts.known_until_min;
  if (until !== null && facing.credential.issued_min < until) {
    return facing.refuse("unknown_issue", "no record");
  }
  if (facing.policy.gates.has(facing.scan.gate) && facing.zone.needs_record) {
    return facing.refuse("needs_record", "zone needs a record");
  }
  return null;
}

/** A digital badge is inert until its holder was seen at desk or kiosk. */
function collected(facing) {
  return facing.generation ? null : facing.refuse("not_collected", "digital badge");
}

function gate(facing) {
  const place = facing.policy.gates.get(facing.scan.gate);
  if (!place || !place.directions.has(facing.scan.direction)) {
    return facing.refuse("wrong_gate", "gate");
  }
  return null;
}

function entitlement(facing) {
  return openRules(facing).length ? null : nearestRefusal(facing);
}

/** Whoever was inside when the zone was emptied comes back without limit or delay. */
function presence(facing) {
  const { zone, facts: { presence: seen } } = facing;
  if (!seen || seen.swept) return null;
  const earlier = (reason, rule, more) => facing.refuse(reason, rule,
    { since: seen.entered_at, gate: seen.entered_gate, ...more });
  if (seen.inside && zone.presence === "hard") return earlier("already_inside", "presence");
  if (zone.entries_per_day !== null && seen.entries_today >= zone.entries_per_day) {
    return earlier("day_limit", "entries per day");
  }
  const again = seen.entered_at + zone.passback_min * 60_000;
  if (facing.scan.at < again && zone.passback_min) {
    return earlier("too_soon", "pass-back delay", { opens_at: again });
  }
  return null;
}

/** Whoever is inside already has a place, unless places are rights. */
function isFull({ facts: { presence: seen, places_left: left, places_are_rights: rights } }) {
  return left !== null && left <= 0 && !(seen && seen.inside && !rights);
}

function capacity(facing) {
  return facing.zone.capacity_hard && isFull(facing) ? facing.refuse("zone_full", "capacity") : null;
}

function delegation(facing) {
  const left = facing.facts.delegation_left;
  return left !== null && left <= 0 ? facing.refuse("delegation_full", "delegation") : null;
}

function secondLook(facing) {
  if (facing.zone.second_look.has(facing.profile.category) && !facing.facts.looked) {
    return facing.refuse("second_look", "second look");
  }
  return null;
}

function admit(facing) {
  if (facing.against) {
    return { ...facing.against, reason: "overridden", overrides: facing.against.reason };
  }
  const rules = openRules(facing), seen = facing.facts.presence, flags = [];
  if (!facing.record) flags.push("signed_only");
  if (seen && seen.inside && facing.zone.presence === "soft") flags.push("already_inside");
  if (isFull(facing)) flags.push("zone_full");
  if (seen && seen.swept) flags.push("readmitted");
  return answer("admitted", rules[0].id, {
    event: rules[0].event, events: [...new Set(rules.map((rule) => rule.event))],
    days: [facing.local.day], attention: facing.attention, flags,
  });
}

const TEST = 14;
const STATUS_REASON = new Map([
  ["cancelled", "cancelled"], ["blocked", "blocked"], ["pending", "not_approved"],
]);
const CHECKS = [
  emergency, exit, frozen, readable, key, testKind, expiry, generation, registration, hasRecord,
  collected, gate, entitlement, presence, capacity, delegation, secondLook, admit,
];

// --- entitlements against a zone's rules

/** The zone's rules that are open to this holder at this moment, in the file's order. */
function openRules(facing) {
  const { day, hour } = facing.local, profile = facing.profile;
  return facing.zone.rules.filter((rule) => rule.days.has(day) && rule.opens <= hour
    && hour < rule.closes && categoryAdmitted(rule, profile)
    && heldFor(rule, profile, facing.policy).some((held) => held.days.has(day)));
}

function categoryAdmitted(rule, profile) {
  return rule.categories === null || rule.categories.has(profile.category);
}

/** The holder's entitlements that count for the rule's event, directly or through it. */
function heldFor(rule, profile, policy) {
  const { through } = lookup(policy.events, rule.event);
  return profile.entitlements.filter(({ event }) => event === rule.event || through.has(event));
}

/** The refusal the person can act on soonest: what opens next, else what closed last. */
function nearestRefusal(facing) {
  const profile = facing.profile, closed = [];
  let other = null;
  for (const rule of facing.zone.rules) {
    const held = heldFor(rule, profile, facing.policy);
    const days = [...rule.days].filter((day) => held.some((each) => each.days.has(day))).sort();
    if (!days.length) continue;
    if (categoryAdmitted(rule, profile)) closed.push(closedRule(facing, rule, days));
    else other ??= rule;
  }
  if (closed.length) {
    // Sorting keeps the file's order among equals.
    closed.sort((a, b) => a.never_again - b.never_again || a.distance - b.distance);
    return timeRefusal(facing, closed[0]);
  }
  if (other) return facing.refuse("wrong_category", other.id, { event: other.event });
  const events = [...new Set(profile.entitlements.map(({ event }) => event))].sort();
  return facing.refuse("wrong_event", facing.zone.id, { events });
}

function closedRule(facing, rule, days) {
  const now = facing.scan.at, { clock } = facing.policy;
  const next = days.map((day) => clock.moment(day, rule.opens)).find((moment) => moment > now);
  if (next !== undefined) {
    return { never_again: false, distance: next - now, rule, days, opens_at: next };
  }
  const last = clock.moment(days.at(-1), rule.closes);
  return { never_again: true, distance: now - last, rule, days, opens_at: null };
}

function timeRefusal(facing, { rule, days, opens_at }) {
  const { day, hour } = facing.local;
  let reason;
  if (days.includes(day)) reason = hour < rule.opens ? "too_early" : "too_late";
  else reason = day < days[0] ? "too_early" : "wrong_day";
  return facing.refuse(reason, rule.id, { event: rule.event, days, opens_at });
}
