// An edition's rules, read from the server's JSON of the policy (`snapshot?policy=json`), and the
// venue's wall clock. Days stay ISO texts, hours become microseconds of the day, moments are Unix
// milliseconds. Nothing here decides.

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

export function readPolicy(data) {
  const zones = byId(data.zones, (zone) => ({
    ...zone,
    rules: zone.rules.map((rule) => ({
      ...rule, categories: rule.categories && new Set(rule.categories), days: new Set(rule.days),
      opens: hour(rule.opens), closes: hour(rule.closes),
    })),
    checkout: zone.checkout === null ? null : hour(zone.checkout),
    second_look: new Set(zone.second_look),
  }));
  return {
    ...data,
    clock: new WallClock(data.time_zone),
    epoch: Date.parse(data.epoch),
    expires: Date.parse(data.expires),
    events: byId(data.events, (event) => ({ ...event, through: new Set(event.through) })),
    categories: byId(data.categories, (category) => category),
    zones,
    gates: byId(data.gates, (gate) => ({ ...gate, directions: new Set(gate.directions) })),
  };
}

function byId(values, read) {
  return new Map(Object.entries(values).map(([id, value]) => [id, read(value)]));
}

/** Microseconds since midnight of "08:30:00" or "08:30:00.250000". */
function hour(text) {
  const [hours, minutes, seconds] = text.split(":");
  return (Number(hours) * 3600 + Number(minutes) * 60) * 1e6 + Math.round(Number(seconds) * 1e6);
}

/** The wall clock of a time zone, from the browser's own tables. */
export class WallClock {
  #format;
  #offsets = new Map();

  /** Throws RangeError for a zone this browser does not know. */
  constructor(zone) {
    this.#format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
  }

  /** Milliseconds the venue is ahead of UTC at a moment. */
  offset(ms) {
    // Asking Intl is slow, and clocks change at whole quarters of an hour only.
    const quarter = Math.floor(ms / QUARTER_MS);
    let found = this.#offsets.get(quarter);
    if (found === undefined) {
      if (this.#offsets.size > 4096) this.#offsets.clear();
      const start = quarter * QUARTER_MS;
      const part = Object.fromEntries(this.#format.formatToParts(start).map((p) => [p.type, Number(p.value)]));
      found = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - start;
      this.#offsets.set(quarter, found);
    }
    return found;
  }

  /** { day: "2026-07-08", hour: microseconds since midnight }. */
  local(ms) {
    const shifted = ms + this.offset(ms);
    const since = ((shifted % DAY_MS) + DAY_MS) % DAY_MS;
    return { day: new Date(shifted).toISOString().slice(0, 10), hour: since * 1000 };
  }

  /** The moment of a wall clock's day and hour: the first of two when the hour comes twice; as
      if the clock had not changed when it never comes (PEP 495 with fold=0, as Python has it). */
  moment(day, hour) {
    const wall = Date.parse(`${day}T00:00:00Z`) + hour / 1000;
    const before = this.offset(wall - DAY_MS), after = this.offset(wall + DAY_MS);
    if (this.offset(wall - before) === before) return wall - before;
    return this.offset(wall - after) === after ? wall - after : wall - before;
  }
}

export function dayBefore(day) {
  return new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}
