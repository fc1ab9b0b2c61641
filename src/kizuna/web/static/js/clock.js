// The exact moment behind "5 min" in the reader's own time zone; the server only knows its own.

const exact = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
function tellExactly() {
  for (const time of document.querySelectorAll("time[title]")) time.title = exact.format(new Date(time.dateTime));
}
document.addEventListener("kizuna:inserted", tellExactly);
tellExactly();
