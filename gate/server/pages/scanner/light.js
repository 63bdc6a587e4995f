// The light: one result at a time, which goes out by itself. Green comes only from a decision; a
// result never becomes another one except by the next decision.

import { compare, wipe } from "./figure.js";
import { colourOf, titleOf } from "./said.js";
import { signal } from "./signals.js";

const SECONDS = { green: 2.5, red: 6, check: 15 };
/** Whoever must be compared with their photo; the next badge ends it at once. */
const COMPARE_S = 15;
const GREEN_AT_MOST_MS = 3000;
const at = (id) => document.getElementById(id);

export class Light {
  #dark = null;
  #number = 0;
  #fade = null;
  #stays = 0;

  constructor() {
    // A phone that falls asleep on green must not wake up on green, nor with somebody's photo.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && (this.colour === "green" || !at("person").hidden)) this.rest();
    });
  }

  /** Show a decision: `opens`, its sentence, the category, and `acts` as [word, act] buttons. Who must
      be compared comes later: `whose` is { awaited, person }, words and a promise. */
  show(decision, opens, { say, sentence, category, attention, acts, whose = null }) {
    const colour = colourOf(decision, opens);
    this.#number += 1;
    document.body.dataset.reason = decision.reason;
    document.body.dataset.number = this.#number;
    at("title").textContent = titleOf(decision, opens, say);
    at("words").textContent = sentence;
    at("category").textContent = category;
    at("attention").replaceChildren(...attention.map((text) => element("li", text)));
    at("acts").replaceChildren(...acts.map(([words, act, name]) => {
      const button = element("button", words);
      button.dataset.act = name;
      button.addEventListener("click", (event) => { event.stopPropagation(); act(); });
      return button;
    }));
    this.#stays = whose ? COMPARE_S : SECONDS[colour];
    this.#state(colour);
    if (whose) compare(at("person"), whose.awaited, whose.person);
    else wipe(at("person"));
    this.resume();
    // Drawn by the compositor: should the page hang right now, green still goes out.
    if (colour === "green") {
      this.#fade = at("result").animate([{ opacity: 1 }, { opacity: 1, offset: 0.99 }, { opacity: 0 }],
        { duration: GREEN_AT_MOST_MS, fill: "forwards" });
    }
    signal(colour);
  }

  get colour() { return document.body.dataset.state; }

  /** Back to waiting for a badge. */
  rest() {
    clearTimeout(this.#dark);
    document.body.dataset.reason = "";
    this.#state("ready");
    for (const id of ["title", "words", "category"]) at(id).textContent = "";
    for (const id of ["attention", "acts"]) at(id).replaceChildren();
  }

  /** A dialog needs the result to stay; green does not stay for anything. */
  pause() {
    if (this.colour === "green") return;
    clearTimeout(this.#dark);
    for (const each of at("left").getAnimations()) each.cancel();
  }

  resume() {
    if (!(this.colour in SECONDS)) return;
    const ms = this.#stays * 1000;
    clearTimeout(this.#dark);
    this.#dark = setTimeout(() => this.rest(), ms);
    for (const each of at("left").getAnimations()) each.cancel();
    at("left").animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: ms, fill: "forwards" });
  }

  /** Nothing can be decided here now; says why, with at most one thing to do. */
  block(words, label, act) {
    clearTimeout(this.#dark);
    at("blocked-words").textContent = words;
    at("blocked-act").hidden = !act;
    at("blocked-act").textContent = label ?? "";
    at("blocked-act").onclick = act ?? null;
    this.#state("blocked");
  }

  #state(state) {
    this.#fade?.cancel();
    document.body.dataset.state = state;
    at("ready").hidden = state !== "ready";
    at("result").hidden = !(state in SECONDS);
    at("blocked").hidden = state !== "blocked";
    at("enrol").hidden = true;
    at("tongue").hidden = state !== "ready";
    if (!(state in SECONDS)) wipe(at("person"));
  }
}

export function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
