// The phone as a lane: decide, write down durably, then show. gate/edge/lane.py is its elder.
//
// It starts from its own store and needs no network. Entering needs the record on disk first; an
// exit and an emergency never wait for a disk that fails. Scans, rows and snapshots take turns.

import { admitted, decide } from "./rules/decide.js";
import { Known } from "./rules/known.js";
import { readMove } from "./rules/presence.js";
import { OVERRIDABLE } from "./rules/reasons.js";

export const RECORDS_PER_BATCH_MAX = 500;
const GRANTED_MAX = 500;
const STOCK_SHARE = 4;
const ANNUL_WITHIN_MS = 15 * 60_000;
/** More moves than this on disk are thinned out to those that still matter, by a snapshot. */
const MOVES_KEPT_MAX = 20_000;
/** Refusals that say nothing against the badge itself. */
const OF_THE_PLACE = new Set(["zone_full", "wrong_gate"]);

export class Lane {
  #store;
  #clock;
  #known = null;
  #highest = {};
  #acked = {};
  #raised = new Map();
  #moves = 0;
  #today = { day: "", entered: new Map() };
  #overridden = [];
  #lastEntry = null;
  #used = new Map();
  #turn = Promise.resolve();

  /** The enrolled lane of a store, with all it knew. */
  static async open(store, clock, identity) {
    const lane = new Lane();
    Object.assign(lane, { identity });
    lane.#store = store;
    lane.#clock = clock;
    lane.#acked = (await store.get("acked")) ?? {};
    lane.granted = (await store.get("granted")) ?? {};
    for (let epoch = 1; epoch <= identity.epoch; epoch += 1) {
      const highest = await store.highest(identity.device, epoch);
      if (highest || epoch === identity.epoch) lane.#highest[epoch] = highest;
    }
    const snapshot = await store.snapshot();
    if (snapshot) await lane.#resume(snapshot);
    return lane;
  }

