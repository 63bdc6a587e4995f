// Who is inside: each holder's moves, folded from the log in order of scan time. The rules are told
// in gate/access/presence.py and are the same here, held equal by tests/e2e/test_phone_rules.py.

import { dayBefore } from "./policy.js";
import { OPENS } from "./reasons.js";

/** A move as it travels: [at_ms, device, epoch, number, kind, holder, zone, gate]. */
export function readMove([at, device, epoch, number, kind, holder, zone, gate]) {
  return { at, device, epoch, number, kind, holder, zone, gate };
}

/** The move a record is; null for refusals, prints, and scans that name nobody. */
function moveOf(record) {
  const { at_ms: at, device, epoch, number, zone, gate, kind = "scan", annuls = null } = record;
  const move = { at, device, epoch, number, holder: record.holder ?? null, zone, gate: gate ?? "" };
  if ((zone ?? null) === null) return null;
  if (kind === "swept") return { ...move, kind: "swept", holder: 0 };
  if (move.holder === null) return null;
  if (kind === "annulled" && annuls !== null) return { ...move, kind: "annulled", number: annuls };
  if (kind !== "scan" || !OPENS.has(record.reason)) return null;
  return { ...move, kind: (record.direction ?? "entry") === "entry" ? "in" : "out" };
}

/** Negative, zero or positive: by time, the record's name breaks ties. */
function compare(a, b) {
  for (const each of ["at", "device", "epoch", "number"]) {
    if (a[each] !== b[each]) return a[each] < b[each] ? -1 : 1;
  }
  return 0;
}

/** gate/access/presence.py says why no further. */
const BEHIND_MAX_MS = 10_000;

const nameOf = ({ device, epoch, number }) => `${device}/${epoch}/${number}`;

/** Feed it records, or what other lanes' records were, in any order; repeats change nothing. */
export class Whereabouts {
  #policy;
  #around = new Map();
  #moves = new Map();
  #annulled = new Set();
  #sweeps = new Map();
  #inside = new Map();

  constructor(policy) {
    this.follow(policy);
  }

  /** Judge all moves by another policy's zones. */
  follow(policy) {
    this.#policy = policy;
    this.#around = new Map([...policy.zones.keys()].map((zone) => [zone, around(zone, policy.zones)]));
    this.#recount();
  }

  add(record) {
    const made = moveOf(record);
    if (made) this.take(made);
  }

  take(made) {
    const moves = this.#of(made.holder);
    if (made.kind === "swept") {
      const sweeps = this.#sweeps.get(made.zone) ?? [];
      if (sweeps.includes(made.at)) return;
      this.#sweeps.set(made.zone, [...sweeps, made.at]);
      this.#recount();
    } else if (made.kind === "annulled") {
      this.#annulled.add(nameOf(made));
      this.#change(made.holder, moves.filter((each) => nameOf(each) !== nameOf(made)));
    } else {
      if (this.#annulled.has(nameOf(made)) || moves.some((m) => nameOf(m) === nameOf(made))) return;
      this.#change(made.holder, [...moves, made].sort(compare));
    }
  }

  /** What a decision at this zone needs to know; null when the holder never entered it. */
  presence(zone, holder, at) {
    const moves = this.#of(holder);
    const entries = moves.filter((m) => m.kind === "in" && this.#lies(m.zone, zone));
    if (!entries.length) return null;
    const { clock } = this.#policy, today = clock.local(at).day, last = entries.at(-1);
    return {
      inside: this.#isInside(zone, moves, at),
      entered_at: last.at,
      entered_gate: last.gate,
      entries_today: entries.filter((m) => m.zone === zone && clock.local(m.at).day === today).length,
      swept: this.#wasSwept(zone, moves, at),
    };
  }

  /** When a scan happens that a clock says happens at a moment: a sweep that was heard of is past. */
  dated(at) {
    return Math.max(at, ...[...this.#sweeps.values()].flat().filter((each) => each <= at + BEHIND_MAX_MS));
  }

  /** How many people are in a zone. A lane whose clock runs ahead counts already. */
  inside(zone, at) {
    const now = this.#period(zone, at);
    let people = 0;
    for (const [when, n] of this.#inside.get(zone) ?? []) if (when >= now) people += n;
    return people;
  }

  #of(holder) {
    return this.#moves.get(holder) ?? [];
  }

  #change(holder, moves) {
    this.#count(holder, -1);
    this.#moves.set(holder, moves);
    this.#count(holder, +1);
  }

  #recount() {
    this.#inside.clear();
    for (const holder of this.#moves.keys()) this.#count(holder, +1);
  }

  /** Add or take away what a holder's moves amount to. */
  #count(holder, one) {
    const moves = this.#of(holder), last = lastEntry(moves);
    if (!last) return;
    for (const zone of this.#around.get(last.zone) ?? []) {
      if (this.#left(zone, moves, last)) continue;
      if (!this.#inside.has(zone)) this.#inside.set(zone, new Map());
      const counted = this.#inside.get(zone), when = this.#period(zone, last.at);
      counted.set(when, (counted.get(when) ?? 0) + one);
    }
  }

  /** Whether being in one zone is being in another: the same, or one around it. */
  #lies(inner, zone) {
    return (this.#around.get(inner) ?? []).includes(zone);
  }

  #isInside(zone, moves, at) {
    const last = lastEntry(moves);
    return last !== null && this.#lies(last.zone, zone) && !this.#left(zone, moves, last)
      && this.#period(zone, last.at) >= this.#period(zone, at);
  }

  /** Whether an exit after the last entry leads out of the zone. */
  #left(zone, moves, last) {
    return moves.some((m) => m.kind === "out" && compare(m, last) > 0 && this.#lies(zone, m.zone));
  }

  /** Whether the holder was inside when the zone was last swept, and has not entered since. By a clock
      that runs behind, a sweep may still be to come. */
  #wasSwept(zone, moves, at) {
    const sweeps = this.#around.get(zone).flatMap((outer) => this.#sweeps.get(outer) ?? []).filter((each) => each <= at);
    if (!sweeps.length) return false;
    const newest = Math.max(...sweeps);
    if (moves.some((m) => m.kind === "in" && m.at >= newest)) return false;
    return this.#isInside(zone, moves.filter((m) => m.at < newest), newest - 1);
  }

  /** What lies between two moments at which everybody left, as a text that sorts: how many sweeps
      came before, and the day of the last checkout. */
  #period(zone, at) {
    const sweeps = this.#around.get(zone).reduce((sum, outer) =>
      sum + (this.#sweeps.get(outer) ?? []).filter((each) => each <= at).length, 0);
    const count = String(sweeps).padStart(6, "0"), { checkout } = this.#policy.zones.get(zone);
    if (checkout === null) return count;
    const { day, hour } = this.#policy.clock.local(at);
    return `${count} ${hour < checkout ? dayBefore(day) : day}`;
  }
}

function lastEntry(moves) {
  return moves.findLast((m) => m.kind === "in") ?? null;
}

/** A zone and everything it lies within, from the inside out. */
function around(zone, zones) {
  const found = [zone];
  for (let outer = zones.get(zone).within; outer !== null; outer = zones.get(outer).within) found.push(outer);
  return found;
}
