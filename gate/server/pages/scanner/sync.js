// Keeps the phone and the server equal: feed down, log up, whatever the network does.
//
// Two loops share nothing but the lane: a long poll for the feed, and the upload, woken by each
// scan. Both give up on nothing except a revoked token; the phone decides whether they work or not.

import { Refused, ServerAway, call } from "./client.js";
import { NeedsSnapshot } from "./lane.js";

const FEED_WAIT_S = 5;
const FEED_S = 10 + FEED_WAIT_S;
const BACKOFF_MS = [300, 2000];
const IDLE_MS = 2000;

export class Sync {
  #lane;
  #clock;
  #keepClock;
  #direction;
  #download;
  #say;
  #sleepers = new Set();
  #compared = false;
  link = "connecting";

  /** `direction()` is the way people go; `say` is called when what the page shows may have changed. */
  constructor(lane, clock, keepClock, download, direction, say) {
    this.#direction = direction;
    this.#download = download;
    this.#lane = lane;
    this.#clock = clock;
    this.#keepClock = keepClock;
    this.#say = say;
  }

  run() {
    this.#repeat(() => this.#down());
    this.#repeat(() => this.#up());
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  /** There is something new to send, or the network is back. */
  wake() {
    for (const each of this.#sleepers) each();
  }

  async #repeat(step) {
    for (let failures = 0; this.link !== "revoked";) {
      try {
        if (await step()) this.#set("online");
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#compared = false;
        if (error instanceof Refused && error.status === 401) return this.#revoked();
        if (error instanceof ServerAway || error instanceof Refused) this.#set("offline");
        else console.error("what the server sent cannot be used", error);
        const most = Math.min(BACKOFF_MS[1], BACKOFF_MS[0] * 2 ** Math.min(failures, 10));
        await this.#sleep(most * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Hello, then the snapshot or the feed's next rows. */
  async #down() {
    const lane = this.#lane, cursor = lane.cursor;
    const welcome = await this.#hello(cursor);
    if (cursor === null || cursor > welcome.head || lane.timeline !== (welcome.timeline ?? "")) return this.#snapshot();
    await this.#rights(welcome.short ?? []);
    try {
      const path = `/api/v1/lane/feed?after=${cursor}&wait=${FEED_WAIT_S}&moves_after=${lane.movesThrough}`;
      await lane.apply(await this.#call("GET", path, { seconds: FEED_S }));
    } catch (error) {
      if (!(error instanceof NeedsSnapshot) && error.status !== 409) throw error;
      await this.#snapshot();
    }
    return true;
  }

  async #hello(cursor) {
    const lane = this.#lane, sent = Date.now();
    const battery = await navigator.getBattery?.().catch(() => null);
    const clock = this.#clock, exact = clock.errorMs === null ? {} : { error_ms: clock.errorMs };
    let wall = NaN;
    const welcome = await this.#call("POST", "/api/v1/lane/hello", { dated: (at) => { wall = at; }, body: {
      epoch: lane.identity.epoch, cursor: cursor ?? 0, waiting: lane.waiting, version: "phone",
      now_ms: clock.raw(), ...exact, ...(battery && { battery: Math.round(battery.level * 100) }),
      granted: lane.grantedEver,
    } });
    await this.#keepClock(clock.heard(welcome.now_ms, sent, Date.now(), welcome.clock_speed ?? 1, wall));
    await lane.follow(welcome);
    await lane.acknowledged(lane.identity.epoch, welcome.acked_through);
    this.#set("online");
    return welcome;
  }

  async #snapshot() {
    const path = "/api/v1/lane/snapshot/packed?policy=json";
    await this.#lane.take(await this.#download.json(path, this.#lane.identity.token));
    return true;
  }

  /** Ask for more places of a hard zone, or give back what others need more. */
  async #rights(short) {
    const lane = this.#lane, zone = lane.zone?.id, want = lane.rightsWanted(this.#direction());
    if (want) {
      const body = { epoch: lane.identity.epoch, zone, want };
      await lane.leased(await this.#call("POST", "/api/v1/lane/lease", { body }));
    } else if (zone && short.includes(zone)) {
      await lane.giveBack();
      this.wake();
    }
  }

  /** Send what waits, in order; then sleep until there is more. Whether it heard the server. */
  async #up() {
    let heard = await this.#compare();
    for (let records = await this.#lane.batch(); records.length; records = await this.#lane.batch()) {
      const { epoch, number: first } = records[0];
      const acked = await this.#hand(epoch, first, records);
      if (acked < records.at(-1).number) throw new ServerAway("not every record was taken");
      heard = true;
      this.#say();
    }
    if (!heard) await this.#sleep(IDLE_MS);
    return heard;
  }

  /** Ask, by an empty batch, what the server holds of earlier epochs: hello tells of ours only, and
      a server that comes back may have been restored. */
  async #compare() {
    if (this.#compared) return false;
    for (const epoch of this.#lane.olderEpochs) await this.#hand(epoch, 1, []);
    this.#compared = true;
    return this.#lane.olderEpochs.length > 0;
  }

  async #hand(epoch, first, records) {
    const ack = await this.#call("POST", "/api/v1/lane/log", { body: { epoch, first, records } });
    await this.#lane.acknowledged(epoch, ack.acked_through);
    return ack.acked_through;
  }

  #call(method, path, more) {
    return call(method, path, { token: this.#lane.identity.token, ...more });
  }

  async #revoked() {
    this.#set("revoked");
    this.#download.stop();
    await this.#lane.wipe();
    this.#say();
  }

  #set(link) {
    // Whatever was still under way, revoked is for good.
    if (this.link !== "revoked") this.link = link;
    this.#say();
  }

  #sleep(ms) {
    return new Promise((done) => {
      const wake = () => { clearTimeout(timer); this.#sleepers.delete(wake); done(); };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }
}
