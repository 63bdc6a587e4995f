// A supervisor at a guard's phone: unlocked by PIN or own badge for one act, then locked again.
//
// Wrong PINs are counted as at a lane (gate/edge/supervision.py): five within ten minutes close the desk, also
// over a reload, and a right one clears the count.

import { compare, wipe } from "./figure.js";

const TRIES = 5;
const LOCK_MS = 10 * 60_000;
const UNTOUCHED_MS = 60_000;
const at = (id) => document.getElementById(id);

export class Desk {
  #lane;
  #store;
  #say;
  #worker = null;
  #presented = null;

  constructor(lane, store, say) {
    this.#lane = lane;
    this.#store = store;
    this.#say = say;
    closesItself();
  }

  /** Whether a badge shown now is meant for this desk and not for the gate. */
  get asking() { return at("unlock").open; }

  /** The text of a badge shown while the desk asks who is there. */
  presented(text) {
    this.#presented?.(text);
  }

  /** The number of the supervisor who is there; null when nobody proved to be one. */
  async unlock() {
    if (!this.#lane.supervisors.length) return this.#refuse(this.#say("scanner-no-supervisors"));
    const locked = await this.#locked();
    if (locked) return this.#refuse(locked);
    return new Promise((done) => {
      const dialog = this.#open("", false);
      const end = (number) => { this.#presented = null; dialog.onclose = null; dialog.close(); done(number); };
      this.#presented = async (text) => {
        const found = await this.#lane.supervisorOf(text);
        if (found) return end(found.number);
        this.#problem(this.#say("lane-not-a-supervisor"));
      };
      dialog.querySelector("form").onsubmit = async (event) => {
        event.preventDefault();
        const number = await this.#try(at("pin").value);
        if (number !== null) return end(number);
        this.#problem((await this.#locked()) ?? this.#say("lane-not-a-supervisor"));
      };
      dialog.onclose = () => end(null);
    });
  }

  /** Which of the policy's reasons; null when the supervisor thought better of it. */
  why(reasons, sentence, { awaited, person }) {
    at("why-words").textContent = sentence;
    compare(at("whose"), awaited, person);
    return new Promise((done) => {
      at("reasons").replaceChildren(...reasons.map((reason) => {
        const button = document.createElement("button");
        Object.assign(button, { textContent: reason, value: reason });
        return button;
      }));
      at("why").returnValue = "";
      at("why").onclose = () => {
        wipe(at("whose"));
        done(reasons.includes(at("why").returnValue) ? at("why").returnValue : null);
      };
      at("why").showModal();
    });
  }

  #open(words, closed) {
    const dialog = at("unlock");
    at("unlock-words").textContent = words || this.#say("scanner-pin-or-badge");
    at("pin").value = "";
    at("pin").parentElement.hidden = at("unlock-go").hidden = closed;
    this.#problem("");
    dialog.showModal();
    return dialog;
  }

  async #refuse(words) {
    const dialog = this.#open(words, true);
    dialog.querySelector("form").onsubmit = null;
    await new Promise((done) => { dialog.onclose = done; });
    return null;
  }

  /** One try at a time: while the button is disabled, Enter submits nothing either. */
  async #try(pin) {
    const button = at("unlock-go");
    button.disabled = true;
    let number = null;
    if (!await this.#locked()) {
      if (/^\d{8,12}$/.test(pin)) number = await this.#whose(pin);
      // Kept on the phone before the next try may begin: neither a reload nor haste gives more.
      await this.#store.set("pin-failures", number === null ? [...await this.#failures(), Date.now()] : []);
    }
    button.disabled = false;
    at("pin").value = "";
    return number;
  }

  #whose(pin) {
    this.#worker ??= new Worker("/scan/pin.js");
    return new Promise((done) => {
      this.#worker.onmessage = ({ data }) => done(data.number);
      this.#worker.onerror = () => done(null);
      this.#worker.postMessage({ pin, supervisors: this.#lane.supervisors });
    });
  }

  async #failures() {
    return ((await this.#store.get("pin-failures")) ?? []).filter((each) => each > Date.now() - LOCK_MS);
  }

  /** Until when the desk is closed, in words; null when it is open. */
  async #locked() {
    const failures = await this.#failures();
    if (failures.length < TRIES) return null;
    const until = new Date(failures.at(-TRIES) + LOCK_MS);
    const when = until.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    return this.#say("lane-pin-locked", { when });
  }

  #problem(text) {
    at("unlock-problem").textContent = text;
  }
}

/** Whoever takes the phone next finds no desk open and no name looked up: what was unlocked closes
    when nobody touches it, and with the screen. */
function closesItself() {
  let timer = null;
  const close = () => { for (const each of document.querySelectorAll("dialog[open]")) each.close(); };
  const touched = () => { clearTimeout(timer); timer = setTimeout(close, UNTOUCHED_MS); };
  for (const each of ["pointerdown", "keydown"]) addEventListener(each, touched, true);
  document.addEventListener("visibilitychange", () => document.hidden && close());
}
