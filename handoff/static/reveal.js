// Masked personal data, shown on a click: each time is noted. What was shown stays shown until one hides it or leaves.
import { caseId, post, tell } from "./api.js";
import { onFresh } from "./parts.js";

const shown = new Map(); // id of a message, or "noted" -> what was said

export function startReveal() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-reveal]");
    if (button) toggle(button);
  });
  onFresh(paint);
}

async function toggle(button) {
  const id = button.dataset.reveal;
  if (shown.delete(id)) {
    hide(id);
    paint();
    return;
  }
  button.disabled = true;
  try {
    const path = id === "noted" ? `/cases/${caseId()}/reveal` : `/cases/${caseId()}/messages/${id}/reveal`;
    shown.set(id, await post(path, {}));
  } catch (refusal) {
    tell(refusal.message, "refused");
  } finally {
    button.disabled = false;
  }
  paint();
}

// The page's parts come anew from the server, masked: what is shown is put in again.
function paint() {
  for (const [id, told] of shown) {
    for (const [place, words] of places(id, told)) {
      place.dataset.masked ??= place.textContent;
      place.textContent = words;
    }
  }
  for (const button of document.querySelectorAll("button[data-reveal]")) {
    const open = shown.has(button.dataset.reveal);
    button.textContent = open ? "Hide" : "Show";
    button.previousElementSibling.textContent = open ? "Personal data is shown to you." : "Personal data is masked.";
  }
}

function hide(id) {
  const where = id === "noted" ? "[data-slot]" : `[data-message="${CSS.escape(id)}"]`;
  for (const place of document.querySelectorAll(where)) {
    if (place.dataset.masked !== undefined) place.textContent = place.dataset.masked;
    delete place.dataset.masked;
  }
}

function places(id, told) {
  if (id !== "noted") {
    const place = document.querySelector(`[data-message="${CSS.escape(id)}"]`);
    return place ? [[place, told.text]] : [];
  }
  return Object.entries(told.slots)
    .map(([name, value]) => [document.querySelector(`[data-slot="${CSS.escape(name)}"]`), value])
    .filter(([place]) => place);
}