  get policy() { return this.#known?.policy ?? null; }
  get cursor() { return this.#known?.cursor ?? null; }
  /** Of which of the server's timelines the cursor speaks. */
  get timeline() { return this.#known?.synced.timeline ?? ""; }
  get movesThrough() { return this.#known?.synced.moves_through ?? 0; }
  get supervisors() { return [...(this.#known?.supervisors.values() ?? [])].filter((s) => s.active ?? true); }
  get gate() { return this.policy?.gates.get(this.identity.gate) ?? null; }
  get zone() { return this.gate ? this.policy.zones.get(this.gate.zone) : null; }
  get mode() { return this.#known?.localMode ?? this.#known?.mode ?? "normal"; }
  get lastEntry() { return this.#lastEntry; }

  /** Records the server has not acknowledged, of every epoch. */
  get waiting() {
    return Object.keys(this.#highest).reduce((sum, epoch) => sum + Math.max(0, this.#highest[epoch] - this.#ack(epoch)), 0);
  }

  /** Earlier enrolments of this phone under the same name that left records here. */
  get olderEpochs() {
    return Object.keys(this.#highest).map(Number).filter((epoch) => epoch < this.identity.epoch);
  }

  /** People this phone let in today, by the venue's day. */
  get entered() {
    const day = this.policy?.clock.local(this.#clock.now()).day;
    return day === this.#today.day ? this.#today.entered.size : 0;
  }

  #key(epoch = this.identity.epoch) { return `${this.identity.device} ${epoch}`; }
  #ack(epoch) { return this.#acked[this.#key(epoch)] ?? 0; }

  /** The name of a profile's category; empty when there is no such profile. */
  categoryOf(profile) {
    const category = this.#known?.profiles.get(profile)?.category;
    return this.policy?.categories.get(category)?.name ?? "";
  }

  // --- a scan

  /** One badge presented once: { decision, record, at }. The record is durable when this returns an
      admission; `record` is null when it is not on disk (and nobody was admitted by it). */
  scan(text, way) {
    const at = this.#clock.now();
    return this.#inTurn(() => this.#scan(text, at, way)).catch((error) => {
      console.error("a fault of ours", error);
      return { decision: answer("rule_error", error.name), record: null, at };
    });
  }

  async #scan(text, at, { direction, looked = false, override = null }) {
    if (!this.#known) {
      const reason = direction === "exit" ? "exited" : "rule_error";
      return { decision: answer(reason, "no snapshot yet"), record: null, at };
    }
    at = this.#known.whereabouts.dated(at);
    const insists = override && this.overridesLeft() > 0 ? override : null;
    const way = { gate: this.identity.gate ?? "", direction, at, looked, override: insists };
    const judged = await this.#known.judge(text, way);
    const record = await this.#known.record(judged, this.#name());
    const { holder, generation } = judged.scan.presented;
    if (judged.raised) this.#raised.set(holder, generation);
    try {
      await this.#append(record);
    } catch (error) {
      console.error("the phone's store failed", error);
      await this.#recount();
      return { decision: unwritten(judged.decision), record: null, at };
    }
    return { decision: judged.decision, record, at };
  }

  /** The last entry of this phone never happened, says a supervisor; the word for what came of it.
      Within fifteen minutes of it; the record stays in the log. */
  annul(supervisor) {
    return this.#inTurn(async () => {
      const last = this.#lastEntry, at = this.#clock.now();
      if (!last) return "lane-undo-no-admission";
      if (at - last.at_ms > ANNUL_WITHIN_MS) return "lane-undo-too-late";
      const { gate, zone, direction, reason, holder } = last;
      try {
        await this.#append({
          ...this.#name(), kind: "annulled", annuls: last.number, at_ms: at, gate, zone, direction, reason, holder,
          supervisor,
        });
      } catch {
        return "lane-undo-store";
      }
      this.#lastEntry = null;
      return "lane-undone";
    });
  }

  /** Open or freeze this one phone, network or not; "normal" gives it back to the venue. Takes effect
      also when the disk fails: nobody waits for a disk in an emergency. */
  setMode(mode, supervisor) {
    return this.#inTurn(async () => {
      if (this.#known) this.#known.localMode = mode === "normal" ? null : mode;
      await this.#store.set("local-mode", mode).catch(console.error);
      await this.#append({
        ...this.#name(), kind: "mode", at_ms: this.#clock.now(), gate: this.identity.gate,
        reason: mode === "emergency_open" ? "emergency" : "frozen", supervisor, why: mode,
      }).catch(console.error);
    });
  }

  /** The supervisor whose own badge a text is: genuine, current, neither cancelled nor blocked. */
  async supervisorOf(text) {
    const known = this.#known;
    if (!known) return null;
    const way = { gate: this.identity.gate ?? "", direction: "entry", at: this.#clock.now() };
    const [scan, facts] = await known.case(text, way);
    // In an emergency every badge is let in; whose word counts is asked as on any day.
    const { reason } = decide(scan, { ...facts, mode: "normal" }, known.policy);
    if (!admitted({ reason }) && !OVERRIDABLE.has(reason) && !OF_THE_PLACE.has(reason)) return null;
    return this.supervisors.find((each) => (each.holder ?? null) === scan.presented.holder) ?? null;
  }

  /** How many more times a supervisor may override here within the hour. */
  overridesLeft() {
    const since = this.#clock.now() - 3_600_000;
    return (this.policy?.overrides_per_hour ?? 0) - this.#overridden.filter((at) => at > since).length;
  }

  #name() {
    return { device: this.identity.device, epoch: this.identity.epoch, number: this.#highest[this.identity.epoch] + 1 };
  }

  /** The record is on disk when this returns; it throws when it is not. */
  async #append(record) {
    await this.#store.append(record, this.#raised);
    this.#raised.clear();
    this.#highest[record.epoch] = record.number;
    this.#known?.add(record);
    this.#tally(record);
  }

  /** What the page shows and the limits need of a record of this phone. */
  #tally(record) {
    if (!this.policy) return;
    if (record.device === this.identity.device && record.rights) {
      const held = `${this.#key(record.epoch)} ${record.zone}`;
      this.#used.set(held, (this.#used.get(held) ?? 0) + record.rights);
    }
    if (record.overrides) this.#overridden.push(record.at_ms);
    const { day } = this.policy.clock.local(record.at_ms);
    if (day > this.#today.day) this.#today = { day, entered: new Map() };
    if (day !== this.#today.day) return;
    if (record.kind === "annulled") this.#today.entered.delete(record.annuls);
    else if ((record.kind ?? "scan") === "scan" && record.direction === "entry" && admitted(record)) {
      this.#today.entered.set(record.number, true);
      this.#lastEntry = record;
    }
  }

  async #recount() {
    const { device, epoch } = this.identity;
    this.#highest[epoch] = await this.#store.highest(device, epoch).catch(() => this.#highest[epoch]);
  }

  // --- rights to a zone with a hard limit (gate/access/capacity.py)

  /** How many may still enter a room with a hard limit through this phone; null elsewhere. */
  get places() {
    const zone = this.zone;
    return zone && zone.capacity !== null && zone.capacity_hard ? this.#places(zone) : null;
  }

  /** How many more rights to ask for: up to what a lane of the zone likes to hold, once half of it
      is gone. */
  rightsWanted(direction) {
    const zone = this.zone, left = this.places;
    if (left === null || direction === "exit") return 0;
    const lanes = [...this.policy.gates.values()].filter((g) => g.zone === zone.id && g.directions.has("entry"))
      .reduce((sum, gate) => sum + gate.lanes, 0);
    const full = Math.max(1, Math.floor(zone.capacity / (STOCK_SHARE * Math.max(1, lanes))));
    return left * 2 <= full ? full - left : 0;
  }

  /** All ever granted to this epoch; it only grows, so that a repeated answer adds nothing. */
  async leased({ zone, granted }) {
    const key = `${this.#key()} ${zone}`;
    if (granted <= (this.granted[key] ?? 0)) return;
    await this.#store.set("granted", { ...this.granted, [key]: granted });
    this.granted[key] = granted;
  }

  /** All ever granted to this phone, the newest epochs first: a server restored from a backup may have
      forgotten it. */
  get grantedEver() {
    const start = `${this.identity.device} `;
    return Object.entries(this.granted).filter(([key]) => key.startsWith(start))
      .map(([key, total]) => {
        const [epoch, zone] = key.slice(start.length).split(" ");
        return [Number(epoch), zone, total];
      }).sort(([one], [other]) => other - one).slice(0, GRANTED_MAX);
  }

  /** Another lane has none left: give back all but one, through the log. */
  giveBack() {
    return this.#inTurn(async () => {
      const rights = (this.places ?? 0) - 1;
      if (rights < 1) return;
      await this.#append({
        ...this.#name(), kind: "returned", at_ms: this.#clock.now(), zone: this.zone.id, reason: "zone_full", rights,
      });
    });
  }

  /** Return what earlier enrolments left unused, through their own logs: nobody will use it any more. */
  #giveBackEarlier() {
    return this.#inTurn(async () => {
      for (const [epoch, zone] of this.#known ? this.grantedEver : []) {
        const rights = this.#left(epoch, zone);
        if (epoch === this.identity.epoch || !rights) continue;
        const name = { device: this.identity.device, epoch, number: (this.#highest[epoch] ?? 0) + 1 };
        await this.#append({ ...name, kind: "returned", at_ms: this.#clock.now(), zone, reason: "zone_full", rights });
      }
    });
  }

  #places(zone) {
    return zone.id === this.zone?.id ? this.#left(this.identity.epoch, zone.id) : 0;
  }

  #left(epoch, zone) {
    const held = `${this.#key(epoch)} ${zone}`;
    return Math.max(0, (this.granted[held] ?? 0) - (this.#used.get(held) ?? 0));
  }

  // --- sync

  /** A snapshot from the server; a policy that cannot be read throws, and everything is kept. */
  take(snapshot) {
    return this.#inTurn(async () => {
      new Known({ ...snapshot, holders: [], moves: [] });
      await this.#store.replace(snapshot, this.#known?.reprinted() ?? []);
      await this.#take(snapshot);
    });
  }

  /** Go on where the last life of the page stopped; with a policy that only another version of it
      could read, wait for a new snapshot. */
  async #resume(snapshot) {
    await this.#take(snapshot).catch((error) => {
      console.error("the kept policy cannot be read, a new snapshot is needed", error);
      this.#known = null;
    });
  }

  async #take(snapshot) {
    const records = await this.#store.records();
    if (this.#known) {
      // What was told of other lanes before may never have happened (a server restored from a
      // backup); what did, they send again. On disk, too, the snapshot's moves took its place.
      this.#known.forgetPresence();
      this.#known.replace(snapshot);
      for (const record of records) this.#known.add(record);
    } else {
      this.#known = new Known(snapshot);
      this.#known.usesRights = true;
      this.#known.places = (zone) => this.#places(zone);
      this.#known.localMode = ((mode) => (mode === "normal" ? null : mode))((await this.#store.get("local-mode")) ?? "normal");
      for (const { holder, generation } of await this.#store.generations()) {
        this.#known.generationMin.set(holder, generation);
      }
      for (const record of records) {
        this.#known.add(record);
        this.#tally(record);
      }
    }
    this.#known.synced = synced(snapshot);
    this.#moves = snapshot.moves?.length ?? 0;
  }

  /** The feed's next rows. Throws when they do not follow, or when only a snapshot helps. */
  apply(feed) {
    return this.#inTurn(async () => {
      const known = this.#known, rows = feed.rows, moves = feed.moves ?? [];
      const follows = known && (feed.timeline ?? "") === this.timeline
        && rows.every((row, place) => row.seq === known.cursor + 1 + place);
      if (!follows || this.#moves + moves.length > MOVES_KEPT_MAX || rows.some((row) => row.policy !== undefined)) throw new NeedsSnapshot();
      const cursor = rows.length ? rows.at(-1).seq : known.cursor;
      const next = {
        ...known.synced, cursor, moves_through: Math.max(this.movesThrough, feed.moves_through ?? 0),
        mode: rows.findLast((row) => row.mode)?.mode ?? known.mode,
        known_until_min: cursor >= feed.head ? feed.known_until_min : known.knownUntil,
      };
      // An empty feed is written only as its minute changes: no disk write at every poll.
      if (rows.length || moves.length || next.known_until_min !== known.knownUntil) {
        await this.#store.apply(rows, moves, next);
      }
      for (const row of rows) known.apply(row);
      if (rows.some((row) => row.mode) && known.localMode) {
        // The venue's newer word ends the phone's own.
        known.localMode = null;
        await this.#store.set("local-mode", "normal");
      }
      for (const move of moves) known.whereabouts.take(readMove(move));
      this.#moves += moves.length;
      known.knownUntil = next.known_until_min;
      known.synced = next;
      known.movesThrough = next.moves_through;
    });
  }

  /** The next unacknowledged records of one epoch, in order: first what happens now, then what
      earlier enrolments left. */
  async batch() {
    const { device, epoch: now } = this.identity;
    for (const epoch of [now, ...this.olderEpochs]) {
      if (this.#ack(epoch) < this.#highest[epoch]) {
        return this.#store.batch(device, epoch, this.#ack(epoch), RECORDS_PER_BATCH_MAX);
      }
    }
    return [];
  }

  /** The server holds every record up to `through`; it may say less after a restore. */
  async acknowledged(epoch, through) {
    const most = Math.min(through, this.#highest[epoch]);
    if (most === this.#ack(epoch)) return;
    this.#acked = { ...this.#acked, [this.#key(epoch)]: most };
    await this.#store.set("acked", this.#acked);
  }

  /** The server answered: perhaps it moved this device to another gate. */
  async follow({ gate }) {
    await this.#giveBackEarlier();
    if (gate === this.identity.gate) return;
    this.identity = { ...this.identity, gate };
    await this.#store.set("identity", this.identity);
  }

  /** This phone was cut off: forget everybody, admit nobody any more. Its records stay. */
  wipe() {
    return this.#inTurn(async () => {
      this.#known = null;
      await this.#store.wipe();
    });
  }

  #inTurn(act) {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => null);
    return turn;
  }
}

export class NeedsSnapshot extends Error {}

function synced({ cursor, policy, mode, known_until_min, moves_through = 0, timeline = "" }) {
  return { cursor, policy, mode, known_until_min, moves_through, timeline };
}

function answer(reason, rule) {
  return {
    reason, rule, event: null, events: [], days: [], opens_at: null, since: null,
    gate: null, attention: [], flags: [], overrides: null,
  };
}

/** Nobody enters unrecorded; leaving and fleeing never wait for a disk. */
function unwritten(decision) {
  if (["exited", "emergency"].includes(decision.reason) || !admitted(decision)) return decision;
  return answer("rule_error", "the phone's store failed");
}
