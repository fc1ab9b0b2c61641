// One place at the edge of the page says what a script just did: always to those who listen, and to the eye where
// something went wrong or a page would have shown a notice.

const place = document.querySelector("[data-told]");
const SHOWN_MS = 8_000;
let timer;

export const words = place.dataset;

export function tell(text, kind = "") {
  clearTimeout(timer);
  place.className = kind ? `toast toast-shown toast-${kind}` : "toast";
  place.textContent = "";
  // A text that comes a moment later is read out even if it is the same as before.
  setTimeout(() => (place.textContent = text), 50);
  if (kind === "done") timer = setTimeout(hush, SHOWN_MS);
}

function hush() {
  place.className = "toast";
  place.textContent = "";
}

place.addEventListener("click", hush);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hush();
});

addEventListener("offline", () => tell(words.away, "problem"));
addEventListener("online", () => tell(words.back, "done"));

for (const button of document.querySelectorAll("[data-tell]")) {
  button.addEventListener("click", () => tell(button.dataset.tell, button.dataset.kind));
}
