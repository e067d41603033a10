// Puts the page together.

import { h } from "./dom.js";
import { openFacebook } from "./facebook.js";
import { News } from "./news.js";
import { People } from "./people.js";
import { openTelegram } from "./telegram.js";
import { Town } from "./town.js";
import { openX } from "./x.js";

const SUGGESTIONS = ["where is my order??", "What are your opening hours?", "I want a human"];
const TOAST_MS = 4000;
const byId = (id) => document.getElementById(id);

const town = new Town();
const people = new People(byId("people"), () => render());
const news = new News(byId("said"));
const me = () => people.find(town.state);
const plots = { x: openX(town, me), facebook: openFacebook(town, me), telegram: openTelegram(town, me) };
let broken = false;
let lastUsed = { plot: "x", place: plots.x.places[0] };

for (const [plot, { places }] of Object.entries(plots)) {
  for (const place of places) place.input.addEventListener("focus", () => use(plot, place));
}
use("x", plots.x.places[0]);
byId("chips").append(
  ...SUGGESTIONS.map((text) =>
    h("button", { type: "button", class: "chip", on: { click: () => suggest(text) } }, text),
  ),
);

town.addEventListener("state", render);
town.addEventListener("broken", ({ detail }) => {
  broken = detail;
  showTrouble(town.state?.delivery);
});
town.addEventListener("typing", ({ detail }) => showTyping(detail));
town.addEventListener("toast", ({ detail }) => showToast(detail.text));
town.open();
followTabs();

function render() {
  const { state } = town;
  const person = me();
  byId("desk").href = state.about.desk;
  byId("hint").textContent = state.about.hint;
  byId("hint").hidden = !state.about.hint;
  for (const plot of state.about.away) standAside(plot);
  people.render(state);
  for (const plot of Object.values(plots)) plot.render(state, person);
  showTrouble(state.delivery);
  news.render(state, person);
}

/** The real platform is used instead: nothing to do here. */
function standAside(plot) {
  const section = byId(plot);
  if (section.classList.contains("away")) return;
  section.classList.add("away");
  section.append(
    h("p", { class: "elsewhere" }, `The real ${titleOf(plot)} is connected. Write to the account there, not here.`),
  );
  if (lastUsed.plot !== plot) return;
  const other = Object.keys(plots).find((name) => !town.state.about.away.includes(name));
  if (other) use(other, plots[other].places[0]);
}

function titleOf(plot) {
  return byId(`${plot}-title`).textContent;
}

/** The chips speak where one spoke last. */
function use(plot, place) {
  lastUsed = { plot, place };
  byId("try-place").textContent = `in ${titleOf(plot)}, ${place.sign.kind.toLowerCase()}`;
}

function suggest(text) {
  const { plot, place } = lastUsed;
  // On X nobody reads a post that does not name them.
  const named = plot === "x" && place.surface === "public" && !place.target;
  place.fill(named ? `@${town.state.about.x.username} ${text}` : text);
}

/** What stands between the town and the gateway, in one line, or nothing. */
function showTrouble(delivery) {
  const lines = broken ? ["The playground does not answer; trying again."] : [];
  const waiting = Object.entries(delivery ?? {}).filter(([, { error }]) => error);
  if (!broken && waiting.length) {
    const silent = waiting.every(([, { error }]) => error.startsWith("no answer"));
    const places = waiting.map(
      ([plot, { retrying, error }]) => `${titleOf(plot)} (${silent ? "" : `${error}, `}${retrying} waiting)`,
    );
    lines.push(
      `${silent ? "The gateway does not answer" : "The gateway is in trouble"}; retrying: ${places.join(", ")}.`,
    );
  }
  for (const [plot, { given_up: lost }] of Object.entries(delivery ?? {})) {
    if (lost)
      lines.push(
        `${titleOf(plot)} gave up on ${lost === 1 ? "1 event" : `${lost} events`}; the gateway has to catch up.`,
      );
  }
  const line = byId("trouble");
  // A status that is written again is read out again.
  if (line.textContent !== lines.join(" ")) line.textContent = lines.join(" ");
  line.hidden = !lines.length;
}

function showTyping({ place, who, on }) {
  const person = me();
  if (place === "messenger" && who === person.psid) plots.facebook.places[1].typing(on);
  if (place === "telegram") {
    if (who === String(town.state.about.telegram.group)) plots.telegram.places[0].typing(on);
    if (who === String(person.telegram_id)) plots.telegram.places[1].typing(on);
  }
}

function showToast(text) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(showToast.timer);
  showToast.timer = setTimeout(() => (toast.hidden = true), TOAST_MS);
}

/** On a narrow screen one plot is seen at a time; the tabs tell which. */
function followTabs() {
  const tabs = new Map([...document.querySelectorAll(".tabs a")].map((tab) => [tab.hash.slice(1), tab]));
  const inView = new Set();
  let marked = "";
  const seen = new IntersectionObserver(
    (entries) => {
      // A plot that stays in view while the others leave it (a window made narrow) is in no entry.
      for (const { isIntersecting, target } of entries) inView[isIntersecting ? "add" : "delete"](target.id);
      const now = [...tabs.keys()].find((id) => inView.has(id));
      if (!now || now === marked) return;
      marked = now;
      for (const [id, tab] of tabs) tab.toggleAttribute("aria-current", id === now);
      if (matchMedia("(max-width: 820px)").matches) use(now, plots[now].places[0]);
    },
    { root: byId("square"), threshold: 0.6 },
  );
  for (const id of tabs.keys()) seen.observe(byId(id));
}
