// Live updates: what happens comes as server-sent events, resumed by id; each makes the parts fresh.
import { onFresh, refresh } from "./parts.js";
import { titled } from "./panes.js";

const GATHER = 120; // milliseconds: several events of one act make one refresh
const SPEAK_UP_AFTER = 3000; // a short break is nobody's business
const MINUTE = 60_000; // waiting times grow without an event

let source;
let lastId;
let gathering = null;
let worry = null;

export function startLive() {
  lastId = document.getElementById("desk").dataset.eventId;
  onFresh(titled);
  listen();
  setInterval(refresh, MINUTE);
  addEventListener("online", listen);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

function listen() {
  source?.close();
  source = new EventSource(`/api/v1/events?last_event_id=${lastId}`);
  source.addEventListener("ready", back);
  source.onmessage = (event) => {
    lastId = event.lastEventId;
    gathering ??= setTimeout(() => {
      gathering = null;
      refresh();
    }, GATHER);
  };
  source.onerror = () => {
    worry ??= setTimeout(away, SPEAK_UP_AFTER);
    // After an answer that is no stream the browser gives up; we do not.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000 + Math.random() * 3000);
  };
}

function back() {
  clearTimeout(worry);
  worry = null;
  say("live", "Live");
  document.getElementById("offline").hidden = true;
  refresh();
}

function away() {
  say("offline", "Offline");
  document.getElementById("offline-words").textContent =
    "The desk cannot be reached. What you see may be old; it catches up by itself as soon as it can.";
  document.getElementById("offline").hidden = false;
}

function say(state, words) {
  document.getElementById("live").dataset.state = state;
  document.getElementById("live-words").textContent = words;
}
