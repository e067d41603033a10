"""Aside's assistant: Rasa Open Source with our channel, tracker store and NLU components."""
