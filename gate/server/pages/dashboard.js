// The wall: what the server folds from the log, drawn. No count is computed here.

import { call, me, signInFirst } from "/pages/api.js";
import { Feed } from "/pages/feed.js";
import { Curve, meter, node, row, spark } from "/pages/figures.js";
import { words } from "/pages/words.js";

const DEVICES_EVERY_MS = 5000;
const SILENT_S = 15;
const STALE_S = 5, OLD_S = 30;
const FORGED = new Set(["bad_signature", "unknown_key", "unknown_issue", "unreadable"]);
const HEADLINE_ZONE = 0;
const CLOCK_OFF_S = 10, BATTERY_LOW = 20;

const at = (id) => document.getElementById(id);
let edition, say, short, number, day, feed, curve, latest = null, devices = [];
let looksInto = false; // whether this person may see who is behind an anomaly
let follows = false; // the day shown was the running one when it was chosen
let venue = { ms: 0, heard: 0 };

/** The venue's time, carried on between what the server says of it. */
function venueNow() {
  return venue.ms + (performance.now() - venue.heard) * edition.clock_speed;
}

function duration(seconds) {
  const unit = (value, name) => new Intl.NumberFormat(document.documentElement.lang,
    { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  if (seconds < 90) return unit(Math.round(seconds), "second");
  if (seconds < 5400) return unit(Math.round(seconds / 60), "minute");
  return unit(Math.round(seconds / 3600), "hour");
}

function hourText(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function venueTime(ms, seconds = true) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: edition.time_zone, hour: "2-digit", minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}) }).format(new Date(ms));
}

function venueDay(ms) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: edition.time_zone }).format(new Date(ms));
}

function tabs() {
  const names = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", timeZone: "UTC" });
  at("days").replaceChildren(...edition.days.map((each) => {
    const tab = node("button", "", names.format(new Date(`${each}T00:00:00Z`)));
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", String(each === day));
    tab.tabIndex = each === day ? 0 : -1;
    tab.addEventListener("click", () => choose(each));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (document.dir === "rtl" ? -1 : 1);
      const next = edition.days[edition.days.indexOf(each) + step];
      if (next) { choose(next); at("days").querySelector("[aria-selected=true]").focus(); }
    });
    return tab;
  }));
}

function choose(chosen, following = venue.ms > 0 && chosen === venueDay(venueNow())) {
  day = chosen;
  follows = following;
  latest = null;
  tabs();
  feed?.close();
  feed = new Feed(`/api/v1/editions/${edition.id}/live?day=${day}`, { counts: show, beat: keepTime, end: ended });
}

function keepTime({ now_ms }) {
  venue = { ms: now_ms, heard: performance.now() };
  clock();
  nextMorning();
}

/** A wall left on overnight shows the day that has begun; a day somebody looked up stays. */
function nextMorning() {
  const today = venueDay(venueNow());
  if (follows && today !== day && edition.days.includes(today)) choose(today, true);
}

async function ended() {
  // The stream was refused: is it us (signed out), or the server that is away?
  const answer = await fetch("/api/v1/me").catch(() => null);
  if (answer?.status === 401) signInFirst();
  else setTimeout(() => feed.open(), 2000);
}

function show(counts) {
  latest = counts;
  document.body.dataset.records = counts.records;
  tiles(counts);
  curve.show(counts.minutes);
  at("chart").hidden = !counts.minutes.length;
  at("chart-empty").hidden = counts.minutes.length > 0;
  const largest = Math.max(1, ...Object.values(counts.events));
  at("events").replaceChildren(...edition.events.map((event) =>
    meter(event.name, counts.events[event.id], largest, number(counts.events[event.id]), "event")));
  at("zones").replaceChildren(...edition.zones.map((zone) => row([zone.name, figure(counts.inside[zone.id])])));
  reasons(counts);
  refusals(counts);
  gates(counts);
  attention();
  clock();
}

