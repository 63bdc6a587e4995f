// The scanner page: puts the parts together. Rules are in rules/, the lane in lane.js, drawing in
// light.js; here is what happens when a badge, a finger or the network does something.

import { words } from "/pages/words.js";
import { Camera } from "./camera.js";
import { VenueClock } from "./clock.js";
import { Debounce } from "./debounce.js";
import { Download } from "./download.js";
import { codeInAddress, enrol } from "./enrol.js";
import { lookUp } from "./find.js";
import { Lane } from "./lane.js";
import { Light } from "./light.js";
import { whose } from "./person.js";
import { admitted } from "./rules/decide.js";
import { COMPARED, OVERRIDABLE } from "./rules/reasons.js";
import { Said } from "./said.js";
import { stayAwake } from "./signals.js";
import { Store } from "./store.js";
import { Desk } from "./supervisor.js";
import { Sync } from "./sync.js";
import { wedge } from "./wedge.js";

const LANGUAGES = { en: "English", fr: "Français", es: "Español", ru: "Русский", ar: "العربية", zh: "中文" };
const LOCK = "gate-scanner";
const SCANS_WAITING_MAX = 3;
const TICK_MS = 5000;
const UPDATE_MS = 3_600_000;

const at = (id) => document.getElementById(id);
const light = new Light();
let text, said, store, clock, lane, download, sync, camera, desk;
let direction = "entry", waiting = 0, newer = false;

const say = (name, args) => text.say(name, args);

async function start() {
  await speak(localStorage.getItem("language") ?? undefined);
  chooseLanguage();
  if (navigator.serviceWorker) keepOnPhone().catch((error) => console.error("not kept for offline", error));
  if (!isSecureContext || !crypto.subtle) return light.block(say("scanner-insecure"));
  if (!navigator.locks) return live();
  // One tab is the lane; another waits until it closes, so that no number is given twice.
  const held = await navigator.locks.query();
  if (held.held.some((each) => each.name === LOCK)) light.block(say("scanner-other-tab"));
  await navigator.locks.request(LOCK, live);
}

/** Keep the page on the phone; once a newer one is there, the next quiet moment takes it. */
async function keepOnPhone() {
  const { serviceWorker } = navigator, first = !serviceWorker.controller;
  serviceWorker.addEventListener("controllerchange", () => { newer ||= !first; });
  const registration = await serviceWorker.register("/scan/offline.js", { scope: "/scan" });
  await serviceWorker.ready;
  document.body.dataset.kept = "yes";
  setInterval(() => registration.update().catch(() => null), UPDATE_MS);
}

/** Every few seconds: what changes by itself, such as the day. */
function tick() {
  if (newer && light.colour === "ready" && !document.querySelector("dialog[open]")) location.reload();
  draw();
}

/** Being the lane; never returns while the page lives. */
async function live() {
  document.body.dataset.state = "starting";
  at("blocked").hidden = true;
  try {
    store = await Store.open();
    navigator.storage?.persist?.();
    const code = codeInAddress();
    let identity = await store.get("identity");
    clock = new VenueClock(await store.get("clock"));
    if (!identity || code) identity = await enrol(store, say, code, identity && await unsent(identity));
    await work(identity);
  } catch (error) {
    console.error(error);
    light.block(say("scanner-no-storage"));
  }
  await new Promise(() => {});
}

/** What this phone still has to send under its name, of every epoch: { device, n } or null. */
async function unsent({ device, epoch: last }) {
  const acked = (await store.get("acked")) ?? {};
  let n = 0;
  for (let epoch = 1; epoch <= last; epoch += 1) {
    n += Math.max(0, (await store.highest(device, epoch)) - (acked[`${device} ${epoch}`] ?? 0));
  }
  return n > 0 ? { device, n } : null;
}

async function work(identity) {
  lane = await Lane.open(store, clock, identity);
  direction = (await store.get("direction")) ?? identity.direction;
  desk = new Desk(lane, store, say);
  download = new Download(store, draw);
  sync = new Sync(lane, clock, (heard) => store.set("clock", heard), download, () => direction, draw);
  camera = new Camera(at("video"), seen(), draw);
  const lines = new Debounce();
  wedge((line) => take(lines.line(line, performance.now() / 1000)));
  controls();
  at("controls").hidden = false;
  light.rest();
  draw();
  sync.run();
  camera.start();
  stayAwake();
  setInterval(tick, TICK_MS);
}

