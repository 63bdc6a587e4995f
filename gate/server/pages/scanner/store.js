// The phone's own store: one IndexedDB with what it knows and everything that happened at it.
//
// Durable before green: a record is written with durability "strict", in a transaction that is over
// when `append` returns. A snapshot, or feed rows with their cursor, are one transaction. Records
// are never deleted: a server restored from a backup is sent again what it lost.

const VERSION = 1;
const STORES = { meta: null, key: "key_id", profile: "number", holder: null, supervisor: "number",
  generation: "holder", move: null, log: ["device", "epoch", "number"] };
const PIECES = IDBKeyRange.bound(["piece"], ["piece", Infinity]);

/** What a connection says that iOS took from a page in the background, often without closing it. */
const LOST = new Set(["InvalidStateError", "UnknownError"]);

export class Store {
  #name;
  #db;

  static async open(name = "gate-scanner") {
    const store = new Store();
    store.#name = name;
    await store.#connect();
    return store;
  }

  async #connect() {
    const asked = indexedDB.open(this.#name, VERSION);
    asked.onupgradeneeded = () => {
      for (const [each, keyPath] of Object.entries(STORES)) {
        asked.result.createObjectStore(each, keyPath ? { keyPath } : undefined);
      }
    };
    const db = this.#db = await answer(asked);
    // Somebody cleared this site's data under the page: start anew, and say what is missing.
    db.onclose = () => { if (this.#db === db) location.reload(); };
  }

  /** Once more by a new connection when the one we had is lost. */
  async #connected(act) {
    try {
      return await act(this.#db);
    } catch (error) {
      if (!LOST.has(error?.name)) throw error;
      console.info("the store's connection was lost", error);
      await this.#connect();
      const same = await answer(this.#db.transaction("meta").objectStore("meta").get("identity"));
      if (same) return act(this.#db);
      location.reload();
      throw error;
    }
  }

  // --- who the phone is, and small things

  get(name) {
    return this.#read("meta", (meta) => meta.get(name));
  }

  set(name, value, durability = "relaxed") {
    return this.#write(["meta"], (of) => of("meta").put(value, name), durability);
  }

  // --- a snapshot that has come in part

  /** What of it is kept, in order. */
  pieces() {
    return this.#read("meta", (meta) => meta.getAll(PIECES));
  }

  keepPiece(place, piece) {
    return this.set(["piece", place], piece);
  }

  forgetPieces() {
    return this.#write(["meta"], (of) => of("meta").delete(PIECES));
  }

  // --- what was synced

  /** What was last synced, shaped as the server's snapshot; null before the first. */
  async snapshot() {
    const all = this.#db.transaction(Object.keys(STORES).filter((each) => each !== "log"));
    const of = (name) => answer(all.objectStore(name).getAll());
    const [synced, keys, profiles, holders, supervisors, moves] = await Promise.all([
      answer(all.objectStore("meta").get("synced")), of("key"), of("profile"), of("holder"), of("supervisor"),
      of("move")]);
    return synced ? { ...synced, keys, profiles, holders, supervisors, moves } : null;
  }

  /** Take a snapshot in place of everything synced; the log and the minimum generations stay, and
      `generations`, what the table said before, joins them: a restored server takes none back. */
  replace({ keys, profiles, holders, supervisors = [], moves = [], ...synced }, generations = []) {
    return this.#write(["meta", "key", "profile", "holder", "supervisor", "move", "generation"], (of) => {
      for (const [holder, generation] of generations) of("generation").put({ holder, generation });
      for (const name of ["key", "profile", "holder", "supervisor", "move"]) of(name).clear();
      for (const each of keys) of("key").put(each);
      for (const each of profiles) of("profile").put(each);
      for (const each of holders) of("holder").put(each, each[0]);
      for (const each of supervisors) of("supervisor").put(each);
      for (const each of moves) of("move").put(each, moveName(each));
      of("meta").put(synced, "synced");
    });
  }

  /** Feed rows, moves and their cursors, together or not at all. */
  apply(rows, moves, synced) {
    return this.#write(["meta", "key", "profile", "holder", "supervisor", "move"], (of) => {
      for (const row of rows) {
        if (row.key) of("key").put(row.key);
        if (row.profile) of("profile").put(row.profile);
        if (row.holder) of("holder").put(row.holder, row.holder[0]);
        if (row.supervisor) of("supervisor").put(row.supervisor);
      }
      for (const each of moves) of("move").put(each, moveName(each));
      of("meta").put(synced, "synced");
    });
  }

  /** Forget what was synced and the token; what happened here stays. */
  wipe() {
    const synced = ["key", "profile", "holder", "supervisor", "move"];
    return this.#write(["meta", ...synced], (of) => {
      for (const name of synced) of(name).clear();
      of("meta").delete("synced");
      of("meta").delete(PIECES);
    }, "strict");
  }

  // --- what happened here

  /** Durable when it returns; an error when the record's number is taken or the disk fails.
      `raised` are generations, by holder, that badges proved. */
  append(record, raised) {
    return this.#write(["log", "generation"], (of) => {
      of("log").add(record);
      for (const [holder, generation] of raised) of("generation").put({ holder, generation });
    }, "strict");
  }

  records() {
    return this.#read("log", (log) => log.getAll());
  }

  generations() {
    return this.#read("generation", (generation) => generation.getAll());
  }

  /** The highest number of a device's epoch; 0 when there is none. */
  async highest(device, epoch) {
    const last = await this.#read("log", (log) => log.openKeyCursor(within(device, epoch, 0), "prev"));
    return last ? last.key[2] : 0;
  }

  /** The next records behind a number, in order. */
  batch(device, epoch, after, limit) {
    return this.#read("log", (log) => log.getAll(within(device, epoch, after), limit));
  }

  #read(name, act) {
    return this.#connected((db) => answer(act(db.transaction(name).objectStore(name))));
  }

  /** A transaction that is over, and on disk as `durability` says, when this returns. */
  #write(stores, act, durability = "relaxed") {
    return this.#connected((db) => new Promise((done, failed) => {
      const transaction = db.transaction(stores, "readwrite", { durability });
      transaction.oncomplete = () => done();
      transaction.onabort = () => failed(transaction.error ?? new Error("the phone's store failed"));
      try {
        act((name) => transaction.objectStore(name));
      } catch (error) {
        transaction.abort();
        failed(error);
      }
    }));
  }
}

function within(device, epoch, after) {
  return IDBKeyRange.bound([device, epoch, after], [device, epoch, Infinity], true);
}

function moveName([, device, epoch, number, kind, , zone]) {
  return `${device}/${epoch}/${number}/${kind}/${zone}`;
}

function answer(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
