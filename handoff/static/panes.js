// Where one is in the panes: the end of the conversation, the details on narrow windows, and the window's title.

const scroller = () => document.getElementById("scroller");
let atEnd = true;
const newer = () => document.getElementById("newer");

export function following() {
  const pane = scroller();
  return !pane || pane.scrollHeight - pane.scrollTop - pane.clientHeight < 120;
}

export function scrollToEnd() {
  const pane = scroller();
  if (!pane) return;
  pane.scrollTop = pane.scrollHeight;
  newer().hidden = true;
}

export function showNewer() {
  newer().hidden = false;
}

export function startPanes() {
  titled();
  if (!scroller()) return;
  newer().addEventListener("click", scrollToEnd);
  const watch = () => {
    atEnd = following();
    if (atEnd) newer().hidden = true;
  };
  scroller().addEventListener("scroll", watch, { passive: true });
  // The composer grows and shrinks; whoever reads the end goes on reading it.
  new ResizeObserver(() => atEnd && scrollToEnd()).observe(scroller());
  // Delegated: the button lives in a part that is swapped.
  document.addEventListener("click", (event) => {
    if (event.target.closest("#side-button")) toggleSide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("side-open")) toggleSide();
  });
  document.querySelector("a.row[aria-current=page]")?.scrollIntoView({ block: "nearest" });
}

export function titled() {
  const waiting = Number(document.getElementById("tabs").dataset.queue);
  const bare = document.title.replace(/^\(\d+\) /, "");
  document.title = waiting ? `(${waiting}) ${bare}` : bare;
}

function toggleSide() {
  const open = document.body.classList.toggle("side-open");
  document.getElementById("side-button").setAttribute("aria-expanded", String(open));
}