function tiles(counts) {
  const zone = edition.zones[HEADLINE_ZONE];
  const inside = counts.inside[zone.id];
  at("inside").textContent = number(inside);
  at("inside-bar").hidden = !zone.capacity;
  if (zone.capacity) {
    const share = Math.round((100 * inside) / zone.capacity);
    at("inside-bar").firstElementChild.style.inlineSize = `${Math.min(100, share)}%`;
    at("inside-bar").classList.toggle("warn", share >= 90);
    at("inside-share").textContent = say("wall-share-of", { share, n: number(zone.capacity) });
  }
  at("entered").textContent = number(counts.entered);
  const today = venueDay(venueNow()) === counts.day;
  const now = today ? minuteOf(venueNow()) : -1;
  const perMinute = new Map(counts.minutes.map(([minute, entries]) => [minute, entries]));
  // The last whole minute: the running one is not over yet.
  at("rate").textContent = today ? number(perMinute.get(now - 1) ?? 0) : "–";
  const [peakAt, peak] = counts.minutes.reduce((best, [m, n]) => (n > best[1] ? [m, n] : best), [0, 0]);
  at("peak").textContent = peak ? say("wall-peak", { n: number(peak), when: hourText(peakAt) }) : "";
  const refused = Object.values(counts.refused).reduce((sum, each) => sum + each, 0);
  const scans = refused + counts.minutes.reduce((sum, [, entries]) => sum + entries, 0);
  at("refused").textContent = number(refused);
  at("refused-share").textContent = scans
    ? say("wall-share-of-scans", { share: number(Math.round((1000 * refused) / scans) / 10) }) : "";
  if (counts.overridden) at("refused-share").textContent += ` · ${say("wall-overridden", { n: number(counts.overridden) })}`;
}

function minuteOf(ms) {
  const [hour, minute] = venueTime(ms, false).split(":").map(Number);
  return hour * 60 + minute;
}

function figure(value) {
  return node("td", "n", number(value));
}

function reasons(counts) {
  const sorted = Object.entries(counts.refused).sort((a, b) => b[1] - a[1]).slice(0, 8);
  at("reasons").replaceChildren(...sorted.map(([reason, n]) =>
    meter(short(reason), n, sorted[0][1], number(n), FORGED.has(reason) ? "forged" : "")));
  if (!sorted.length) at("reasons").append(node("div", "soft", say("wall-no-refusals")));
}

function refusals(counts) {
  const names = new Map(edition.gates.map((gate) => [gate.id, gate.name]));
  at("refusals").replaceChildren(...counts.refusals.map((each) =>
    row([venueTime(each.at_ms, false), names.get(each.gate) ?? each.gate, short(each.reason)])));
  if (!counts.refusals.length) at("refusals").append(row([say("wall-no-refusals")]));
}

function stateOf(gate) {
  const lanes = devices.filter((each) => each.gate === gate && each.role === "lane" && !each.revoked);
  const heard = lanes.filter((each) => each.silent_s !== null);
  if (!heard.length) return { state: "never", lanes };
  return { state: heard.some((each) => each.silent_s > SILENT_S) ? "silent" : "ok", lanes };
}

function gates(counts) {
  const live = new Map(counts.gates.map((gate) => [gate.id, gate]));
  at("gates").replaceChildren(...edition.gates.map((gate) => {
    const each = live.get(gate.id);
    const { state } = stateOf(gate.id);
    const mark = node("td", "mark", say(`wall-state-${state}`));
    mark.dataset.state = state;
    const hour = node("td", "last-hour");
    hour.append(spark(each.per_minute));
    return row([gate.name, mark, figure(each.entries), figure(each.per_minute.at(-2) ?? 0), hour, figure(each.refused)]);
  }));
}

/** The wall names nobody; who may see more finds it on the command page. */
function lookInto(said, badge) {
  const link = node("a", "", said);
  link.href = `/command#${encodeURIComponent(badge)}`;
  return link;
}

