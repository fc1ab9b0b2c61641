// Forms that are marked data-in-place do their deed where one is: the same form is sent to the same address, and what
// the server answers is put into the open page. Pages of a list are read on in place too. Without this script each form
// and each link leads to a page, as ever.

import { tell, words } from "./tell.js";

const SLOW_MS = 250;

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (!form.matches("[data-in-place]") || event.defaultPrevented || !button) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") !== "true") send(form, button);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".pager a[rel=next]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || !link.closest(".pager").previousElementSibling?.matches("ol.items")) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") !== "true") readOn(link, true);
});

async function send(form, button) {
  const action = button.getAttribute("formaction") ?? form.getAttribute("action");
  const article = button.closest("article.item");
  const fields = new URLSearchParams(new FormData(form, button));
  const own = action.slice(0, action.lastIndexOf("/") + 1); // the address of the item, with its slash
  if (article) fields.set("back", `${own}item${article.matches(".item-main") ? "?main=1" : ""}`);
  await busy(button, async () => {
    const answer = await fetch(action, { method: "POST", body: fields });
    const page = await read(answer);
    if (!page) return;
    const notice = page.querySelector(".notice")?.textContent.trim();
    if (article) showItem(own, page.querySelector("article.item"), button);
    else if (!showPart(form.closest("[data-part]"), page, action)) return location.assign(answer.url);
    const now = button.isConnected ? button : document.activeElement;
    const state = now.ariaPressed && `${now.ariaLabel ?? now.textContent}: ${now.ariaPressed === "true" ? words.on : words.off}`;
    tell(notice ?? state ?? "", notice ? "done" : "");
  });
}

// Every place in which the page shows this item, since a boost may have brought it here twice.
function showItem(own, now, button) {
  const here = button.closest("article");
  const shown = new Set([...document.querySelectorAll(`[formaction^="${CSS.escape(own)}"]`)].map((each) => each.closest("article")));
  for (const article of shown) {
    for (const part of [":scope > .moods", ":scope > .acts"]) {
      const old = article.querySelector(part);
      if (old) sync(old, now.querySelector(part));
    }
  }
  if (button.isConnected && button.checkVisibility()) return button.focus({ preventScroll: true });
  const next = here.querySelector(`.${button.className}[aria-pressed=true]`) ?? here.querySelector(".moods summary");
  next?.focus({ preventScroll: true });
}

function showPart(part, page, action) {
  const now = part && page.getElementById(part.id);
  if (!now) return false;
  const focused = part.contains(document.activeElement);
  sync(part, now);
  if (focused && !part.contains(document.activeElement)) (part.querySelector(`form[action="${CSS.escape(action)}"] button`) ?? part.querySelector("button, a"))?.focus();
  return true;
}

// What stays the same keeps its element, and with it the focus.
function sync(old, now) {
  for (const name of new Set([...old.getAttributeNames(), ...now.getAttributeNames()])) {
    const value = now.getAttribute(name);
    if (value === null) old.removeAttribute(name);
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const [had, has] = [[...old.childNodes], [...now.childNodes]];
  if (had.length !== has.length || had.some((node, place) => node.nodeName !== has[place].nodeName)) {
    return old.replaceChildren(...has);
  }
  had.forEach((node, place) => {
    if (node.nodeType === Node.ELEMENT_NODE) sync(node, has[place]);
    else if (node.nodeValue !== has[place].nodeValue) node.nodeValue = has[place].nodeValue;
  });
}

async function readOn(link, moving) {
  const pager = link.closest(".pager");
  const list = pager.previousElementSibling;
  const waiting = setTimeout(() => list.append(...pager.querySelector("template").content.cloneNode(true).children), SLOW_MS);
  await busy(link, async () => {
    const page = await read(await fetch(link.href));
    const more = page && [...page.querySelectorAll("ol.items")].at(-1);
    if (!more) return page && location.assign(link.href);
    const known = new Set([...list.querySelectorAll("article[id]")].map((article) => article.id));
    const added = [...more.children].filter((entry) => !known.has(entry.querySelector("article").id));
    const after = [...more.parentElement.querySelectorAll(":scope > .pager, :scope > .end")];
    pager.parentElement.querySelectorAll(":scope > .end").forEach((end) => end.remove());
    list.append(...added);
    pager.replaceWith(...after);
    pagesRead += 1;
    document.dispatchEvent(new CustomEvent("kizuna:inserted"));
    if (!moving) return;
    tell(words.more.replace("{n}", String(added.length)));
    const first = added[0]?.querySelector("article");
    if (first) first.tabIndex = -1;
    first?.focus({ preventScroll: true });
  });
  clearTimeout(waiting);
  for (const skeleton of list.querySelectorAll(".skeleton")) skeleton.remove();
}

async function busy(element, act) {
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch says so when there is no way to the server
    tell(words.offline, "problem");
  }
  element.removeAttribute("aria-busy");
}

// The page that was answered; nothing where it is a refusal, which is told, or a question for who one is.
async function read(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return null;
  }
  if (answer.ok) return page;
  const told = [...page.querySelectorAll(".oops h1, .oops p:not(.status)")].map((line) => line.textContent.trim());
  tell(told.join(" · ") || words.offline, "problem");
  return null;
}

// Coming back to a list that was read on: as far as it was, and where one was.
let pagesRead = 0;
addEventListener("pagehide", () => {
  if (pagesRead) history.replaceState({ pages: pagesRead, at: scrollY }, "");
});
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward" && history.state?.pages) {
  const { pages, at } = history.state;
  for (let left = pages; left > 0; left -= 1) {
    const link = document.querySelector(".pager a[rel=next]");
    if (link) await readOn(link, false);
  }
  scrollTo(0, at);
}
