// One place: a sign, what was said there, and a composer.

import { h, icons, show } from "./dom.js";

const SIGNS = {
  public: { icon: icons.eye, kind: "Public", note: () => "everybody can read this" },
  private: { icon: icons.lock, kind: "Private", note: (name) => `only ${name} and Wren & Co` },
};
const NEAR_END = 80;
const TYPING_MS = 5000;

export class Place {
  /** `send(text, target)` posts; `measure(text, target)` returns `{count, over, add}`: what is left, and what is missing. */
  constructor(plot, surface, { name, label, placeholder, send, measure }) {
    this.surface = surface;
    this.name = name;
    this.sign = SIGNS[surface];
    const root = document.getElementById("place").content.firstElementChild.cloneNode(true);
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, {
      root,
      feed: find(".feed"),
      scroll: find(".scroll"),
      empty: find(".empty"),
      who: find(".who"),
    });
    Object.assign(this, {
      form: find("form"),
      input: find("textarea"),
      answering: find(".answering"),
      refused: find(".refused"),
    });
    Object.assign(this, { typingLine: find(".typing"), count: find(".count"), missing: find(".missing") });
    this.sendText = send;
    this.measure = measure;
    root.classList.add(surface);
    find(".sign").append(this.sign.icon());
    find(".kind").textContent = `${this.sign.kind} · ${name}`;
    find(".send").append(icons.send());
    find(".send").setAttribute("aria-label", `Send: ${label}`);
    this.scroll.setAttribute("aria-label", `${this.sign.kind}, ${name}`);
    this.input.id = `say-${plot.id}-${surface}`;
    this.input.placeholder = placeholder;
    find("label").htmlFor = this.input.id;
    find("label").textContent = label;
    this.#listen();
    plot.append(root);
  }

  /** Show what was said; stays at the end when the reader is there. */
  render(items, { key, build, person, empty }) {
    this.who.textContent = this.sign.note(person.name.split(" ")[0]);
    const before = this.feed.lastElementChild?.dataset.looks;
    // Another customer is another thread: nothing in it is news.
    if (this.shownFor !== person.key) delete this.feed.dataset.settled;
    show(this.feed, items, key, build);
    const changed = before !== this.feed.lastElementChild?.dataset.looks;
    if (changed) this.typing(false);
    this.empty.hidden = items.length > 0;
    if (!items.length) this.empty.replaceChildren(...empty());
    if (this.atEnd || this.shownFor !== person.key) this.#toEnd();
    this.shownFor = person.key;
  }

  /** Answer something from now on; null ends that, and whatever else was begun. */
  answer(target) {
    this.target = target;
    this.instead = null;
    this.answering.hidden = !target;
    this.#measured();
    if (!target) return;
    this.answering.firstElementChild.textContent = `Replying to ${target.name}: ${target.text}`;
    this.input.focus();
  }

  /** What is written next is for `send`, as `words` say above it; `text` is what it begins with. */
  begin(words, send, text = "") {
    this.answer(null);
    this.instead = send;
    this.answering.firstElementChild.textContent = words;
    this.answering.hidden = false;
    this.fill(text);
  }

  /** Put a text into the composer. */
  fill(text) {
    this.input.value = text;
    this.#measured();
    this.input.focus();
  }

  /** Point at this place: something opened it. */
  open() {
    this.root.classList.remove("opened");
    void this.root.offsetWidth; // restarts the animation
    this.root.classList.add("opened");
    this.input.focus();
  }

  /** The brand is typing, or no longer. */
  typing(on) {
    clearTimeout(this.typingTimer);
    this.typingLine.hidden = !on;
    if (on) {
      if (this.atEnd) this.#toEnd();
      this.typingTimer = setTimeout(() => this.typing(false), TYPING_MS);
    }
  }

  /** Do something, and say so here when the platform refuses. */
  async attempt(run) {
    this.refused.hidden = true;
    try {
      return await run();
    } catch (problem) {
      this.refused.textContent = problem.message;
      this.refused.hidden = false;
      return null;
    }
  }

  #listen() {
    this.atEnd = true;
    this.scroll.addEventListener("scroll", () => {
      this.atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END;
    });
    // A growing composer must not push the last word out of sight.
    new ResizeObserver(() => this.atEnd && this.#toEnd()).observe(this.scroll);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("keydown", (event) => {
      // Enter while composing chooses a character (Japanese, Chinese), it does not send.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
      if (event.key === "Escape") this.#stop();
    });
    this.input.addEventListener("input", () => this.#measured());
    this.answering.lastElementChild.addEventListener("click", () => this.#stop());
  }

  #stop() {
    if (this.instead) this.input.value = "";
    this.answer(null);
  }

  async #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const send = this.instead ?? this.sendText;
    const sent = await this.attempt(() => send(text, this.target));
    if (sent === null) return;
    this.input.value = "";
    this.answer(null);
    this.#measured();
    this.#toEnd();
  }

  #toEnd() {
    // What an empty place says is read from its beginning.
    this.scroll.scrollTop = this.empty.hidden ? this.scroll.scrollHeight : 0;
    this.atEnd = true;
  }

  #measured() {
    if (!this.measure) return;
    const { count, over, add } = this.measure(this.input.value, this.target);
    this.count.textContent = count;
    this.count.classList.toggle("over", over);
    this.count.hidden = !this.input.value;
    this.missing.hidden = !this.input.value || !add;
    this.missing.lastElementChild.textContent = `Add ${add}`;
    this.missing.lastElementChild.onclick = () => this.fill(`${add} ${this.input.value}`);
  }
}

/** The button that leads from the square into the room. */
export function door(label, run) {
  return h("button", { type: "button", class: "door", on: { click: run } }, icons.lock(), label);
}

/** A paragraph of an empty place. */
export function note(text) {
  return h("p", { textContent: text });
}
