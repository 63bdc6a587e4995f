// Draws what the lane's process says, and nothing else: no decision is made or kept here.
// When the process is silent the page says so; a light never outlives its time.

import { compare, wipe } from "./figure.js";

const SILENT_MS = 3000;
const at = (id) => document.getElementById(id);
let heardAt = performance.now();
let number = -1;
let spent = -1;
let dark = null;
let sound = null;

function show(view) {
  heardAt = performance.now();
  at("lost").hidden = true;
  document.body.classList.remove("lost");
  document.documentElement.lang = view.language;
  document.documentElement.dir = view.right_to_left ? "rtl" : "ltr";
  at("gate").textContent = view.gate;
  at("time").textContent = view.time;
  at("link").textContent = view.link;
  at("link").classList.toggle("offline", !view.online);
  at("waiting").textContent = view.waiting;
  at("camera").textContent = view.camera;
  at("camera").hidden = !view.camera;
  at("several").firstElementChild.textContent = view.several;
  at("several").dataset.place = view.place;
  at("several").hidden = !view.several;
  acts(view);
  light(view.light);
}

/** Whose badge the light of this number refused; null when another one is shown by now. */
async function whose(number) {
  const answer = await fetch("/person", { method: "POST", body: JSON.stringify({ number }) }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

const KEYS = { looked: "F2", undo: "F8", override: "F9", supervisor: "F10" };
const AT_HAND = new Set(["looked", "undo", "override"]);
let offered = "", latest = null;

/** What a guard may do now; redrawn only when it changes, so that no button moves under a finger.
 *  What concerns the lane as a whole is behind one button, for supervisors. */
function acts(view) {
  latest = view;
  at("facts").textContent = view.facts.join(" · ");
  const now = JSON.stringify([view.acts, view.words]);
  if (now === offered) return;
  offered = now;
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = view.words[each.dataset.word] ?? "";
  const shown = view.acts.filter(([what]) => AT_HAND.has(what));
  if (shown.length < view.acts.length) shown.push(["supervisor", view.words.supervisor]);
  at("acts").replaceChildren(at("facts"), ...shown.map(([what, words]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${words} (${KEYS[what]})`;
    button.dataset.act = what;
    button.addEventListener("click", () => begin(what, words));
    return button;
  }));
}

function begin(what, words) {
  if (what === "looked" || what === "undo") return act({ what });
  const form = at("supervisor").querySelector("form");
  form.reset();
  at("supervisor-problem").textContent = "";
  const choices = what === "supervisor" ? latest.acts.filter(([each]) => !AT_HAND.has(each)) : [[what, words]];
  form.what.replaceChildren(...choices.map(([each, text]) => new Option(text, each)));
  form.why.replaceChildren(...["", ...latest.reasons].map((each) => new Option(each)));
  form.why.parentElement.hidden = what !== "override";
  form.why.required = what === "override";
  if (what === "override") {
    compare(at("whose"), latest.words[latest.online ? "photo-asked" : "photo-offline"], whose(latest.light.number));
  }
  at("supervisor").showModal();
}

async function act(body) {
  const answer = await fetch("/act", { method: "POST", body: JSON.stringify(body) }).catch(() => null);
  if (!answer) return { good: false, words: "" };
  return answer.headers.get("Content-Type")?.includes("json") ? answer.json() : { good: false, words: await answer.text() };
}

at("supervisor").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const done = await act({ what: form.what.value, pin: form.pin.value, why: form.why.value });
  form.pin.value = "";
  if (done.good) at("supervisor").close();
  else at("supervisor-problem").textContent = done.words;
});
at("supervisor").addEventListener("close", () => wipe(at("whose")));
at("supervisor-cancel").addEventListener("click", () => at("supervisor").close());

function light(each) {
  const fresh = each.number !== number && each.seconds > 0;
  if (fresh) {
    clearTimeout(dark);
    // Should the process stop speaking right now, green still goes out on time.
    dark = setTimeout(() => { spent = each.number; goDark(); }, each.seconds * 1000 + 400);
    at("left").getAnimations().forEach((old) => old.cancel());
    at("left").animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], each.seconds * 1000);
    tone(each.colour);
  }
  number = each.number;
  // A process that repeats an old light, because its disk hangs, does not light it again.
  if (each.seconds > 0 && number === spent) return;
  document.body.dataset.colour = each.colour;
  document.body.dataset.reason = each.reason;
  at("title").textContent = each.title;
  at("words").textContent = each.words;
  at("help").textContent = each.help;
  at("attention").replaceChildren(...each.attention.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  if (!each.compare) wipe(at("person"));
  else if (fresh) compare(at("person"), each.compare, whose(each.number));
}

function goDark() {
  document.body.dataset.colour = "ready";
  document.body.dataset.reason = "";
  clear();
}

function clear() {
  for (const id of ["title", "words", "attention", "help"]) at(id).textContent = "";
  wipe(at("person"));
}

/** High and short for green, low and long for red: heard without looking. */
function tone(colour) {
  if (!sound) return;
  const [hertz, seconds] = { green: [1047, 0.15], red: [196, 0.5], check: [523, 0.3] }[colour] ?? [0, 0];
  if (!hertz) return;
  const wave = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.setValueAtTime(0.25, sound.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + seconds);
  wave.frequency.value = hertz;
  wave.connect(volume).connect(sound.destination);
  wave.start();
  wave.stop(sound.currentTime + seconds);
}

function lost() {
  clearTimeout(dark);
  spent = number;  // its time passes unseen
  at("lost").hidden = false;
  document.body.classList.add("lost");
  document.body.dataset.colour = "starting";
  document.body.dataset.reason = "";
  clear();
}

const events = new EventSource("/events");
events.addEventListener("message", (event) => show(JSON.parse(event.data)));
setInterval(() => { if (performance.now() - heardAt > SILENT_MS) lost(); }, 250);
addEventListener("pointerdown", () => { sound ??= new AudioContext(); }, { once: true });

// A keyboard scanner types the badge and ends with Enter or Tab.
let typed = "";
addEventListener("keydown", (event) => {
  sound ??= new AudioContext();
  const key = Object.keys(KEYS).find((each) => KEYS[each] === event.key);
  const button = key && document.querySelector(`#acts [data-act="${key}"]`);
  if (button) { event.preventDefault(); button.click(); }
  if (at("supervisor").open) return;
  if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    if (typed) fetch("/scan", { method: "POST", body: typed });
    typed = "";
  } else if (event.key.length === 1 && typed.length < 4096) typed += event.key;
});
