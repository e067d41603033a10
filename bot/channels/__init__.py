"""Rasa's one channel: the gateway."""
