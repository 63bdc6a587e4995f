// What the phone knows, and the walk from a scanned text to a log record: gate/access/known.py.
// State, but nothing is stored or sent from here.

import { verify } from "./credential.js";
import { admitted, decide } from "./decide.js";
import { readPolicy } from "./policy.js";
import { Whereabouts, readMove } from "./presence.js";

export const SCAN_CHARS_MAX = 4096;

export class Known {
  #delegations = new Map();

  /** From a snapshot, as the server's JSON has it. Throws for a policy that cannot be read. */
  constructor(snapshot) {
    this.generationMin = new Map();
    this.holders = new Map();
    /** (zone, at) -> how many more may enter a hard zone, by this phone's rights; null: it counts. */
    this.places = null;
    this.usesRights = false;
    /** What a supervisor set at this phone alone; null: what the venue does. */
    this.localMode = null;
    this.timeline = "";
    this.movesThrough = 0;
    this.policy = readPolicy(JSON.parse(snapshot.policy));
    this.whereabouts = new Whereabouts(this.policy);
    this.#take(snapshot);
  }

  /** A newer snapshot in place of all synced tables. Generations and presence stay. */
  replace(snapshot) {
    this.policy = readPolicy(JSON.parse(snapshot.policy));
    this.whereabouts.follow(this.policy);
    this.#take(snapshot);
  }

  /** [holder, generation] of everybody whose badge was printed again, by table or badge. */
  reprinted() {
    const rows = [...this.holders.values()].filter((held) => held.generation > 1);
    return rows.map(({ holder, generation }) => [holder, Math.max(generation, this.generationMin.get(holder) ?? 0)]);
  }

