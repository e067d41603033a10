// Building and keeping the page. Text goes in as text nodes only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `given` holds properties; `class`, `on` (handlers) and names with a dash are set as such. */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A drawing. */
export function svg(tag, given = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function stroked(...paths) {
  const pen = {
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 1.8,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  return svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, ...paths.map((d) => svg("path", { d, ...pen })));
}

export const icons = {
  eye: () =>
    stroked(
      "M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10z",
      "M10 7.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8z",
    ),
  lock: () => stroked("M4.5 9h11v8h-11z", "M6.8 9V6.2a3.2 3.2 0 0 1 6.4 0V9", "M10 12.2v1.8"),
  send: () => stroked("M3 10h13", "M11 4.5l5.5 5.5-5.5 5.5"),
};

/**
 * Make the children of `list` show `items`, in order. What is already there stays, so nothing flickers and focus is
 * kept; what looks different is built anew; what is new is marked as fresh once the list has been shown before.
 */
export function show(list, items, key, build) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const settled = list.dataset.settled === "yes";
  let place = list.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const looks = JSON.stringify(item);
    let element = known.get(name);
    known.delete(name);
    if (!element || element.dataset.looks !== looks) {
      const built = build(item);
      built.dataset.key = name;
      built.dataset.looks = looks;
      if (element) {
        if (place === element) place = built;
        element.replaceWith(built);
        if (built.querySelector("[data-key]")) freshen(element, built);
      } else if (settled) built.classList.add("fresh");
      element = built;
    }
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
  }
  for (const gone of known.values()) gone.remove();
  list.dataset.settled = "yes";
}

/** In a thread that was built anew, only what it did not have before is fresh. */
function freshen(before, after) {
  const had = new Set([...before.querySelectorAll("[data-key]")].map((element) => element.dataset.key));
  for (const element of after.querySelectorAll("[data-key]")) {
    if (!had.has(element.dataset.key)) element.classList.add("fresh");
  }
}

/** "14:05" for today, with the day for earlier. */
export function when(seconds) {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const options = today
    ? { hour: "2-digit", minute: "2-digit" }
    : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return h("time", { dateTime: date.toISOString(), textContent: date.toLocaleString("en-GB", options) });
}
