// A bell is heard and seen where it is rung. Without this script the page that follows tells what came of it, as ever.

const PARTIALS = [1, 2.76, 5.4];
let sound;

document.addEventListener("submit", ({ target: form }) => {
  if (!form.matches("[data-ring]")) return;
  form.closest(".hang").classList.add("ringing");
  chime();
});

// Three partials that fade, as of a small bell; no file is loaded for it.
function chime() {
  try {
    sound ??= new AudioContext();
  } catch {
    return; // a browser without sound
  }
  const now = sound.currentTime;
  for (const [index, partial] of PARTIALS.entries()) {
    const tone = sound.createOscillator();
    const loud = sound.createGain();
    tone.frequency.value = 1320 * partial;
    loud.gain.setValueAtTime(0.12 / (index + 1), now);
    loud.gain.exponentialRampToValueAtTime(0.0001, now + 1.4 / (index + 1));
    tone.connect(loud).connect(sound.destination);
    tone.start(now);
    tone.stop(now + 1.5);
  }
}
