// Commanding the venue: mode, anomalies, sweeps, roll-call, supervisors. Every act asks first, and says how
// many lanes have heard of it.

import { Anomalies } from "/pages/anomalies.js";
import { call, me, signInFirst } from "/pages/api.js";
import { node, row } from "/pages/figures.js";
import { words } from "/pages/words.js";

const MODES = ["normal", "emergency_open", "frozen"];
const REACH_EVERY_MS = 2000;
const at = (id) => document.getElementById(id);
let say, edition, who, base, anomalies;

function button(text, act, kind = "") {
  const each = node("button", kind, text);
  each.type = "button";
  each.addEventListener("click", () => act().catch(problem));
  return each;
}

function problem(error) {
  if (error.status === 401) signInFirst();
  else at("problem").textContent = error.message;
}

/** Resolves to whether the person means it. */
function sure(question, yes) {
  at("sure-words").textContent = question;
  at("sure-yes").textContent = yes;
  const dialog = at("sure");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

function modeWords(mode) {
  return say(`command-mode-${mode.replaceAll("_", "-")}`);
}

function showMode(mode) {
  if (at("mode").dataset.mode === mode) return;  // no button moves under a finger, no focus is lost
  at("mode").textContent = modeWords(mode);
  at("mode").dataset.mode = mode;
  at("modes").replaceChildren(...MODES.filter((each) => each !== mode).map((each) =>
    button(say(`command-set-${each.replaceAll("_", "-")}`), () => setMode(each), `act ${each}`)));
}

async function setMode(mode) {
  const name = say(`command-set-${mode.replaceAll("_", "-")}`);
  if (!await sure(say("command-sure", { what: name }), name)) return;
  const answer = await call("POST", `${base}/mode`, { mode });
  showMode(answer.mode);
  showReach(answer.reach);
}

function showReach(reach) {
  const said = say("command-reach", { n: reach.reached, of: reach.lanes });
  at("reach").textContent = reach.behind.length
    ? `${said} ${say("command-behind", { names: reach.behind.slice(0, 12).join(", ") })}` : said;
}

async function look() {
  try {
    const counts = await call("GET", `${base}/counts`);
    showMode(counts.mode);
    for (const zone of edition.zones) at(`inside-${zone.id}`).textContent = String(counts.inside[zone.id]);
    await anomalies.list();
    showReach(await call("GET", `${base}/reach`));
    at("problem").textContent = "";
  } catch (error) {
    problem(error);
  }
}

function zones() {
  at("zones").replaceChildren(...edition.zones.map((zone) => {
    const acts = node("td", "buttons");
    if (who.permissions.includes("read_people")) acts.append(button(say("command-roll-call"), () => rollCall(zone), "plain"));
    acts.append(button(say("command-sweep"), () => sweep(zone), "plain"));
    const inside = node("td", "n");
    inside.id = `inside-${zone.id}`;
    return row([zone.name, inside, acts]);
  }));
}

async function sweep(zone) {
  const what = say("command-sweep-zone", { zone: zone.name });
  if (!await sure(say("command-sure", { what }), say("command-sweep"))) return;
  await call("POST", `${base}/zones/${zone.id}/sweep`);
  await look();
}

function timeOf(ms) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: edition.time_zone, hour: "2-digit", minute: "2-digit" }).format(new Date(ms));
}

async function rollCall(zone) {
  const list = await call("GET", `${base}/zones/${zone.id}/inside`);
  const gates = new Map(edition.gates.map((gate) => [gate.id, gate.name]));
  at("roll-title").textContent = `${say("command-roll-call")}: ${zone.name} · ${list.people.length} · ${timeOf(list.at_ms)}`;
  at("roll-fresh").textContent = list.gates.map((gate) => {
    const age = gate.silent_s === null ? say("wall-state-never") : `${Math.round(gate.silent_s)} s`;
    return `${gates.get(gate.gate) ?? gate.gate}: ${age}${gate.waiting ? ` (+${gate.waiting})` : ""}`;
  }).join(" · ");
  at("roll-people").replaceChildren(...list.people.map((each) =>
    row([each.badge, each.name, each.organisation, gates.get(each.gate) ?? each.gate, timeOf(each.since_ms)])));
  if (!list.people.length) at("roll-people").append(row([say("command-nobody")]));
  at("roll").hidden = false;
  at("roll").scrollIntoView();
}

async function supervisors() {
  const list = await call("GET", `${base}/supervisors`);
  at("supervisors").replaceChildren(...list.map((each) => {
    const act = node("td");
    if (each.active) act.append(button(say("command-retire"), () => retire(each), "plain"));
    return row([String(each.number), each.name, each.active ? say(each.by_badge ? "command-pin-badge" : "command-only-pin") : say("command-retired"), act]);
  }));
  if (!list.length) at("supervisors").append(row([say("command-no-supervisors")]));
}

async function retire(each) {
  if (!await sure(say("command-sure", { what: `${say("command-retire")}: ${each.name}` }), say("command-retire"))) return;
  await call("POST", `${base}/supervisors/${each.number}/retire`);
  await supervisors();
}

at("new-supervisor").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    await call("POST", `${base}/supervisors`, Object.fromEntries(new FormData(form)));
    form.reset();
    at("problem").textContent = "";
    await supervisors();
  } catch (error) {
    problem(error);
  }
});

async function start() {
  ({ say } = await words());
  try {
    who = await me();
    base = `/api/v1/editions/${who.edition}`;
    edition = await call("GET", base);
    document.title = say("command-title");
    zones();
    const may = who.permissions.includes("look_into");
    anomalies = new Anomalies(base, edition, say, may, problem);
    await look();
    await supervisors();
    // The wall leads here by a badge's number.
    const badge = decodeURIComponent(location.hash.slice(1));
    if (badge && may) await anomalies.look(badge);
    setInterval(look, REACH_EVERY_MS);
  } catch (error) {
    problem(error);
  }
}

start();
