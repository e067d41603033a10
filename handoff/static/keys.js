// Keys for what one does all day. They wait while somebody writes.
import { act } from "./acts.js";
import { choose } from "./composer.js";

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  c: () => document.querySelector("button[data-act=claim]") && act("claim", {}),
  r: () => choose("private"),
  p: () => choose("public"),
  n: () => choose("note"),
  "?": () => document.getElementById("keys").showModal(),
};

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement.id === "text") document.activeElement.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.activeElement.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const does = KEYS[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

function walk(steps) {
  const rows = [...document.querySelectorAll("a.row")];
  const here = rows.findIndex((row) => row.getAttribute("aria-current") === "page");
  const next = rows[here < 0 ? (steps > 0 ? 0 : rows.length - 1) : here + steps];
  next?.click();
}
