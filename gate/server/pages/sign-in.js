import { call } from "/pages/api.js";

const form = document.getElementById("form");
const button = form.querySelector("button");

function wanted() {
  // Only ever a path of this site: "//host" and "https:" would lead elsewhere.
  const path = decodeURIComponent(location.hash.slice(1));
  return /^\/(?![\/\\])/.test(path) ? path : "/";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  document.getElementById("problem").textContent = "";
  try {
    await call("POST", "/api/v1/sign-in", { name: form.name.value ?? "", ...Object.fromEntries(new FormData(form)) });
    location.assign(wanted());
  } catch (problem) {
    document.getElementById("problem").textContent = problem.message;
    button.disabled = false;
  }
});
