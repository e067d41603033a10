// Telegram: the community group, and the private chat with the bot.

import { h } from "./dom.js";
import { Place, door, note } from "./place.js";
import { acts, keys, line, tray } from "./speech.js";

export function openTelegram(town, me) {
  const plot = document.getElementById("telegram");
  const group = new Place(plot, "public", {
    name: "group",
    label: "Write in the Telegram group",
    placeholder: "Write to the group",
    send: (text, target) => town.play("telegram/group", { customer: me().key, text, reply_to: target?.id }),
  });
  const chat = new Place(plot, "private", {
    name: "bot chat",
    label: "Message to the Telegram bot",
    placeholder: "Message the bot",
    send: (text) => town.play("telegram/private", { customer: me().key, text }),
  });

  const send = (kind) => () => chat.attempt(() => town.play("telegram/send", { customer: me().key, kind }));
  const block = (state) => (state.telegram.blocked.includes(me().telegram_id) ? "unblock" : "block");
  const extras = tray([
    { label: "Photo", run: send("photo") },
    { label: "Voice", run: send("voice") },
    { label: "Document", run: send("document") },
    { label: "Place", run: send("location") },
    {
      label: "Block",
      run: () => chat.attempt(() => town.play(`telegram/${block(town.state)}`, { customer: me().key })),
    },
  ]);
  chat.form.before(extras);

  /** Change what one said last, or take it back; put an emoji to what the shop said last. */
  function deeds(message, place, mine) {
    if (!message.last) return null;
    const own = { customer: me().key, chat_id: message.chat_id, message_id: message.message_id };
    const edit = () =>
      place.begin("Changing what you said", (text) => town.play("telegram/edit", { ...own, text }), message.text);
    const emoji = message.reactions[me().telegram_id] ? "" : "👍";
    const react = () => place.attempt(() => town.play("telegram/react", { ...own, emoji }));
    const remove = () => place.attempt(() => town.play("telegram/delete", own));
    const ours = [
      { label: "Edit", run: edit },
      { label: "Delete", run: remove },
    ];
    return acts(mine ? ours : [{ label: "👍", run: react }]);
  }

  function button(message, item, place) {
    const own = { customer: me().key, chat_id: message.chat_id, message_id: message.message_id };
    if (item.callback_data)
      return {
        label: item.text,
        run: () => place.attempt(() => town.play("telegram/press", { ...own, data: item.callback_data })),
      };
    const enter = async () => {
      await town.play("telegram/follow_way_in", own);
      chat.open();
    };
    return { label: item.text, door: true, run: () => place.attempt(enter) };
  }

  function build(message, place, authors, quote, person) {
    const author = authors.get(message.from_id);
    const inGroup = place === group;
    const reply = () => group.answer({ id: message.message_id, name: author?.name ?? "Wren & Co", text: message.text });
    const all = message.keyboard.flat().map((item) => button(message, item, place));
    const doors = all.filter((item) => item.door).map((item) => door(item.label, item.run));
    return line(
      {
        author,
        mine: author === person,
        named: inGroup,
        quote,
        text: words(message),
        created: message.created,
        reply: inGroup && reply,
      },
      doors.length > 0 && h("div", { class: "keys" }, ...doors),
      keys(all.filter((item) => !item.door)),
      deeds(message, place, author === person),
    );
  }

  function render(state, person) {
    extras.lastElementChild.textContent = block(state) === "block" ? "Block" : "Unblock";
    const authors = new Map(state.about.customers.map((customer) => [customer.telegram_id, customer]));
    const all = state.telegram.messages;
    const parts = [
      [
        group,
        state.about.telegram.group,
        () => [
          note(
            `It is quiet in the group. The bot reads along, and answers questions, calls for help, and whoever names @${state.about.telegram.username} or replies to it.`,
          ),
        ],
      ],
      [
        chat,
        person.telegram_id,
        () => [
          note("A bot may not write first. Press Start, or write to it."),
          h(
            "button",
            {
              type: "button",
              class: "key",
              on: {
                click: () => chat.attempt(() => town.play("telegram/private", { customer: me().key, text: "/start" })),
              },
            },
            "Start",
          ),
        ],
      ],
    ];
    for (const [place, chatId, empty] of parts) {
      const here = all.filter((message) => message.chat_id === chatId);
      const texts = new Map(here.map((message) => [message.message_id, words(message)]));
      const last = (mine) =>
        here.findLast((message) => (mine ? message.from_id === person.telegram_id : !authors.has(message.from_id)));
      const lasts = [last(true)?.message_id, last(false)?.message_id];
      place.render(
        here.map((message) => ({
          ...message,
          quote: texts.get(message.reply_to),
          me: person.key,
          last: lasts.includes(message.message_id),
        })),
        {
          key: (message) => message.message_id,
          build: (message) => build(message, place, authors, message.quote, person),
          person,
          empty,
        },
      );
    }
  }
  return { render, places: [group, chat] };
}

/** What a message says, with what came along and what became of it. */
function words({ text, media, edited, reactions }) {
  const name = media && (media.fields.file_name ?? media.fields.emoji ?? media.fields.title);
  const came = media && `[${[media.kind, name].filter(Boolean).join(" ")}]`;
  const marks = [edited && "(edited)", ...Object.values(reactions ?? {})];
  return [came, text, ...marks].filter(Boolean).join(" ");
}
