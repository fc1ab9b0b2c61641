// What one is writing stays in this browser until it is sent. It is kept encrypted: the key comes with the pages of
// whoever is signed in, and is nowhere else. So after signing out, or after a session was ended from afar, nobody can
// read what lies here; whoever signs in again as the same person goes on writing.

import { tell, words } from "./tell.js";

const PREFIX = "kizuna-draft ";
const OLD_MS = 30 * 24 * 60 * 60 * 1000;
const KEPT = ["text", "audience", "person[]", "group[]", "not_person[]", "not_group[]"];

const own = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
const stored = (name) => JSON.parse(localStorage.getItem(name) ?? "null");
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

// The page that follows says which form arrived: only that one is forgotten.
const sent = document.querySelector("[data-sent]")?.dataset.sent;
for (const name of own()) {
  const { key, at } = stored(name);
  if (key === sent || Date.now() - at > OLD_MS) localStorage.removeItem(name);
}
for (const form of document.querySelectorAll("form[action='/sign-out']")) {
  form.addEventListener("submit", () => own().forEach((name) => localStorage.removeItem(name)));
}
if (crypto.subtle) for (const form of document.querySelectorAll("form[data-draft]")) keep(form); // not over plain http

async function keep(form) {
  const [who, secret] = form.dataset.keep.split(".");
  const name = `${PREFIX}${who} ${form.dataset.draft}`;
  const area = form.elements.namedItem("text");
  const key = await crypto.subtle.importKey("raw", toBytes(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
  const mark = form.elements.namedItem("key") ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "key", value: crypto.randomUUID() }));
  const kept = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "kept" }));
  const found = await open(stored(name), key);
  const begun = area.ariaInvalid || found?.key === mark.value ? "" : area.defaultValue;
  if (found) kept.value = "1"; // the server need not give it back
  const untouched = area.value === area.defaultValue && !area.ariaInvalid;
  if (found && untouched && text(found) !== area.value) bringBack(form, area, mark, found, name);

  // One after the other, so that the last word is the one that stays.
  let saving = Promise.resolve();
  const save = () => {
    const store = async () => {
      if (!area.value.trim() || area.value === begun) return localStorage.removeItem(name);
      const fields = [...new FormData(form)].filter(([field]) => KEPT.includes(field));
      localStorage.setItem(name, JSON.stringify(await seal(fields, mark.value, key)));
      kept.value = "1";
    };
    saving = saving.then(store, store); // also when the last one failed, for want of room
  };
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    tell(words.away, "problem");
  });
  form.addEventListener("input", save);
  form.addEventListener("change", save);
}

const text = ({ fields }) => fields.find(([field]) => field === "text")[1];

async function seal(fields, mark, key) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(fields)));
  return { key: mark, at: Date.now(), iv: toText(iv), data: toText(data) };
}

// Nothing where there is nothing, or where the password was changed meanwhile: the key comes from it.
async function open(kept, key) {
  if (!kept) return null;
  try {
    const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(kept.iv) }, key, toBytes(kept.data));
    return { key: kept.key, fields: JSON.parse(new TextDecoder().decode(data)) };
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    return null;
  }
}

function bringBack(form, area, mark, found, name) {
  area.value = text(found);
  mark.value = found.key; // if it did arrive after all, the server knows it by this, and does it once
  const chosen = new Set(found.fields.map((pair) => pair.join("\n")));
  const choices = [...form.querySelectorAll("input[type=radio], input[type=checkbox]")].filter((input) => KEPT.includes(input.name));
  const audience = choices.some((input) => input.name === "audience" && chosen.has(`audience\n${input.value}`));
  if (audience) for (const input of choices) input.checked = chosen.has(`${input.name}\n${input.value}`);
  changed(form, area);
  const line = Object.assign(document.createElement("p"), { className: "kept", textContent: words.kept });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-plain", textContent: words.discard });
  button.addEventListener("click", () => {
    localStorage.removeItem(name);
    form.reset();
    line.remove();
    changed(form, area);
    area.focus();
  });
  line.append(button);
  area.after(line);
  tell(words.kept);
}

function changed(form, area) {
  area.dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector("[name=audience]:checked")?.dispatchEvent(new Event("change", { bubbles: true }));
}