function attention() {
  const items = [];
  if (latest && latest.mode !== "normal") items.push(say(`wall-mode-${latest.mode.replaceAll("_", "-")}`));
  const names = new Map(edition.gates.map((gate) => [gate.id, gate.name]));
  for (const each of latest?.anomalies ?? []) {
    const said = say(`wall-anomaly-${each.kind}`, {
      badge: each.badge, gate: names.get(each.gate) ?? each.gate, when: venueTime(each.at_ms),
      earlier: names.get(each.earlier_gate) ?? each.earlier_gate, before: venueTime(each.earlier_at_ms),
    });
    items.push(looksInto ? lookInto(said, each.badge) : said);
  }
  if (latest?.places_in_doubt) items.push(say("wall-attention-places"));
  if (latest?.set_aside) items.push(say("wall-attention-set-aside", { n: latest.set_aside }));
  if (latest && latest.anomalies_total > latest.anomalies.length) {
    items.push(say("wall-more", { n: number(latest.anomalies_total - latest.anomalies.length) }));
  }
  for (const gate of edition.gates) {
    const { state, lanes } = stateOf(gate.id);
    const longest = Math.max(0, ...lanes.map((each) => each.silent_s ?? 0));
    if (state === "silent") items.push(say("wall-attention-silent", { gate: gate.name, age: duration(longest) }));
    const waiting = lanes.reduce((sum, each) => sum + each.waiting, 0);
    if (waiting > 100) items.push(say("wall-attention-waiting", { gate: gate.name, n: number(waiting) }));
  }
  for (const each of devices.filter((one) => !one.revoked && one.silent_s !== null)) {
    // What the network's own delay could explain is no wrong clock.
    const offMs = Math.abs(each.clock_off_ms ?? 0) - (each.clock_error_ms ?? 0);
    const offS = offMs / 1000 / edition.clock_speed;
    if (offS > CLOCK_OFF_S) items.push(say("wall-attention-clock", { device: each.id, age: duration(offS) }));
    if (each.battery !== null && each.battery < BATTERY_LOW) {
      items.push(say("wall-attention-battery", { device: each.id, share: each.battery }));
    }
  }
  for (const zone of latest ? edition.zones : []) {
    const share = zone.capacity ? Math.round((100 * latest.inside[zone.id]) / zone.capacity) : 0;
    if (share >= 90) items.push(say("wall-attention-full", { zone: zone.name, share }));
  }
  at("attention").className = `panel attention ${items.length ? "some" : "none"}`;
  at("attention-none").hidden = items.length > 0;
  const focused = document.activeElement?.closest("#attention-list a")?.hash;
  at("attention-list").replaceChildren(...items.map((each) => {
    const item = node("li");
    item.append(each);
    return item;
  }));
  [...at("attention-list").querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
}

function clock() {
  if (venue.ms) at("time").textContent = venueTime(venueNow());
  const age = feed?.age() ?? null;
  const state = at("state");
  if (age === null) state.dataset.state = "reconnecting";
  else if (age > OLD_S) state.dataset.state = "old";
  else if (age > STALE_S) state.dataset.state = "stale";
  else state.dataset.state = feed.connected ? "live" : "reconnecting";
  if (state.dataset.state === "live") {
    const last = latest?.last_at_ms ? Math.max(0, (venueNow() - latest.last_at_ms) / 1000) : null;
    state.textContent = say("wall-live") + (last === null ? "" : ` · ${say("wall-last-scan", { age: duration(last) })}`);
  } else if (age === null) state.textContent = say("wall-reconnecting");
  else state.textContent = `${say("wall-reconnecting")} · ${say("wall-stale", { age: duration(age) })}`;
}

async function askDevices() {
  try {
    devices = await call("GET", `/api/v1/editions/${edition.id}/devices`);
    if (latest) gates(latest);
    attention();
  } catch (problem) {
    if (problem.status === 401) signInFirst();
  }
}

async function start() {
  const text = await words();
  ({ say, short } = text);
  const format = new Intl.NumberFormat(text.language === "ar" ? "ar-u-nu-latn" : text.language);
  number = (value) => format.format(value);
  let who;
  try {
    who = await me();
  } catch (problem) {
    if (problem.status === 401) return signInFirst();
    return setTimeout(start, 2000);
  }
  edition = await call("GET", `/api/v1/editions/${who.edition}`);
  at("command").hidden = !who.permissions.includes("command");
  looksInto = who.permissions.includes("look_into");
  document.title = `${say("wall-entries")} · ${edition.place}`;
  curve = new Curve(at("chart"), number);
  const today = await call("GET", `/api/v1/editions/${who.edition}/counts`);
  choose(edition.days.includes(today.day) ? today.day : edition.days[0], true);
  at("sign-out").addEventListener("click", async () => {
    await call("POST", "/api/v1/sign-out").catch(() => null);
    signInFirst();
  });
  setInterval(clock, 500);
  setInterval(askDevices, DEVICES_EVERY_MS);
  askDevices();
}

start();
