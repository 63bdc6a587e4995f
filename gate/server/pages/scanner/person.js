// Whose badge was refused, for the guard to compare: asked of the server at that moment, by the
// badge's own text, and shown while the light lasts. The phone holds no names, before or after.

import { Refused, call } from "./sync.js";

const WAIT_S = 5;

/** { name, about, photo (base64), alt, note }: `note` says in words what is missing. Never throws. */
export async function whose(identity, text, say) {
  try {
    const body = { text };
    const found = await call("POST", "/api/v1/lane/compare", { token: identity.token, body, seconds: WAIT_S });
    const about = [found.organisation, found.country].filter(Boolean).join(" · ");
    const note = found.photo ? "" : say("lane-photo-none");
    return { name: found.name, about, photo: found.photo, alt: say("lane-photo-of", { name: found.name }), note };
  } catch (error) {
    return { note: say(error instanceof Refused ? "lane-photo-none" : "lane-photo-offline") };
  }
}

/** Show what is awaited, and then what came, unless the figure was wiped or is another's by then. */
export async function compare(figure, awaited, person) {
  const turn = Symbol("turn");
  figure.turn = turn;
  put(figure, { note: awaited });
  const found = await person;
  if (figure.turn === turn) put(figure, found);
}

export function wipe(figure) {
  figure.turn = null;
  put(figure, {});
  figure.hidden = true;
}

function put(figure, { name = "", about = "", photo = "", alt = "", note = "" }) {
  const [picture, nobody, { children: [named, more, noted] }] = figure.children;
  if (photo) picture.src = `data:image/jpeg;base64,${photo}`;
  else picture.removeAttribute("src");
  picture.alt = alt;
  picture.hidden = !photo;
  nobody.toggleAttribute("hidden", Boolean(photo));
  named.textContent = name;
  more.textContent = about;
  noted.textContent = note;
  figure.hidden = false;
}
