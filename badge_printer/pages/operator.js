// Shows what the station says and asks it for what people want; nothing is decided here.
// Elements are kept from one picture to the next, so that keyboard focus is never lost.

import { words } from "./words.js";

const SILENT_MS = 7000;
const at = (id) => document.getElementById(id);
const { language, say, count, has, coded } = await words();
const condition = (code) => coded("condition", code), stateOf = (code) => coded("state", code);
// Of these the page's words are not enough: a character that cannot be printed, the server's own words.
const WITH_DETAIL = ["unprintable", "refused"];
let heardAt = performance.now();

// --- asking the station

async function ask(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const value = await answer.json().catch(() => null);
  if (answer.ok) return value;
  const problem = new Error(problemWords(value) || `HTTP ${answer.status}`);
  problem.status = answer.status;
  problem.job = value?.job;
  throw problem;
}

function problemWords(problem) {
  if (!problem?.code || !has("problem", problem.code)) return problem?.detail || problem?.title;
  const detail = WITH_DETAIL.includes(problem.code) && problem.detail ? `: ${problem.detail}` : "";
  return coded("problem", problem.code) + detail;
}

/** Why a job did not go its way: a code, perhaps with the printer's own words after it. */
function whyWords(why) {
  const [code, ...words] = why.split(": ");
  return has("why", code) ? [coded("why", code), ...words].join(": ") : why;
}

function tell(text, kind = "good") {
  at("said").dataset.kind = kind;
  at("said").textContent = text;
}

/** Run an act once at a time; its failure is said in the station's own words. The button is not
    `disabled` meanwhile: that would throw the keyboard's focus away. */
async function doing(button, act) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await act();
  } catch (error) {
    tell(error.status ? error.message : say("station-silent"), "bad");
  } finally {
    button.ariaDisabled = null;
  }
}

// --- small pieces of page

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function button(label, act, more = {}) {
  return element("button", { type: "button", ...more, onclick: (event) => doing(event.currentTarget, act) }, label);
}

/** One child of `list` for each item, in order; a child is made anew only when its item changed. */
function shown(list, items, key, draw) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const children = items.map((item) => {
    const name = String(key(item));
    const picture = JSON.stringify(item);
    const known = old.get(name);
    if (known?.picture === picture) return known;
    const made = draw(item);
    made.dataset.key = name;
    made.picture = picture;
    if (known?.contains(document.activeElement)) made.focusAgain = document.activeElement.dataset.act;
    const chosen = known?.querySelector("select[data-chosen]");
    if (chosen) pick(made.querySelector("select"), chosen.value);
    return made;
  });
  children.forEach((child, place) => {
    if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null);
  });
  while (list.children.length > children.length) list.lastElementChild.remove();
  for (const child of children) {
    if (child.focusAgain) child.querySelector(`[data-act="${child.focusAgain}"]`)?.focus();
    delete child.focusAgain;
  }
}

// --- printers

function mood(printer) {
  if (printer.troubles.length) return "stop";
  if (printer.paused) return "held";
  return printer.warnings.length ? "warn" : "good";
}

function conditions(printer) {
  const list = element("p", { class: "conditions", role: "status" });
  if (printer.paused) list.append(element("span", { class: "held" }, say("station-paused-here")));
  for (const each of printer.troubles) list.append(element("span", { class: "stop" }, condition(each)));
  for (const each of printer.warnings) list.append(element("span", { class: "warn" }, condition(each)));
  if (!list.children.length) list.append(element("span", { class: "good" }, say("station-ready")));
  return list;
}

