// The accreditation desk: find somebody, see them, act on them. Keyboard first; the server decides.

import { call, me, signInFirst } from "/pages/api.js";
import { node } from "/pages/figures.js";
import { words } from "/pages/words.js";
import { filmed, portrait } from "/pages/desk-camera.js";
import { ask, conflict, registrationForm } from "/pages/desk-forms.js";
import { show, ticketOf } from "/pages/desk-person.js";
import { showTickets, ticketsPath } from "/pages/desk-tickets.js";

const at = (id) => document.getElementById(id);
const TYPING_MS = 120;
const LOOK_EVERY_MS = 2000;
const LETTERS_MIN = 3;
const TRIES = 4, AGAIN_MS = 1500;
const desk = { say: (name) => name, base: "", person: null, edition: null, can: {}, tickets: [], language: "en" };
/** Who types while the page begins is answered once it has begun. */
let begun;
const ready = new Promise((done) => { begun = done; });
let found = [], foundFor = "", chosen = -1, asked = 0;

function problem(error) {
  if (error.status === 401) return signInFirst();
  at("said").textContent = "";
  at("problem").textContent = error.message;
}

function said(text) {
  at("problem").textContent = "";
  at("said").textContent = text;
}

/** Runs an act; what goes wrong is said, never thrown at the person at the desk. */
const safely = (act) => (...values) => Promise.resolve(act(...values)).catch(problem);

// --- finding

const find = safely(async () => {
  const words = at("find").value.trim(), mine = ++asked;
  if (words.startsWith("P1")) return;
  if ([...words].length < LETTERS_MIN) return list([], words ? desk.say("desk-more-letters") : "", words);
  await ready;
  const people = await call("GET", `${desk.base}/registrations?find=${encodeURIComponent(words.slice(0, 80))}`);
  if (mine !== asked) return;  // an older answer must not replace a newer one
  list(people, people.length ? desk.say("desk-found", { n: people.length }) : desk.say("desk-found-none"), words);
});

function list(people, sentence, words = "") {
  found = people;
  foundFor = words;
  chosen = people.length ? 0 : -1;
  at("found").replaceChildren(...people.map((each, place) => {
    const line = node("li", "found");
    line.id = `found-${place}`;
    line.setAttribute("role", "option");
    const name = node("b", "", each.native_name ? `${each.name} · ${each.native_name}` : each.name);
    name.dir = "auto";
    const where = node("small", "", [each.organisation, each.country, desk.category(each.category).name].filter(Boolean).join(" · "));
    where.dir = "auto";
    line.append(name, node("span", `pill ${each.status}`, desk.say(`desk-status-${each.status}`)), where);
    line.addEventListener("click", () => open(each.who));
    return line;
  }));
  at("found-words").textContent = sentence;
  at("find").setAttribute("aria-expanded", String(people.length > 0));
  mark();
}

function mark() {
  [...at("found").children].forEach((line, place) => {
    line.setAttribute("aria-selected", String(place === chosen));
    if (place === chosen) line.scrollIntoView({ block: "nearest" });
  });
  if (chosen < 0) at("find").removeAttribute("aria-activedescendant");
  else at("find").setAttribute("aria-activedescendant", `found-${chosen}`);
}

let typing;
at("find").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(find, TYPING_MS);
});
at("find").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    chosen = found.length ? (chosen + step + found.length) % found.length : -1;
    mark();
  } else if (event.key === "Enter") {
    event.preventDefault();
    const text = at("find").value.trim();
    if (text.startsWith("P1")) scanned(text);
    else enter(text);
  } else if (event.key === "Escape") {
    clearTimeout(typing);
    asked++;
    at("find").value = "";
    list([], "");
  }
});

/** Whoever types fast must not open the first of an older list: the answer to these words is awaited. */
async function enter(words) {
  if (foundFor !== words) {
    clearTimeout(typing);
    await find();
  }
  if (foundFor === words && chosen >= 0) open(found[chosen].who);
}

// --- one person

const open = safely(async (who) => {
  said("");
  put(await call("GET", `${desk.base}/registrations/${encodeURIComponent(who)}`));
  at("main").focus();
});

function put(person) {
  desk.person = person;
  at("nobody").hidden = true;
  at("person").hidden = false;
  show(at("person"), person, desk, acts);
  tell();
}

const path = () => `${desk.base}/registrations/${encodeURIComponent(desk.person.code)}`;

