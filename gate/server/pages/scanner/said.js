// A decision in words, as gate/words/words.py says it: the sentences are Fluent's, days and hours
// are made here and arrive in them ready.

const CHECK = new Set(["second_look", "needs_record", "rule_error"]);
const COMMA = { ar: "، ", zh: "，" };
const LISTED = { ar: "، ", zh: "、" };
const LOCALES = { en: "en-GB", ar: "ar-u-nu-latn" };

export function titleOf(decision, opens, say) {
  if (decision.reason === "exited") return say("title-exit");
  if (opens) return say("title-go");
  return say(CHECK.has(decision.reason) ? "title-check" : "title-stop");
}

/** "green", "red" or "check": a colour, and a shape for whoever does not see the colour. */
export function colourOf(decision, opens) {
  if (opens) return "green";
  return CHECK.has(decision.reason) ? "check" : "red";
}

export class Said {
  #say;
  #locale;
  #language;

  constructor({ say, language }) {
    this.#say = say;
    this.#language = language;
    this.#locale = LOCALES[language] ?? language;
  }

  number(value) {
    return new Intl.NumberFormat(this.#locale).format(value);
  }

  /** "43 %" of something, by a share from 0 to 1; 100 only when it is all. */
  percent(share) {
    return new Intl.NumberFormat(this.#locale, { style: "percent" }).format(Math.floor(share * 100) / 100);
  }

  /** The reason as a sentence, such as "Dialogue: valid 6-7 July". */
  decision(decision, policy, at) {
    const event = (id) => policy.events.get(id)?.name ?? id;
    const { events, gate } = decision;
    const none = decision.reason === "wrong_event" && !events.length ? "-none" : "";
    return this.#say(`reason-${decision.reason.replaceAll("_", "-")}${none}`, {
      today: this.today(policy.clock.local(at).day),
      event: event(decision.event ?? events[0] ?? ""),
      events: events.map(event).join(LISTED[this.#language] ?? ", "),
      days: this.days(decision.days),
      when: decision.opens_at === null ? "" : this.moment(decision.opens_at, policy, at),
      since: decision.since === null ? "" : this.moment(decision.since, policy, at),
      gate: gate === null ? "" : policy.gates.get(gate)?.name ?? gate,
    });
  }

  /** What the guard must see; a code nobody knows is shown as it is. */
  attention(code) {
    const name = `attention-${code}`, said = this.#say(name);
    return said === name ? code : said;
  }

  /** Days with runs folded: "6-7 July", "6, 8-9 July". */
  days(days) {
    const months = new Map();
    for (const day of [...days].sort()) {
      const month = day.slice(0, 7);
      months.set(month, [...(months.get(month) ?? []), day]);
    }
    return [...months.values()].map((each) => this.#month(each)).join(", ");
  }

  today(day) {
    return this.#format(day, { weekday: "short", day: "numeric", month: "long" });
  }

  /** "08:30", with the day before it when that is not today. */
  moment(at, policy, now) {
    const { day, hour } = policy.clock.local(at);
    const minutes = Math.floor(hour / 60e6);
    const text = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    return day === policy.clock.local(now).day ? text : `${this.today(day)}${COMMA[this.#language] ?? ", "}${text}`;
  }

  #month(days) {
    const runs = [];
    for (const day of days.map((each) => Number(each.slice(8)))) {
      if (runs.length && day === runs.at(-1)[1] + 1) runs.at(-1)[1] = day;
      else runs.push([day, day]);
    }
    const shown = runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
    return this.#format(days[0], { day: "numeric", month: "long" }, shown);
  }

  #format(day, fields, dayText) {
    const format = new Intl.DateTimeFormat(this.#locale, { ...fields, timeZone: "UTC" });
    return format.formatToParts(new Date(`${day}T00:00:00Z`))
      .map(({ type, value }) => (type === "day" && dayText ? dayText : value)).join("");
  }
}
