// Keeps an open page up to date. The server tells by small events that something happened; what is shown is always taken
// from the page itself, fetched once more. Nothing is asked while the page is hidden, and without this script
// everything is there after a reload.

const CALM_MS = 10_000;
const SOON_MS = 150;
const LATER_MS = 5_000;
const PARTS = { requests: [".places", ".side"], notification: [".places", ".notices"], copy: [".side", ".copies"] };

const body = document.body;
const bar = document.querySelector("[data-fresh]");
const list = document.querySelector("ol.items, ol.thread");
const fresh = new Set();
const dirty = new Set();
let source;
let position = body.dataset.since;
let insertedAt = 0;
let timer;

function open() {
  if (source || document.hidden) return;
  const asked = new URLSearchParams({ on: body.dataset.live, since: position });
  source = new EventSource(`/live?${asked}`);
  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      if (event.lastEventId) position = event.lastEventId;
      act(JSON.parse(event.data));
    });
  on("new", ({ id, plane }) => arrived(plane === "circle" ? `v${id}` : `p${id}`));
  on("inbound", () => arrived("inbound"));
  on("lost", () => arrived("lost"));
  on("gone", ({ id, plane }) => document.getElementById(`${plane === "circle" ? "v" : "p"}${id}`)?.closest("li")?.remove());
  on("counts", count);
  for (const [name, parts] of Object.entries(PARTS)) on(name, () => refresh(parts));
}

function close() {
  source?.close();
  source = undefined;
}

function arrived(id) {
  if (document.getElementById(id)) return;
  fresh.add(id);
  const calm = Date.now() - insertedAt > CALM_MS;
  if (calm && scrollY < 80 && !list?.contains(document.activeElement)) {
    refresh(["items"]);
  } else {
    bar.textContent = bar.dataset.fresh.replace("{n}", String(fresh.size));
    bar.hidden = false;
  }
}

function refresh(parts) {
  for (const part of parts) dirty.add(part);
  timer ??= setTimeout(fetchPage, SOON_MS);
}

async function fetchPage() {
  const wanted = [...dirty];
  dirty.clear();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
  timer = undefined;
  if (!answer || answer.status >= 500) {
    for (const part of wanted) dirty.add(part);
    timer = setTimeout(fetchPage, LATER_MS);
    return;
  }
  if (!answer.ok || answer.redirected) return close();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of wanted) {
    if (part === "items") insert(page);
    else replace(page, part);
  }
  if (dirty.size) refresh([]);
}

function insert(page) {
  const newer = page.querySelector("ol.items, ol.thread");
  if (!newer) return;
  if (!list) return location.reload();
  const known = new Set([...list.children].map(name));
  const added = [...newer.children].filter((entry) => !known.has(name(entry)));
  if (list.matches(".thread")) list.append(...added);
  else list.prepend(...added);
  fresh.clear();
  bar.hidden = true;
  if (added.length) insertedAt = Date.now(); // what was there already disturbed nobody
  document.dispatchEvent(new CustomEvent("kizuna:inserted"));
}

function name(entry) {
  const article = entry.querySelector("article");
  return article.id || article.querySelector(".when").getAttribute("href") + article.querySelector(".via")?.textContent;
}

function replace(page, selector) {
  const old = document.querySelector(selector);
  const now = page.querySelector(selector);
  if (!old || !now || old.contains(document.activeElement)) return;
  old.replaceWith(document.adoptNode(now));
  if (selector === ".notices") document.dispatchEvent(new CustomEvent("kizuna:told"));
}

function count({ id, replies, boosts, favourites, said }) {
  for (const article of document.querySelectorAll(`#p${CSS.escape(id)}`)) {
    const [reply, boost, star] = article.querySelectorAll(".acts > .act");
    reply.ariaLabel = said;
    for (const [act, value] of [[reply, replies], [boost, boosts], [star, favourites]]) show(act, value);
  }
}

function show(act, value) {
  const number = act.querySelector("span[aria-hidden]") ?? act.appendChild(document.createElement("span"));
  number.setAttribute("aria-hidden", "true");
  number.textContent = value ? String(value) : "";
  if (act.matches("button")) act.ariaLabel = act.ariaLabel.replace(/\d+$/, String(value));
}

bar.addEventListener("click", () => {
  scrollTo({ top: 0 });
  refresh(["items"]);
});
document.addEventListener("kizuna:seen", () => refresh([".places"]));
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);
addEventListener("pageshow", open);
open();
