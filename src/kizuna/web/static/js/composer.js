// Lets the composer answer while one writes: how many letters are left, and who will read it. Without this script the
// same form asks the server for the preview by its own button.

const WAIT_MS = 250;
const DECIDES = ["audience", "person[]", "group[]", "not_person[]", "not_group[]"];

for (const form of document.querySelectorAll("form.composer")) {
  form.classList.add("scripted");
  if (form.querySelector("[data-left]")) countLetters(form);
  if (form.querySelector("[data-readers]")) nameReaders(form);
}

function countLetters(form) {
  const area = form.querySelector("textarea");
  const left = form.querySelector("[data-left]");
  const segmenter = new Intl.Segmenter();
  const show = () => {
    const used = [...segmenter.segment(area.value)].length;
    const rest = Number(area.dataset.limit) - used;
    left.textContent = String(rest);
    left.classList.toggle("over", rest < 0);
  };
  area.addEventListener("input", show);
  show();
}

function nameReaders(form) {
  const place = form.querySelector("[data-readers]");
  let timer;
  let asked = 0;
  const ask = async () => {
    const turn = ++asked;
    const body = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf" || DECIDES.includes(name)) body.append(name, value);
    }
    body.append("fragment", "1");
    const answer = await fetch("/readers", { method: "POST", body: new URLSearchParams(body) });
    if (answer.ok && turn === asked) place.innerHTML = await answer.text();
  };
  form.addEventListener("change", (event) => {
    if (!DECIDES.includes(event.target.name)) return;
    place.replaceChildren();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}
