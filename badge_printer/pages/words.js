// The operator's words, as the station says them: its messages with `{printer}` and the like filled in.

const LANGUAGES = ["en", "fr", "es", "ru", "ar", "zh"];

export async function words() {
  const asked = [new URLSearchParams(location.search).get("lang"), ...navigator.languages];
  const wanted = asked.map((each) => (each ?? "").slice(0, 2)).find((each) => LANGUAGES.includes(each)) ?? "en";
  const { language, right_to_left, messages, counted } = await (await fetch(`words/${wanted}.json`)).json();
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
