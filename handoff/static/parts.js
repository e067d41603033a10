// Keeps the page's parts as the server has them, and everything the agent is doing as it was: scroll, focus, menus.
import { following, scrollToEnd, showNewer } from "./panes.js";

const last = new Map();
const listeners = new Set();
let running = null;
let again = false;

export const onFresh = (listener) => listeners.add(listener);

export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = load().finally(() => {
    running = null;
    if (again) {
      again = false;
      refresh();
    }
  });
  return running;
}

async function load() {
  const path = location.pathname.replace(/\/$/, "");
  const query = new URLSearchParams(location.search);
  query.set("list", document.getElementById("desk").dataset.list);
  let response;
  try {
    response = await fetch(`${path}/parts?${query}`, { headers: { Accept: "text/html" } });
  } catch {
    return; // the live line says that we are offline, and asks again when it is back
  }
  if (response.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of fresh.querySelectorAll("[data-part]")) swap(part);
  for (const listener of listeners) listener();
}

function swap(fresh) {
  const stale = document.getElementById(fresh.id);
  if (!stale || last.get(fresh.id) === fresh.innerHTML || inUse(stale, fresh)) return;
  last.set(fresh.id, fresh.innerHTML);
  const open = new Set([...stale.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key));
  const focused = focusWithin(stale);
  const atEnd = following();
  const messages = stale.querySelectorAll(".message").length;
  stale.replaceChildren(...fresh.childNodes);
  for (const one of stale.querySelectorAll("details[data-key]")) one.open = open.has(one.dataset.key);
  focused?.(stale);
  if (fresh.id === "part-conversation" && stale.querySelectorAll(".message").length > messages) {
    if (atEnd) scrollToEnd();
    else showNewer();
  }
}

// A menu that somebody is filling in stays, unless the case has changed hands under it.
function inUse(stale, fresh) {
  if (!stale.querySelector(".menu[open]")) return false;
  const now = stale.querySelector("#head");
  const then = fresh.querySelector("#head");
  return Boolean(now && then && now.dataset.epoch === then.dataset.epoch && now.dataset.state === then.dataset.state);
}

function focusWithin(part) {
  const element = document.activeElement;
  if (!part.contains(element)) return null;
  const link = element.getAttribute("href");
  const key = element.closest("details[data-key]")?.dataset.key;
  return (fresh) => {
    const found =
      (element.id && fresh.querySelector(`#${CSS.escape(element.id)}`)) ||
      (link && fresh.querySelector(`[href="${CSS.escape(link)}"]`)) ||
      (key && fresh.querySelector(`details[data-key="${CSS.escape(key)}"] > summary`)) ||
      (element.dataset.act && fresh.querySelector("[data-act], summary"));
    if (found) found.focus({ preventScroll: true });
  };
}
