// When a code seen again and again is one badge presented once: kiosk/debounce.py, line by line.
// Two reads in a row say the same; then not again until it was out of view for 1.5 s.

import { isBadgeShaped } from "./rules/credential.js";

const QUIET_S = 1.5, READS_BADGE = 2, READS_OTHER = 8, FORGET_S = 1.0, REMEMBERED_MAX = 32;

export class Debounce {
  #candidate = "";
  #reads = 0;
  #readAt = 0;
  #presented = new Map();

  /** `text` read in a frame at `at` (seconds), or null; the text to scan now, or null. */
  saw(text, at) {
    if (text === null) return null;
    if (this.#isPresented(text, at)) {
      this.#presented.set(text, at);
      return null;
    }
    const again = text === this.#candidate && at - this.#readAt <= FORGET_S;
    this.#reads = again ? this.#reads + 1 : 1;
    this.#candidate = text;
    this.#readAt = at;
    return this.#reads < (isBadgeShaped(text) ? READS_BADGE : READS_OTHER) ? null : this.#present(text, at);
  }

  /** A line of a hand scanner: whole as it comes, but its double trigger counts once. */
  line(text, at) {
    if (!this.#isPresented(text, at)) return this.#present(text, at);
    this.#presented.set(text, at);
    return null;
  }

  #isPresented(text, at) {
    const last = this.#presented.get(text);
    return last !== undefined && at - last < QUIET_S;
  }

  #present(text, at) {
    for (const [each, last] of this.#presented) if (at - last >= QUIET_S) this.#presented.delete(each);
    while (this.#presented.size >= REMEMBERED_MAX) this.#presented.delete(this.#presented.keys().next().value);
    this.#presented.set(text, at);
    this.#candidate = "";
    this.#reads = 0;
    return text;
  }
}
