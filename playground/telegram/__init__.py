"""A pretend Telegram: one group, private chats with one bot."""
