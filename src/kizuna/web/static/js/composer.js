// Lets the composer answer while one writes: how many letters are left, and who will read it. Without this script the
// same form asks the server for the preview by its own button. Chosen pictures are shown small before they are sent.

const WAIT_MS = 250;
const SIDE = 160;
const DECIDES = ["audience", "person[]", "group[]", "not_person[]", "not_group[]"];

for (const form of document.querySelectorAll("form.composer")) {
  form.classList.add("scripted");
  if (form.querySelector("[data-left]")) countLetters(form);
  previewPictures(form);
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

function previewPictures(form) {
  const input = form.querySelector("input[type=file]");
  const place = form.querySelector("[data-previews]");
  const area = form.querySelector("textarea[name=text]");
  if (!input || !place) return;
  const needed = area.required;
  input.addEventListener("change", async () => {
    area.required = needed && input.files.length === 0;
    const shown = await Promise.all([...input.files].slice(0, 4).map(small));
    place.replaceChildren(...shown.filter(Boolean));
  });
}

async function small(file) {
  try {
    const picture = await createImageBitmap(file, { resizeHeight: SIDE, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas;
  } catch {
    return null; // not a picture that this browser knows; the server says what it thinks of it
  }
}
