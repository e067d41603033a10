"""What can go wrong in a turn. The docstring is what the gateway reads."""


class TurnError(Exception):
    """The turn failed."""

    def __str__(self) -> str:
        """Return the given message, or else what the class stands for."""
        return super().__str__() or type(self).__doc__ or ""


class ActionServerError(TurnError):
    """The action server failed or did not answer."""


class TurnFailedError(TurnError):
    """The engine raised an error, or had nothing to say."""


class UnknownIntentError(TurnError):
    """The chosen intent is not one of this model's."""
