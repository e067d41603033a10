"""A pretend X: posts, replies and Direct Messages of one small town."""
