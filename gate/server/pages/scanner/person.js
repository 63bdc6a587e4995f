// Whose badge was refused, for the guard to compare: asked of the server at that moment, by the
// badge's own text, and shown while the light lasts. The phone holds no names, before or after.

import { Refused, TooOften, call } from "./client.js";

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
    if (error instanceof Refused) return { note: say("lane-photo-none") };
    return { note: say(error instanceof TooOften ? "lane-photo-too-often" : "lane-photo-offline") };
  }
}