function drawPrinter(printer) {
  const path = `printers/${encodeURIComponent(printer.name)}`;
  const pause = printer.paused ? "resume" : "pause";
  return element("li", { class: "printer", "data-mood": mood(printer) },
    element("h3", {}, printer.name),
    conditions(printer),
    fewDots(printer.fit),
    printer.words ? element("p", { class: "soft" }, element("bdi", {}, printer.words)) : null,
    element("p", {}, `${printer.waiting ? count("station-to-print", printer.waiting) : say("station-idle")} · ${sheets(printer)}`),
    element("p", { class: "soft" }, element("bdi", { dir: "ltr" }, printer.address)),
    element("p", { class: "buttons" },
      button(say(printer.paused ? "station-resume" : "station-pause"), () => ask(`${path}/${pause}`), {
        "data-act": "pause", "aria-label": say(printer.paused ? "station-resume-of" : "station-pause-of", { printer: printer.name }),
      }),
      button(say("station-paper"), () => askStock(printer, path), {
        "data-act": "stock", "aria-label": say("station-paper-in", { printer: printer.name }),
      })));
}

/** What to do when the code gets too few dots on this printer: said before anybody waits for a badge. */
function fewDots(fit) {
  if (!fit || fit.dots >= fit.dots_wanted) return null;
  const { dpi, dots, dots_wanted: wanted, dpi_wanted: more, code_mm: mm } = fit;
  return element("p", { class: "few-dots" }, say("station-fit", { dpi, dots, wanted, more, mm }));
}

function sheets(printer) {
  return printer.stock === null ? say("station-not-counted") : count("station-sheets", printer.stock);
}

async function askStock(printer, path) {
  const dialog = at("stock-dialog");
  at("stock-title").textContent = say("station-paper-in", { printer: printer.name });
  at("stock-number").value = printer.stock ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  at("stock-number").select();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  if (dialog.returnValue !== "save") return;
  const text = at("stock-number").value.trim();
  await ask(`${path}/stock`, { stock: text === "" ? null : Number(text) });
  const name = text === "" ? "station-uncounted" : "station-counted";
  tell(say(name, { printer: printer.name, count: text }));
}

// --- jobs

function who(job) {
  const name = job.who || say("station-badge-of", job);
  const printer = say("station-print-of", job);
  const why = job.why ? ` · ${whyWords(job.why)}` : "";
  return element("div", { class: "who" }, element("b", {}, element("bdi", {}, name)), element("span", { class: "soft" }, printer + why));
}

function state(job) {
  const step = { queued: 0, sent: 1, printing: 2 }[job.state];
  const box = element("div", {}, element("span", { class: "state", "data-state": job.state }, stateOf(job.state)));
  if (step !== undefined) {
    const steps = [0, 1, 2].map((each) => element("i", { class: each < step ? "done" : each === step ? "now" : "" }));
    box.append(element("div", { class: "steps", "aria-hidden": "true" }, ...steps));
  }
  return box;
}

/** A choice of printers, and a button beside it: arrow keys alone must not move a badge. */
function printerChoice(label, names, chosen) {
  const select = element("select", { "aria-label": label, "data-act": "where" },
    ...names.map((name) => element("option", { value: name, selected: name === chosen }, name)));
  select.addEventListener("change", () => pick(select, select.value));
  return select;
}

/** What a person chose stays chosen when the row is drawn anew. */
function pick(select, name) {
  if (!select || ![...select.options].some((each) => each.value === name)) return;
  select.value = name;
  select.dataset.chosen = "";
}

function drawJob(job) {
  const path = `jobs/${job.id}`;
  const whose = { who: job.who || job.code };
  const buttons = element("div", { class: "buttons" });
  if (job.state === "queued") {
    const others = job.names.filter((name) => name !== job.printer);
    const where = printerChoice(say("station-move-where", whose), others);
    if (others.length) {
      buttons.append(button(say("station-move"), () => ask(`${path}/move`, { printer: where.value }), {
        "data-act": "move", "aria-label": say("station-move-of", whose),
      }), where);
    }
  }
  if (job.state !== "in_doubt") {
    buttons.append(button(say("station-cancel"), () => ask(`${path}/cancel`), {
      "data-act": "cancel", "aria-label": say("station-cancel-of", whose),
    }));
  }
  return element("li", { class: "job" }, state(job), who(job), buttons);
}

