// Notes by itself that the notices were seen, once the page has been looked at for a moment. What is new keeps its mark
// until the page is opened again. Without this script, the button does it.

const LOOKED_MS = 2_000;
let timer;

function look() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(note, LOOKED_MS);
}

async function note() {
  const form = document.querySelector("form.seen");
  if (!form) return;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  if (answer.type !== "opaqueredirect") return;
  form.remove();
  document.dispatchEvent(new CustomEvent("kizuna:seen"));
}

document.addEventListener("visibilitychange", look);
document.addEventListener("kizuna:told", look);
look();
