"""A pretend Facebook: one Page with comments, and its Messenger threads."""
