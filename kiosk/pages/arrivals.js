// Draws what the kiosk's process says, and hands touches back: nothing is decided or kept here.
// Each visit's screen is built anew, so that nothing of one person is left for the next; nothing
// ever goes into the browser's storage. When the process is silent the page says so.

import { keyboard } from "/keyboard.js";

const SILENT_MS = 5000;
const ALIVE_MS = 4000;
const TOUCH_MS = 2000;
const SETTLE_MS = 300;
const SCANNER_MS = 1000;
const PREVIEW_MS = { live: 130, nothing: 500 };
const at = (id) => document.getElementById(id);
const all = (selector, from = document) => from.querySelectorAll(selector);
const words = await (await fetch("/words")).json();
let view = null;
let drawn = "";
let spoken = "";
let heardAt = performance.now();
let touchedAt = 0;

const word = (name) => words[view.language][name] ?? "";

function send(act, more = {}) {
  if (view) fetch("/act", { method: "POST", body: JSON.stringify({ act, visit: view.visit, ...more }) }).catch(() => {});
}

function show(next) {
  heardAt = performance.now();
  const first = view === null || !at("lost").hidden;
  at("lost").hidden = true;
  view = next;
  const language = view.language !== spoken;
  spoken = view.language;
  document.documentElement.lang = view.language;
  document.documentElement.dir = view.right_to_left ? "rtl" : "ltr";
  const key = `${view.visit} ${view.screen}`;
  const fresh = key !== drawn || first;
  if (fresh) build(key);
  if (fresh || language) speak(document);
  if ((fresh || language) && at("keyboard")) keys();
  fill();
  if (fresh && !first) focus();
  document.body.dataset.visit = view.visit;
}

function build(key) {
  drawn = key;
  document.body.dataset.screen = view.screen;
  const main = at("main");
  main.replaceChildren(at(view.screen).content.cloneNode(true));
  for (const box of all(".printer", main)) box.append(at("machine").content.cloneNode(true));
  for (const form of all("form", main)) form.addEventListener("submit", submitted);
  main.scrollTop = 0;
  // The touch that brought this screen must not also press what is now under the finger.
  main.classList.add("settling");
  setTimeout(() => main.classList.remove("settling"), SETTLE_MS);
}

function speak(from) {
  document.title = word("kiosk-title");
  for (const each of all("[data-word]", from)) each.textContent = word(each.dataset.word);
  for (const each of all("[data-label]", from)) each.setAttribute("aria-label", word(each.dataset.label));
}

function focus() {
  if (!at("main").contains(document.activeElement) || document.activeElement.tagName !== "INPUT") {
    at("main").querySelector("h2")?.focus({ preventScroll: true });
  }
}

