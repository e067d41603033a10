// What one does with a case: claim, hold, transfer, hand back, resolve, reopen. Each under the epoch that is on screen.
import { caseId, post, tell } from "./api.js";
import { refresh } from "./parts.js";

const DONE = {
  claim: "The case is yours.",
  hold: "On hold. The case stays with you.",
  transfer: "Passed on.",
  return: "Back with the assistant.",
  resolve: "Resolved.",
  reopen: "Open again, and yours.",
};

export function startActs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button) act(button.dataset.act, button.dataset.to ? { to: button.dataset.to } : {}, button);
    const closing = event.target.closest("button[data-closing]");
    if (closing) close(closing);
    const hiding = event.target.closest("button[data-hide]");
    if (hiding) hide(hiding);
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act]");
    if (!form) return;
    event.preventDefault();
    act(form.dataset.act, bodyOf(form, event.submitter), event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement.closest(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

export async function act(verb, body, button) {
  const head = document.getElementById("head");
  if (!head || button?.disabled) return;
  const from = document.activeElement;
  if (button) button.disabled = true;
  try {
    await post(`/cases/${caseId()}/${verb}`, { epoch: Number(head.dataset.epoch), ...body });
    for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
    tell(DONE[verb]);
  } catch (refusal) {
    tell(refusal.message, "refused");
  } finally {
    if (button) button.disabled = false;
  }
  await refresh();
  // By its key, a case is claimed without leaving the keys: R, P or N then open the text field.
  if (button && (verb === "claim" || verb === "reopen") && !goneOn(from)) document.getElementById("text")?.focus();
}

// Whether somebody has gone on to another place by themselves meanwhile: nobody is called back from there.
function goneOn(from) {
  const here = document.activeElement;
  return here !== from && here !== document.body && !here.closest("[data-part]");
}

// What a customer said in public is hidden by the gateway, in its own time: what became of it stands with the message.
async function hide(button) {
  button.disabled = true;
  try {
    await post(`/cases/${caseId()}/messages/${button.dataset.hide}/hide`, {});
    tell("Asked for. What becomes of it is shown with the message.");
  } catch (refusal) {
    tell(refusal.message, "refused");
    button.disabled = false;
  }
  await refresh();
}

// The word that closes a public thread is said by the gateway, where it still helps by then.
async function close(button) {
  button.disabled = true;
  const say = button.dataset.closing === "say";
  try {
    await post(`/cases/${caseId()}/closing`, { say });
    tell(say ? "The closing word goes out." : "Closed without a word.");
  } catch (refusal) {
    tell(refusal.message, "refused");
    button.disabled = false;
  }
  await refresh();
}

function bodyOf(form, submitter) {
  const given = Object.fromEntries(new FormData(form, submitter));
  switch (form.dataset.act) {
    case "hold":
      return given.morning ? { due_at: tomorrowMorning().toISOString() } : { minutes: Number(given.minutes) };
    case "transfer":
      return { to: given.to || null, note: given.note };
    case "resolve":
      return { outcome: given.outcome, public_close: given.public_close === "on" };
    default:
      return given;
  }
}

function tomorrowMorning() {
  const time = new Date();
  time.setDate(time.getDate() + 1);
  time.setHours(9, 0, 0, 0);
  return time;
}
