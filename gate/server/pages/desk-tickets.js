// Whom kiosks sent to the desk: the numbers that wait, and those done a moment ago, to take back.

import { node } from "/pages/figures.js";
import { moment } from "/pages/desk-person.js";

const DONE_MIN = 15, DONE_SHOWN = 3;

/** Shows `tickets`, as the API lists them, in `list`; `acts` are open(code), done(id), back(id). */
export function showTickets(list, tickets, desk, acts) {
  const waiting = tickets.filter((each) => !each.closed_by), done = tickets.filter((each) => each.closed_by);
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : "";
  list.replaceChildren(
    ...waiting.map((each) => ticket(each, desk, acts)),
    ...done.slice(0, DONE_SHOWN).map((each) => closed(each, desk, acts)),
  );
  // What was focused is drawn anew; a ticket that went leaves the focus on the next one.
  if (focused) (list.querySelector(`[data-key="${focused}"]`) ?? list.querySelector("button"))?.focus();
  return waiting.length;
}

export const ticketsPath = (desk) => `${desk.base}/tickets?done_min=${DONE_MIN}`;

function ticket(each, desk, acts) {
  const line = node("li", "ticket"), number = node("b", "number", each.number), text = node("span", "text");
  const name = node("bdi", "", each.name_on_badge || desk.say("desk-ticket-nobody"));
  const where = [each.kiosk, moment(each.at_ms, desk)].map((piece) => node("bdi", "", piece));
  const small = node("small");
  small.append(where[0], " · ", where[1]);
  text.append(name, node("span", "why", desk.say(`desk-ticket-${each.why.replace("_", "-")}`)), small);
  const main = node(each.code ? "button" : "div", "call");
  main.append(number, text);
  if (each.code) {
    main.type = "button";
    main.dataset.key = `open-${each.id}`;
    main.addEventListener("click", () => acts.open(each.code));
  }
  if (each.code && each.code === desk.person?.code) line.setAttribute("aria-current", "true");
  line.append(main, button(desk.say("desk-ticket-done"), `done-${each.id}`, each, () => acts.done(each.id)));
  return line;
}

function closed(each, desk, acts) {
  const line = node("li", "ticket closed"), text = node("small");
  text.append(node("bdi", "", each.number), ` · ${desk.say("desk-ticket-closed")} · `, node("bdi", "", each.closed_by));
  line.append(text, button(desk.say("desk-ticket-back"), `back-${each.id}`, each, () => acts.back(each.id)));
  return line;
}

function button(words, key, each, act) {
  const made = node("button", "plain", words);
  made.type = "button";
  made.dataset.key = key;
  made.setAttribute("aria-label", `${words}: ${each.number}`);
  made.addEventListener("click", act);
  return made;
}
