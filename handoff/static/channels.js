// The page of channels: what was set aside is shown on demand, and looked at again when somebody asks for it.
import "./zone.js";
import { post, tell } from "./api.js";
import { startLive } from "./live.js";
import { refresh } from "./parts.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-replay]");
  if (button) replay(button);
});
// `toggle` does not bubble: it is heard on its way down.
document.addEventListener("toggle", (event) => {
  const shown = event.target.closest?.("details[data-outline]");
  if (shown?.open) outline(shown);
}, true);
startLive();

async function replay(button) {
  if (button.disabled) return;
  button.disabled = true;
  const { replay: channel, reason, id } = button.dataset;
  try {
    const { events } = await post(`/channels/${channel}/replay`, id ? { ids: [Number(id)] } : reason ? { reason } : {});
    tell(events === 1 ? "1 event is looked at again." : `${events} events are looked at again.`);
  } catch (refusal) {
    tell(refusal.message, "refused");
  } finally {
    button.disabled = false;
  }
  await refresh();
}

async function outline(shown) {
  const place = shown.querySelector(".event-outline");
  try {
    const response = await fetch(`/api/v1${shown.dataset.outline}`, { headers: { Accept: "application/json" } });
    const answer = await response.json();
    place.textContent = response.ok ? answer.outline : answer.message;
  } catch {
    place.textContent = "The desk cannot be reached.";
  }
}
