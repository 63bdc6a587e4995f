// Looking up a name, for a supervisor, online only: the phone itself holds no names.

import { Refused, TooOften, call } from "./client.js";
import { element } from "./light.js";

const at = (id) => document.getElementById(id);

export function lookUp(identity, say) {
  const said = (text) => { at("names-problem").textContent = text; };
  at("names-form").onsubmit = async (event) => {
    event.preventDefault();
    said("");
    at("found").replaceChildren();
    try {
      const path = `/api/v1/lane/find?name=${encodeURIComponent(at("name").value.trim())}`;
      const found = await call("GET", path, { token: identity.token });
      at("found").replaceChildren(...found.map(person));
      if (!found.length) said(say("scanner-find-none"));
    } catch (error) {
      if (error instanceof Refused) said(error.message);
      else said(say(error instanceof TooOften ? "scanner-find-too-often" : "scanner-find-offline"));
    }
  };
  at("names").onclose = () => { at("found").replaceChildren(); at("name").value = ""; said(""); };
  at("names").showModal();
}

function person({ name, category, country }) {
  const item = element("li", "");
  item.append(element("b", name), element("span", [category, country].filter(Boolean).join(" · ")));
  return item;
}
