// Shows what the station says about a template; it decides nothing itself.
const POLL_MS = 1000;
const at = (id) => document.getElementById(id);
const form = at("choose");
let shown = "";
let asking = false;
let again = false;

function options(select, pairs) {
  select.replaceChildren(...pairs.map(([value, words]) => new Option(words, value)));
}

function wanted() {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
}

function verdict(kind, words) {
  at("verdict").dataset.kind = kind;
  at("verdict").textContent = words;
}

function say(lines) {
  at("said").replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

async function look() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const query = wanted();
    const answer = await fetch(`state?${query}`);
    if (!answer.ok) throw new Error(await answer.text());
    const state = await answer.json();
    const now = `${query}|${state.look}`;
    if (now !== shown) show(query, state);
    shown = now;
  } catch (error) {
    verdict("bad", error instanceof TypeError ? "The preview has ended; start it again." : error.message);
    shown = "";
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    await look();
  }
}

function show(query, state) {
  const page = at("page");
  if (state.problems.length) {
    verdict("bad", "This template cannot be used:");
    say(state.problems);
    page.hidden = true;
    return;
  }
  const kind = state.notices.length ? "notice" : "good";
  verdict(kind, `${state.size}: ${state.notices.length ? "can be used, but for this person:" : "checked, can be used"}`);
  say(state.notices);
  page.src = `page.png?${query}&look=${state.look}`;
  page.alt = `The ${at("template").value} badge of a sample person`;
  page.hidden = false;
}

const choices = await (await fetch("choices")).json();
options(at("template"), choices.templates.map((each) => [each, each]));
options(at("category"), [["", "the person's own"], ...choices.categories]);
options(at("person"), choices.people.map((each) => [each, each === "trial" ? "longest name" : each]));
if (choices.templates.includes("a6")) at("template").value = "a6";
form.addEventListener("input", look);
form.addEventListener("submit", (event) => event.preventDefault());
setInterval(look, POLL_MS);
await look();