function fill() {
  for (const each of all("[data-say]")) put(each, view.say[each.dataset.say] ?? "");
  for (const each of all("#languages button")) each.setAttribute("aria-pressed", String(each.lang === view.language));
  for (const each of all("#ease [data-act=ease]")) each.setAttribute("aria-pressed", String(view.ease.includes(each.dataset.value)));
  document.documentElement.dataset.ease = view.ease.join(" ");
  document.body.classList.toggle("no-name", !view.may_say_name);
  document.body.classList.toggle("no-phone", !view.may_keep);
  document.body.classList.toggle("no-camera", view.camera_lost);
  [...at("steps").children].forEach((step, place) => {
    step.classList.toggle("done", place + 1 < view.step);
    if (place + 1 === view.step) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  if (view.card) fillCard(view.card);
  if (at("place")) put(at("place"), view.place);
  if (at("ticket")) put(at("ticket"), view.ticket);
  if (at("pin-wrong")) put(at("pin-wrong"), view.pin);
  if (view.staff && at("lines")) fillStaff(view.staff);
  warn();
}

function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function fillCard(card) {
  for (const each of all("[data-card]")) put(each, card[each.dataset.card]);
  at("events")?.replaceChildren(...card.events.map((each) => {
    const item = at("event").content.cloneNode(true).firstElementChild;
    item.querySelector("span").textContent = each.name;
    item.querySelector("time").textContent = each.days;
    return item;
  }));
}

function fillStaff(staff) {
  const well = staff.troubles.length === 0;
  list(at("troubles"), well ? [word("kiosk-staff-well")] : staff.troubles);
  at("troubles").classList.toggle("well", well);
  list(at("lines"), staff.lines);
  put(at("note"), staff.note);
  at("pause").hidden = staff.paused;
  at("resume").hidden = !staff.paused;
  at("doubt").hidden = !staff.doubt;
}

function list(place, texts) {
  if ([...place.children].map((each) => each.textContent).join("\n") === texts.join("\n")) return;
  place.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function warn() {
  const dialog = at("idle");
  if (view.seconds_left && !dialog.open) dialog.showModal();
  if (!view.seconds_left && dialog.open) dialog.close();
}

function keys() {
  const fields = [...all("#main input")];
  keyboard(at("keyboard"), fields, view.language, word, touched, view.screen === "pin" ? "digits" : "");
}

// --- what the camera sees: shown while somebody stands there, and gone with the screen

async function preview() {
  let wait = PREVIEW_MS.nothing;
  if (at("live") && at("lost").hidden && document.visibilityState === "visible") {
    const raw = await fetch("/preview.jpg").then((answer) => answer.status === 200 ? answer.blob() : null, () => null);
    const picture = raw && await read(raw);
    const place = at("live");
    if (place) place.hidden = !picture;
    if (place && picture) place.src = picture;
    else place?.removeAttribute("src");
    if (picture) wait = PREVIEW_MS.live;
  }
  setTimeout(preview, wait);
}

function read(raw) {
  const reader = new FileReader();
  const done = new Promise((end) => { reader.onload = () => end(reader.result); reader.onerror = () => end(null); });
  reader.readAsDataURL(raw);
  return done;
}

// --- what people do

function submitted(event) {
  event.preventDefault();
  if (event.target.id === "pin-form") {
    send("pin", { value: at("pin-field").value });
    at("pin-field").value = "";
    return;
  }
  const empty = [at("family"), at("email")].find((field) => !field.value.trim());
  if (empty) empty.focus();
  else send("name", { family: at("family").value, email: at("email").value });
}

function touched() {
  if (!view || performance.now() - touchedAt < TOUCH_MS) return;
  touchedAt = performance.now();
  if (view.screen !== "welcome" && !view.seconds_left) send("touched");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act, value = "" } = button.dataset;
  send(act, { value, number: view?.staff?.doubt ?? 0 });
});
document.addEventListener("pointerdown", touched);
document.addEventListener("contextmenu", (event) => event.preventDefault());
at("idle").addEventListener("cancel", (event) => { event.preventDefault(); send("touched"); });

// A keyboard scanner types the code fast and ends with Enter.
let typed = "";
let typedAt = 0;
addEventListener("keydown", (event) => {
  touched();
  if (event.target.tagName === "INPUT") return;
  if (performance.now() - typedAt > SCANNER_MS) typed = "";
  if (event.key === "Enter" && typed.length > 3) {
    event.preventDefault();
    fetch("/scan", { method: "POST", body: typed }).catch(() => {});
    typed = "";
  } else if (event.key.length === 1 && typed.length < 200) {
    typed += event.key;
    typedAt = performance.now();
  }
});

// --- the process

function lost() {
  if (!at("lost").hidden) return;
  at("lost").hidden = false;
  at("idle").close();
  at("main").replaceChildren();
  drawn = "";
  document.body.dataset.screen = "lost";
}

const events = new EventSource("/events");
events.addEventListener("message", (event) => show(JSON.parse(event.data)));
setInterval(() => { if (performance.now() - heardAt > SILENT_MS) lost(); }, 500);
setInterval(() => send("alive"), ALIVE_MS);
preview();
