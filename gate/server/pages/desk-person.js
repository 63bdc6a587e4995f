// One person on the desk's screen: who they are, what can be done, what was done.

import { node } from "/pages/figures.js";

/** Fills `article` with the person; `acts` are what its buttons do. */
export function show(article, person, desk, acts) {
  const say = desk.say;
  article.replaceChildren(
    who(person, desk, acts),
    buttons(person, desk, acts),
    panel(say("desk-events"), days(person.entitlements, desk), marks(person, say)),
    panel(say("desk-notes"), node("p", person.notes ? "notes" : "soft", person.notes || say("desk-no-notes"))),
    panel(say("desk-history"), history(person, desk)),
    panel(say("desk-prints"), prints(person, desk, acts)),
  );
}

function panel(title, ...content) {
  const each = node("section", "panel");
  each.append(node("h2", "", title), ...content.filter(Boolean));
  return each;
}

/** Pieces of a line, each in its own direction: a badge number must not turn around in Arabic. */
function line(tag, className, pieces) {
  const each = node(tag, className);
  pieces.filter(Boolean).forEach((piece, place) => each.append(place ? " · " : "", node("bdi", "", piece)));
  return each;
}

function who(person, desk, acts) {
  const say = desk.say, card = node("section", "panel who"), text = node("div");
  const category = desk.category(person.category);
  card.style.borderBlockStartColor = category.colour;
  const name = node("h2", "", person.name_on_badge);
  name.dir = "auto";
  const native = node("div", "native", person.native_name);
  native.dir = "auto";
  native.hidden = !person.native_name;
  const facts = node("div", "facts");
  const chip = node("span", "category", category.name);
  chip.style.backgroundColor = category.colour;
  facts.append(chip, node("span", `pill ${person.status}`, say(`desk-status-${person.status}`)));
  for (const each of person.attention) facts.append(node("span", "pill pending", say(`desk-attention-${each}`)));
  const where = node("div", "", [person.organisation, person.country].filter(Boolean).join(" · "));
  where.dir = "auto";
  const list = node("dl");
  pair(list, say("command-badge"), person.badge, say("desk-generation", { n: person.generation }), printedWords(person, say));
  pair(list, say("desk-collected"), ...collectedWords(person, desk));
  pair(list, say("desk-code"), person.code);
  if (person.email) pair(list, say("desk-email"), person.email, person.mail && say(`desk-mail-${person.mail.state}`), person.mail?.why);
  text.append(name, native, where, facts, list);
  card.append(face(person, desk, acts), text);
  return card;
}

function pair(list, name, ...values) {
  list.append(node("dt", "", name), line("dd", "", values));
}

function face(person, desk, acts) {
  const button = node("button", "portrait");
  button.type = "button";
  button.dataset.act = "photo";
  button.addEventListener("click", acts.photo);
  if (person.photo_at_ms) {
    const image = node("img", "portrait");
    image.alt = desk.say("desk-photo-of", { name: person.name_on_badge });
    image.src = `${desk.base}/registrations/${encodeURIComponent(person.code)}/photo?at=${person.photo_at_ms}`;
    button.append(image);
  } else {
    button.textContent = desk.say("desk-photo-take");
  }
  return button;
}

function printedWords(person, say) {
  if (person.reprints[0]?.state === "reserved") return say("desk-printing");
  if (person.digital === person.generation) return say("desk-on-phone");
  if (person.waits && !person.collected) return say("desk-waits", { place: person.waits.place });
  if (person.printed.includes(person.generation)) return say("desk-printed");
  return person.kiosk ? say("desk-kiosk-prints", { kiosk: person.kiosk.device }) : say("desk-not-printed");
}

function collectedWords(person, desk) {
  const taken = person.collected;
  if (!taken) return [desk.say("desk-not-collected")];
  const how = desk.say(`desk-collected-${taken.how.replace("_", "-")}`, { name: taken.by_name });
  return [how, moment(taken.at_ms, desk), taken.who];
}

// --- what can be done

