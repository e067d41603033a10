"""Faults from outside: real processes are killed, starved, flooded and lied to, and nothing may be lost or doubled.

    traffic --signed webhooks, repeated until 200--> the deployment under test --turns--> a stub assistant
                                                              |
                                                              +--sends--> pretend platforms
    checker: every message carries a tag of its own; where is it in the end?

`python -m tests.faults NUMBER` runs a fault of the list (`--help` names them). The product is started as its operator
starts it and is never asked to co-operate: it has no hooks for tests. What the harness knows, it knows as a platform,
as an assistant or as a reader of the database.

Every message ends as exactly one of

    answered    a pretend platform took an answer that carries its tag
    unclear     its answer left and nobody knows: flagged as such in the transcript
    handed      its case is with people
    parked      set aside with a reason, and visible
    waiting     still to be done (counts as lost where a run has had the time to end)
    lost        none of these

*Doubled* is what a platform took twice while no message of ours is flagged `unclear`.

Points at which `kill -9` strikes, as seen from outside (`points.py`):

    at_random            at a random moment
    webhook_answered     a webhook has just been answered 200
    assistant_asked      the assistant has just received a turn, and has not answered
    assistant_answered   the assistant has just answered a turn
    platform_asked       a platform has just taken a message, and has not answered
    platform_answered    a platform has just answered a send
    event_recorded       the database shows an event that nobody has looked at
    turn_waiting         the database shows a message in its case's line
    send_claimed         the database shows a message whose sending has begun

`FAULTS_CHECKOUT` names the checkout whose processes are started; by default this one.
"""
