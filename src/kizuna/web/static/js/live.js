// Keeps an open page up to date. The server tells by small events that something happened; what is shown is always taken
// from the page itself, fetched once more. Nothing is asked while the page is hidden, and without this script
// everything is there after a reload.

const CALM_MS = 10_000;
const SOON_MS = 150;
const LATER_MS = 5_000;
const PARTS = { requests: [".places", ".side"], notification: [".places", ".notices"], copy: [".side", ".copies"] };

const body = document.body;
const bar = document.querySelector("[data-fresh]");
let list = document.querySelector("ol.items, ol.thread");
const fresh = new Set();
const dirty = new Set();
const reworded = new Set();
const over = new Set(); // deleted, though a page that was asked for before may still have it
let source;
let position = body.dataset.since;
let insertedAt = 0;
let timer;

function open() {
  if (source || document.hidden) return;
  const asked = new URLSearchParams({ on: body.dataset.live, posts: posts().join(","), since: position });
  source = new EventSource(`/live?${asked}`);
  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      if (event.lastEventId) position = event.lastEventId;
      act(JSON.parse(event.data));
    });
  on("new", ({ id, plane }) => arrived(plane === "circle" ? `v${id}` : `p${id}`));
  on("inbound", () => arrived("inbound"));
  on("lost", () => arrived("lost"));
  on("window", windowTold);
  on("windows", () => {
    windowTold();
    reopen();
  });
  on("changed", ({ id, plane }) => changed(plane === "circle" ? `v${id}` : `p${id}`));
  on("gone", ({ id, plane }) => gone(plane === "circle" ? `v${id}` : `p${id}`));
  on("counts", count);
  for (const [name, parts] of Object.entries(PARTS)) on(name, () => refresh(parts));
}

// What the page shows of the square, as the server is to tell about it. A boost names what it shows.
function posts() {
  const ids = [...document.querySelectorAll("article.item-square[id]")].flatMap(({ id, dataset }) => [id, dataset.of]);
  for (const { dataset } of document.querySelectorAll("[data-about^=p]")) ids.push(dataset.about);
  return [...new Set(ids.filter(Boolean))].map((id) => id.slice(1)).slice(0, 80);
}

function showing(id) {
  return document.querySelectorAll(`#${CSS.escape(id)}, [data-of="${CSS.escape(id)}"]`);
}

// A window brought something, or what a room is about is another.
function windowTold() {
  refresh([".windows", ".reference"]);
  if (list ? list.dataset.whole !== undefined : document.querySelector(".windows, .wall")) arrived("window");
}

function about(id) {
  if (document.querySelector(`[data-about="${CSS.escape(id)}"]`)) refresh([".reference"]);
}

function changed(id) {
  about(id);
  if (showing(id).length === 0) return;
  reworded.add(id);
  refresh(["changed"]);
}

function gone(id) {
  about(id);
  over.add(id);
  const main = document.getElementById(id)?.matches(".item-main");
  const written = document.querySelector("form.composer textarea")?.value.trim();
  if (main && !written) return location.reload();
  for (const article of showing(id)) article.closest("li")?.remove();
}

function close() {
  source?.close();
  source = undefined;
}

// Ask anew, for what is shown now.
function reopen() {
  close();
  open();
}

function arrived(id) {
  if (document.getElementById(id)) return;
  fresh.add(id);
  const calm = Date.now() - insertedAt > CALM_MS;
  const read = list?.contains(document.activeElement) || list?.querySelector(".run[open]");
  if (calm && scrollY < 80 && !read) {
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
    else if (part === "changed") renew(page);
    else replace(page, part);
  }
  if (dirty.size) refresh([]);
}

function insert(page) {
  const newer = page.querySelector("ol.items, ol.thread");
  if (!newer) return;
  if (!list) return location.reload();
  const added = list.dataset.whole === undefined ? merge(newer) : anew(newer);
  fresh.clear();
  const asked = document.activeElement === bar;
  bar.hidden = true;
  const first = asked && added[0]?.querySelector("article");
  if (first) first.tabIndex = -1;
  if (first) first.focus({ preventScroll: true }); // the button that was pressed is gone
  if (added.length) {
    insertedAt = Date.now(); // what was there already disturbed nobody
    reopen(); // for these too
  }
  document.dispatchEvent(new CustomEvent("kizuna:inserted"));
}

function merge(newer) {
  const there = new Map([...list.children].map((entry) => [name(entry), entry]));
  const added = [];
  let before;
  for (const entry of [...newer.children]) {
    if (isOver(entry)) continue;
    const known = there.get(name(entry));
    if (!known) {
      if (before) before.after(entry);
      else list.prepend(entry);
      added.push(entry);
    }
    before = known ?? entry;
  }
  return added;
}

// A list whose long runs are folded is taken as a whole: what is new may fold what was shown.
function anew(newer) {
  list.replaceWith(document.adoptNode(newer));
  list = newer;
  return [...list.children];
}

// Another wording, around the buttons, which stay: somebody may be about to press one.
function renew(page) {
  for (const id of reworded) {
    for (const old of showing(id)) {
      const now = page.getElementById(old.id);
      const [kept, acts] = [old, now].map((article) => article?.querySelector(":scope > .acts"));
      if (!kept || !acts) continue;
      const open = old.querySelector(":scope > .fold[open] > summary")?.textContent;
      for (const child of [...old.children]) if (child !== kept) child.remove();
      while (acts.nextElementSibling) kept.after(acts.nextElementSibling);
      while (acts.previousElementSibling) kept.before(now.firstElementChild);
      const fold = old.querySelector(":scope > .fold");
      if (fold && fold.querySelector("summary").textContent === open) fold.open = true;
    }
  }
  reworded.clear();
  document.dispatchEvent(new CustomEvent("kizuna:inserted"));
}

function isOver(entry) {
  const article = entry.querySelector("article");
  return over.has(article?.id) || over.has(article?.dataset.of);
}

function name(entry) {
  return entry.querySelector("article")?.id;
}

function replace(page, selector) {
  const old = document.querySelector(selector);
  const now = page.querySelector(selector);
  if (!old || !now || old.contains(document.activeElement)) return;
  old.replaceWith(document.adoptNode(now));
  if (selector === ".notices") document.dispatchEvent(new CustomEvent("kizuna:told"));
}

function count({ id, replies, boosts, favourites, said }) {
  for (const article of showing(`p${id}`)) {
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
