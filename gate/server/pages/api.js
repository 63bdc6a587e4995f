// Calls of the server's API as whoever is signed in; errors are the server's own words.

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ? `${body.title}: ${body.detail}` : body?.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

let csrf = "";

export async function me() {
  const answer = await call("GET", "/api/v1/me");
  csrf = answer.csrf;
  return answer;
}

export async function call(method, path, body) {
  const headers = {}, raw = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = raw ? body.type : "application/json";
  if (csrf && method !== "GET") headers["X-CSRF-Token"] = csrf;
  const answer = await fetch(path, {
    method, headers, body: raw || body === undefined ? body : JSON.stringify(body),
    credentials: "same-origin",
  });
  if (answer.status === 204) return null;
  const value = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, value);
  return value;
}

/** Where somebody begins who asked for no page: the wall, or the desk for who may see only that. */
export function home({ permissions }) {
  const desk = permissions.includes("read_people") && !permissions.includes("view_counts");
  return desk ? "/desk" : "/";
}

export function signInFirst() {
  location.assign(`/sign-in#${encodeURIComponent(location.pathname + location.search)}`);
}