function seen() {
  const debounce = new Debounce();
  return (read) => take(debounce.saw(read, performance.now() / 1000));
}

// --- a badge

function take(badge) {
  if (badge === null || sync.link === "revoked" || at("names").open || at("why").open || at("desk").open) return;
  if (desk.asking) desk.presented(badge);
  else if (waiting < SCANS_WAITING_MAX) scan(badge);
}

async function scan(badge, more = {}) {
  waiting += 1;
  const way = more.direction ?? direction;
  try {
    show({ badge, way, ...await lane.scan(badge, { ...more, direction: way }) });
  } finally {
    waiting -= 1;
  }
  sync.wake();
  draw();
}

function show(shown) {
  const { decision, record, at: when } = shown, { policy } = lane, opens = admitted(decision);
  light.show(decision, opens, {
    say,
    sentence: policy ? said.decision(decision, policy, when) : learning(),
    category: (policy && record?.profile && lane.categoryOf(record.profile)) || "",
    attention: decision.attention.map((code) => said.attention(code)),
    acts: opens ? [] : acts(shown),
    whose: COMPARED.has(decision.reason) ? asked(shown.badge) : null,
  });
}

/** Whose badge this is: words for now, and whoever it is a moment later. No light waits for it. */
function asked(badge) {
  const awaited = say(sync.link === "offline" ? "lane-photo-offline" : "lane-photo-asked");
  return { awaited, person: whose(lane.identity, badge, say) };
}

/** What can be done about a refusal: each button speaks of this scan, whatever is scanned next. */
function acts(shown) {
  const { reason } = shown.decision;
  if (reason === "second_look") {
    const same = () => scan(shown.badge, { looked: true, direction: shown.way });
    return [[say("lane-same-person"), same, "same"], [say("scanner-keep-badge"), keepBadge, "keep"]];
  }
  const help = [say("scanner-help-desk"), () => light.rest(), "help"];
  const may = OVERRIDABLE.has(reason) && lane.supervisors.length && (lane.policy?.overrides_per_hour ?? 0) > 0;
  return may ? [help, [say("lane-override"), () => override(shown), "override"]] : [help];
}

function keepBadge() {
  light.block(say("scanner-badge-kept"), say("scanner-close"), () => light.rest());
}

async function override({ badge, way, decision, at: when }) {
  light.pause();
  const supervisor = await desk.unlock();
  const left = lane.overridesLeft();
  const why = supervisor !== null && left > 0
    ? await desk.why(lane.policy.override_reasons, said.decision(decision, lane.policy, when), asked(badge)) : null;
  if (why !== null) return scan(badge, { override: { supervisor, why }, direction: way });
  if (supervisor !== null && left <= 0) return light.block(say("scanner-override-limit"), say("scanner-close"), () => light.rest());
  light.resume();
}

// --- fingers

function controls() {
  for (const button of at("direction").children) button.addEventListener("click", () => face(button.dataset.direction));
  at("direction").addEventListener("keydown", ({ key }) => {
    if (key.startsWith("Arrow")) { face(direction === "entry" ? "exit" : "entry"); at("direction").querySelector("[aria-checked=true]").focus(); }
  });
  at("result").addEventListener("click", () => light.colour === "green" || light.rest());
  addEventListener("keydown", ({ key }) => { if (key === "Escape" && ["red", "check"].includes(light.colour)) light.rest(); });
  for (const each of document.querySelectorAll("[data-close]")) {
    each.addEventListener("click", () => each.closest("dialog").close());
  }
  at("torch").addEventListener("click", () => camera.switchTorch());
  at("camera-again").addEventListener("click", () => camera.start());
  at("find").addEventListener("click", async () => { if (await desk.unlock() !== null) lookUp(lane.identity, say); });
  at("supervisor").addEventListener("click", openDesk);
}

