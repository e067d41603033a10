// X: a timeline in threads, and the Direct Messages of the current customer.

import { h } from "./dom.js";
import { Place, door, note } from "./place.js";
import { acts, entry, line } from "./speech.js";
import { LIMIT, weightedLength } from "./weight.js";

export function openX(town, me) {
  const plot = document.getElementById("x");
  const timeline = new Place(plot, "public", {
    name: "timeline",
    label: "Post on X",
    placeholder: "Post something",
    send: (text, target) => town.play("x/post", { customer: me().key, text, in_reply_to: target?.id }),
    measure: (text, target) => {
      const left = LIMIT - weightedLength(text);
      const name = `@${town.state.about.x.username}`;
      const heard = target?.brand || text.toLowerCase().includes(name.toLowerCase());
      return { count: String(left), over: left < 0, add: heard ? null : name };
    },
  });
  const messages = new Place(plot, "private", {
    name: "messages",
    label: "Direct Message to Wren & Co on X",
    placeholder: "Message Wren & Co",
    send: (text) => town.play("x/dm", { customer: me().key, text }),
  });

  const enter = (post) =>
    timeline.attempt(async () => {
      const { composer } = await town.play("x/follow_way_in", { customer: me().key, post: post.id });
      messages.open();
      messages.fill(composer.text);
    });

  function render(state, person) {
    const { username } = state.about.x;
    const authors = new Map(state.about.customers.map((customer) => [customer.x_id, customer]));
    const handle = (author) => `@${author ? author.x_username : username}`;

    const build = (post, threaded) => {
      const author = authors.get(post.author_id);
      const target = { id: post.id, name: handle(author), text: post.text, brand: !author };
      const remove = () => timeline.attempt(() => town.play("x/delete", { customer: me().key, post: post.id }));
      const item = entry(
        {
          author,
          handle: handle(author),
          text: post.text,
          created: post.created,
          veiled: post.hidden ? "Wren & Co has hidden this reply." : undefined,
          reply: () => timeline.answer(target),
          className: threaded ? "threaded" : "",
        },
        post.direct_message_deep_link &&
          h(
            "div",
            { class: "deeds" },
            door("Send a private message", () => enter(post)),
          ),
        author === me() && acts([{ label: "Delete", run: remove }]),
      );
      item.dataset.key = post.id;
      return item;
    };

    const shown = threads(state.x.posts).map((thread) => ({ thread, me: person.key }));
    timeline.render(shown, {
      key: ({ thread }) => thread[0].conversation_id,
      build: ({ thread }) =>
        h(
          "li",
          { class: "thread" },
          h("ol", {}, ...thread.map((post, index) => build(post, index < thread.length - 1))),
        ),
      person,
      empty: () => [note("Nobody has posted yet.")],
    });
    messages.render(
      state.x.messages.filter((message) => message.participant_id === person.x_id),
      {
        key: (message) => message.id,
        build: (message) =>
          line({
            author: authors.get(message.sender_id),
            mine: message.sender_id === person.x_id,
            text: message.text,
            created: message.created,
          }),
        person,
        empty: () => [
          note(
            "No messages yet. On X a shop may not write first: write to Wren & Co here, or press “Send a private message” under one of their replies.",
          ),
        ],
      },
    );
  }
  return { render, places: [timeline, messages] };
}

/** Conversations, the one with the newest word last. */
function threads(posts) {
  const found = new Map();
  for (const post of posts) {
    const thread = found.get(post.conversation_id) ?? [];
    found.delete(post.conversation_id);
    found.set(post.conversation_id, [...thread, post]);
  }
  return [...found.values()];
}