  #take(snapshot) {
    this.keys = new Map(snapshot.keys.map((key) => [key.key_id, readKey(key)]));
    this.profiles = new Map(snapshot.profiles.map((profile) => [profile.number, readProfile(profile)]));
    for (const before of this.holders.values()) if (before.generation > 1) this.#saw(before);
    this.holders = new Map();
    this.#delegations.clear();
    for (const row of snapshot.holders) this.#hold(readHolder(row));
    this.supervisors = new Map((snapshot.supervisors ?? []).map((each) => [each.number, each]));
    for (const each of snapshot.moves ?? []) this.whereabouts.take(readMove(each));
    this.mode = snapshot.mode;
    this.cursor = snapshot.cursor;
    this.timeline = snapshot.timeline ?? "";
    this.movesThrough = snapshot.moves_through ?? 0;
    this.knownUntil = snapshot.known_until_min;
  }

  /** One feed row, the next one; a row with a policy asks for a snapshot instead. */
  apply(row) {
    if (row.seq !== this.cursor + 1) throw new Error(`feed row ${row.seq} does not follow ${this.cursor}`);
    if (row.holder) this.#hold(readHolder(row.holder));
    if (row.profile) this.profiles.set(row.profile.number, readProfile(row.profile));
    if (row.key) this.keys.set(row.key.key_id, readKey(row.key));
    if (row.mode) this.mode = row.mode;
    if (row.supervisor) this.supervisors.set(row.supervisor.number, row.supervisor);
    this.cursor = row.seq;
  }

  #hold(record) {
    const before = this.holders.get(record.holder);
    if (before) this.#delegations.get(before.delegation)?.delete(record.holder);
    this.holders.set(record.holder, record);
    if (!record.delegation) return;
    if (!this.#delegations.has(record.delegation)) this.#delegations.set(record.delegation, new Set());
    this.#delegations.get(record.delegation).add(record.holder);
  }

  /** Take a record of the log into presence. */
  add(record) {
    this.whereabouts.add(record);
  }

  /** Before presence is told anew from the log. */
  forgetPresence() {
    this.whereabouts = new Whereabouts(this.policy);
  }

  /** The scan a text is, with the facts it would be decided on; nothing is changed. */
  async case(scanned, { gate, direction, at, looked = false, override = null }) {
    const presented = await verify(scanned.slice(0, SCAN_CHARS_MAX), this.policy.number, this.keys);
    return [{ presented, gate, direction, at, override }, this.#facts(presented, gate, at, looked)];
  }

  /** Verify, gather the facts, decide; `raised` when the badge proved a newer generation. */
  async judge(text, way) {
    const [scan, facts] = await this.case(text, way);
    // From here on nothing waits: facts, decision and what it changes are of one moment.
    const decision = decide(scan, facts, this.policy);
    const raised = typeof scan.presented !== "string" && this.#saw(scan.presented);
    return { text: text.slice(0, SCAN_CHARS_MAX), scan, facts, decision, raised };
  }

  #saw({ holder, generation }) {
    if (generation <= (this.generationMin.get(holder) ?? 0)) return false;
    this.generationMin.set(holder, generation);
    return true;
  }

  #facts(presented, gate, at, looked) {
    const facts = {
      keys: this.keys, profiles: this.profiles, mode: this.localMode ?? this.mode, record: null, generation_min: 0,
      known_until_min: null, presence: null, places_left: null, places_are_rights: false,
      delegation_left: null, looked: false,
    };
    if (typeof presented === "string") return facts;
    const { holder } = presented, place = this.policy.gates.get(gate);
    const zone = place ? this.policy.zones.get(place.zone) : null;
    const record = this.holders.get(holder) ?? null;
    return {
      ...facts, record, looked,
      generation_min: this.generationMin.get(holder) ?? 0,
      known_until_min: this.knownUntil,
      presence: zone && this.whereabouts.presence(zone.id, holder, at),
      places_left: zone && this.#placesLeft(zone, at),
      places_are_rights: Boolean(this.usesRights && zone && isHard(zone)),
      delegation_left: zone && this.#delegationLeft(zone, record, at),
    };
  }

  /** A hard zone by the rights this phone holds, a soft one by who is known inside. */
  #placesLeft(zone, at) {
    if (zone.capacity === null) return null;
    if (isHard(zone) && this.places) return this.places(zone, at);
    return zone.capacity - this.whereabouts.inside(zone.id, at);
  }

  #delegationLeft(zone, record, at) {
    if (zone.delegation_max === null || !record || !record.delegation) return null;
    let left = zone.delegation_max;
    for (const other of this.#delegations.get(record.delegation)) {
      if (other !== record.holder && this.whereabouts.presence(zone.id, other, at)?.inside) left -= 1;
    }
    return left;
  }

  /** The log record of a judged scan; `name` is { device, epoch, number }. */
  async record({ text, scan, facts, decision }, name) {
    const claims = typeof scan.presented === "string" ? null : scan.presented;
    const held = claims && this.holders.get(claims.holder);
    const forced = admitted(decision) && decision.reason !== "overridden" ? null : scan.override;
    const minimum = facts.generation_min;
    const place = this.policy.gates.get(scan.gate);
    const zone = place && this.policy.zones.get(place.zone);
    const takes = this.usesRights && zone && scan.direction !== "exit" && isHard(zone) && admitted(decision);
    return {
      ...name, at_ms: scan.at, gate: scan.gate, zone: place ? place.zone : null,
      direction: scan.direction, reason: decision.reason, rule: decision.rule, event: decision.event,
      events: decision.reason === "admitted" ? decision.events : [],
      holder: claims && claims.holder, generation: claims && claims.generation,
      profile: claims && (held ? held.profile : claims.profile), claims: claims ? claims.claims : "",
      text_hash: await textHash(text), flags: decision.flags, overrides: decision.overrides,
      supervisor: forced && forced.supervisor, why: forced ? forced.why : "", rights: Number(Boolean(takes)),
      cursor: this.cursor, policy: this.policy.version, timeline: this.timeline, moves_through: this.movesThrough,
      given: this.#given(facts), newest: claims && minimum > claims.generation ? minimum : 0,
      known_until: held ? null : facts.known_until_min,
    };
  }

  #given({ looked, places_left: places, delegation_left: delegation }) {
    const told = {
      looked, full: places !== null && places <= 0, delegation_full: delegation !== null && delegation <= 0,
      opened: this.localMode === "emergency_open", frozen: this.localMode === "frozen",
    };
    return Object.keys(told).filter((each) => told[each]);
  }
}

function isHard(zone) {
  return zone.capacity !== null && zone.capacity_hard;
}

function readKey(key) {
  return {
    status: "active", profiles: null, ...key, kinds: new Set(key.kinds),
    ...(key.profiles && { profiles: new Set(key.profiles) }),
    not_before: Date.parse(key.not_before), not_after: Date.parse(key.not_after),
  };
}

function readProfile(profile) {
  return {
    ...profile,
    entitlements: profile.entitlements.map(({ event, days }) => ({ event, days: new Set(days) })),
  };
}

function readHolder([holder, generation, profile, status, attention = [], delegation = 0, digital = 0]) {
  return { holder, generation, profile, status, attention, delegation, digital };
}

/** First 16 hex digits of SHA-256: recognises a code, reveals none. */
async function textHash(text) {
  // Half a surrogate pair is "?" in Python's UTF-8, and another mark in the browser's.
  const whole = Array.from(text, (char) => (/^[\uD800-\uDFFF]$/.test(char) ? "?" : char)).join("");
  const encoded = new TextEncoder().encode(whole);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoded));
  return [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
