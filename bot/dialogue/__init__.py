"""One turn of the dialogue, with failures that show."""
