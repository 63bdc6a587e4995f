// The venue's time on a phone whose own clock may be wrong: the server's, carried on.

const NOTICED_MS = 2000;
const HEADER_MS = 1000; // what a Date header leaves out
const ROUND_TRIP_MAX_MS = 120_000; // a phone that slept between question and answer learns nothing from it

export class VenueClock {
  #heard;
  #last = 0;
  /** Half the time the last hello took; null before the first. */
  errorMs = null;
  /** How far the phone's own clock is ahead of the server's; 0 while the network may explain it. */
  offMs = 0;

  /** `kept` is what `heard` returned in an earlier life of the page, or null. */
  constructor(kept) {
    this.#heard = kept ?? { server: Date.now(), phone: Date.now(), speed: 1 };
  }

  /** The server said its time between two moments of the phone; what to keep of it. `wall` is what
      its machine's own clock said, which plays no other day. */
  heard(server, sent, received, speed, wall) {
    if (received < sent) return this.#heard;
    this.errorMs = Math.ceil((received - sent) / 2);
    if (received - sent > ROUND_TRIP_MAX_MS) return this.#heard;
    const phone = (sent + received) / 2;
    const off = Math.round(phone - (wall + HEADER_MS / 2));
    this.offMs = Math.abs(off) > this.errorMs + HEADER_MS + NOTICED_MS ? off : 0;
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

  /** The venue's time by the phone's own clock, wrong as it may be: for the server to compare. */
  raw() {
    return Math.max(0, this.#reckon() + Math.round(this.offMs * this.#heard.speed));
  }

  #reckon() {
    const { server, phone, speed } = this.#heard;
    return Math.round(server + Math.max(0, Date.now() - phone) * speed);
  }
}
