"""What the desk refuses, beside the errors that all of Aside shares. The docstring is the default message.

AsideError
├── BadRequest               the request cannot be read
├── Unauthorized             nobody is signed in
├── Forbidden                signed in, but not entitled
│   └── CrossSite            a cookie alone does not prove that the page asked
├── TooManySignIns           too many failures under this name, or from this address
├── SignInBusy               too many sign in at once
├── TooLarge                 the body is larger than anything the desk could want
├── Invalid                  readable, but not acceptable
├── IdempotencyConflict      the same key for another message
├── NoPrivateThread          the customer cannot be reached in private
├── NoPublicThread           the case has no public part
├── CaseTaken (shared)
│   └── TakenBy              and by whom
└── NotOwner (shared)
    └── HeldBy               and whose it is
"""

from gateway.errors import AsideError, CaseTaken, NotOwner


class BadRequest(AsideError):
    """The request cannot be read."""

    code = "bad_request"


class Unauthorized(AsideError):
    """Sign in first."""

    code = "unauthorized"


class Forbidden(AsideError):
    """Your role does not allow this."""

    code = "forbidden"


class CrossSite(Forbidden):
    """The request does not come from a page of the desk. Reload the page and try again."""

    code = "csrf"


class TooManySignIns(AsideError):
    """There were too many tries from where you are. Please try again in 15 minutes."""

    code = "too_many_sign_ins"


class SignInBusy(AsideError):
    """Too many people sign in at this moment. Please try again in a few seconds."""

    code = "sign_in_busy"


class TooLarge(AsideError):
    """The request is too large."""

    code = "too_large"


class TooManyStreams(AsideError):
    """You are listening in too many places at once. Close some tabs or programs."""

    code = "too_many_streams"


class Invalid(AsideError):
    """The request is not acceptable."""

    code = "invalid"


class IdempotencyConflict(AsideError):
    """This Idempotency-Key was used for another message."""

    code = "idempotency_conflict"


class NoPrivateThread(AsideError):
    """The customer has never written in private, so there is no private thread to answer in."""

    code = "no_private_thread"


class NoPublicThread(AsideError):
    """This case has no public thread to answer in."""

    code = "no_public_thread"


class TakenBy(CaseTaken):
    """Another agent has this case."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        super().__init__(f"{agent} has this case.")


class HeldBy(NotOwner):
    """The case is not yours, but another agent's."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        super().__init__(f"{agent} has this case. Only its agent can answer.")
