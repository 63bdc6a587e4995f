// Somebody's badge on their own phone: whoever has the claim code behind the # sees it. Whether it
// opens anything is the gates' decision; this page only says how it stands.

import { Problem, call } from "/pages/api.js";
import { words } from "/pages/words.js";

const at = (id) => document.getElementById(id);
const LOOK_EVERY_MS = 15_000;
const QUIET = 4;
const DAYS_A_ROW = 6;
let say = (name) => name, language = "en", shown = "";

function node(tag, text) {
  const each = document.createElement(tag);
  if (text) each.textContent = text;
  return each;
}

function tell(state, text, hint = "") {
  at("state").dataset.state = state;
  if (at("state").textContent !== text) at("state").textContent = text;
  at("hint").textContent = hint;
}

function draw(badge) {
  tell(badge.state, say(`phone-badge-${badge.state}`), say(`phone-badge-${badge.state}-hint`));
  const text = JSON.stringify(badge);
  if (text === shown) return;
  shown = text;
  document.title = `${badge.name_on_badge} · ${badge.edition_name}`;
  const lines = { edition: badge.edition_name, place: badge.edition_place, name: badge.name_on_badge, native: badge.native_name, organisation: badge.organisation, category: badge.category_name };
  for (const [id, line] of Object.entries(lines)) {
    at(id).textContent = line;
    at(id).hidden = !line;
  }
  at("badge").style.setProperty("--category", badge.category_colour);
  at("days").replaceChildren(...badge.days.map(day));
  at("days").style.gridTemplateColumns = `repeat(${Math.min(DAYS_A_ROW, badge.days.length || 1)}, minmax(0, 1fr))`;
  code(badge.modules);
  at("badge").hidden = at("print").hidden = false;
  at("save").hidden = badge.state === "replaced";
}

function code(modules) {
  const side = modules.length + 2 * QUIET;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const runs = modules.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`));
  path.setAttribute("d", runs.join(""));
  at("code").setAttribute("viewBox", `0 0 ${side} ${side}`);
  at("code").setAttribute("aria-label", say("phone-badge-code"));
  at("code").replaceChildren(path);
}

function day({ day: date, chips }) {
  const parts = { timeZone: "UTC", weekday: "short", day: "numeric" };
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, parts);
  const line = node("li");
  line.append(node("b", format.format(new Date(`${date}T12:00:00Z`))));
  for (const [name, colour] of chips) {
    const chip = node("span", name);
    chip.style.backgroundColor = colour;
    line.append(chip);
  }
  return line;
}

const edition = () => new URLSearchParams(location.search).get("edition") ?? "";
const path = (end) => `/api/v1/editions/${encodeURIComponent(edition())}/digital${end}`;
const claim = () => decodeURIComponent(location.hash.slice(1));

/** The file as the server sets it, in any script; asked for with the code, which stands in no address. */
async function save() {
  at("trouble").textContent = "";
  at("save").disabled = true;
  try {
    const body = JSON.stringify({ claim: claim(), language });
    const answer = await fetch(path("/pdf"), { method: "POST", headers: { "Content-Type": "application/json" }, body, credentials: "same-origin" });
    if (!answer.ok) throw new Problem(answer.status, null);
    const link = node("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `badge-${edition()}.pdf`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);  // some phones read it only later
  } catch (error) {
    at("trouble").textContent = say(error.status === 429 ? "phone-badge-wait" : "phone-badge-no-pdf");
  } finally {
    at("save").disabled = false;
  }
}

/** The badge as it stands now. Without a network the last one stays: gates read it all the same. */
async function look() {
  try {
    draw(await call("POST", path(""), { claim: claim() }));
    at("again").hidden = true;
  } catch (error) {
    at("again").hidden = false;
    if (error.status === 404 || error.status === 422) {
      for (const id of ["badge", "save", "print"]) at(id).hidden = true;
      shown = "";
      tell("problem", say("phone-badge-none"));
    } else if (!shown) tell("problem", say(error.status === 429 ? "phone-badge-wait" : "phone-badge-away"));
    else at("hint").textContent = say("phone-badge-away");
  }
}

async function start() {
  ({ say, language } = await words());
  at("again").addEventListener("click", look);
  at("save").addEventListener("click", save);
  at("print").addEventListener("click", () => print());
  addEventListener("hashchange", look);
  addEventListener("visibilitychange", () => document.hidden || look());
  await look();
  setInterval(() => document.hidden || look(), LOOK_EVERY_MS);
}

start();
