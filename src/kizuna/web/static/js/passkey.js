// Passkeys: a form with data-passkey asks the device to make one ("create") or to sign with one ("get"), and sends what
// came of it as an ordinary field. What has to be signed is asked for at the form's own address, with /ask behind it.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function options(form) {
  const answer = await fetch(`${form.getAttribute("action")}/ask`, {
    method: "POST",
    body: new URLSearchParams({ csrf: form.elements.csrf.value }),
  });
  if (answer.redirected) {
    location.assign(answer.url); // who one is has to be shown first
    return null;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const asked = await answer.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of [asked.allowCredentials, asked.excludeCredentials])
    for (const one of list || []) one.id = bytes(one.id);
  return asked;
}

function written(made) {
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const field of fields) if (made.response[field]) response[field] = text(made.response[field]);
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const publicKey = await options(form);
      if (!publicKey) return;
      const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = written(made);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = Boolean(window.PublicKeyCredential);
