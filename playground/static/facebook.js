// Facebook: the Page's post with comments, and Messenger.

import { h } from "./dom.js";
import { Place, door, note } from "./place.js";
import { acts, entry, keys, line, tray } from "./speech.js";

const CHANGING = "Changing what you said";
const M_ME = /https:\/\/m\.me\/\S+/;

export function openFacebook(town, me) {
  const plot = document.getElementById("facebook");
  const page = new Place(plot, "public", {
    name: "Page",
    label: "Comment on the Page of Wren & Co",
    placeholder: "Write a comment",
    send: (text, target) => town.play("facebook/comment", { customer: me().key, text, parent: target?.id }),
  });
  const messenger = new Place(plot, "private", {
    name: "Messenger",
    label: "Message to Wren & Co in Messenger",
    placeholder: "Message Wren & Co",
    send: (text) => town.play("facebook/message", { customer: me().key, text }),
  });
  const inMessenger = (path) => () => messenger.attempt(() => town.play(path, { customer: me().key }));
  messenger.form.before(
    tray([
      { label: "Send a photo", run: inMessenger("facebook/send") },
      { label: "Mark as seen", title: "Facebook tells the shop what you have seen", run: inMessenger("facebook/read") },
      {
        label: "Answer as the shop",
        title: "As a colleague does in Facebook's own inbox, past Aside",
        run: () => begin(messenger, "As the shop, in Facebook's own Page inbox", "facebook/page_inbox"),
      },
    ]),
  );

  /** What is written next goes elsewhere: what was said before, in other words, or into the Page's own inbox. */
  function begin(place, words, path, about = {}, before = "") {
    place.begin(words, (text) => town.play(path, { customer: me().key, text, ...about }), before);
  }

  /** What can be done about a comment: by who wrote it; by others, and by the Page's own people. */
  function deedsOfComment(item, mine) {
    const about = { comment: item.id };
    const run = (path, more) => () => page.attempt(() => town.play(path, { customer: me().key, ...about, ...more }));
    const edit = () => begin(page, CHANGING, "facebook/edit_comment", about, item.message);
    return acts(
      mine
        ? [
            { label: "Edit", run: edit },
            { label: "Remove", run: run("facebook/delete_comment") },
            {
              label: item.hidden ? "Show as the Page" : "Hide as the Page",
              run: run("facebook/page_hide", { hidden: !item.hidden }),
            },
          ]
        : [{ label: "👍", run: run("facebook/like", { reaction: "like" }) }],
    );
  }

  /** What can be done about the last message of each side. */
  function deedsOfMessage(message) {
    if (!message.last) return null;
    const about = { mid: message.mid };
    const run = (path, more) => () => messenger.attempt(() => town.play(path, { customer: me().key, ...about, ...more }));
    const edit = () => begin(messenger, CHANGING, "facebook/edit", about, message.text);
    return acts(
      message.from_page
        ? [{ label: "❤", run: run("facebook/react", { emoji: "❤" }) }]
        : [
            { label: "Edit", run: edit },
            { label: "Remove", run: run("facebook/unsend") },
          ],
    );
  }

  const enter = (link) =>
    page.attempt(async () => {
      await town.play("facebook/follow_way_in", { customer: me().key, link });
      messenger.open();
    });
  const press = (message, choice) => () =>
    messenger.attempt(() => town.play("facebook/press", { customer: me().key, mid: message.mid, title: choice.title }));

  function render(state, person) {
    const { posts, comments } = state.facebook;
    const authors = new Map(state.about.customers.map((customer) => [customer.facebook_id, customer]));

    const comment = (item, nested) => {
      const author = authors.get(item.author_id);
      const link = !author && item.message.match(M_ME)?.[0];
      // Facebook goes on showing a hidden comment to its author.
      const veiled = item.hidden && author !== person ? "Hidden by Wren & Co." : undefined;
      const likes = Object.keys(item.reactions ?? {}).length;
      const words = link ? item.message.replace(M_ME, "").trim() : item.message;
      const text = likes ? `${words} 👍 ${likes}` : words;
      const reply = () => page.answer({ id: item.id, name: item.author_name, text: item.message });
      const built = entry(
        { author, text, created: item.created, veiled, reply, className: nested ? "nested" : "" },
        item.hidden && author === person
          ? h("p", { class: "about", textContent: "Only you and your friends still see this." })
          : null,
        link &&
          h(
            "div",
            { class: "deeds" },
            door("Open Messenger", () => enter(link)),
          ),
        deedsOfComment(item, author === person),
      );
      built.dataset.key = item.id;
      return built;
    };

    const items = [
      ...posts.map((post) => ({ post })),
      ...threads(comments).map((thread) => ({ thread, me: person.key })),
    ];
    page.render(items, {
      key: (item) => (item.post ? item.post.id : item.thread[0].id),
      build: (item) => {
        if (item.post)
          return h(
            "li",
            { class: "pagepost" },
            h("ol", {}, entry({ text: item.post.message, created: item.post.created })),
          );
        const [first, ...answers] = item.thread;
        return h(
          "li",
          { class: "thread" },
          h("ol", {}, comment(first, false), ...answers.map((answer) => comment(answer, true))),
        );
      },
      person,
      empty: () => [note("The Page has no post yet.")],
    });

    const here = state.facebook.messages.filter((message) => message.psid === person.psid);
    const lasts = [true, false].map((ours) => here.findLast((message) => message.from_page === ours)?.mid);
    messenger.render(
      here.map((message) => ({ ...message, last: lasts.includes(message.mid) })),
      {
        key: (message) => message.mid,
        build: (message) =>
          line(
            {
              author: message.from_page ? null : person,
              mine: !message.from_page,
              about: message.about_comment ? "Wren & Co answered your comment in private" : null,
              text: [message.text, message.edits > 0 && "(edited)", message.reaction].filter(Boolean).join(" "),
              created: message.created,
            },
            keys(
              [...message.buttons.filter((choice) => choice.payload), ...message.quick_replies].map((choice) => ({
                label: choice.title,
                run: press(message, choice),
              })),
            ),
            deedsOfMessage(message),
          ),
        person,
        empty: () => [
          note("No messages yet. Write first, or comment above: the Page may answer each comment once in private."),
        ],
      },
    );
  }
  return { render, places: [page, messenger] };
}

/** Comments with their answers, the thread with the newest word last. */
function threads(comments) {
  const found = new Map();
  for (const comment of comments) {
    const root = found.has(comment.parent_id) ? comment.parent_id : comment.id;
    const thread = found.get(root) ?? [];
    found.delete(root);
    found.set(root, [...thread, comment]);
  }
  return [...found.values()];
}
