// The words of the pages: the same Fluent files the lanes use, in the reader's language.

import { FluentBundle, FluentResource } from "/vendor/fluent/index.js";

const LANGUAGES = ["en", "fr", "es", "ru", "ar", "zh"];

export async function words(asked = new URLSearchParams(location.search).get("lang")) {
  const wanted = [asked, ...navigator.languages].map((each) => (each ?? "").slice(0, 2));
  const language = wanted.find((each) => LANGUAGES.includes(each)) ?? "en";
  const bundle = new FluentBundle(language, { useIsolating: language === "ar" });
  const text = await (await fetch(`/words/${language}.ftl`)).text();
  bundle.addResource(new FluentResource(text));
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  const say = (name, args) => {
    const message = bundle.getMessage(name);
    return message?.value ? bundle.formatPattern(message.value, args) : name;
  };
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = say(each.dataset.word);
  return { language, say, short: (reason) => say(`reason-${reason.replaceAll("_", "-")}-short`) };
}
