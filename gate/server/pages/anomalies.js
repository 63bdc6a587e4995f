// What only the whole log shows, on the command page: listed by badge number; whoever may looks at
// the person behind one. Name and photo are on the page while that dialog is open, and no longer.

import { call } from "/pages/api.js";
import { node, row } from "/pages/figures.js";

const at = (id) => document.getElementById(id);

export class Anomalies {
  #base;
  #edition;
  #say;
  #may;
  #problem;
  #rows = new Map();

  /** `may`: whether this person may see who it is; `problem` shows what failed. */
  constructor(base, edition, say, may, problem) {
    this.#base = base;
    this.#edition = edition;
    this.#say = say;
    this.#may = may;
    this.#problem = problem;
    at("look").addEventListener("close", () => this.#wipe());
  }

  /** List what there is now. Rows that stay are not touched: nobody's focus is lost. */
  async list() {
    const found = await call("GET", `${this.#base}/anomalies`);
    const rows = new Map(found.map((each) => [JSON.stringify(each), each]));
    for (const [key, line] of this.#rows) {
      if (rows.has(key)) continue;
      line.remove();
      this.#rows.delete(key);
    }
    let place = at("anomalies").firstElementChild;
    for (const [key, each] of rows) {
      const line = this.#rows.get(key) ?? this.#row(each);
      if (line === place) place = place.nextElementSibling;
      else at("anomalies").insertBefore(line, place);
      this.#rows.set(key, line);
    }
    at("anomalies-none").hidden = found.length > 0;
  }

  /** Who it is, with everything its badge is looked into for. */
  async look(badge) {
    const { person, anomalies } = await call("GET", `${this.#base}/anomalies/${encodeURIComponent(badge)}`);
    at("look-title").textContent = `${this.#say("command-badge")} ${badge}`;
    at("look-name").textContent = person ? person.name : this.#say("command-no-person");
    at("look-about").textContent = person
      ? [person.category, person.organisation, person.country].filter(Boolean).join(" · ") : "";
    if (person?.photo) {
      at("look-photo").src = `data:image/jpeg;base64,${person.photo}`;
      at("look-photo").alt = this.#say("lane-photo-of", { name: person.name });
    }
    at("look-photo").hidden = !person?.photo;
    at("look-no-photo").hidden = Boolean(person?.photo);
    at("look-found").replaceChildren(...anomalies.map((each) => this.#seen(each)));
    at("look").showModal();
  }

  #row(each) {
    const line = node("li", "", this.#sentence(each));
    if (!this.#may) return line;
    const button = node("button", "plain", this.#say("command-look"));
    button.type = "button";
    button.setAttribute("aria-label", `${this.#say("command-look")} ${each.badge}`);
    button.addEventListener("click", () => this.look(each.badge).catch(this.#problem));
    line.append(button);
    return line;
  }

  /** Both gates and times of one anomaly, in their order. */
  #seen(each) {
    const table = node("table"), body = node("tbody");
    table.append(node("caption", "", this.#sentence(each)), body);
    const seen = [[each.earlier_gate, each.earlier_at_ms, "first"], [each.gate, each.at_ms, "then"]];
    for (const [gate, ms, word] of seen.filter(([, ms]) => ms)) {
      body.append(row([this.#say(`command-look-${word}`), this.#gate(gate), node("td", "n", this.#time(ms))]));
    }
    return table;
  }

  #sentence(each) {
    return this.#say(`wall-anomaly-${each.kind}`, {
      badge: each.badge, gate: this.#gate(each.gate), when: this.#time(each.at_ms),
      earlier: this.#gate(each.earlier_gate), before: this.#time(each.earlier_at_ms),
    });
  }

  #gate(id) {
    return this.#edition.gates.find((gate) => gate.id === id)?.name ?? id;
  }

  #time(ms) {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone: this.#edition.time_zone, hour: "2-digit", minute: "2-digit", second: "2-digit",
    }).format(new Date(ms));
  }

  #wipe() {
    at("look-photo").removeAttribute("src");
    at("look-photo").alt = "";
    for (const id of ["look-title", "look-name", "look-about"]) at(id).textContent = "";
    at("look-found").replaceChildren();
  }
}
