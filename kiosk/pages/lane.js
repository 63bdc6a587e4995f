// Draws what the lane's process says, and nothing else: no decision is made or kept here.
// When the process is silent the page says so; a light never outlives its time.

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
  light(view.light);
}

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
}

function goDark() {
  document.body.dataset.colour = "ready";
  document.body.dataset.reason = "";
  clear();
}

function clear() {
  for (const id of ["title", "words", "attention", "help"]) at(id).textContent = "";
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
  if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    if (typed) fetch("/scan", { method: "POST", body: typed });
    typed = "";
  } else if (event.key.length === 1 && typed.length < 4096) typed += event.key;
});
