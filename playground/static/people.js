// Who one is: the six customers, and who of them has unread private messages.

import { face } from "./avatars.js";
import { h } from "./dom.js";

const KEPT = "playground.customer";

export class People {
  #seen = new Map();
  #changed;

  constructor(list, changed) {
    this.list = list;
    this.#changed = changed;
    this.current = sessionStorage.getItem(KEPT) ?? "ines";
  }

  /** The customer one plays. */
  find(state) {
    return state.about.customers.find((customer) => customer.key === this.current) ?? state.about.customers[0];
  }

  render(state) {
    if (!this.list.childElementCount)
      this.list.append(...state.about.customers.map((customer) => this.#button(customer)));
    for (const [index, customer] of state.about.customers.entries()) {
      const button = this.list.children[index];
      const own = customer.key === this.find(state).key;
      const count = answers(state, customer);
      if (own || !this.#seen.has(customer.key)) this.#seen.set(customer.key, count);
      const unread = count - this.#seen.get(customer.key);
      button.setAttribute("aria-pressed", String(own));
      const news = button.querySelector(".news");
      news.hidden = unread <= 0;
      news.textContent = String(unread);
      button.setAttribute(
        "aria-label",
        `${customer.name}, ${customer.about}${unread > 0 ? `, ${unread} new private` : ""}`,
      );
    }
  }

  #button(customer) {
    const choose = () => {
      this.current = customer.key;
      sessionStorage.setItem(KEPT, customer.key);
      this.#changed();
    };
    return h(
      "button",
      { type: "button", class: "person", title: `${customer.name}: ${customer.about}`, on: { click: choose } },
      face(customer.key),
      h("span", { textContent: customer.name.split(" ")[0] }),
      h("span", { class: "news", hidden: true }),
    );
  }
}

/** How many private messages the brand has sent to a customer. */
function answers(state, customer) {
  const brand = [
    state.x.messages.filter(
      (message) => message.participant_id === customer.x_id && message.sender_id !== customer.x_id,
    ),
    state.facebook.messages.filter((message) => message.psid === customer.psid && message.from_page),
    state.telegram.messages.filter(
      (message) => message.chat_id === customer.telegram_id && message.from_id !== customer.telegram_id,
    ),
  ];
  return brand.flat().length;
}