/** The waiting ticket of a person, if they have one: the longest waiting. */
export function ticketOf(tickets, person) {
  return tickets.find((each) => each.code && each.code === person?.code && !each.closed_by);
}

function buttons(person, desk, acts) {
  const say = desk.say, bar = node("div", "acts");
  const add = (act, word, key, kind = "second", ...values) => {
    const each = node("button", kind, typeof word === "string" ? say(word) : word.text);
    each.type = "button";
    each.dataset.act = act;
    each.addEventListener("click", () => acts[act](...values));
    if (key) each.append(" ", node("kbd", "", key));
    bar.append(each);
  };
  const open = person.reprints[0]?.state === "reserved";
  if (person.status === "approved" && !open) {
    const paper = person.printed.includes(person.generation), phone = person.digital === person.generation;
    add("print", paper || person.kiosk ? "desk-reprint" : "desk-print", "P", phone ? "second" : "act");
    if (desk.can.digital_badges !== "none" && !phone) add("digital", "desk-digital", "");
  }
  if (person.status === "approved" && !person.collected) {
    add("handOut", "desk-hand-out", "H", person.printed.includes(person.generation) ? "act" : "second");
  }
  if (person.status === "pending" && desk.approves) add("status", "desk-approve", "", "act", "approved", "desk-approve");
  const ticket = ticketOf(desk.tickets, person);
  if (ticket) add("ticketDone", { text: say("desk-ticket-done-number", { number: ticket.number }) }, "D");
  add("correct", "desk-correct", "E");
  add("notes", "desk-notes", "N");
  if (person.status === "approved") add("bind", "desk-bind", "");
  if (person.status === "blocked") {
    if (desk.approves) add("release", "desk-release", "", "second warn");
  } else {
    add("hold", "desk-hold", "", "second warn");
    if (person.status === "cancelled") add("status", "desk-restore", "", "second", "pending", "desk-restore");
    else add("status", "desk-cancel-registration", "", "second", "cancelled", "desk-cancel-registration");
  }
  if (person.undo && (desk.approves || person.undo_by === desk.me)) {
    add("undo", { text: say("desk-undo", { act: actWords(person.undo, say) }) }, "U");
  }
  if (person.copies.length) {
    const places = person.copies.map((each) => `${each.device} ${moment(each.at_ms, desk)}`);
    bar.prepend(line("p", "hold", [say("desk-copies"), ...places, say("desk-copies-hint")]));
  }
  if (person.status !== "blocked") return bar;
  const both = node("div", "acts"), why = person.history.find((each) => each.act === "held");
  const box = line("p", "hold", [say("desk-on-hold"), why?.who, why && moment(why.at_ms, desk), why?.why]);
  both.append(box, bar);
  return both;
}

// --- days, marks, prints, history

/** The events and days somebody has; `edit(event, day, held)` gives what stands in a cell instead. */
export function days(entitlements, desk, edit) {
  const held = new Map(entitlements.map((each) => [each.event, new Set(each.days)]));
  const all = [...new Set(desk.can.events.flatMap((each) => each.days))].sort();
  const table = node("table", "days"), head = node("tr");
  head.append(node("td"), ...all.map((day) => {
    const each = node("th", "", dayWords(day, desk));
    each.scope = "col";
    return each;
  }));
  table.append(head);
  for (const event of desk.can.events) {
    const line = node("tr"), name = node("th", "", event.name);
    name.scope = "row";
    line.append(name);
    line.style.setProperty("--event", event.colour);
    for (const day of all) {
      const cell = node("td"), on = event.days.includes(day), has = held.get(event.id)?.has(day) ?? false;
      if (on && edit) cell.append(edit(event, day, has));
      else {
        const mark = node("span", `day ${on ? (has ? "held" : "") : "off"}`, has ? "✓" : "");
        if (on) mark.title = `${event.name}, ${dayWords(day, desk)}`;
        cell.append(mark);
      }
      line.append(cell);
    }
    table.append(line);
  }
  return table;
}

function marks(person, say) {
  if (!person.attention.length) return null;
  return node("p", "soft", person.attention.map((each) => say(`attention-${each}`)).join(" · "));
}

