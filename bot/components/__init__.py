"""Parts of the NLU pipeline that Rasa does not bring along; named in `bot/config.yml`."""
