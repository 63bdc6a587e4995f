// The operator's words, as the station says them: its messages with `{printer}` and the like filled in.

const AGAIN_MS = 1000;
const LANGUAGES = ["en", "fr", "es", "ru", "ar", "zh"];

/** A station that is being started answers in a moment. */
async function askedFor(path) {
  for (;;) {
    const answer = await fetch(path).catch(() => null);
    const value = answer?.ok ? await answer.json().catch(() => null) : null;
    if (value) return value;
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}

export async function words() {
  const asked = [new URLSearchParams(location.search).get("lang"), ...navigator.languages];
  const wanted = asked.map((each) => (each ?? "").slice(0, 2)).find((each) => LANGUAGES.includes(each)) ?? "en";
  const { language, right_to_left, messages, counted } = await askedFor(`words/${wanted}.json`);
  document.documentElement.lang = language;
  document.documentElement.dir = right_to_left ? "rtl" : "ltr";
  const plural = new Intl.PluralRules(language);
  // A code without words is shown as it is.
  const say = (name, filled = {}) => (messages[name] ?? name).replace(/\{(\w+)\}/g, (hole, each) => filled[each] ?? hole);
  const count = (name, n) => (counted[name][plural.select(n)] ?? counted[name].other).replace("{n}", n);
  const has = (kind, code) => `station-${kind}-${code.replaceAll("_", "-")}` in messages;
  const coded = (kind, code) => messages[`station-${kind}-${code.replaceAll("_", "-")}`] ?? code.replaceAll("_", " ");
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = say(each.dataset.word);
  for (const each of document.querySelectorAll("[data-label]")) each.ariaLabel = say(each.dataset.label);
  return { language, say, count, has, coded };
}
