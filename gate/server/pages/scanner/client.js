// The server's API as calls. No call retries by itself: whoever calls owns the retries, and every
// wait is bounded. gate/client.py is its elder.

const ANSWER_S = 10;

/** The server did not answer, or could not; trying again helps. */
export class ServerAway extends Error {}

/** It answers, but was asked too often; in a while it helps. */
export class TooOften extends ServerAway {}

/** The server answered no; `status` says how. */
export class Refused extends Error {
  constructor(status, title, detail) {
    super(detail ? `${title}: ${detail}` : title);
    Object.assign(this, { status, title });
  }
}

/** The answer's JSON. `dated` is told what the server's machine takes for the time; NaN when a proxy drops it. */
export async function call(method, path, { token, body, seconds = ANSWER_S, dated } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(seconds * 1000);
  const answer = await ask(path, { method, token, headers, body: JSON.stringify(body), signal });
  const value = answer.status === 204 ? null : await read(answer);
  dated?.(Date.parse(answer.headers.get("Date")));
  return value;
}

/** A good answer, whose body is still to be read. */
export async function ask(path, { token, headers, ...more }) {
  const own = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", headers: { ...own, ...headers }, ...more })
    .catch((error) => { throw new ServerAway(error.message); });
  if (answer.ok) return answer;
  // Not in our words, it is not the server's: a captive portal's 401 revokes no phone.
  const problem = await read(answer), title = problem?.title ?? `HTTP ${answer.status}`;
  if (answer.status === 429) throw new TooOften(title);
  if (answer.status >= 500) throw new ServerAway(title);
  throw new Refused(answer.status, title, problem?.detail);
}

async function read(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw new ServerAway(error.message);
  }
}
