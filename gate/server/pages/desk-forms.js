// The desk's dialogs. Each resolves to what was given, or to null when it was closed.

import { node } from "/pages/figures.js";
import { days, fieldWords, moment, valueWords } from "/pages/desk-person.js";

const TEXTS = ["given", "family", "name_on_badge", "native_name", "organisation", "country", "email"];
const LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh"];

/** A dialog around `content`; `read` gives its value when it is accepted, or a field at fault. */
export function dialog(desk, title, content, read, yes = desk.say("command-save")) {
  const box = document.getElementById("dialog"), form = node("form"), heading = node("h2", "", title);
  heading.id = "dialog-title";
  const bar = node("div", "buttons"), no = node("button", "plain", desk.say("command-cancel"));
  no.type = "button";
  bar.append(no);
  if (read) bar.append(node("button", "act", yes));
  form.append(...content, bar);
  box.replaceChildren(heading, form);
  box.dir = document.documentElement.dir;
  const before = document.activeElement;
  return new Promise((resolve) => {
    let value = null;
    no.addEventListener("click", () => box.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      value = read();
      if (value !== null) box.close();
    });
    box.addEventListener("close", () => {
      box.replaceChildren();
      before?.focus?.();
      resolve(value);
    }, { once: true });
    box.finish = (given) => {
      value = given;
      box.close();
    };
    box.showModal();
    form.querySelector("input:not([type=radio]), textarea, select, input:checked")?.focus();
  });
}

/** Asks for some fields: {name, word, kind: text | textarea | radio, value, choices, required, max}. */
export function ask(desk, title, fields, words = "") {
  const content = fields.map((each) => (each.kind === "radio" ? radios(desk, each) : text(desk, each)));
  if (words) content.unshift(node("p", "soft", desk.say(words)));
  const form = () => new FormData(document.getElementById("dialog").querySelector("form"));
  return dialog(desk, desk.say(title), content, () => Object.fromEntries(form()), desk.say(title));
}

function text(desk, { name, word, kind, value = "", required = false, max = 200 }) {
  const label = node("label", "field wide"), field = node(kind === "textarea" ? "textarea" : "input");
  if (word) label.append(node("span", "", desk.say(word)));
  else field.setAttribute("aria-labelledby", "dialog-title");
  Object.assign(field, { name, value, required, maxLength: max, autocomplete: "off" });
  if (kind === "textarea") field.rows = 6;
  field.dir = "auto";
  label.append(field);
  return label;
}

function radios(desk, { name, word, value, choices }) {
  const set = node("fieldset"), box = node("div", "choices");
  if (word) set.append(node("legend", "", desk.say(word)));
  for (const [id, words] of choices) {
    const label = node("label"), field = node("input");
    Object.assign(field, { type: "radio", name, value: id, checked: id === value });
    label.append(field, node("span", "", words));
    box.append(label);
  }
  set.append(box);
  return set;
}

function select(desk, name, choices, value) {
  const label = node("label", "field"), field = node("select");
  field.name = name;
  for (const [id, words] of choices) field.append(new Option(words, id, false, id === value));
  label.append(node("span", "", fieldWords(name, desk.say)), field);
  return label;
}

/** Names, category, events: of somebody, or (null) of a walk-in. Only what changed is given.
    `draft` is a walk-in's form that was filled before and did not arrive. */