async function openDesk() {
  const supervisor = await desk.unlock();
  if (supervisor === null) return;
  at("desk-said").textContent = "";
  const done = (word) => { at("desk-said").textContent = say(word); sync.wake(); draw(); };
  at("undo").onclick = async () => done(await lane.annul(supervisor));
  for (const button of at("desk").querySelectorAll("[data-mode]")) {
    button.onclick = async () => {
      await lane.setMode(button.dataset.mode, supervisor);
      done(`lane-mode-${button.dataset.mode.replaceAll("_", "-")}`);
    };
  }
  at("look").onclick = () => { at("desk").close(); lookUp(lane.identity, say); };
  at("desk").showModal();
}

function face(way) {
  direction = way;
  store.set("direction", way);
  light.rest();
  draw();
}

/** A revoked phone becomes a lane again by a new code. */
async function again() {
  await enrol(store, say, null, await unsent(lane.identity));
  location.reload();
}

// --- what the page shows besides the light

function draw() {
  if (!lane || document.body.dataset.state === "enrol") return;
  const { policy, gate } = lane, ways = gate?.directions ?? new Set([direction]);
  if (!ways.has(direction)) direction = [...ways][0];
  at("gate").textContent = gate?.name ?? lane.identity.gate ?? "";
  at("link").dataset.link = sync.link;
  at("link").textContent = linkWords();
  at("entered").hidden = !policy;
  at("entered").textContent = say("scanner-in", { n: said.number(lane.entered) });
  at("direction").hidden = ways.size < 2;
  document.body.dataset.direction = direction;
  document.body.dataset.waiting = lane.waiting;
  document.body.dataset.mode = lane.mode;
  if (lane.places !== null) document.body.dataset.places = lane.places;
  for (const button of at("direction").children) {
    const chosen = button.dataset.direction === direction;
    button.setAttribute("aria-checked", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  at("mode").hidden = lane.mode === "normal";
  at("mode").textContent = lane.mode === "normal" ? "" : say(`wall-mode-${lane.mode.replaceAll("_", "-")}`);
  drawCamera(policy);
  at("controls").hidden = sync.link === "revoked";
  if (sync.link === "revoked") {
    for (const each of document.querySelectorAll("dialog[open]")) each.close();
    light.block(say("lane-revoked"), say("scanner-enrol-again"), again);
  }
}

function drawCamera(policy) {
  const { state } = camera;
  at("ready").dataset.camera = state;
  at("camera-again").hidden = !["refused", "lost"].includes(state);
  at("torch").hidden = !camera.hasTorch;
  at("torch").setAttribute("aria-pressed", String(camera.torch));
  const trouble = { refused: "scanner-camera-refused", none: "scanner-camera-none", lost: "lane-camera-lost", decoder: "lane-camera-lost" };
  at("hint").textContent = policy ? say(trouble[state] ?? (direction === "exit" ? "scanner-point-exit" : "scanner-point")) : learning();
}

/** How far this phone is with its first list of who may enter. */
function learning() {
  return download.share === null ? say("lane-never-synced") : say("scanner-learning", { done: said.percent(download.share) });
}

function linkWords() {
  if (sync.link === "revoked") return "";
  if (sync.link === "connecting") return say("lane-starting");
  if (sync.link === "online" && clock.offMs) return say("lane-clock-wrong", { s: Math.round(Math.abs(clock.offMs) / 1000) });
  if (sync.link === "online") return say("lane-online");
  return lane.waiting ? say("scanner-offline-kept", { n: lane.waiting }) : say("scanner-offline");
}

// --- language

async function speak(language) {
  text = await words(language);
  said = new Said(text);
  document.title = say("scanner-title");
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", say(each.dataset.label));
}

function chooseLanguage() {
  at("language").replaceChildren(...Object.entries(LANGUAGES).map(([code, name]) => new Option(name, code)));
  at("language").value = text.language;
  at("language").addEventListener("change", async () => {
    localStorage.setItem("language", at("language").value);
    await speak(at("language").value);
    at("language").blur();
    at("enrol-problem").textContent = "";
    if (light.colour === "ready") light.rest();
    draw();
  });
}

start();
