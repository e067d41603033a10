"""Every error that Aside raises. The docstring is the default message.

AsideError
├── SettingsError            the operator must change something; ends the command with one sentence
├── BadSignature             a webhook that the platform did not sign: 403, nothing stored
├── Overloaded               no room to store: 503, the platform comes again
├── SendError                a message did not go out
│   ├── SendRetryable        nothing happened; try again (after `retry_after` seconds where the platform says so)
│   │   ├── SendThrottled    the platform is well, and wants less of us
│   │   └── SendLockedOut    the platform does not let us in: an operator must act
│   ├── SendRefused          the platform will never take it
│   └── SendUnclear          the request left, no answer came: it may have happened
├── FetchError               what came along with a message was not brought
│   ├── FetchRetryable       try again later
│   └── FetchRefused         it is not to be had, or not to be taken
├── AssistantError           a failed turn
│   ├── AssistantUnavailable time-out, refused connection, 5xx, an answer that is none: try again
│   └── AssistantRefused     our request is wrong: trying again is useless
├── WallRefusal              a public text that must not be said
├── StaleEpoch               somebody else owns the case by now
├── LaneLost                 another worker has the lane by now
├── NotOwner                 only the case's owner may do this
├── CaseTaken                another agent has it
├── WrongState               the case is not in a state in which this can be done
├── VaultLocked              sealed with a key that this process does not have
└── NotFound                 there is no such thing, or it is not yours to see
"""

from typing import ClassVar

from gateway.privacy.findings import WallFinding


class AsideError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class SettingsError(AsideError):
    """A setting is missing or wrong."""

    code = "settings"


class VaultLocked(AsideError):
    """ASIDE_VAULT_KEY does not open what is stored. It must hold the key that sealed it, beside a newer one."""

    code = "vault_locked"


class BadSignature(AsideError):
    """The signature does not match."""

    code = "bad_signature"


class Overloaded(AsideError):
    """There is no room for more right now. Please come again."""

    code = "overloaded"


class SendError(AsideError):
    """The message did not go out."""

    code = "send"


class SendRetryable(SendError):
    """The platform cannot take the message now."""

    code = "send_retryable"

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds, where the platform says so."""


class SendThrottled(SendRetryable):
    """The platform takes no more messages for now."""

    code = "send_throttled"

    def __init__(self, message: str | None = None, *, retry_after: float | None = None, used_up: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        self.used_up = used_up
        """The platform says that a limit is used up which counts more than one thread; else it may be that thread's."""


class SendLockedOut(SendRetryable):
    """The platform does not let us in any more. Renew the channel's token."""

    code = "send_locked_out"


class SendRefused(SendError):
    """The platform refuses the message for good."""

    code = "send_refused"


class SendUnclear(SendError):
    """The request left and no answer came back."""

    code = "send_unclear"


class FetchError(AsideError):
    """The attachment could not be brought."""

    code = "fetch"


class FetchRetryable(FetchError):
    """The attachment cannot be had now."""

    code = "fetch_retryable"


class FetchRefused(FetchError):
    """The attachment is not to be had."""

    code = "fetch_refused"


class AssistantError(AsideError):
    """The assistant failed."""

    code = "assistant"


class AssistantUnavailable(AssistantError):
    """The assistant does not answer."""

    code = "assistant_unavailable"


class AssistantRefused(AssistantError):
    """The assistant refuses the request."""

    code = "assistant_refused"


class WallRefusal(AsideError):
    """This must not be said in public. Send it privately instead."""

    code = "wall"

    def __init__(self, message: str | None = None, *, findings: tuple[WallFinding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings
        """Why, and where in the text."""


class StaleEpoch(AsideError):
    """The case has changed hands meanwhile. Look at it again before you act."""

    code = "stale"


class LaneLost(AsideError):
    """This worker was presumed dead, and another has taken its work."""

    code = "lane_lost"


class NotOwner(AsideError):
    """The case is not yours. Claim it first."""

    code = "not_owner"


class CaseTaken(AsideError):
    """Another agent has this case."""

    code = "taken"


class WrongState(AsideError):
    """This cannot be done in the state the case is in."""

    code = "wrong_state"


class NotFound(AsideError):
    """There is no such thing."""

    code = "not_found"
