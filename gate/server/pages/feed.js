// The live stream of one day's counts, and how old what one sees is.
// EventSource connects again by itself; a stream that hangs silently is cut and opened anew.

const SILENT_MS = 7000;

export class Feed {
  constructor(url, { counts, beat, end }) {
    this.url = url;
    this.on = { counts, beat, end };
    this.heardAt = 0;
    this.failures = 0;
    this.open();
    this.watch = setInterval(() => this.check(), 1000);
  }

  open() {
    this.source?.close();
    this.openedAt = performance.now();
    this.source = new EventSource(this.url);
    this.source.addEventListener("counts", (event) => {
      this.heard();
      this.on.counts(JSON.parse(event.data));
    });
    this.source.addEventListener("beat", (event) => {
      this.heard();
      this.on.beat(JSON.parse(event.data));
    });
    this.source.addEventListener("error", () => {
      this.failures += 1;
      if (this.source.readyState === EventSource.CLOSED) this.on.end();
    });
  }

  heard() {
    this.heardAt = performance.now();
    this.failures = 0;
  }

  check() {
    const last = Math.max(this.heardAt, this.openedAt);
    if (performance.now() - last > SILENT_MS) this.open();
  }

  /** Seconds since the server was last heard; null before the first time. */
  age() {
    return this.heardAt ? (performance.now() - this.heardAt) / 1000 : null;
  }

  get connected() {
    return this.source.readyState === EventSource.OPEN && this.failures === 0;
  }

  close() {
    clearInterval(this.watch);
    this.source.close();
  }
}
