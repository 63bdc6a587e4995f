// The API's description, readable: made from /openapi.json, nothing written twice.

const make = (tag, className, text) => {
  const each = document.createElement(tag);
  if (className) each.className = className;
  if (text !== undefined) each.textContent = text;
  return each;
};
const pretty = (value) => make("pre", "", JSON.stringify(value, null, 2));

function operation(path, method, it) {
  const box = make("details", "panel");
  const head = make("summary");
  head.append(make("span", "method", method.toUpperCase()), make("code", "", path), make("span", "", it.summary));
  head.append(make("span", "badge", it["x-permission"]), make("span", "badge", `scope ${it["x-scope"]}`));
  box.append(head);
  for (const each of it.parameters) {
    const line = make("p");
    line.append(make("code", "", each.name), make("span", "soft", ` in ${each.in}${each.required ? ", required" : ""} `));
    line.append(make("span", "", each.schema.description ?? each.description ?? ""));
    box.append(line);
  }
  for (const [type, { schema }] of Object.entries(it.requestBody?.content ?? {})) {
    box.append(make("h2", "", `Body: ${type}`), pretty(schema));
  }
  for (const [status, answer] of Object.entries(it.responses)) {
    box.append(make("p", "", `${status}: ${answer.description}`));
    const content = answer.content && Object.values(answer.content)[0];
    if (status.startsWith("2") && content) box.append(pretty(content.schema));
  }
  box.dataset.find = `${method} ${path} ${it.summary} ${it["x-permission"]}`.toLowerCase();
  return box;
}

const description = await (await fetch("/openapi.json")).json();
document.getElementById("title").textContent = `${description.info.title} ${description.info.version}`;
document.getElementById("about").textContent = description.info.description;
const boxes = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, it]) => operation(path, method, it)));
document.getElementById("operations").append(...boxes);
for (const [name, schema] of Object.entries(description.components.schemas)) {
  const box = make("details", "panel");
  const head = make("summary");
  head.append(make("code", "", name), make("span", "soft", (schema.description ?? "").split("\n")[0]));
  box.append(head, pretty(schema));
  document.getElementById("schemas").append(box);
}
document.getElementById("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const box of boxes) box.hidden = !words.every((word) => box.dataset.find.includes(word));
});