export function registrationForm(desk, person, draft = null) {
  const now = person ?? draft ?? { category: desk.can.categories[0].id, language: "en", entitlements: [], attention: [] };
  const grid = node("div", "fields");
  for (const name of TEXTS) {
    const label = node("label", "field"), field = node("input");
    Object.assign(field, { name, value: now[name] ?? "", maxLength: name === "email" ? 254 : 200, autocomplete: "off", required: name === "family" });
    if (name === "email") field.type = "email";
    field.dir = "auto";
    label.append(node("span", "", fieldWords(name, desk.say)), field);
    grid.append(label);
  }
  const spoken = LANGUAGES.includes(now.language) ? LANGUAGES : [now.language, ...LANGUAGES];
  grid.append(
    select(desk, "category", desk.can.categories.map((each) => [each.id, each.name]), now.category),
    select(desk, "language", spoken.map((each) => [each, new Intl.DisplayNames(desk.language, { type: "language" }).of(each)]), now.language),
  );
  const events = node("fieldset"), marks = node("fieldset"), choices = node("div", "choices");
  events.append(node("legend", "", desk.say("desk-events")), days(now.entitlements, desk, (event, day, held) => {
    const label = node("label", "day"), box = node("input");
    Object.assign(box, { type: "checkbox", name: "day", value: `${event.id} ${day}`, checked: held });
    box.setAttribute("aria-label", `${event.name} ${day}`);
    label.append(box);
    return label;
  }));
  for (const each of desk.can.attention) {
    const label = node("label"), box = node("input");
    Object.assign(box, { type: "checkbox", name: "attention", value: each, checked: now.attention.includes(each) });
    label.append(box, node("span", "", desk.say(`desk-attention-${each}`)));
    choices.append(label);
  }
  marks.append(node("legend", "", desk.say("desk-attention")), choices);
  const fault = node("p", "problem");
  fault.setAttribute("role", "alert");
  const why = text(desk, { name: "why", word: "desk-why", max: 200 });
  const title = desk.say(person ? "desk-correct" : "desk-walk-in");
  return dialog(desk, title, [grid, events, marks, why, fault], () => {
    const given = read(new FormData(document.getElementById("dialog").querySelector("form")));
    if (!given.entitlements.length) {
      fault.textContent = desk.say("desk-no-events");
      return null;
    }
    return { why: given.why, correction: person ? changed(given, person) : without(given, "why") };
  });
}

function read(form) {
  const given = Object.fromEntries([...TEXTS, "category", "language", "why"].map((name) => [name, form.get(name).trim()]));
  const held = new Map();
  for (const each of form.getAll("day")) {
    const [event, day] = each.split(" ");
    held.set(event, [...(held.get(event) ?? []), day]);
  }
  given.entitlements = [...held].map(([event, list]) => ({ event, days: list }));
  given.attention = form.getAll("attention");
  return given;
}

function without(given, name) {
  const { [name]: _, ...rest } = given;
  return rest;
}

const plain = (value) => JSON.stringify(Array.isArray(value) && value[0]?.event
  ? [...value].sort((a, b) => (a.event < b.event ? -1 : 1)).map((each) => [each.event, [...each.days].sort()]) : value ?? "");

function changed(given, person) {
  return Object.fromEntries(Object.entries(without(given, "why")).filter(([name, value]) => plain(value) !== plain(person[name])));
}

/** Both sides of an edit that came too late; resolves to the lines of mine that shall hold. */
export function conflict(desk, before, mine, { person, since }) {
  const say = desk.say, table = node("table", "both"), head = node("tr"), newest = since[0];
  const theirs = new Set(since.flatMap((each) => Object.keys(each.after)));
  for (const word of ["", "desk-theirs", "desk-mine"]) head.append(node("th", "", word && say(word)));
  table.append(head);
  const names = Object.keys(mine).filter((name) => mine[name] !== undefined);
  const all = [...new Set([...names, ...[...theirs].filter((name) => name in person)])];
  for (const name of all) {
    const line = node("tr");
    line.append(node("td", "", fieldWords(name, say)), node("td", "", valueWords(name, person[name], desk)));
    const cell = node("td");
    if (names.includes(name)) {
      const label = node("label"), box = node("input");
      Object.assign(box, { type: "checkbox", name: "keep", value: name, checked: !theirs.has(name) });
      label.append(box, ` ${valueWords(name, mine[name], desk)}`);
      cell.append(label);
    }
    line.append(cell);
    table.append(line);
  }
  const words = say("desk-conflict-words", { who: newest?.who ?? say("desk-an-import"), when: newest ? moment(newest.at_ms, desk) : "" });
  return dialog(desk, say("desk-conflict"), [node("p", "", words), table], () => {
    const kept = new FormData(document.getElementById("dialog").querySelector("form")).getAll("keep");
    return kept.length ? Object.fromEntries(kept.map((name) => [name, mine[name]])) : {};
  }, say("desk-keep-chosen")).then((kept) => (kept && Object.keys(kept).length ? kept : null));
}
