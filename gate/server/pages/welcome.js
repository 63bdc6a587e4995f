import { call, home } from "/pages/api.js";

const form = document.getElementById("form");
const button = form.querySelector("button");
const token = location.hash.slice(1);
// The secret leaves the address bar at once: not in the history, not over a shoulder.
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  document.getElementById("problem").textContent = "";
  try {
    location.assign(home(await call("POST", "/api/v1/welcome", { token, ...Object.fromEntries(new FormData(form)) })));
  } catch (problem) {
    document.getElementById("problem").textContent = problem.message;
    button.disabled = false;
  }
});