/** One act on the person as they stand on this screen; both sides are shown when that is old. */
async function act(name, body, sentence = "desk-saved") {
  try {
    put(await call("POST", `${path()}/${name}`, { version: desk.person.version, ...body }));
    said(desk.say(sentence));
  } catch (error) {
    if (error.status !== 409 || !error.body?.person) throw error;
    const mine = body.correction ?? { notes: body.notes };
    const before = desk.person;
    put(error.body.person);
    const kept = await conflict(desk, before, mine, error.body);
    if (!kept) return;
    if (body.correction) await act(name, { ...body, correction: kept }, sentence);
    else await act(name, { ...body, ...kept }, sentence);
  }
}

async function refresh() {
  put(await call("GET", path()));
}

const acts = {
  correct: safely(async () => {
    const correction = await registrationForm(desk, desk.person);
    if (correction) await act("correct", correction);
  }),
  notes: safely(async () => {
    const given = await ask(desk, "desk-notes", [{ name: "notes", kind: "textarea", value: desk.person.notes, max: 2000 }]);
    if (given) await act("notes", given);
  }),
  hold: safely(async () => {
    const given = await ask(desk, "desk-hold", [{ name: "why", word: "desk-why", required: true, max: 200 }], "desk-hold-warning");
    if (given) await act("hold", given);
  }),
  release: safely(async () => {
    const given = await ask(desk, "desk-release", [{ name: "why", word: "desk-why", required: true, max: 200 }]);
    if (given) await act("release", given);
  }),
  status: safely(async (status, title) => {
    const given = await ask(desk, title, [{ name: "why", word: "desk-why", max: 200 }]);
    if (given) await act("status", { ...given, status });
  }),
  undo: safely(() => act("undo", {})),
  handOut: safely(async () => {
    const given = await ask(desk, "desk-hand-out", [
      { name: "how", kind: "radio", value: "self", choices: desk.can.collected.map((how) => [how, desk.say(`desk-how-${how.replace("_", "-")}`)]) },
      { name: "by_name", word: "desk-by-name", max: 200 },
    ]);
    if (given) {
      put(await call("POST", `${path()}/collection`, given));
      said(desk.say("desk-saved"));
    }
  }),
  print: safely(async () => {
    const { printed, generation, digital, kiosk } = desk.person;
    const first = !printed.includes(generation) && digital !== generation && !kiosk;
    const phone = digital === generation;
    const reasons = desk.can.reasons.filter((each) => (each === "first") === first && (each === "paper") === phone);
    const stations = [...desk.can.stations.map((each) => [each.id, each.id]), ["", desk.say("desk-printer-by-hand")]];
    const given = await ask(desk, first ? "desk-print" : "desk-reprint", [
      { name: "reason", word: "desk-why", kind: "radio", value: reasons[0], choices: reasons.map((each) => [each, desk.say(`desk-reason-${each}`)]) },
      { name: "printer", word: "desk-printer", kind: "radio", value: stations[0][0], choices: stations },
    ], first ? "" : phone ? "desk-print-from-phone" : kiosk && !printed.includes(generation) ? "desk-print-kiosk" : "desk-print-warning");
    if (!given) return;
    await call("POST", `${path()}/reprints`, given);
    await refresh();
  }),
  cameOut: safely(async (id) => {
    await call("POST", `${desk.base}/reprints/${id}/done`);
    await refresh();
    said(desk.say("desk-act-printed"));
  }),
  notOut: safely(async (id) => {
    await call("POST", `${desk.base}/reprints/${id}/failed`, {});
    await refresh();
  }),
  photo: safely(async () => {
    const taken = await portrait(desk, Boolean(desk.person.photo_at_ms));
    if (!taken) return;
    await call(taken.remove ? "DELETE" : "POST", `${path()}/photo`, taken.blob);
    await refresh();
    said(desk.say("desk-saved"));
  }),
  digital: safely(async () => {
    const given = await ask(desk, "desk-digital", [{ name: "why", word: "desk-why", max: 200 }], "desk-digital-warning");
    if (!given) return;
    put(await call("POST", `${path()}/digital`, given));
    said(desk.say("desk-act-digital"));
  }),
  ticketDone: safely(async () => {
    const ticket = ticketOf(desk.tickets, desk.person);
    if (ticket) await settle(ticket.id, "close");
  }),
  bind: safely(async () => {
    const given = await ask(desk, "desk-bind", [{ name: "text", word: "desk-scan-field", required: true, max: 400 }], "desk-bind-words");
    if (given) {
      put(await call("POST", `${path()}/bind`, { text: given.text.trim() }));
      said(desk.say("desk-saved"));
    }
  }),
};

// --- whom kiosks sent

