import { call, home } from "/pages/api.js";

const form = document.getElementById("form");
const button = form.querySelector("button");

function wanted(me) {
  // Only ever a path of this site: "//host" and "https:" would lead elsewhere.
  const path = decodeURIComponent(location.hash.slice(1));
  return /^\/(?![\/\\])/.test(path) ? path : home(me);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  document.getElementById("problem").textContent = "";
  try {
    const me = await call("POST", "/api/v1/sign-in", { name: form.name.value ?? "", ...Object.fromEntries(new FormData(form)) });
    location.assign(wanted(me));
  } catch (problem) {
    document.getElementById("problem").textContent = problem.message;
    button.disabled = false;
  }
});
