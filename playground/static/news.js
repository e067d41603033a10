// Speaks new words of the brand to screen readers, once each.

export class News {
  #told = null;

  constructor(line) {
    this.line = line;
  }

  render(state, person) {
    const words = [
      ...state.x.posts
        .filter((post) => post.author_id === state.about.x.id)
        .map((post) => [`x${post.id}`, "X, public", post.text]),
      ...state.x.messages
        .filter((message) => message.participant_id === person.x_id && message.sender_id !== person.x_id)
        .map((message) => [`d${message.id}`, "X, private", message.text]),
      ...state.facebook.comments
        .filter((comment) => comment.author_id === state.about.facebook.id)
        .map((comment) => [`c${comment.id}`, "Facebook, public", comment.message]),
      ...state.facebook.messages
        .filter((message) => message.psid === person.psid && message.from_page)
        .map((message) => [`m${message.mid}`, "Messenger, private", message.text]),
      ...state.telegram.messages
        .filter(
          (message) =>
            message.from_id === state.about.telegram.id &&
            [person.telegram_id, state.about.telegram.group].includes(message.chat_id),
        )
        .map((message) => [
          `t${message.chat_id}/${message.message_id}`,
          message.chat_id < 0 ? "Telegram, public" : "Telegram, private",
          message.text,
        ]),
    ];
    // What is there when the page opens, or when another customer is chosen, is no news.
    const quiet = this.#told === null || this.person !== person.key;
    const fresh = quiet ? [] : words.filter(([key]) => !this.#told.has(key));
    this.#told = new Set(words.map(([key]) => key));
    this.person = person.key;
    if (fresh.length)
      this.line.textContent = fresh.map(([, where, text]) => `Wren & Co on ${where}: ${text}`).join(". ");
  }
}