/** The tickets as they are known, on the screen. */
function tell() {
  const acts = { open, done: safely((id) => settle(id, "close")), back: safely((id) => settle(id, "reopen")) };
  const n = showTickets(at("tickets"), desk.tickets, desk, acts);
  at("tickets-none").hidden = n > 0;
  const words = n ? desk.say("desk-tickets-waiting", { n }) : "";
  if (at("tickets-count").textContent !== words) at("tickets-count").textContent = words;
}

async function lookForTickets() {
  const tickets = await call("GET", ticketsPath(desk));
  if (JSON.stringify(tickets) === JSON.stringify(desk.tickets)) return;
  const before = ticketOf(desk.tickets, desk.person)?.id;
  desk.tickets = tickets;
  if (ticketOf(tickets, desk.person)?.id === before || at("dialog").open) tell();
  else put(desk.person);
}

/** Says that somebody was helped, or was not after all; another desk may have said so before. */
async function settle(id, act) {
  try {
    await call("POST", `${desk.base}/tickets/${id}/${act}`);
  } finally {
    await lookForTickets();
    if (desk.person && !at("dialog").open) await refresh();
  }
  said(desk.say(act === "close" ? "desk-ticket-closed" : "desk-ticket-waits"));
}

const scanned = safely(async (text) => {
  at("find").value = "";
  list([], "");
  await ready;
  const badge = await call("POST", `${desk.base}/desk/scan`, { text });
  if (badge.who) await open(badge.who);
  const sentence = desk.say(`desk-badge-${badge.state}`, { n: badge.generation });
  if (badge.state === "current" || badge.state === "spare") said(sentence);
  else problem(new Error(sentence));
});

at("scan").addEventListener("click", safely(async () => {
  const text = await filmed(desk);
  if (text) await scanned(text);
}));

/** A form that did not arrive is kept, with its key: sent again it makes one person, not two. */
let unsent = null;
at("walk-in").addEventListener("click", safely(async () => {
  const given = await registrationForm(desk, null, unsent?.correction);
  if (!given) return;
  unsent = { correction: given.correction, key: unsent?.key ?? newKey() };
  const person = await registered({ ...unsent, why: given.why });
  unsent = null;
  put(person);
  said(desk.say("desk-act-walk-in"));
}));

async function registered(body) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await call("POST", `${desk.base}/registrations`, body);
    } catch (error) {
      if (error.status === 409) unsent = null;
      const lost = error.status === undefined || error.status >= 500;
      if (!lost || left === 1) throw lost ? new Error(desk.say("desk-not-sent")) : error;
      await new Promise((done) => { setTimeout(done, AGAIN_MS); });
    }
  }
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- keys

const KEYS = { d: "ticketDone", p: "print", h: "handOut", e: "correct", n: "notes", f: "photo", u: "undo" };
document.addEventListener("keydown", (event) => {
  const typingNow = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Escape" && !event.target.closest("dialog")) return at("find").focus();
  if (typingNow || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    at("find").select();
  } else if (event.key === "t") {
    at("tickets").querySelector("button")?.focus();
  } else if (desk.person && KEYS[event.key]) {
    const button = at("person").querySelector(`[data-act="${KEYS[event.key]}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  }
});

// --- what changes by itself: stations, tickets, and a badge that is being printed

const look = async () => {
  try {
    desk.can = await call("GET", `${desk.base}/desk`);
    at("stations").replaceChildren(...desk.can.stations.map((each) => {
      const state = each.silent_s === null ? "never" : each.silent_s > 30 ? "silent" : "ok";
      const line = node("span", "mark", each.id);
      line.dataset.state = state;
      line.title = desk.say(`wall-state-${state}`);
      return line;
    }));
    await lookForTickets();
    const waiting = desk.person?.reprints[0]?.state === "reserved";
    if (waiting && !at("dialog").open) {
      const now = await call("GET", path());
      if (now.reprints[0]?.state !== "reserved" && now.code === desk.person.code) put(now);
    }
  } catch (error) {
    problem(error);
  }
};

async function start() {
  const spoken = await words();
  desk.say = spoken.say;
  desk.language = spoken.language;
  document.title = desk.say("desk-title");
  const who = await me();
  desk.base = `/api/v1/editions/${who.edition}`;
  desk.approves = who.permissions.includes("approve_people");
  desk.me = who.name;
  at("me").textContent = who.name;
  desk.edition = await call("GET", desk.base).catch(() => ({ time_zone: "UTC" }));
  desk.can = await call("GET", `${desk.base}/desk`);
  desk.category = (id) => desk.can.categories.find((each) => each.id === id) ?? { name: id, colour: "#41566b" };
  at("scan").disabled = at("walk-in").disabled = false;
  begun();
  await look();
  setInterval(look, LOOK_EVERY_MS);
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted) await open(wanted);
  at("find").focus();
}

safely(start)();
