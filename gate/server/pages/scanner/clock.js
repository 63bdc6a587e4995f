// The venue's time on a phone whose own clock may be wrong: the server's, carried on.

const NOTICED_MS = 2000;

export class VenueClock {
  #heard;
  #last = 0;

  /** `kept` is what `heard` returned in an earlier life of the page, or null. */
  constructor(kept) {
    this.#heard = kept ?? { server: Date.now(), phone: Date.now(), speed: 1 };
  }

  /** The server said its time between two moments of the phone; what to keep of it. */
  heard(server, sent, received, speed) {
    const phone = (sent + received) / 2;
    this.#heard = { server, phone, speed };
    if (this.#last - this.#reckon() > NOTICED_MS) this.#last = 0; // what was ahead was wrong
    return this.#heard;
  }

  /** Unix milliseconds, never earlier than before. By the phone's wall clock, since it goes on while
      the phone sleeps. */
  now() {
    this.#last = Math.max(this.#last, this.#reckon());
    return this.#last;
  }

  #reckon() {
    const { server, phone, speed } = this.#heard;
    return Math.round(server + Math.max(0, Date.now() - phone) * speed);
  }
}