function drawQuestion(job) {
  const settle = (answer) => ask(`jobs/${job.id}/settle`, answer);
  const again = printerChoice(say("station-again-where"), job.names, job.again);
  const why = whyWords(job.why);
  return element("li", {}, who({ ...job, why: "" }), element("p", {}, element("bdi", {}, why)),
    element("p", { class: "buttons" },
      button(say("station-yes"), () => settle({ came_out: true }), { class: "main", "data-act": "yes" }),
      button(say("station-again"), () => settle({ came_out: false, again: true, printer: again.value }), { "data-act": "again" }),
      again,
      button(say("station-no"), () => settle({ came_out: false }), { "data-act": "no" })));
}

function drawEnded(job) {
  const time = new Date(job.changed_at_ms).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return element("li", { class: "job" }, state(job), who(job), element("time", { class: "soft" }, time));
}

// --- the whole picture

function show(view) {
  heardAt = performance.now();
  document.body.classList.remove("lost");
  const working = view.printers.filter((each) => !each.troubles.length && !each.paused).map((each) => each.name);
  const names = [...working, ...view.printers.map((each) => each.name).filter((name) => !working.includes(name))];
  const asked = view.jobs.filter((job) => job.state === "in_doubt");
  const open = view.jobs.filter((job) => job.state !== "in_doubt");
  choices(view.printers.map((each) => each.name));
  shown(at("printers"), view.printers, (each) => each.name, drawPrinter);
  shown(at("questions"), asked.map((job) => ({ ...job, names, again: working.includes(job.printer) ? job.printer : names[0] })), (job) => job.id, drawQuestion);
  shown(at("jobs"), open.map((job) => ({ ...job, names })), (job) => job.id, drawJob);
  shown(at("ended"), view.ended, (job) => job.id, drawEnded);
  at("asking").hidden = !asked.length;
  at("no-printers").hidden = names.length > 0;
  at("no-jobs").hidden = open.length > 0;
  at("no-ended").hidden = view.ended.length > 0;
  at("queued").textContent = open.length ? count("station-to-print", open.length) : "";
  document.title = `${asked.length ? `(${asked.length}?) ` : ""}${say("station-title")}`;
  const behind = view.server || view.records;
  at("link").dataset.state = behind ? "behind" : "live";
  at("link").textContent = behind
    ? say("station-behind", { count: count("station-records", view.records) }) + (view.server ? ` · ${coded("server", view.server)}` : "")
    : say("station-live");
}

function choices(names) {
  const select = at("on");
  if (select.dataset.names === names.join()) return;
  select.dataset.names = names.join();
  const chosen = select.value;
  select.replaceChildren(element("option", { value: "" }, say("station-freest")),
    ...names.map((name) => element("option", { value: name }, name)));
  select.value = names.includes(chosen) ? chosen : "";
}

function lost() {
  if (performance.now() - heardAt < SILENT_MS) return;
  document.body.classList.add("lost");
  at("link").dataset.state = "lost";
  at("link").textContent = say("station-lost");
}

// Until now Enter did nothing: the browser's own way of sending a form is shut.
at("print").querySelector("button").disabled = false;
at("print").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const body = { code: at("code").value.trim(), printer: at("on").value, key: crypto.randomUUID() };
  doing(form.querySelector("button"), async () => {
    try {
      await printed(body);
    } catch (error) {
      if (error.job?.state !== "printed") throw error;
      if (!confirm(`${error.message}\n\n${say("station-copy")}`)) return tell(say("station-nothing-printed"));
      await printed({ ...body, again: true });
    }
    form.reset();
    at("code").focus();
  });
});

async function printed(body) {
  const job = await ask("print", body);
  tell(say("station-going", { who: job.who || job.code, printer: job.printer }));
}

at("language").value = language;
at("language").addEventListener("change", () => { location.search = new URLSearchParams({ lang: at("language").value }); });

let events = null;
function listen() {
  events?.close();
  events = new EventSource("events");
  events.addEventListener("message", (event) => show(JSON.parse(event.data)));
}
listen();
setInterval(() => {
  lost();
  // A stream that hangs silently is opened anew; one that failed does so by itself.
  if (performance.now() - heardAt > 2 * SILENT_MS && events.readyState !== EventSource.CONNECTING) listen();
}, 1000);
