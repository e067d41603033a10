// What was said, in the two forms there are: entries of a timeline and lines of a chat.

import { bird, face } from "./avatars.js";
import { h, when } from "./dom.js";

/** A post or a comment. */
export function entry({ author, handle, text, created, veiled, reply, className = "" }, ...below) {
  const name = author ? author.name : "Wren & Co";
  return h(
    "li",
    { class: `entry ${author ? "" : "brand"} ${veiled ? "veiled" : ""} ${className}` },
    author ? face(author.key) : bird(),
    h(
      "div",
      { class: "said" },
      h(
        "div",
        { class: "by" },
        h("b", { textContent: name }),
        !author && h("span", { class: "badge", textContent: "the shop" }),
        handle && h("span", { class: "faint", textContent: handle }),
        when(created),
        reply && quiet("Reply", reply),
      ),
      h("p", { class: "text", textContent: veiled ?? text }),
      ...below,
    ),
  );
}

/** A line of a chat. `mine` stands on the right, under one's own name. */
export function line({ author, mine, named, quote, about, text, created, reply }, ...below) {
  const name = author ? author.name : "Wren & Co";
  return h(
    "li",
    { class: `line ${author ? "" : "brand"} ${mine ? "mine" : ""}` },
    author ? face(author.key) : bird(),
    h(
      "div",
      { class: "said" },
      about && h("p", { class: "about", textContent: about }),
      h(
        "div",
        { class: "bubble" },
        named && !mine
          ? h("div", { class: "by" }, h("b", { textContent: name }))
          : h("span", { class: "unseen", textContent: `${mine ? "You" : name}: ` }),
        quote && h("p", { class: "quote", textContent: quote }),
        h("p", { class: "text", textContent: text }),
        when(created),
      ),
      ...below,
    ),
    reply && quiet("Reply", reply),
  );
}

/** Buttons under a message. */
export function keys(items) {
  return (
    items.length > 0 &&
    h(
      "div",
      { class: "keys" },
      ...items.map(({ label, run }) => h("button", { type: "button", class: "key", on: { click: run } }, label)),
    )
  );
}

/** What one can do about a message: words in a line, so that the message stays the loudest. */
export function acts(items) {
  return items.length > 0 && h("div", { class: "acts" }, ...items.map(({ label, run }) => quiet(label, run)));
}

/** What else one can do in a chat, in one line above its composer. */
export function tray(items) {
  return h(
    "div",
    { class: "tray" },
    ...items.map(({ label, title, run }) =>
      h("button", { type: "button", class: "small", title, on: { click: run } }, label),
    ),
  );
}

/** A modest button. */
function quiet(label, run) {
  return h("button", { type: "button", class: "quiet", on: { click: run } }, label);
}
