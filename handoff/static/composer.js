// The composer: private unless one chooses otherwise; public is a separate act that the wall has looked at first.
import { caseId, post, tell } from "./api.js";
import { onFresh, refresh } from "./parts.js";
import { scrollToEnd } from "./panes.js";
import { allowAlong, alongBusy, alongIds, clearAlong, onAlong, startAlong } from "./along.js";
import { clearWall, overrideReason, showWall } from "./wall.js";

const NAMES = { twitter: "X", facebook: "Facebook", telegram: "Telegram" };
const FILES_ELSEWHERE = { public: "Files go along in private only: nobody can check what a picture would show.", note: "A note takes no files." };
const ASK_AFTER = 350; // milliseconds after the last key

let form, text, send, asking;
let key = null; // one per message: trying again is the same message, not a second one
let wanted = "private"; // what the agent chose; a case that is not theirs leaves them notes only
let asked = { text: "", clear: false };

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
const head = () => document.getElementById("head").dataset;
const mode = () => form.elements.mode.value;
const draftKey = () => `aside-draft-${caseId()}`;

export function startComposer() {
  form = document.getElementById("composer");
  if (!form) return;
  text = document.getElementById("text");
  send = document.getElementById("send");
  restore();
  form.addEventListener("change", (event) => event.target.name === "mode" && changed(mode()));
  text.addEventListener("input", typed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      say();
    }
  });
  document.getElementById("instead").addEventListener("click", () => {
    choose("private");
    say();
  });
  document.getElementById("override-why").addEventListener("input", () => {
    key = null; // with another reason it is another request
    dress();
  });
  startAlong(form);
  onAlong(() => {
    key = null; // with other files it is another message
    dress();
  });
  onFresh(dress);
  changed(wanted);
}

function restore() {
  const draft = JSON.parse(sessionStorage.getItem(draftKey()) || "{}");
  text.value = draft.text || "";
  // A public draft comes back as a private one: public is chosen anew each time.
  wanted = draft.mode === "note" ? "note" : "private";
}

export function choose(which) {
  const radio = form?.querySelector(`input[name=mode][value=${which}]`);
  if (!radio || radio.disabled) return;
  radio.checked = true;
  changed(which);
  text.focus();
}

function typed() {
  key = null;
  wanted = mode(); // words written as a note stay one, also when the case becomes theirs
  sessionStorage.setItem(draftKey(), JSON.stringify({ text: text.value, mode: wanted }));
  if (mode() === "public") askSoon();
  dress();
}

function changed(which) {
  key = null;
  wanted = which;
  clearWall();
  asked = { text: "", clear: false };
  if (mode() === "public" && text.value.trim()) askSoon(0);
  dress();
}

// What the composer says about itself, by mode and by whose case it is.
function dress() {
  const facts = head();
  const mine = facts.mine === "yes";
  const channel = NAMES[facts.public] || "";
  for (const radio of form.elements.mode) {
    if (radio.value === "public") radio.disabled = !mine || !facts.public;
    if (radio.value === "private") radio.disabled = !mine || Boolean(facts.obstacle);
  }
  const possible = !form.querySelector(`input[value=${wanted}]`).disabled;
  form.elements.mode.value = possible ? wanted : "note";
  const now = mode();
  form.dataset.mode = now;
  form.dataset.mine = facts.mine;
  document.getElementById("reach").textContent = reach(now, facts, mine, channel);
  document.getElementById("send-words").textContent =
    { private: "Send privately", public: `Post in public${channel ? ` on ${channel}` : ""}`, note: "Keep note" }[now];
  text.placeholder =
    { private: `Write to ${facts.customer}`, public: "Write what everyone may read", note: "Write to your colleagues" }[now];
  allowAlong(facts.files, now === "private", now === "private" ? facts.private || "No files can go along here." : FILES_ELSEWHERE[now]);
  const waiting = (now === "public" && !mayPost(text.value)) || alongBusy();
  send.disabled = (!text.value.trim() && !alongIds().length) || waiting;
  document.getElementById("length").textContent = text.value.length > 200 ? `${text.value.length} characters` : "";
}

// Whether the wall has let these words pass, or a supervisor does, with a reason.
function mayPost(words) {
  return asked.text === words && (asked.clear || (asked.overridable && overrideReason() !== null));
}

function reach(now, facts, mine, channel) {
  if (now === "public") return `Everyone on ${channel} can read this, for good. It goes out under the brand's name.`;
  if (now === "private") return `Only ${facts.customer} reads this. ${facts.private}`.trim();
  if (mine) return facts.obstacle ? `Only colleagues read this. ${facts.obstacle}` : "Only colleagues read this.";
  const whose = { bot: "The assistant has this case", queued: "Nobody has this case yet", resolved: "This case is resolved" };
  return `Only colleagues read this. ${whose[facts.state] || `${facts.agent} has this case`}, so you cannot answer the customer.`;
}

function askSoon(after = ASK_AFTER) {
  clearTimeout(asking);
  asking = setTimeout(ask, after);
}

async function ask() {
  const words = text.value;
  if (mode() !== "public" || !words.trim()) return;
  try {
    const { findings, overridable } = await post("/wall", { text: words, channel: head().public, case: caseId() });
    if (words !== text.value || mode() !== "public") return;
    asked = { text: words, clear: findings.length === 0, overridable };
    showWall(words, findings, head().obstacle, overridable);
  } catch (refusal) {
    tell(refusal.message, "refused");
  }
  dress();
}

async function say() {
  const words = text.value;
  const files = alongIds();
  if ((!words.trim() && !files.length) || send.dataset.busy || alongBusy()) return;
  if (mode() === "public" && !mayPost(words)) {
    await ask();
    return; // what the wall says is read first; posting is a second, deliberate step
  }
  const surface = mode();
  send.dataset.busy = "yes";
  key ??= fresh();
  try {
    const override = surface === "public" && !asked.clear ? { override: overrideReason() } : {};
    await post(`/cases/${caseId()}/messages`, { text: words, surface, files, ...override }, { "Idempotency-Key": key });
    if (files.length) clearAlong();
    said(words);
  } catch (refusal) {
    if (refusal.code === "wall") showWall(words, refusal.findings, head().obstacle);
    tell(refusal.message, "refused");
  } finally {
    delete send.dataset.busy;
  }
  await refresh();
  scrollToEnd();
}

function said(words) {
  key = null;
  if (text.value === words) {
    text.value = "";
    sessionStorage.removeItem(draftKey());
  }
  clearWall();
  // Public is chosen anew for each message: nobody goes on in public by habit.
  changed(mode() === "public" ? "private" : mode());
}