function prints(person, desk, acts) {
  const say = desk.say, box = node("div", "stack");
  for (const each of person.reprints) {
    const card = node("div", each.state === "reserved" ? "panel printing" : "");
    const words = [say("desk-generation", { n: each.generation }), say(`desk-reason-${each.reason}`),
      say(`desk-print-${each.state}`), each.printer, each.who, moment(each.at_ms, desk), stationWords(each.why, say)];
    card.append(line("p", "", words));
    if (each.state === "reserved") {
      const both = node("div", "buttons");
      for (const [act, word] of [["cameOut", "desk-came-out"], ["notOut", "desk-not-out"]]) {
        const button = node("button", "second", say(word));
        button.type = "button";
        button.dataset.act = act;
        button.addEventListener("click", () => acts[act](each.id));
        both.append(button);
      }
      card.append(both);
    }
    box.append(card);
  }
  if (!person.reprints.length) box.append(node("p", "soft", say("desk-no-prints")));
  return box;
}

function history(person, desk) {
  const list = node("ol", "history");
  for (const each of person.history) {
    const entry = node("li");
    entry.append(node("b", "", actWords(each.act, desk.say)), " ",
      line("small", "", [moment(each.at_ms, desk), each.who, whyWords(each, desk.say)]));
    if (each.act !== "walk_in" && !["reprint", "printed", "print_failed", "collected", "digital", "copies"].includes(each.act)) {
      for (const name of new Set([...Object.keys(each.before), ...Object.keys(each.after)])) entry.append(change(name, each, desk));
    }
    list.append(entry);
  }
  if (!person.history.length) list.append(node("li", "soft", desk.say("desk-no-history")));
  return list;
}

function change(name, { before, after }, desk) {
  const line = node("p", "", `${fieldWords(name, desk.say)}: `);
  const was = node("del", "", valueWords(name, before[name], desk)), is = node("ins", "", valueWords(name, after[name], desk));
  was.dir = is.dir = "auto";
  line.append(was, " → ", is);
  return line;
}

function actWords(act, say) {
  return say(`desk-act-${act.replaceAll("_", "-")}`);
}

/** Why nothing came out: a station's code, perhaps with its printer's own words; or a person's words. */
function stationWords(why, say) {
  const [code, ...words] = (why ?? "").split(": "), name = `station-why-${code.replaceAll("_", "-")}`;
  return code && say(name) !== name ? [say(name), ...words].join(": ") : why;
}

function whyWords({ act, why }, say) {
  if (act === "undone") return why ? actWords(why, say) : "";
  if (act === "print_failed") return stationWords(why, say);
  const reason = act === "reprint" ? say(`desk-reason-${why}`) : why;
  return reason.startsWith("desk-reason-") ? why : reason;
}

export function fieldWords(name, say) {
  return say(`desk-${name.replaceAll("_", "-")}`);
}

export function valueWords(name, value, desk) {
  if (value === null || value === undefined || value === "") return "–";
  if (name === "category") return desk.category(value).name;
  if (name === "status" || name === "held_status") return desk.say(`desk-status-${value}`);
  if (name === "attention") return value.map((each) => desk.say(`desk-attention-${each}`)).join(", ") || "–";
  if (name === "photo_at_ms") return moment(value, desk);
  if (name === "entitlements") {
    const names = new Map(desk.can.events.map((each) => [each.id, each.name]));
    return value.map((each) => `${names.get(each.event) ?? each.event}: ${each.days.map((day) => Number(day.slice(8))).join(", ")}`).join("; ") || "–";
  }
  return String(value);
}

export function moment(ms, desk) {
  const parts = { timeZone: desk.edition.time_zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(desk.language === "en" ? "en-GB" : desk.language, parts).format(new Date(ms));
}

function dayWords(day, desk) {
  const parts = { timeZone: "UTC", weekday: "short", day: "numeric" };
  return new Intl.DateTimeFormat(desk.language === "en" ? "en-GB" : desk.language, parts).format(new Date(`${day}T12:00:00Z`));
}
