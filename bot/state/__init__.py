"""The dialogue state, which Rasa does not keep: it comes with each call and goes back with the answer."""
