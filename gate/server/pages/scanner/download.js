// A download that goes on where it broke off, over a bad line and over a reload of the page: HTTP's
// own range requests (RFC 9110, section 14), as gate/client.py makes them for a lane.
//
// It comes packed (zlib, RFC 1950) and is unpacked only once it is whole: nobody is decided upon by
// half of it, and the checksum at its end says whether the pieces belong together.

import { ServerAway, ask } from "./client.js";

/** After so much silence an attempt is given up; while something comes, it may take its time. */
const SILENT_MS = 15_000;
const PAUSE_MS = 200;
/** So much at a time goes to the phone's store. */
const PIECE_BYTES = 64 * 1024;
const BYTES_MAX = 64 * 1024 * 1024;
/** As long as the server keeps what it began with (gate/server/downloads.py). */
const KEPT_MS = 15 * 60_000;

export class Download {
  #store;
  #changed;
  #tag = "";
  #total = null;
  #size = 0;
  #pieces = [];
  /** Of the pieces, so many are in the store, or on their way there. */
  #stored = 0;
  #writing = Promise.resolve();
  #recalled = false;
  #stopped = false;
  #silent = new AbortController();

  /** `changed()` is called as it comes. */
  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
  }

  /** How much has come, from 0 to 1; null when nothing is under way or its size is not known. */
  get share() { return this.#total && this.#size ? Math.min(1, this.#size / this.#total) : null; }

  /** The JSON at `path`. An attempt that brought something is followed by the next at once; after one
      that brought nothing it throws ServerAway, and another call goes on behind what came. */
  async json(path, token) {
    if (!this.#recalled) await this.#recall();
    for (let whole = false; !whole;) {
      const before = this.#size;
      try {
        whole = await this.#attempt(path, token);
      } catch (error) {
        if (!(error instanceof ServerAway) || !this.#tag || this.#size <= before || this.#stopped) throw error;
        await new Promise((done) => { setTimeout(done, PAUSE_MS); });
      }
    }
    return this.#unpack();
  }

  /** Nothing more of it is wanted, nor kept. */
  stop() {
    this.#stopped = true;
    this.#silent.abort();
  }

  async #attempt(path, token) {
    this.#silent = new AbortController();
    const { signal } = this.#silent, silent = () => this.#silent.abort(), goesOn = this.#tag && this.#size;
    let timer = setTimeout(silent, SILENT_MS);
    try {
      const headers = goesOn ? { Range: `bytes=${this.#size}-`, "If-Range": this.#tag } : {};
      // Nothing is waited for but the next bytes: what came unread is lost when the line breaks.
      const answer = await ask(path, { token, headers, signal });
      this.#begin(answer);
      for await (const bytes of read(answer.body.getReader())) {
        clearTimeout(timer);
        timer = setTimeout(silent, SILENT_MS);
        this.#came(bytes);
      }
      if (this.#total !== null && this.#size !== this.#total) throw new ServerAway("it ended too early");
      return true;
    } finally {
      clearTimeout(timer);
      this.#keep();
      await this.#writing;
    }
  }

  /** The rest of what came before, or the whole of another body. */
  #begin({ status, headers }) {
    if (status !== 206) {
      this.#forget();
      this.#tag = headers.get("ETag") ?? "";
      this.#total = Number(headers.get("Content-Length")) || null;
      return;
    }
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("Content-Range") ?? "") ?? [];
    if (Number(from) === this.#size) this.#total = Number(total);
    else {
      this.#forget();
      throw new ServerAway("it went on at another place than was asked for");
    }
  }

  #came(bytes) {
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    if (this.#size > BYTES_MAX) {
      this.#forget();
      throw new ServerAway("the answer is larger than any answer of ours");
    }
    if (this.#unstored().reduce((sum, each) => sum + each.length, 0) >= PIECE_BYTES) this.#keep();
    this.#changed();
  }

  async #unpack() {
    const packed = new Blob(this.#pieces);
    this.#forget();
    await this.#writing;
    if (this.#stopped) throw new ServerAway("it is not wanted any more");
    try {
      const body = packed.stream().pipeThrough(new DecompressionStream("deflate")).pipeThrough(limited(BYTES_MAX));
      return await new Response(body).json();
    } catch (error) {
      throw new ServerAway(`what came cannot be read: ${error.message}`);
    }
  }

  // --- in the phone's store, for the next life of the page

  async #recall() {
    const kept = await this.#store.pieces(), [first] = kept;
    this.#recalled = true;
    const size = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const good = first && first.at > Date.now() - KEPT_MS && kept.every(({ tag }) => tag === first.tag);
    // What was whole already was left for a reason.
    if (!good || size >= first.total) return this.#forget();
    this.#pieces = kept.map(({ bytes }) => bytes);
    [this.#tag, this.#total, this.#size, this.#stored] = [first.tag, first.total, size, kept.length];
  }

  #unstored() { return this.#pieces.slice(this.#stored); }

  /** What is not kept, because the disk is full, is downloaded again. */
  #keep() {
    const fresh = this.#unstored();
    if (!fresh.length || !this.#tag || !this.#total || this.#stopped) return;
    const place = this.#stored, bytes = joined(fresh), piece = { tag: this.#tag, total: this.#total, at: Date.now(), bytes };
    this.#pieces.splice(place, fresh.length, bytes);
    this.#stored += 1;
    this.#write(() => this.#store.keepPiece(place, piece));
  }

  #forget() {
    [this.#tag, this.#total, this.#size, this.#stored, this.#pieces] = ["", null, 0, 0, []];
    this.#write(() => this.#store.forgetPieces());
    this.#changed();
  }

  #write(act) {
    this.#writing = this.#writing.then(act).catch((error) => console.error("not kept for a reload", error));
  }
}

async function* read(reader) {
  for (;;) {
    const { done, value } = await reader.read().catch((error) => { throw new ServerAway(error.message); });
    if (done) return;
    yield value;
  }
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
  return all;
}

function limited(bytesMax) {
  let size = 0;
  return new TransformStream({
    transform(part, out) {
      size += part.length;
      if (size > bytesMax) throw new Error("it is larger than any answer of ours");
      out.enqueue(part);
    },
  });
}
