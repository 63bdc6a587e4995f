// Setting the phone up: a one-time code, typed or in the link the operator's command prints.

import { Refused, TooOften, call } from "./client.js";

const at = (id) => document.getElementById(id);

/** The code in the address, which leaves the address bar at once; null when there is none. */
export function codeInAddress() {
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code || null;
}

/** Ask until a code was traded for an enrolment, and keep it. `unsent` is what a former lane of
    this phone still has to send: { device, n } or null. */
export function enrol(store, say, code, unsent) {
  document.body.dataset.state = "enrol";
  for (const id of ["ready", "result", "blocked", "controls"]) at(id).hidden = true;
  at("enrol").hidden = at("tongue").hidden = false;
  // iOS gives a page on the home screen a store of its own: a code used up here would be missing there.
  const elsewhere = navigator.standalone === false;
  at("enrol-install").hidden = !elsewhere;
  return new Promise((done) => {
    const problem = (text) => { at("enrol-problem").textContent = text; };
    const go = async () => {
      at("enrol-go").disabled = true;
      problem("");
      try {
        done(await trade(store, say, at("code").value.trim(), unsent));
        at("enrol").hidden = true;
        at("enrol").onsubmit = null;
      } catch (error) {
        problem(why(error, say));
      }
      at("enrol-go").disabled = false;
    };
    at("enrol").onsubmit = (event) => { event.preventDefault(); go(); };
    at("code").value = code ?? "";
    if (code && !elsewhere) go();
    else at("code").focus();
  });
}

class NotThisLane extends Error {}

function why(error, say) {
  if (error instanceof TooOften) return say("scanner-code-too-often");
  if (error instanceof Refused && error.status === 403) return say("scanner-code-refused");
  return error instanceof Refused || error instanceof NotThisLane ? error.message : say("scanner-no-server");
}

async function trade(store, say, code, unsent) {
  // A server restored from a backup may have forgotten this phone's last epoch: it gives a later one.
  const epoch_before = (await store.get("identity"))?.epoch ?? 0;
  const body = { code, version: "phone", epoch_before };
  const enrolled = await call("POST", "/api/v1/devices/enrol", { body });
  if (enrolled.role !== "lane") throw new NotThisLane(say("scanner-not-a-lane"));
  if (unsent && unsent.device !== enrolled.device) {
    throw new NotThisLane(say("scanner-unsent", { n: unsent.n, device: unsent.device }));
  }
  await store.set("identity", enrolled, "strict");
  await store.set("direction", enrolled.direction);
  return enrolled;
}
