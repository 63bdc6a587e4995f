// Keeps the scanner's files on the phone; VERSION and SHELL stand before this line. Only the page
// and what it loads come from here: the API is never kept, and always asked.

const NAME = `gate-scanner-${VERSION}`;
const KEPT = new Set(SHELL);

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME)
    .then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" }))))
    .then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("gate-scanner-") && name !== NAME)
      .map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !KEPT.has(pathname)) return;
  event.respondWith(caches.open(NAME).then(async (cache) => (await cache.match(pathname)) ?? fetch(event.request)));
});
