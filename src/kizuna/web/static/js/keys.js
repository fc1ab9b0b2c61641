// Keys for those who like them, all told at /keys and by "?". Never while one writes, chooses, composes characters or
// holds a modifier. The setting at /keys switches them off: then this script is not loaded at all.

import { words } from "./tell.js";

const GO = { h: "/", s: "/square", f: "/friends", n: "/notifications", c: "/copies", t: "/settings" };
const WAIT_MS = 1_500;
let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = Date.now() < going ? () => follow(GO[event.key]) : ACTS[event.key];
  going = 0;
  if (act?.(event) === true) event.preventDefault();
});

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => press(here(), ".when"),
  Enter: (event) => event.target.matches("article.item") && press(here(), ".when"),
  r: () => press(here(), ".acts > a.act"),
  f: () => press(here(), "[formaction$='/favourite']"),
  b: () => press(here(), "[formaction$='/boost']"),
  n: () => focus(document.querySelector("form.composer textarea")) || follow("/compose"),
  "/": () => focus(search()) || follow("/search") || follow("/friends", "#find"),
  ".": () => press(document, "[data-fresh]:not([hidden])"),
  g: () => Boolean((going = Date.now() + WAIT_MS)),
  "?": () => help(),
};

const here = () => document.activeElement.closest?.("article.item");
const search = () => document.querySelector("[role=search] input:not([type=hidden])");

function move(step) {
  const items = [...document.querySelectorAll("article.item")].filter((item) => item.checkVisibility());
  const at = items.indexOf(here());
  const below = items.findIndex((item) => item.getBoundingClientRect().bottom > 80);
  const next = items[at < 0 ? below : at + step];
  if (next) next.tabIndex = -1;
  return focus(next);
}

function press(place, selector) {
  const found = place?.querySelector(selector);
  found?.click();
  return Boolean(found);
}

function focus(element) {
  element?.focus();
  element?.scrollIntoView({ block: "nearest" });
  return Boolean(element);
}

// Only to places that the page has, so that nobody is led where there is nothing.
function follow(href, part = "") {
  const link = href && document.querySelector(`.places a[href="${href}"], .places a[href^="${href}/"]`);
  if (link) location.assign(link.getAttribute("href") + part);
  return Boolean(link);
}

function help() {
  if (document.getElementById("keys")) return false; // this is the page
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "keys-title");
  dialog.addEventListener("close", () => dialog.remove());
  fetch("/keys").then(async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    form.append(Object.assign(document.createElement("button"), { className: "button", textContent: words.close }));
    dialog.append(page.getElementById("keys"), form);
    document.body.append(dialog);
    dialog.showModal();
  });
  return true;
}

if (location.hash === "#find") focus(search());
